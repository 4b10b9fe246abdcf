//! Text from outside, made safe: control and bidirectional characters escaped, credentials in URLs masked.

/// Escapes what could drive a terminal or hide text: C0, C1, DEL, line and paragraph separators and bidirectional
/// controls (SECURITY rule 19). Line feed and tab stay when `multiline` is true.
#[must_use]
pub fn for_terminal(text: &str, multiline: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if multiline && (c == '\n' || c == '\t') {
            out.push(c);
        } else if is_unsafe(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// What may be shown on one line of a text that came from outside: credentials in URLs masked, controls escaped.
#[must_use]
pub fn said(text: &str) -> String {
    for_terminal(&urls(text), false)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}'
            | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Masks the password, and a user name that stands alone, in every `scheme://user:password@` of a text.
///
/// A user name without a password may be a token itself (`https://ghp_x@github.com`), so over 20 characters it is
/// masked too.
#[must_use]
pub fn urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let end =
            tail.find(|c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"').unwrap_or(tail.len());
        let (authority, after) = tail.split_at(end);
        match authority.rsplit_once('@') {
            Some((userinfo, host)) => {
                let user = userinfo.split(':').next().unwrap_or_default();
                if userinfo.contains(':') {
                    out.push_str(if user.len() > 20 { "***" } else { user });
                    out.push_str(":***@");
                } else {
                    out.push_str(if user.len() > 20 { "***" } else { user });
                    out.push('@');
                }
                out.push_str(host);
            }
            None => out.push_str(authority),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The address of a proxy, on one line: what stands before the last `@` masked, however it is written.
#[must_use]
pub fn proxy(text: &str) -> String {
    let shown = match text.rsplit_once('@') {
        Some((userinfo, host)) => {
            let scheme = userinfo.split_once("://").map(|(scheme, _)| format!("{scheme}://"));
            format!("{}***@{host}", scheme.unwrap_or_default())
        }
        None => text.to_owned(),
    };
    for_terminal(&shown, false)
}

/// A user name as it may be shown: people put tokens there (`https://TOKEN@host`), and no name is that long.
#[must_use]
pub fn user_name(name: &str) -> &str {
    if name.len() > 20 && !name.contains('@') { "***" } else { name }
}

/// Masks the lines around a change that people keep secrets in: `extraHeader = ...`, `_authToken=...`, `password ...`.
///
/// By the names of settings, so a secret under an innocent name is not seen. Secrets that doorkey handles are never in
/// a text at all ([`crate::secret::Secret`]); this is for what stands beside them in files of the user's.
#[must_use]
pub fn settings(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let lower = line.to_ascii_lowercase();
        let name = SECRET_NAMES.iter().filter_map(|name| Some(lower.find(name)? + name.len())).min();
        match name.and_then(|end| line.get(..end).zip(line.get(end..))) {
            Some((head, tail)) => {
                out.push_str(head);
                out.push_str(if tail.trim().is_empty() { tail.trim_end_matches('\n') } else { " ***" });
                out.push_str(if tail.ends_with('\n') { "\n" } else { "" });
            }
            None => out.push_str(line),
        }
    }
    urls(&out)
}

/// Names that a secret follows, in lower case.
const SECRET_NAMES: &[&str] =
    &["extraheader", "password", "passwd", "authtoken", "_auth", "oauth_token", "secret", "cookie"];
