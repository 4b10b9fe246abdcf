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

/// The first URL in a text that was not named for help.
pub(super) fn first_url(text: &str) -> Option<&str> {
    let mut from = 0;
    for _ in 0..64 {
        let at = from + text.get(from..)?.find("://")?;
        let head = text.get(..at)?;
        let start = head
            .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '+')
            .map_or(0, |i| i + head.get(i..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8));
        let tail = text.get(start..)?;
        let end = tail.find(|c: char| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '\'' | '"' | '`' | '<' | '>' | ')' | ',' | '\\')
        });
        let url = tail.get(..end.unwrap_or(tail.len()))?.trim_end_matches(['.', ':', ';', ']']);
        let spoken =
            ["https://", "http://", "ssh://", "git://", "sparse+https://"].iter().any(|s| url.starts_with(s));
        if spoken && url.len() < 2000 && !HELP.iter().any(|h| url.contains(h)) {
            return Some(url);
        }
        from = at + 3;
    }
    None
}
