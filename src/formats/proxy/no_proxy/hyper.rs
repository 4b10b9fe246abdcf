//! Rust's hyper-util (`client::proxy::matcher`), by which reqwest and uv read the list.

use super::{Match, Target, first, is_in_block};

/// `*` may stand among others; a leading dot does not count; CIDR counts for addresses; ports and `*.x` are not known.
#[must_use]
pub fn hyper(target: &Target, list: &str) -> Option<Match> {
    let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    first(entries, |entry| {
        if let Some(address) = target.ip() {
            let same = entry.trim_matches(['[', ']']).parse() == Ok(address);
            return same || entry == "*" || target.v4().is_some_and(|v4| is_in_block(v4, entry));
        }
        let name = entry.strip_prefix('.').unwrap_or(entry).to_ascii_lowercase();
        entry == "*" || super::is_at_or_below(&target.host, &name)
    })
}
