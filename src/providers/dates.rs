//! The forms in which hosts write times.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

const DAY: i64 = 86_400;

/// GitHub's header `github-authentication-token-expiration` has two forms: `2026-12-31 15:04:05 UTC` and
/// `2026-12-31 15:04:05 -0700`.
pub(super) fn github(text: &str) -> Option<i64> {
    if let Some(plain) = text.strip_suffix(" UTC") {
        let at = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", plain).ok()?;
        return Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second());
    }
    let at = Zoned::strptime("%Y-%m-%d %H:%M:%S %z", text);
    at.map(|z| z.timestamp().as_second()).ok()
}

/// RFC 3339, as most JSON has it.
pub(super) fn rfc3339(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().map(Timestamp::as_second).ok()
}

/// GitLab's date: the token dies in its first second (UTC).
pub(super) fn first_second(text: &str) -> Option<i64> {
    let date: Date = text.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

/// The same date as people mean it: the last day on which a token works.
#[must_use]
pub fn last_day(ends: i64) -> i64 {
    if ends.rem_euclid(DAY) == 0 { ends - DAY } else { ends }
}

/// Milliseconds since 1970, as Bitbucket Data Center has them.
pub(super) fn milliseconds(count: i64) -> i64 {
    count.div_euclid(1000)
}
