//! Logins in `.npmrc`: npm's ini dialect, as far as needed to find every literal secret.
//!
//! npm takes a key only with the registry it is for, `//host[:port]/path/:_authToken` (npm docs, npmrc "Auth related
//! configuration"), above the first `[section]`. What it would ignore is found as well: it is a secret all the same.

use super::lines::lines;
use crate::secret::Secret;
use std::ops::Range;

/// What a line gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `_authToken`: a bearer token.
    AuthToken,
    /// `_auth`: base64 of `user:password`.
    Auth,
    /// `_password`: base64 of the password.
    Password,
    /// `username`: no secret.
    Username,
}

impl Kind {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "_authToken" => Self::AuthToken,
            "_auth" => Self::Auth,
            "_password" => Self::Password,
            "username" => Self::Username,
            _ => return None,
        })
    }
}

/// A value that npm would send.
#[derive(Clone, Debug)]
pub enum Value {
    /// The text itself. Secret, but for [`Kind::Username`].
    Literal(Secret),
    /// Nothing but references to environment variables, `${NAME}` or `${NAME?}`: the names.
    Variables(Vec<String>),
    /// Nothing.
    Empty,
}

/// One line with a login in it.
#[derive(Clone, Debug)]
pub struct Login {
    /// `//host[:port]/path/` as written; `None` for a bare key, which npm has ignored since version 9.
    pub registry: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Its value.
    pub value: Value,
    /// Whether npm takes it: it has a registry that ends in `/`, and stands above the first section.
    pub is_used: bool,
    /// 1-based.
    pub line: usize,
    /// The line without its line end.
    pub span: Range<usize>,
}

/// The logins of a file, in order; of two for one key npm takes the later.
#[must_use]
pub fn logins(bytes: &[u8]) -> Vec<Login> {
    let mut in_section = false;
    let mut found = Vec::new();
    for line in lines(bytes) {
        let Ok(text) = std::str::from_utf8(line.text) else { continue };
        // npm ends lines at a lone carriage return as well.
        for text in text.split('\r').map(str::trim) {
            if text.starts_with('[') && text.ends_with(']') {
                in_section = true;
                continue;
            }
            let Some((key, value)) = text.split_once('=').filter(|_| !text.starts_with([';', '#'])) else {
                continue;
            };
            let key = unquoted(key.trim());
            let (registry, name) = match key.rsplit_once(':') {
                Some((registry, name)) => (Some(registry), name),
                None => (None, key),
            };
            let Some(kind) = Kind::of(name) else { continue };
            // A bare `username` is some other program's.
            if kind == Kind::Username && registry.is_none() {
                continue;
            }
            let has_registry = registry.is_some_and(|url| url.starts_with("//") && url.ends_with('/'));
            found.push(Login {
                registry: registry.map(str::to_owned),
                kind,
                value: value_of(value.trim()),
                is_used: has_registry && !in_section,
                line: line.number,
                span: line.span.clone(),
            });
        }
    }
    found
}

fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote).and_then(|text: &str| text.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// npm's `ini`: a quoted value is whole; in another `;` and `#` start a comment unless a `\` stands before.
fn value_of(text: &str) -> Value {
    let whole = unquoted(text);
    let mut plain = String::with_capacity(whole.len());
    if whole.len() == text.len() {
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                ';' | '#' => break,
                '\\' => match rest.next() {
                    Some(c @ (';' | '#' | '\\')) => plain.push(c),
                    next => plain.extend(['\\'].into_iter().chain(next)),
                },
                c => plain.push(c),
            }
        }
    } else {
        plain.push_str(whole);
    }
    let value = Secret::take_string(plain);
    let text = value.expose_str().unwrap_or_default().trim();
    match variables(text) {
        _ if text.is_empty() => Value::Empty,
        Some(names) => Value::Variables(names),
        None => Value::Literal(Secret::copy_of(text.as_bytes())),
    }
}

/// The names, where the text is nothing but `${NAME}`s.
fn variables(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = rest.strip_prefix("${")?.split_once('}')?;
        let name = name.strip_suffix('?').unwrap_or(name);
        if name.is_empty() || name.contains(['$', '{', '?']) {
            return None;
        }
        names.push(name.to_owned());
        rest = after;
    }
    Some(names)
}
