//! wget (host.c, `sufmatch`; utils.c, `sepstring`).

use super::{Match, Target, first};

/// Ends of names as text, addresses too; `.x` is what is below x alone. Neither `*` nor CIDR nor a port is known, and a
/// blank inside an entry is part of it.
#[must_use]
pub fn wget(target: &Target, list: &str) -> Option<Match> {
    // Blanks after a comma are skipped, those at the start of the list are not.
    let entries =
        list.split(',').enumerate().map(|(i, entry)| if i == 0 { entry } else { entry.trim_start() });
    first(entries.filter(|entry| !entry.is_empty()), |entry| {
        let entry = entry.to_ascii_lowercase();
        let rest = target.host.strip_suffix(&entry);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.') || entry.starts_with('.'))
    })
}
