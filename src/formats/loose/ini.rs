//! Sections and `key = value`: .pypirc, AWS's credentials, gradle.properties.

use super::{Loose, MOST, authority, unquoted};
use crate::formats::lines::lines;
use std::ops::Range;

/// One setting.
struct Setting {
    section: String,
    key: String,
    /// Without blanks and quotes.
    value: Range<usize>,
}

impl Setting {
    fn text<'a>(&self, bytes: &'a [u8]) -> &'a str {
        bytes.get(self.value.clone()).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
    }
}

/// Python's configparser, AWS's files and Java's properties, as far as one line is one setting.
fn settings(bytes: &[u8]) -> Vec<Setting> {
    let mut section = String::new();
    let mut found = Vec::new();
    for line in lines(bytes) {
        let text = line.text.trim_ascii();
        if let Some(name) = text.strip_prefix(b"[").and_then(|t| t.strip_suffix(b"]")) {
            section = String::from_utf8_lossy(name).trim().to_owned();
            continue;
        }
        if text.is_empty() || matches!(text.first(), Some(b'#' | b';' | b'!')) {
            continue;
        }
        let Some(sign) = line.text.iter().position(|b| matches!(b, b'=' | b':')) else { continue };
        let key = String::from_utf8_lossy(line.text.get(..sign).unwrap_or_default()).trim().to_owned();
        let value = unquoted(bytes, line.span.start + sign + 1..line.span.end);
        found.push(Setting { section: section.clone(), key, value });
    }
    found
}

/// `~/.pypirc`: a section for each index, with `repository`, `username`, `password`.
#[must_use]
pub fn pypirc(bytes: &[u8]) -> Vec<Loose> {
    let all = settings(bytes);
    let beside = |one: &Setting, key: &str| {
        let of = |s: &&Setting| s.section == one.section && s.key.eq_ignore_ascii_case(key);
        all.iter().find(of).map(|s| s.text(bytes))
    };
    let passwords = all.iter().filter(|s| s.key.eq_ignore_ascii_case("password"));
    passwords
        .filter(|s| super::is_literal(s.text(bytes).as_bytes()))
        .take(MOST)
        .map(|s| {
            let host = beside(s, "repository").and_then(authority).unwrap_or(&s.section);
            Loose::plain(bytes, s.value.clone(), "password").at(Some(host), beside(s, "username"))
        })
        .collect()
}

/// `~/.aws/credentials`: the secret halves. The user is the access key id, which is no secret.
#[must_use]
pub fn aws(bytes: &[u8]) -> Vec<Loose> {
    let all = settings(bytes);
    let secrets = all.iter().filter(|s| {
        matches!(s.key.to_ascii_lowercase().as_str(), "aws_secret_access_key" | "aws_session_token")
            && super::is_literal(s.text(bytes).as_bytes())
    });
    secrets
        .take(MOST)
        .map(|s| {
            let id = all
                .iter()
                .find(|o| o.section == s.section && o.key.eq_ignore_ascii_case("aws_access_key_id"));
            Loose::plain(bytes, s.value.clone(), &s.key).at(None, id.map(|id| id.text(bytes)))
        })
        .collect()
}

/// The ends of the names of secrets, in lower case.
const SECRETS: &[&str] = &["password", "token", "secret", "apikey", "api_key", "api-key"];

/// `gradle.properties`: passwords and tokens by the ends of their names; `corpUsername` goes with `corpPassword`.
#[must_use]
pub fn gradle(bytes: &[u8]) -> Vec<Loose> {
    let all = settings(bytes);
    let stem = |key: &str, ends: &[&str]| {
        let key = key.to_ascii_lowercase();
        ends.iter().find_map(|end| key.strip_suffix(end).map(str::to_owned))
    };
    let mut found = Vec::new();
    for one in &all {
        let Some(name) = stem(&one.key, SECRETS) else { continue };
        if super::is_literal(one.text(bytes).as_bytes()) && found.len() < MOST {
            let user = all.iter().find(|o| stem(&o.key, &["username", "user"]).as_ref() == Some(&name));
            let user = user.map(|o| o.text(bytes));
            found.push(Loose::plain(bytes, one.value.clone(), &one.key).at(None, user));
        }
    }
    found
}
