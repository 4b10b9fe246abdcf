//! Go's net/http (golang.org/x/net/http/httpproxy, `config.init` and `useProxy`), and every program that is written with it.

use super::{Match, Target, first, split_port};
use std::net::IpAddr;

/// As Go 1.24; an older one compares the ends of addresses as text, too. This machine is never asked for through a proxy. `*` may stand among others; `.x` is what is below x alone; a port
/// counts.
#[must_use]
pub fn go(target: &Target, list: &str) -> Option<Match> {
    let ip = target.ip();
    if target.host == "localhost" || ip.is_some_and(|ip| ip.is_loopback()) {
        return Some(Match::built_in());
    }
    let entries = || list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    first(entries(), |entry| entry == "*").or_else(|| first(entries(), |entry| fits(target, ip, entry)))
}

fn fits(target: &Target, ip: Option<IpAddr>, entry: &str) -> bool {
    let entry = entry.to_ascii_lowercase();
    if let Some(block) = block(&entry) {
        return ip.is_some_and(|ip| is_in(ip, block));
    }
    // net.SplitHostPort: more than one colon needs brackets.
    let (name, port) = match entry.strip_prefix('[').and_then(|rest| rest.split_once("]:")) {
        Some((name, port)) => (name, port.parse().ok()),
        None if entry.matches(':').count() == 1 => split_port(&entry),
        None => (entry.as_str(), None),
    };
    if port.is_some_and(|port| port != target.port) {
        return false;
    }
    if let Ok(address) = name.parse::<IpAddr>() {
        return ip == Some(address);
    }
    if ip.is_some() {
        return false;
    }
    let name = if name.starts_with("*.") { &name[1..] } else { name };
    match name.strip_prefix('.') {
        Some(domain) => target.host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
        None => super::is_at_or_below(&target.host, name),
    }
}

/// net.ParseCIDR.
fn block(entry: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = entry.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    Some((address, bits.parse().ok().filter(|bits| *bits <= most)?))
}

fn is_in(ip: IpAddr, (block, bits): (IpAddr, u32)) -> bool {
    match (ip, block) {
        (IpAddr::V4(ip), IpAddr::V4(block)) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            ip.to_bits() & mask == block.to_bits() & mask
        }
        (IpAddr::V6(ip), IpAddr::V6(block)) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            ip.to_bits() & mask == block.to_bits() & mask
        }
        _ => false,
    }
}
