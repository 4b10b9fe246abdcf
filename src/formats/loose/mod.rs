//! Secrets that lie loose in the files of other programs: one small reader a format.
//!
//! A reader says where the value stands, byte for byte, so that it can be taken out without touching anything else,
//! and whose it is as far as the file says so. References (`${NAME}`, `$(pass ...)`) are no secrets.

mod assignments;
mod cookies;
mod headers;
mod ini;
mod json;
mod known;
mod toml;
mod urls;
mod xml;
mod yaml;

pub use assignments::{assignments, flags, names_secret};
pub use cookies::cookies;
pub use headers::headers;
pub use ini::{aws, gradle, pypirc};
pub use json::{composer, docker};
pub use known::{git_config, netrc, npmrc};
pub use toml::{cargo, poetry};
pub use urls::urls;
pub(super) use xml::texts;
pub use xml::{maven, nuget};
pub use yaml::{hosts, listed};

use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use std::ops::Range;

/// A secret in clear.
#[derive(Debug, Clone)]
pub struct Loose {
    /// Where the value stands, as written, in bytes from the start of the file.
    pub span: Range<usize>,
    /// As its program reads it.
    pub value: Secret,
    /// What it stands under: `_authToken`, `password`, `URL`.
    pub setting: String,
    /// `host[:port]` that it is for, as far as the file says so.
    pub host: Option<String>,
    /// The user that goes with it.
    pub user: Option<String>,
}

impl Loose {
    /// A value that stands as it is.
    fn plain(bytes: &[u8], span: Range<usize>, setting: &str) -> Self {
        let value = Secret::copy_of(bytes.get(span.clone()).unwrap_or_default());
        Self { span, value, setting: setting.to_owned(), host: None, user: None }
    }

    fn at(mut self, host: Option<&str>, user: Option<&str>) -> Self {
        self.host = host.filter(|h| !h.is_empty()).map(str::to_owned);
        self.user = user.filter(|u| !u.is_empty()).map(str::to_owned);
        self
    }
}

/// So many secrets are read of one file where each is looked up in the whole: a file that somebody made to keep us busy
/// must not. No real one has as many.
const MOST: usize = 200;

/// How much a reader takes for a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// Whatever stands in the place of one: the program sends it as it stands.
    Verbatim,
    /// Whatever is no reference, in a file in which the program puts variables in.
    Any,
    /// Only what was hardly written as an example: for files that describe as well as configure.
    Likely,
}

impl Care {
    fn takes(self, value: &[u8]) -> bool {
        match self {
            Self::Verbatim => !value.is_empty() && !value.iter().all(|b| *b == b'*'),
            Self::Any => is_literal(value),
            Self::Likely => is_literal(value) && is_likely(value),
        }
    }
}

/// Whether a text is a value, and no reference to one: a variable, a command, a template, or crossed out.
#[must_use]
pub fn is_literal(value: &[u8]) -> bool {
    let starts = [&b"$"[..], b"`", b"{", b"<", b"(", b"env:", b"op://", b"***", b"%s", b"%("];
    // `%NAME%` of Windows; `%21` is the beginning of an encoded text.
    let percent = value.len() > 2 && value.starts_with(b"%") && value.ends_with(b"%");
    let crossed_out = value.iter().all(|b| matches!(b, b'*' | b'.' | b'x' | b'X' | b'-'));
    let mixed = memchr::memmem::find(value, b"${").is_some() && value.contains(&b'}');
    !crossed_out && !percent && !mixed && !starts.iter().any(|s| value.starts_with(s))
}

/// What stands in examples, beside the words that a longer value only has to contain.
const TRIVIAL: &[&str] = &[
    "pass",
    "password",
    "passwd",
    "secret",
    "token",
    "pwd",
    "user",
    "username",
    "test",
    "guest",
    "admin",
    "root",
    "postgres",
    "null",
    "none",
    "true",
    "false",
    "foo",
    "bar",
    "hunter2",
    "s3cret",
    "mypassword",
    "changeme",
];

fn is_likely(value: &[u8]) -> bool {
    let lower = zeroize::Zeroizing::new(value.to_ascii_lowercase());
    let contains = |word: &str| memchr::memmem::find(&lower, word.as_bytes()).is_some();
    value.len() >= 8
        && !TRIVIAL.iter().any(|word| lower.as_slice() == word.as_bytes())
        && !["example", "your", "change", "placeholder", "dummy", "replace", "xxxx"]
            .iter()
            .any(|w| contains(w))
        && (value.iter().any(u8::is_ascii_digit) || value.iter().any(u8::is_ascii_uppercase))
}

/// The user and the password in the base64 of `user:password`.
fn basic(value: &[u8]) -> Option<(String, Secret)> {
    let bytes = STANDARD.decode(value).or_else(|_| STANDARD_NO_PAD.decode(value)).ok()?;
    let bytes = Secret::take(bytes);
    let text = bytes.expose_str()?;
    let (user, password) = text.split_once(':')?;
    let printable = !text.chars().any(char::is_control);
    printable.then(|| (user.to_owned(), Secret::copy_of(password.as_bytes())))
}

/// The authority of a URL, without its user: `https://u:p@git.test:8443/x` is `git.test:8443`.
fn authority(url: &str) -> Option<&str> {
    let after = url.split_once("://").map_or(url, |(_, after)| after).trim_start_matches('/');
    let authority = after.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    (!host.is_empty() && !host.contains(char::is_whitespace)).then_some(host)
}

/// A text without its blanks and its pair of quotes, and where it begins in `line`.
fn unquoted(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let text = bytes.get(span.clone()).unwrap_or_default();
    let start = span.start + text.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let end = span.end - text.iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
    let range = start..end.max(start);
    match bytes.get(range.clone()).unwrap_or_default() {
        [a @ (b'"' | b'\''), .., b] if a == b => range.start + 1..range.end - 1,
        _ => range,
    }
}
