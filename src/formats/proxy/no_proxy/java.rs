//! Java's `http.nonProxyHosts` (Java documentation, Networking Properties; `sun.net.spi.DefaultProxySelector`), which Maven
//! reads alike: `|` between patterns, `*` at the start or end of one.

use super::{Match, Target, first};

/// Patterns are names or addresses as text, without regard to case.
#[must_use]
pub fn java(target: &Target, list: &str) -> Option<Match> {
    let entries = list.split('|').map(str::trim).filter(|entry| !entry.is_empty());
    first(entries, |entry| {
        let entry = entry.to_ascii_lowercase();
        let bare = entry.trim_start_matches('[').trim_end_matches(']');
        match (entry.strip_prefix('*'), entry.strip_suffix('*')) {
            (Some(_), Some(_)) if entry.len() > 1 => target.host.contains(entry.trim_matches('*')),
            (Some(end), _) => target.host.ends_with(end),
            (None, Some(start)) => target.host.starts_with(start),
            (None, None) => target.host == bare,
        }
    })
}
