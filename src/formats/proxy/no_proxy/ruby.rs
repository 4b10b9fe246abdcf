//! Ruby: the standard library (`URI::Generic.use_proxy?`), which bundler uses, and RubyGems' own reading.

use super::{Match, Target, first, is_in_block, split_port};

/// Blanks and commas divide; a port counts; `.x` is what is below x alone; `*` is not known. Ruby also looks the host's
/// address up, and takes this machine and CIDR blocks by it; that is left out here for names other than localhost.
#[must_use]
pub fn ruby(target: &Target, list: &str) -> Option<Match> {
    let address = if target.host == "localhost" { Some([127, 0, 0, 1].into()) } else { target.v4() };
    if address.is_some_and(|a: std::net::Ipv4Addr| a.is_loopback()) || target.host == "::1" {
        return Some(Match::built_in());
    }
    let entries = list.split([',', ' ', '\t', '\n']).filter(|entry| !entry.is_empty());
    first(entries, |entry| {
        let (name, port) = split_port(entry);
        let name = name.to_ascii_lowercase();
        let by_name = match name.strip_prefix('.') {
            Some(domain) => target.host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
            None => super::is_at_or_below(&target.host, &name),
        };
        let by_address = address.is_some_and(|address| is_in_block(address, &name));
        port.is_none_or(|port| port == target.port) && (by_name || by_address)
    })
}

/// RubyGems (`Gem::Request`, `no_proxy?`): label by label from the end, no `*`, no port.
#[must_use]
pub fn gems(target: &Target, list: &str) -> Option<Match> {
    super::npm::npm(target, list)
}
