//! The judge: reads a request strictly, and says which secret it may be answered with. It uses nothing of doorkey, and
//! is written for plainness: where two readers could differ, nothing is allowed.

use super::world::{CLAIMS, Claimed, KEPT, Kept};
use std::net::Ipv6Addr;

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) scheme: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: Option<String>,
    pub(crate) user: Option<String>,
}

/// Reads a request. `None`: it must not be answered with a secret.
pub(crate) fn read(input: &[u8]) -> Option<Asked> {
    if input.len() > 65536 {
        return None;
    }
    let text = std::str::from_utf8(input).ok()?;
    let (mut protocol, mut host, mut path, mut user, mut url) = (None, None, None, None, None);
    let mut seen: Vec<&str> = Vec::new();
    let mut lines: Vec<&str> = text.split('\n').collect();
    // A last line end, and one blank line before it.
    for _ in 0..2 {
        if lines.last() == Some(&"") {
            lines.pop();
        }
    }
    for line in lines {
        if line.bytes().any(|b| b < 0x20 || b == 0x7f) {
            return None;
        }
        let equals = line.find('=')?;
        let (key, value) = (&line[..equals], &line[equals + 1..]);
        if key.is_empty() || value.len() > 4096 {
            return None;
        }
        if !key.ends_with("[]") {
            if seen.contains(&key) {
                return None;
            }
            seen.push(key);
        }
        match key {
            "protocol" => protocol = Some(value),
            "host" => host = Some(value),
            "path" => path = Some(value),
            "username" => user = Some(value),
            "url" => url = Some(value),
            _ => {}
        }
    }
    let mut asked = match url {
        Some(url) => Some(read_url(url)?),
        None => None,
    };
    // What stands by itself, and in the URL, must be the same.
    let some = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(str::to_owned);
    let (path, user) = (some(path), some(user));
    match &mut asked {
        None => {
            let scheme = scheme(protocol?)?;
            let (host, port) = place(host?)?;
            let port = port.unwrap_or(default_port(&scheme));
            Some(Asked { scheme, host, port, path, user })
        }
        Some(asked) => {
            if let Some(protocol) = protocol {
                (scheme(protocol)? == asked.scheme).then_some(())?;
            }
            if let Some(host) = host {
                let (host, port) = place(host)?;
                (host == asked.host && port.unwrap_or(default_port(&asked.scheme)) == asked.port)
                    .then_some(())?;
            }
            for (named, in_url) in [(path, &mut asked.path), (user, &mut asked.user)] {
                match (named, in_url) {
                    (Some(named), Some(in_url)) if named != *in_url => return None,
                    (Some(named), place @ None) => *place = Some(named),
                    _ => {}
                }
            }
            Some(Asked {
                scheme: asked.scheme.clone(),
                host: asked.host.clone(),
                port: asked.port,
                path: asked.path.clone(),
                user: asked.user.clone(),
            })
        }
    }
}

fn default_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

fn scheme(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    (text == "https" || text == "http").then_some(text)
}

/// `host[:port]`, with an IPv6 address in brackets.
fn place(text: &str) -> Option<(String, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        let address: Ipv6Addr = inside.parse().ok()?;
        return match after.strip_prefix(':') {
            Some(digits) => Some((address.to_string(), Some(port(digits)?))),
            None => after.is_empty().then(|| (address.to_string(), None)),
        };
    }
    let (host, digits) = match text.split_once(':') {
        Some((host, digits)) => (host, Some(digits)),
        None => (text, None),
    };
    let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_';
    if host.is_empty() || !host.bytes().all(good) {
        return None;
    }
    // The root's dot names the same host (RFC 1034, section 3.1).
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let port = match digits {
        Some(digits) => Some(port(digits)?),
        None => None,
    };
    Some((host, port))
}

fn port(digits: &str) -> Option<u16> {
    if digits.is_empty() || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

fn read_url(url: &str) -> Option<Asked> {
    if url.contains(['?', '#', '\\']) {
        return None;
    }
    let (before, rest) = url.split_once("://")?;
    let scheme = scheme(before)?;
    let (authority, path) = match rest.find('/') {
        Some(slash) => (&rest[..slash], &rest[slash..]),
        None => (rest, ""),
    };
    if authority.matches('@').count() > 1 {
        return None;
    }
    let (info, place_text) = match authority.split_once('@') {
        Some((info, place)) => (Some(info), place),
        None => (None, authority),
    };
    let (host, port) = place(place_text)?;
    let user = match info.map(|info| info.split(':').next().unwrap_or_default()) {
        Some(user) => Some(decode(user)?).filter(|user| !user.is_empty()),
        None => None,
    };
    let path = Some(decode(path.trim_matches('/'))?).filter(|path| !path.is_empty());
    let port = port.unwrap_or(default_port(&scheme));
    Some(Asked { scheme, host, port, path, user })
}

/// Percent-decoding, once.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    if bytes.iter().any(|b| *b < 0x20 || *b == 0x7f) {
        return None;
    }
    String::from_utf8(bytes).ok()
}

/// The number of the secret that may be handed out, if there is one.
pub(crate) fn allowed(asked: &Asked) -> Option<usize> {
    let segments = match &asked.path {
        Some(path) => segments(path)?,
        None => Vec::new(),
    };
    let here = |scheme: &str, host: &str, port: u16| {
        scheme == asked.scheme && host == asked.host && port == asked.port
    };
    let claims: Vec<&Claimed> = CLAIMS.iter().filter(|c| here(c.scheme, c.host, c.port)).collect();
    if segments.is_empty() && claims.iter().any(|c| !c.owner.is_empty()) {
        return None;
    }
    let covering: Vec<&&Claimed> = claims.iter().filter(|c| covers(c.owner, &segments, c.fold)).collect();
    let deepest = covering.iter().map(|c| c.owner.len()).max()?;
    let best: Vec<&&&Claimed> = covering.iter().filter(|c| c.owner.len() == deepest).collect();
    let [claim] = best.as_slice() else { return None };
    if let (Some(given), Some(wanted)) = (asked.user.as_deref(), claim.user) {
        (given == wanted).then_some(())?;
    }
    let user = asked.user.as_deref().or(claim.user);
    let fits = |kept: &Kept| {
        kept.profile == claim.profile
            && here(kept.scheme, kept.host, kept.port)
            && user.is_none_or(|user| user == kept.user)
            && covers(kept.path, &segments, claim.fold)
    };
    let fitting: Vec<(usize, &Kept)> = KEPT.iter().enumerate().filter(|(_, kept)| fits(kept)).collect();
    let deepest = fitting.iter().map(|(_, kept)| kept.path.len()).max()?;
    let best: Vec<_> = fitting.into_iter().filter(|(_, kept)| kept.path.len() == deepest).collect();
    match best.as_slice() {
        [(index, kept)] if kept.usable => Some(*index),
        _ => None,
    }
}

/// The segments of a path that can be read in one way only.
fn segments(path: &str) -> Option<Vec<&str>> {
    let lower = path.to_ascii_lowercase();
    if lower.contains("%2f")
        || lower.contains("%5c")
        || path.contains('\\')
        || path.chars().any(char::is_control)
    {
        return None;
    }
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    let found: Vec<&str> = path.split('/').collect();
    found.iter().all(|s| !s.is_empty() && *s != "." && *s != "..").then_some(found)
}

/// Whether a path lies below an owner, segment by segment. A repository's own claim also covers its name with `.git`.
fn covers(owner: &[&str], path: &[&str], fold: bool) -> bool {
    let same = |a: &str, b: &str| if fold { a.eq_ignore_ascii_case(b) } else { a == b };
    owner.len() <= path.len()
        && owner.iter().zip(path).enumerate().all(|(index, (ours, theirs))| {
            let last = index > 0 && index + 1 == owner.len();
            same(ours, theirs) || (last && theirs.strip_suffix(".git").is_some_and(|bare| same(ours, bare)))
        })
}
