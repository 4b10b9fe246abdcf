//! Python's httpx (`_utils.get_environment_proxies` and `URLPattern`).

use super::{Does, Match, Target, first, split_port};

/// `*` may stand among others; `.x` is what is below x alone; an entry may be a URL, which counts for that host and
/// scheme; a CIDR block is read as its first address.
#[must_use]
pub fn httpx(target: &Target, list: &str) -> Option<Match> {
    let entries = || list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    if let Some(found) = first(entries(), |entry| entry == "*") {
        return Some(found);
    }
    // A port that is no number is an error of the whole list.
    let bad = first(entries(), |entry| {
        let rest = entry.split_once("://").map_or(entry, |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or_default();
        authority.split_once(':').is_some_and(|(_, port)| port.contains([' ', '\t']))
    });
    bad.map(|found| Match { does: Does::Stops, ..found })
        .or_else(|| first(entries(), |entry| fits(target, entry)))
}

fn fits(target: &Target, entry: &str) -> bool {
    if let Some((scheme, rest)) = entry.split_once("://") {
        let scheme_fits = scheme == "all" || scheme == if target.https { "https" } else { "http" };
        let (host, port) = split_port(rest.split('/').next().unwrap_or_default());
        return scheme_fits && port_fits(target, port) && host.to_ascii_lowercase() == target.host;
    }
    let plain = entry.split('/').next().unwrap_or_default();
    if plain.parse::<std::net::IpAddr>().is_ok() || entry.eq_ignore_ascii_case("localhost") {
        return plain.eq_ignore_ascii_case(&target.host);
    }
    let (name, port) = split_port(plain);
    let name = name.to_ascii_lowercase();
    port_fits(target, port)
        && match name.strip_prefix('.') {
            Some(domain) => {
                target.host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
            }
            None => super::is_at_or_below(&target.host, &name),
        }
}

fn port_fits(target: &Target, port: Option<u16>) -> bool {
    port.is_none_or(|port| port == target.port)
}
