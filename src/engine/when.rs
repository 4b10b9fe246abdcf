//! Times as people read them.

use jiff::Timestamp;

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
