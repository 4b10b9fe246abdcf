//! JSON: docker's and podman's `auths`, composer's `auth.json`.

use super::{Loose, MOST, authority, basic, is_literal};
use memchr::memmem;
use serde_json::{Map, Value};
use std::ops::Range;

/// Docker's `config.json`, podman's `auth.json` and the old `.dockercfg`: base64 of `user:password` a registry.
#[must_use]
pub fn docker(bytes: &[u8]) -> Vec<Loose> {
    let Some(file) = object(bytes) else { return Vec::new() };
    let auths = match file.get("auths") {
        Some(Value::Object(auths)) => auths,
        _ => &file,
    };
    let mut found = Vec::new();
    let mut places = Places::of(bytes);
    for (registry, login) in auths {
        let Some(login) = login.as_object() else { continue };
        let host = authority(registry);
        for key in ["auth", "identitytoken", "registrytoken", "password"] {
            let Some(text) = login.get(key).and_then(Value::as_str).filter(|t| is_literal(t.as_bytes()))
            else {
                continue;
            };
            let Some(span) = places.next(text) else { continue };
            let user = login.get("username").and_then(Value::as_str);
            let loose = Loose::plain(bytes, span, key).at(host, user);
            found.push(match basic(text.as_bytes()).filter(|_| key == "auth") {
                Some((user, value)) => Loose { value, ..loose }.at(host, Some(&user)),
                None => loose,
            });
        }
    }
    found
}

/// Composer's `auth.json`: by kind, then by host.
#[must_use]
pub fn composer(bytes: &[u8]) -> Vec<Loose> {
    let Some(file) = object(bytes) else { return Vec::new() };
    let mut found = Vec::new();
    let mut places = Places::of(bytes);
    for (kind, hosts) in &file {
        let known =
            ["github-oauth", "gitlab-oauth", "gitlab-token", "bearer", "http-basic", "bitbucket-oauth"];
        if !known.contains(&kind.as_str()) {
            continue;
        }
        for (host, login) in hosts.as_object().into_iter().flatten() {
            let field = |name: &str| login.get(name).and_then(Value::as_str);
            let text = login
                .as_str()
                .or_else(|| field("password"))
                .or_else(|| field("token"))
                .or_else(|| field("consumer-secret"));
            let Some(text) = text.filter(|t| is_literal(t.as_bytes())) else { continue };
            if let Some(span) = places.next(text) {
                found.push(Loose::plain(bytes, span, kind).at(authority(host), field("username")));
            }
        }
    }
    found
}

fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(bytes).ok()
}

/// Where values stand: the parser does not say. Values come in the order of the file, so two that are equal are told
/// apart; one with escapes in it is not found.
struct Places<'a> {
    bytes: &'a [u8],
    at: usize,
    asked: usize,
}

impl<'a> Places<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, asked: 0 }
    }

    fn next(&mut self, value: &str) -> Option<Range<usize>> {
        let quoted = |from: usize| {
            let rest = self.bytes.get(from..)?;
            memmem::find_iter(rest, value.as_bytes()).map(|at| from + at).find(|at| {
                at.checked_sub(1).and_then(|before| self.bytes.get(before)) == Some(&b'"')
                    && self.bytes.get(at + value.len()) == Some(&b'"')
            })
        };
        self.asked += 1;
        if self.asked > MOST {
            return None;
        }
        let start = quoted(self.at).or_else(|| quoted(0))?;
        self.at = start + value.len();
        Some(start..self.at)
    }
}
