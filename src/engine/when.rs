//! Times as people read them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// `2026-11-24 03:40 UTC`.
#[must_use]
pub fn date_time(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |t| t.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// `2026-11-24`.
#[must_use]
pub fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |t| t.strftime("%Y-%m-%d").to_string())
}

/// `20261124T034000Z`, as calendars have it (RFC 5545 section 3.3.5).
#[must_use]
pub fn calendar_time(seconds: i64) -> Option<String> {
    Some(Timestamp::from_second(seconds).ok()?.strftime("%Y%m%dT%H%M%SZ").to_string())
}

/// `20261124`, as calendars have it (RFC 5545 section 3.3.4).
#[must_use]
pub fn calendar_day(seconds: i64) -> Option<String> {
    Some(Timestamp::from_second(seconds).ok()?.strftime("%Y%m%d").to_string())
}

/// The first second (UTC) of a day written as `2026-11-24`.
#[must_use]
pub fn start_of_day(text: &str) -> Option<i64> {
    let date: Date = text.parse().ok()?;
    // Other forms that the parser takes would be read back as another text.
    let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    Some(at).filter(|_| date.to_string() == text)
}
