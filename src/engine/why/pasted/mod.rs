//! What a pasted error means. Data in, value out: nothing is asked and nothing is touched.

mod clean;
mod pattern;
mod place;
mod table;

pub use place::Place;
pub use table::{Cause, Sureness, Text, cause_of, causes, texts};

use crate::model::ladder::Layer;
use serde::Serialize;
use table::Known;

/// What is known of a log.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Judged {
    /// Best first; empty when no text of it is known.
    pub causes: Vec<Found>,
    /// The first URL in it, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// One cause that a log speaks of.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// Stable.
    pub code: &'static str,
    /// Where on the way it stops.
    pub rung: Layer,
    /// One plain sentence.
    pub cause: String,
    /// One repair.
    #[serde(rename = "do")]
    pub repair: String,
    /// What to look at to be sure.
    pub look: &'static str,
    /// The lines of the log that say so, without secrets.
    pub evidence: Vec<String>,
    /// Where it went.
    pub place: Place,
    /// Whose words they are.
    pub program: &'static str,
    /// How sure they make it.
    pub sureness: Sureness,
}

/// How far around a known piece a line is read: some lines are megabytes long.
const REACH: usize = 2000;
/// How often one text is tried, and how many hits are kept.
const MAX_TRIES: usize = 500;
const MAX_HITS: usize = 2000;
/// How many lines are shown for one cause.
const MAX_LINES: usize = 3;

struct Hit<'a> {
    text: usize,
    line: &'a str,
    /// Where its line begins: tells lines from one another, and earlier from later.
    start: usize,
}

/// Reads a log.
#[must_use]
pub fn judge(text: &str) -> Judged {
    let log = clean::plain(text);
    let known = table::known();
    let mut hits = hits(known, &log);
    keep_best_of_each_line(known, &mut hits);
    hits.sort_by_key(|hit| (texts().get(hit.text).map(|t| t.sure), hit.start));
    let mut found: Vec<Found> = Vec::new();
    for hit in &hits {
        add(known, &log, hit, &mut found);
    }
    let url = place::first_url(&log).map(|url| clean::shown(&clean::masked(url)));
    Judged { causes: found, url }
}

fn hits<'a>(known: &Known, log: &'a str) -> Vec<Hit<'a>> {
    let mut tries = vec![0_usize; known.patterns.len()];
    let mut hits: Vec<Hit<'a>> = Vec::new();
    let Some(anchors) = &known.anchors else { return hits };
    for found in anchors.find_overlapping_iter(log) {
        let index = found.pattern().as_usize();
        let (Some(pattern), Some(tried)) = (known.patterns.get(index), tries.get_mut(index)) else {
            continue;
        };
        if *tried >= MAX_TRIES || hits.len() >= MAX_HITS {
            continue;
        }
        *tried += 1;
        let (line, start) = around(log, found.start(), found.end());
        let again = hits.iter().rev().take(64).any(|hit| hit.text == index && hit.start == start);
        if !again && pattern.fit(line).is_some() {
            hits.push(Hit { text: index, line, start });
        }
    }
    hits
}

/// The line around a span, or of an endless line the whole words within reach.
fn around(log: &str, from: usize, to: usize) -> (&str, usize) {
    let mut low = from.saturating_sub(REACH);
    while !log.is_char_boundary(low) {
        low += 1;
    }
    let mut high = (to + REACH).min(log.len());
    while !log.is_char_boundary(high) {
        high -= 1;
    }
    let head = log.get(low..from).unwrap_or_default();
    let start = match head.rfind('\n') {
        Some(end) => low + end + 1,
        None if low == 0 => 0,
        // Half a word could be half a secret.
        None => head.find(char::is_whitespace).map_or(from, |at| low + at),
    };
    let tail = log.get(to..high).unwrap_or_default();
    let end = match tail.find('\n') {
        Some(end) => to + end,
        None if high == log.len() => high,
        None => tail.rfind(char::is_whitespace).map_or(to, |at| to + at),
    };
    (log.get(start..end).unwrap_or_default(), start)
}

/// Of several texts in one line, the surest and then the most specific one is meant: go's words around git's, a library's inside npm's.
fn keep_best_of_each_line(known: &Known, hits: &mut Vec<Hit<'_>>) {
    let weight = |hit: &Hit<'_>| known.patterns.get(hit.text).map_or(0, |p| p.weight);
    hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(weight(hit))));
    hits.dedup_by_key(|hit| hit.start);
}

fn add(known: &Known, log: &str, hit: &Hit<'_>, found: &mut Vec<Found>) {
    let (Some(text), Some(pattern)) = (texts().get(hit.text), known.patterns.get(hit.text)) else { return };
    let Some(cause) = cause_of(&text.code) else { return };
    let masked = clean::masked(hit.line);
    let line = clean::shown(&masked);
    if let Some(same) = found.iter_mut().find(|f| f.code == cause.code) {
        if same.evidence.len() < MAX_LINES && !same.evidence.contains(&line) {
            same.evidence.push(line);
        }
        if !same.place.is_known() {
            same.place = place_of(pattern, &masked, log, hit.start);
            (same.cause, same.repair) = cause.worded(&same.place, "the host");
        }
        return;
    }
    let place = place_of(pattern, &masked, log, hit.start);
    let (said, repair) = cause.worded(&place, "the host");
    found.push(Found {
        code: &cause.code,
        rung: cause.rung,
        cause: said,
        repair,
        look: &cause.look,
        evidence: vec![line],
        place,
        program: &text.program,
        sureness: text.sure,
    });
}

/// The place in the line itself, else in the lines before it, the nearest first.
fn place_of(pattern: &pattern::Pattern, masked: &str, log: &str, start: usize) -> Place {
    let kept = pattern.fit(masked).unwrap_or_default();
    let mut place = Place::of(&kept, masked);
    let mut low = start.saturating_sub(REACH);
    while !log.is_char_boundary(low) {
        low += 1;
    }
    let before = log.get(low..start).unwrap_or_default();
    // The first of them may be the end of a longer line, and its beginning a secret's end.
    let whole = if low == 0 { before } else { before.split_once('\n').map_or("", |(_, lines)| lines) };
    for line in whole.lines().rev().take(20) {
        if place.is_known() {
            break;
        }
        place.or_url(&clean::masked(line));
    }
    for part in [&mut place.host, &mut place.url, &mut place.module, &mut place.path] {
        *part = part.take().map(|text| clean::shown(&text));
    }
    place
}
