//! Node from 24 on, when `NODE_USE_ENV_PROXY=1` is set: its `fetch` and its `http` module read the list differently.

use super::{Match, Target, first, split_port};

/// `fetch` (undici, `EnvHttpProxyAgent`): blanks and commas divide; `*` alone; `*.x` and `.x` are x and what is below.
#[must_use]
pub fn fetch(target: &Target, list: &str) -> Option<Match> {
    if list == "*" {
        return Some(Match::of("*"));
    }
    let entries = list.split([',', ' ', '\t', '\n']).filter(|entry| !entry.is_empty());
    first(entries, |entry| {
        let (name, port) = split_port(entry);
        let name = name.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(name);
        let name = name.strip_prefix('.').unwrap_or(name).to_ascii_lowercase();
        port.is_none_or(|port| port == target.port) && super::is_at_or_below(&target.host, &name)
    })
}

/// The `http` and `https` modules (lib/internal/http.js): a bare name is that host alone; `.x` ends like x.
#[must_use]
pub fn modules(target: &Target, list: &str) -> Option<Match> {
    let with_port = format!("{}:{}", target.host, target.port);
    let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    first(entries, |entry| {
        let entry = entry.to_ascii_lowercase();
        let below = |end: Option<&str>| end.is_some_and(|end| target.host.ends_with(end));
        entry == "*"
            || entry == target.host
            || entry == with_port
            || below(entry.strip_prefix('.'))
            || below(entry.strip_prefix('*').filter(|rest| rest.starts_with('.')))
    })
}
