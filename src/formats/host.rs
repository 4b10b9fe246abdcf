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
    if let Some(inside) = text.strip_prefix('[') {
        let (address, after) = inside.split_once(']')?;
        let host = address.parse::<Ipv6Addr>().ok()?.to_string();
        return match after.strip_prefix(':') {
            Some(port) => Some((host, Some(port_number(port)?))),
            None if after.is_empty() => Some((host, None)),
            None => None,
        };
    }
    match text.split_once(':') {
        Some((host, port)) => Some((name(host)?, Some(port_number(port)?))),
        None => Some((name(text)?, None)),
    }
}

/// A port as the digits of a number from 1 to 65535, without leading zero.
#[must_use]
pub fn port_number(text: &str) -> Option<u16> {
    if text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn name(text: &str) -> Option<String> {
    let labels = text.strip_suffix('.').unwrap_or(text);
    let good = labels.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    });
    (good && text.len() <= 254).then(|| text.to_ascii_lowercase())
}
