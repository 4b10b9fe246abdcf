//! npm (@npmcli/agent, `isNoProxy`), label by label from the end.

use super::{Match, Target, first};

/// Neither `*` nor CIDR nor a port is known; dots at either end do not count; upper case never fits.
#[must_use]
pub fn npm(target: &Target, list: &str) -> Option<Match> {
    let entries = list.split(',').map(str::trim);
    first(entries, |entry| {
        let mut wanted = entry.split('.').filter(|label| !label.is_empty()).rev().peekable();
        let mut have = target.host.split('.').rev();
        wanted.peek().is_some() && wanted.all(|label| have.next() == Some(label))
    })
}
