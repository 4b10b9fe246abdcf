//! Where a log says that it went: host, port, URL.

use super::pattern::Kind;
use serde::Serialize;
use url::Url;

/// What was found in the text, without secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// A host's name or address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The URL that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A module, package, revision or scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// A file or folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Place {
    /// From what a pattern kept, and for the rest from the URL that stands in the line.
    pub(super) fn of(kept: &[(Kind, &str)], line: &str) -> Self {
        let mut place = Self::default();
        for (kind, held) in kept {
            let held = (*held).to_owned();
            match kind {
                Kind::Host => place.host = Some(held.trim_matches(['[', ']']).to_owned()),
                Kind::Port => place.port = held.parse().ok(),
                Kind::Url if held.contains("://") => place.url = Some(held),
                Kind::Url => place.path = Some(held),
                Kind::Module => place.module = Some(held),
                Kind::Path => place.path = Some(held),
            }
        }
        if place.url.is_none() {
            place.url = first_url(line).map(ToOwned::to_owned);
        }
        place.host_from_url();
        place.host_of_ssh(line);
        place
    }

    /// Takes the URL of another line when this one has no place at all.
    pub(super) fn or_url(&mut self, line: &str) {
        if self.host.is_none() && self.url.is_none() {
            self.url = first_url(line).map(ToOwned::to_owned);
            self.host_from_url();
            self.host_of_ssh(line);
        }
    }

    pub(super) fn is_known(&self) -> bool {
        self.host.is_some()
    }

    fn host_from_url(&mut self) {
        let Some(url) = self.url.as_deref().and_then(|u| Url::parse(u).ok()) else { return };
        let Some(host) = url.host_str() else { return };
        let host = host.trim_matches(['[', ']']);
        if self.host.is_none() {
            self.host = Some(host.to_owned());
        }
        if self.port.is_none() && self.host.as_deref() == Some(host) {
            self.port = url.port_or_known_default();
        }
    }

    /// `git@host: ...`, as ssh and scp-like remotes have it.
    fn host_of_ssh(&mut self, line: &str) {
        if self.host.is_some() {
            return;
        }
        let Some((_, after)) = line.split_once("git@") else { return };
        let end = after
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
            .unwrap_or(after.len());
        self.host = after.get(..end).filter(|h| h.contains('.')).map(ToOwned::to_owned);
    }
}

/// Pages that programs name for help; nobody wanted to download them.
const HELP: &[&str] = &[
    "://curl.se/",
    "://curl.haxx.se/",
    "www.npmjs.com/",
    "://docs.",
    "://git-scm.com",
    "cwiki.apache.org",
    "://aka.ms",
    "://nodejs.org",
    "://go.dev",
    "://golang.org",
    "://github.com/npm/cli",
    "://pip.pypa.io",
    "://learn.microsoft.com",
    "://doc.rust-lang.org",
    "://yarnpkg.com",
    "://pnpm.io",
    "://gradle.org",
    "://help.gradle.org",
];

/// A URL that is longer is none that anybody typed.
const LONGEST: usize = 2000;
const SCHEMES: &[&str] = &["https", "http", "ssh", "git"];

/// The first URL in a text that was not named for help.
pub(super) fn first_url(text: &str) -> Option<&str> {
    memchr::memmem::find_iter(text.as_bytes(), "://").take(64).find_map(|at| {
        let scheme = SCHEMES.iter().find(|s| text.get(..at).is_some_and(|head| head.ends_with(**s)))?;
        let tail = text.get(at - scheme.len()..)?;
        let mut long = 0;
        for c in tail.chars() {
            let ends = c.is_whitespace() || c.is_control() || "'\"`<>),\\".contains(c);
            if ends || long > LONGEST {
                break;
            }
            long += c.len_utf8();
        }
        let url = tail.get(..long)?.trim_end_matches(['.', ':', ';', ']']);
        let meant = long <= LONGEST && !url.ends_with("//") && !HELP.iter().any(|h| url.contains(h));
        meant.then_some(url)
    })
}
