//! Passwords and tokens in URLs: `scheme://user:password@host`, wherever such a text stands.

use super::{Care, Loose};
use crate::formats::{percent, token};
use crate::secret::Secret;
use memchr::memmem;

/// The longest authority that is looked at: a host has 255 bytes, a value of git's protocol 4096.
const LONGEST: usize = 4096 + 256;

/// The logins in all URLs of a text.
#[must_use]
pub fn urls(bytes: &[u8], care: Care) -> Vec<Loose> {
    let mut found = Vec::new();
    for at in memmem::find_iter(bytes, b"://") {
        found.extend(login(bytes, at + 3, care));
    }
    found
}

fn login(bytes: &[u8], start: usize, care: Care) -> Option<Loose> {
    if !bytes.get(start.checked_sub(4)?)?.is_ascii_alphanumeric() {
        return None;
    }
    let rest = bytes.get(start..)?;
    let ends = |b: &u8| b.is_ascii_whitespace() || b"/?#\"'<>`\\".contains(b) || *b < 0x20;
    let length = rest.iter().take(LONGEST).position(ends).unwrap_or(rest.len().min(LONGEST));
    let authority = rest.get(..length)?;
    let at = authority.iter().rposition(|b| *b == b'@')?;
    let (info, host) = (authority.get(..at)?, authority.get(at + 1..)?);
    let host = std::str::from_utf8(host).ok()?.trim_end_matches([',', ';', ')', ']', '.']);
    if host.is_empty() || (care == Care::Likely && is_example(host)) {
        return None;
    }
    let (user, span) = match info.iter().position(|b| *b == b':') {
        Some(colon) if colon + 1 < info.len() => (info.get(..colon)?, start + colon + 1..start + at),
        Some(colon) => (info.get(..colon)?, start..start),
        None => (info, start..start),
    };
    let text = String::from_utf8(percent::decode_as_git(user)).ok()?;
    let written = bytes.get(span.clone())?;
    // `https://TOKEN:x-oauth-basic@host`: the token stands in the place of the user.
    let is_user_secret = token::is_user_a_token(&text) && super::is_literal(user);
    let as_user = is_user_secret && (written.is_empty() || written == b"x-oauth-basic");
    if as_user {
        let span = start..start + user.len();
        let value = Secret::take_string(text);
        return Some(Loose { span, value, setting: "URL".into(), host: Some(host.into()), user: None });
    }
    if !care.takes(written) {
        return None;
    }
    let value = Secret::take(percent::decode_as_git(written));
    let user = Some(text).filter(|u| !is_user_secret && !u.is_empty());
    Some(Loose { span, value, setting: "URL".into(), host: Some(host.into()), user })
}

/// RFC 2606 section 3, and the machine itself.
fn is_example(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let ends = |domain: &str| name == domain || name.strip_suffix(domain).is_some_and(|n| n.ends_with('.'));
    ["example.com", "example.org", "example.net", "localhost", "127.0.0.1", "host", "hostname"]
        .iter()
        .any(|d| ends(d))
}
