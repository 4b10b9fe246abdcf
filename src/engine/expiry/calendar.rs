//! The time line as a calendar.

use super::{Entry, TimeLine};
use crate::engine::when;
use crate::formats::icalendar::{self, Event};
use crate::model::expiry::Rule;
use crate::model::finding::Fix;
use crate::providers::last_day;
use crate::redact;

/// An iCalendar file (RFC 5545) with a day for each entry whose end is known.
#[must_use]
pub fn calendar(line: &TimeLine) -> String {
    let events: Vec<Event> = line.entries.iter().filter_map(event).collect();
    icalendar::calendar(&events, &when::calendar_time(line.now).unwrap_or_default())
}

/// The last day on which it works, so that nobody is a day late.
fn event(entry: &Entry) -> Option<Event> {
    let at = entry.end.at()?;
    let verb = if entry.end.rule() == Some(Rule::MaxAge) { "is too old after this day" } else { "ends" };
    let next = match &entry.next {
        Fix::Command(text) | Fix::Advice(text) => redact::said(text),
        Fix::Steps(_) => String::new(),
    };
    let rule = entry.end.rule().map(Rule::words).unwrap_or_default();
    Some(Event {
        uid: format!("{}@doorkey", entry.id),
        day: when::calendar_day(last_day(at))?,
        summary: redact::said(&format!("{} of {}: {} {verb}", entry.kind.words(), entry.profile, entry.name)),
        description: format!("{} ({rule})\n{next}", when::date_time(at)),
    })
}
