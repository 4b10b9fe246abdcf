//! Python: urllib (`proxy_bypass_environment`) and requests (`should_bypass_proxies`).

use super::{Match, Target, first, is_in_block, v4_block};

/// urllib: `*` alone; a leading dot does not count; an address is compared as text, like a name; a port counts.
#[must_use]
pub fn urllib(target: &Target, list: &str) -> Option<Match> {
    bypass(&target.host, &with_port(target), list)
}

/// requests asks urllib too, but without the port. What it adds: CIDR blocks of IPv4.
#[must_use]
pub fn requests(target: &Target, list: &str) -> Option<Match> {
    let packed = list.replace(' ', "");
    let entries = || packed.split(',').filter(|entry| !entry.is_empty());
    let own = match target.v4() {
        Some(address) => first(entries(), |entry| match v4_block(entry) {
            Some(_) => is_in_block(address, entry),
            None => entry == target.host,
        }),
        None => first(entries(), |entry| ends(&target.host, &with_port(target), entry)),
    };
    own.or_else(|| bypass(&target.host, &target.host, list))
}

/// The host as it stands in the URL: with a port that is not the scheme's own.
fn with_port(target: &Target) -> String {
    let own = if target.https { 443 } else { 80 };
    if target.port == own { target.host.clone() } else { format!("{}:{}", target.host, target.port) }
}

fn bypass(host: &str, host_port: &str, list: &str) -> Option<Match> {
    if list == "*" {
        return Some(Match::of("*"));
    }
    let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    first(entries, |entry| ends(host, host_port, &entry.to_lowercase()))
}

fn ends(host: &str, host_port: &str, entry: &str) -> bool {
    let name = entry.trim_start_matches('.');
    [host, host_port].iter().any(|host| super::is_at_or_below(host, name))
}
