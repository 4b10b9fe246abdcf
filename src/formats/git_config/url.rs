//! URLs in the normal form of git's urlmatch.c (`url_normalize_1`), which is not that of a browser.

use crate::formats::{host, percent};

/// A URL in its normal parts.
pub(super) struct NormalUrl {
    pub(super) scheme: Vec<u8>,
    /// Percent-encoded. Empty but there for `https://@host`.
    pub(super) user: Option<Vec<u8>>,
    pub(super) host: Vec<u8>,
    /// Without that of http and https.
    pub(super) port: Option<u16>,
    /// From the first slash to the end, with query and fragment.
    pub(super) path: Vec<u8>,
}

impl NormalUrl {
    /// `None` for what git does not take for a URL. With `stars` the host may hold `*`.
    pub(super) fn of(url: &[u8], stars: bool) -> Option<Self> {
        let scheme_end =
            url.iter().position(|b| !(b.is_ascii_alphanumeric() || b"+.-".contains(b))).unwrap_or(url.len());
        let (scheme, rest) = url.split_at_checked(scheme_end)?;
        let rest =
            rest.strip_prefix(b"://").filter(|_| scheme.first().is_some_and(u8::is_ascii_alphabetic))?;
        let scheme = scheme.to_ascii_lowercase();
        let end = rest.iter().position(|b| b"/?#".contains(b)).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let (user, place) = match authority.iter().position(|&b| b == b'@') {
            Some(at) => (authority.get(..at), authority.get(at + 1..)?),
            None => (None, authority),
        };
        let user = match user {
            Some(info) => escapes(info)?.split(|&b| b == b':').next().map(<[u8]>::to_vec),
            None => None,
        };
        let has_host = place.first().is_some_and(|&b| b != b':');
        if !has_host && scheme != b"file" {
            return None;
        }
        let colon = place.iter().rposition(|b| b":]".contains(b)).filter(|&at| place.get(at) == Some(&b':'));
        let (name, port) = place.split_at_checked(colon.unwrap_or(place.len()))?;
        let good = |b: &u8| b.is_ascii_alphanumeric() || b".-_[:]".contains(b) || stars && *b == b'*';
        if !name.iter().all(good) || !has_host && port.len() > 1 {
            return None;
        }
        Some(Self {
            port: port_of(port.get(1..).unwrap_or_default(), &scheme)?,
            scheme,
            user,
            host: name.to_ascii_lowercase(),
            path: path(rest)?,
        })
    }
}

/// `None`: no port number. `Some(None)`: that of the scheme.
fn port_of(digits: &[u8], scheme: &[u8]) -> Option<Option<u16>> {
    let first = digits.iter().position(|&b| b != b'0').unwrap_or(digits.len().saturating_sub(1));
    let number = std::str::from_utf8(digits.get(first..)?).ok()?;
    Some(match (number, scheme) {
        ("", _) | ("80", b"http") | ("443", b"https") => None,
        _ => Some(host::port_number(number)?),
    })
}

fn path(rest: &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|b| b"?#".contains(b)).unwrap_or(rest.len());
    let (path, tail) = rest.split_at_checked(end)?;
    let mut out = b"/".to_vec();
    let mut segments = path.strip_prefix(b"/").unwrap_or(path).split(|&b| b == b'/').peekable();
    while let Some(segment) = segments.next() {
        let segment = escapes(segment)?;
        let mut at_top = false;
        match segment.as_slice() {
            // The slash before it goes, but for the first.
            b"." if out == b"/" => at_top = true,
            b"." => out.truncate(out.len().saturating_sub(1)),
            b".." => {
                out.pop();
                // Above the first slash there is nothing.
                let before = out.iter().rposition(|&b| b == b'/')?;
                at_top = before == 0;
                out.truncate(before.max(1));
            }
            segment => out.extend_from_slice(segment),
        }
        if segments.peek().is_some() && !at_top {
            out.push(b'/');
        }
    }
    out.extend(escapes(tail)?);
    Some(out)
}

/// `append_normalized_escapes`: decodes what may stand plain, encodes what may not.
fn escapes(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let mut byte = first;
        if first == b'%' {
            let (&[high, low], tail) = tail.split_first_chunk::<2>()?;
            rest = tail;
            byte = percent::hex_pair(high, low)?;
        }
        let unsafe_byte = byte <= 0x1f || byte >= 0x7f || b" <>\"%{}|\\^`".contains(&byte);
        if unsafe_byte || first == b'%' && b":/?#[]@!$&'()*+,;=".contains(&byte) {
            out.extend(format!("%{byte:02X}").into_bytes());
        } else {
            out.push(byte);
        }
    }
    Some(out)
}
