//! Credentials in HTTP headers: `Authorization: Bearer ...`, `PRIVATE-TOKEN: ...`.

use super::{Care, Loose, basic};
use memchr::memchr_iter;

/// Headers that carry a credential, in lower case.
const NAMES: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "private-token",
    "job-token",
    "deploy-token",
    "x-jfrog-art-api",
];
const SCHEMES: &[&[u8]] = &[b"bearer ", b"token ", b"basic "];

/// The credentials in all headers of a text. Those of `Basic` come with their user.
#[must_use]
pub fn headers(bytes: &[u8], care: Care) -> Vec<Loose> {
    memchr_iter(b':', bytes).filter_map(|colon| header(bytes, colon, care)).collect()
}

fn header(bytes: &[u8], colon: usize, care: Care) -> Option<Loose> {
    let before = bytes.get(colon.saturating_sub(20)..colon)?;
    let length = before.iter().rev().take_while(|b| b.is_ascii_alphabetic() || **b == b'-').count();
    let name = bytes.get(colon - length..colon)?.to_ascii_lowercase();
    let name = NAMES.iter().find(|n| n.as_bytes() == name)?;
    let rest = bytes.get(colon + 1..)?;
    let mut start = colon + 1 + rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let after = bytes.get(start..)?;
    let scheme =
        SCHEMES.iter().find(|s| after.get(..s.len()).is_some_and(|head| head.eq_ignore_ascii_case(s)));
    start += scheme.map_or(0, |s| s.len());
    let value = bytes.get(start..)?;
    let length = value
        .iter()
        .take(8192)
        .take_while(|b| b.is_ascii_alphanumeric() || b"+/=._~-$%{".contains(b))
        .count();
    let span = start..start + length;
    let loose = Loose::plain(bytes, span, name);
    if length < 8 || !care.takes(loose.value.expose()) {
        return None;
    }
    match scheme.copied() {
        Some(b"basic ") => {
            let (user, value) = basic(loose.value.expose()).filter(|(_, password)| !password.is_empty())?;
            Some(Loose { value, ..loose }.at(None, Some(&user)))
        }
        _ => Some(loose),
    }
}
