//! `~/.git-credentials`: what `git credential-store` would hand out (git-credential-store(1) "STORAGE FORMAT").
//!
//! One URL a line, ended by LF alone: a carriage return or a byte order mark is part of the URL for git, which then
//! serves nobody.

mod url_parts;

pub(in crate::formats) use url_parts::UrlParts;

use crate::secret::Secret;
use std::ops::Range;

/// One stored login.
#[derive(Clone, Debug)]
pub struct StoredLogin {
    /// As written.
    pub protocol: String,
    /// Decoded, with the port where one is written, in the case it was written in. May be empty.
    pub host: String,
    /// Decoded, without slashes at either end.
    pub path: Option<String>,
    /// Decoded. May be empty.
    pub username: String,
    /// Decoded. May be empty.
    pub password: Secret,
    /// 1-based.
    pub line: usize,
    /// The line with its line end.
    pub span: Range<usize>,
}

impl StoredLogin {
    /// Whether git would hand it to who asks for this (credential.c, `credential_match`): what is asked for must be
    /// the same byte for byte, host and port as one text; what is not asked for does not count.
    #[must_use]
    pub fn serves(&self, protocol: &str, host: &str, path: Option<&str>, username: Option<&str>) -> bool {
        self.protocol == protocol
            && self.host == host
            && path.is_none_or(|path| self.path.as_deref() == Some(path))
            && username.is_none_or(|user| self.username == user)
    }
}

/// A line that git passes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// 1-based.
    pub line: usize,
    /// The line with its line end.
    pub span: Range<usize>,
    /// What is wrong.
    pub problem: Problem,
}

/// Why a line is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No `protocol://`, or an encoded line end.
    #[error("this is no URL")]
    NoUrl,
    /// A URL without `user:password@`.
    #[error("the URL has no user name and password")]
    NoLogin,
    /// git would serve it, but we do not read it.
    #[error("the URL is not UTF-8")]
    NotUtf8,
}

/// A file in its lines; empty ones count for nothing.
#[derive(Clone, Debug, Default)]
pub struct GitCredentials {
    /// In order: the first one that serves is taken.
    pub logins: Vec<StoredLogin>,
    /// In order.
    pub bad_lines: Vec<BadLine>,
}

/// Reads a whole file.
#[must_use]
pub fn parse(bytes: &[u8]) -> GitCredentials {
    let mut file = GitCredentials::default();
    let mut at = 0;
    for (index, line) in bytes.split_inclusive(|&b| b == b'\n').enumerate() {
        let span = at..at + line.len();
        at = span.end;
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let line = index + 1;
        match login(text, line, span.clone()) {
            Ok(login) => file.logins.push(login),
            Err(problem) => file.bad_lines.push(BadLine { line, span, problem }),
        }
    }
    file
}

fn login(text: &[u8], line: usize, span: Range<usize>) -> Result<StoredLogin, Problem> {
    // git's text ends at a NUL byte.
    let text = text.split(|&b| b == 0).next().unwrap_or_default();
    let parts = UrlParts::of(text).ok_or(Problem::NoUrl)?;
    let (protocol, Some(username), Some(password)) = (parts.protocol, parts.user, parts.password) else {
        return Err(if text.windows(3).any(|three| three == b"://") {
            Problem::NoLogin
        } else {
            Problem::NoUrl
        });
    };
    let utf8 = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| Problem::NotUtf8);
    Ok(StoredLogin {
        protocol: utf8(protocol.ok_or(Problem::NoUrl)?)?,
        host: utf8(parts.host.unwrap_or_default())?,
        path: parts.path.map(utf8).transpose()?,
        username: utf8(username)?,
        password,
        line,
        span,
    })
}
