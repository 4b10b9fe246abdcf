//! iCalendar files (RFC 5545): whole days with reminders, written only.

/// A whole day in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Stays the same for the same thing in every file, so that a calendar moves the day instead of adding one (RFC 5545
    /// section 3.8.4.7). Letters, digits, `-` and `@` only.
    pub uid: String,
    /// `20260131`
    pub day: String,
    /// What happens on it, in a few words.
    pub summary: String,
    /// What to do about it.
    pub description: String,
}

/// How many days ahead a calendar reminds.
const REMINDERS: [u32; 2] = [14, 1];

/// The most octets of a line, its end left out (RFC 5545 section 3.1).
const LONGEST: usize = 75;

/// A calendar of these events. `made`: when, as `20260131T120000Z`, in UTC.
#[must_use]
pub fn calendar(events: &[Event], made: &str) -> String {
    let mut out = String::new();
    let mut line = |text: &str| fold(&mut out, text);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line(concat!("PRODID:-//doorkey//doorkey ", env!("CARGO_PKG_VERSION"), "//EN"));
    line("CALSCALE:GREGORIAN");
    for event in events {
        let summary = escaped(&event.summary);
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", event.uid));
        line(&format!("DTSTAMP:{made}"));
        // Without an end, a day lasts that day (section 3.6.1).
        line(&format!("DTSTART;VALUE=DATE:{}", event.day));
        line(&format!("SUMMARY:{summary}"));
        line(&format!("DESCRIPTION:{}", escaped(&event.description)));
        // It takes nobody's time.
        line("TRANSP:TRANSPARENT");
        for days in REMINDERS {
            line("BEGIN:VALARM");
            line("ACTION:DISPLAY");
            line(&format!("DESCRIPTION:{summary}"));
            line(&format!("TRIGGER:-P{days}D"));
            line("END:VALARM");
        }
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    out
}

/// A value of the type TEXT (RFC 5545 section 3.3.11). Controls have no place in one (section 3.1) and become blanks.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Adds a line in pieces of at most 75 octets, each after the first with a blank before it, which counts. No character is
/// split: section 3.1 allows it, and many readers break on it.
fn fold(out: &mut String, line: &str) {
    let mut used = 0;
    for c in line.chars() {
        if used + c.len_utf8() > LONGEST {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}
