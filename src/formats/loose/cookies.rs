//! `.gitcookies`, by which googlesource.com and Gerrit hosts know a user: the cookie file of Netscape and curl.

use super::Loose;
use crate::formats::lines::lines;

/// Seven fields with tabs between: domain, subdomains, path, secure, expiry, name, value.
#[must_use]
pub fn cookies(bytes: &[u8]) -> Vec<Loose> {
    lines(bytes)
        .filter_map(|line| {
            let text = line.text.strip_prefix(b"#HttpOnly_").unwrap_or(line.text);
            let fields: Vec<&[u8]> = text.split(|b| *b == b'\t').collect();
            let (&[domain, .., name, value], 7) = (fields.as_slice(), fields.len()) else { return None };
            if text.starts_with(b"#") || value.trim_ascii().is_empty() {
                return None;
            }
            let (domain, name) = (std::str::from_utf8(domain).ok()?, std::str::from_utf8(name).ok()?);
            let span = line.span.end - value.len()..line.span.end;
            Some(Loose::plain(bytes, span, name).at(Some(domain.trim_start_matches('.')), None))
        })
        .collect()
}
