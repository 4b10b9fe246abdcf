//! Host names and ports in one canonical form, so that equality is equality (SECURITY rule 1).

use std::net::Ipv6Addr;

/// Splits `host`, `host:port`, `[ipv6]` or `[ipv6]:port` into the canonical host and the port.
///
/// The host comes back in lower case, an IPv6 address without brackets in its RFC 5952 form. `None` for anything else:
/// an empty label or one that starts with `-`, a byte outside `[A-Za-z0-9._-]` (so no IDNA name in its Unicode form,
/// no percent-encoding, no user), a port that is empty, zero, above 65535 or has a leading zero. A final dot stays
/// part of the name.
#[must_use]
pub fn split_host_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = split(text)?;
    let host = address(host).or_else(|| is_name(host, b"").then(|| host.to_ascii_lowercase()))?;
    Some((host, port))
}

/// The same for ssh, where the name may be the word of a `Host` line: it keeps its case, by which ssh tells `Host`
/// lines apart, and may hold a `+`.
#[must_use]
pub fn split_alias_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = split(text)?;
    let host = address(host).or_else(|| is_name(host, b"+").then(|| host.to_owned()))?;
    Some((host, port))
}

/// A port as the digits of a number from 1 to 65535, without leading zero.
#[must_use]
pub fn port_number(text: &str) -> Option<u16> {
    if text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn split(text: &str) -> Option<(&str, Option<u16>)> {
    let host_end =
        if text.starts_with('[') { text.find(']')? + 1 } else { text.find(':').unwrap_or(text.len()) };
    let (host, after) = text.split_at_checked(host_end)?;
    match after.strip_prefix(':') {
        Some(port) => Some((host, Some(port_number(port)?))),
        None => after.is_empty().then_some((host, None)),
    }
}

fn address(host: &str) -> Option<String> {
    let inside = host.strip_prefix('[')?.strip_suffix(']')?;
    Some(inside.parse::<Ipv6Addr>().ok()?.to_string())
}

fn is_name(text: &str, also: &[u8]) -> bool {
    let label_is_good = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || also.contains(&b))
    };
    text.len() <= 254 && text.strip_suffix('.').unwrap_or(text).split('.').all(label_is_good)
}
