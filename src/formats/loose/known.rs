//! Formats that have a reader of their own: git's configuration, .netrc, .npmrc.

use super::{Care, Loose, MOST, basic, headers, is_literal, urls};
use crate::formats::git_config as config;
use crate::formats::lines::lines;
use crate::formats::netrc::{Field, Netrc};
use crate::formats::npmrc::{self, Kind, Value};
use crate::formats::token::is_user_a_token;
use crate::secret::Secret;
use base64::Engine;
use memchr::memmem;

/// git: passwords in URLs of any setting and of comments, headers with a credential, and tokens under names of tools
/// (`github.token`, `gitlab.token`).
#[must_use]
pub fn git_config(bytes: &[u8]) -> Vec<Loose> {
    let mut found = urls(bytes, Care::Verbatim);
    // A file that git refuses may hold secrets all the same.
    let entries = config::parse(bytes).unwrap_or_default();
    let covered = entries.iter().any(|e| e.key == "extraheader");
    if !covered {
        found.extend(headers(bytes, Care::Verbatim));
    }
    for entry in &entries {
        let text = bytes.get(entry.span.clone()).unwrap_or_default();
        let place = entry.subsection.as_deref().and_then(|s| std::str::from_utf8(s).ok());
        let host = place.filter(|p| p.contains("://")).and_then(super::authority);
        if entry.key == "extraheader" {
            for mut loose in headers(text, Care::Verbatim) {
                loose.span = loose.span.start + entry.span.start..loose.span.end + entry.span.start;
                loose.host = host.map(str::to_owned);
                found.push(loose);
            }
        }
        let is_token =
            ["token", "oauthtoken", "password", "apitoken", "privatetoken"].contains(&entry.key.as_str());
        let Some(value) = entry.value.as_deref().filter(|v| is_token && is_literal(v)) else { continue };
        let Some(at) = memmem::rfind(text, value) else { continue };
        let start = entry.span.start + at;
        let setting = format!("{}.{}", entry.section, entry.key);
        found.push(Loose::plain(bytes, start..start + value.len(), &setting).at(host, None));
    }
    found
}

/// What GitHub has people write for a password where the user name is the token.
const NO_PASSWORD: &[u8] = b"x-oauth-basic";

/// `.netrc`: every password, as curl reads it and as Python does, for which a `#` inside a line begins no comment and
/// a quote need not end.
#[must_use]
pub fn netrc(bytes: &[u8]) -> Vec<Loose> {
    let file = Netrc::parse(bytes).unwrap_or_default();
    let mut found = Vec::new();
    for entry in &file.entries {
        let host = entry.host.as_deref();
        let user = entry.login.as_ref().and_then(|l| l.value.expose_str());
        // `login TOKEN password x-oauth-basic`: the token stands in the place of the user.
        let token = user.filter(|user| is_user_a_token(user));
        if let Some(login) = entry.login.as_ref().filter(|_| token.is_some()) {
            found.push(Loose::plain(bytes, login.span.clone(), "login").at(host, None));
        }
        let is_secret = |p: &&Field| !p.value.is_empty() && !p.value.same_as(NO_PASSWORD);
        let Some(password) = entry.password.as_ref().filter(is_secret) else { continue };
        let loose =
            Loose::plain(bytes, password.span.clone(), "password").at(host, user.filter(|_| token.is_none()));
        found.push(Loose { value: password.value.clone(), ..loose });
    }
    // Where both see one, the first says more of it.
    found.extend(plain_netrc(bytes));
    found
}

/// What follows the word `password` on a line that is no comment, up to a blank.
fn plain_netrc(bytes: &[u8]) -> Vec<Loose> {
    let mut found = Vec::new();
    for line in lines(bytes).filter(|line| !line.text.trim_ascii_start().starts_with(b"#")) {
        let mut after_keyword = false;
        let mut at = 0;
        for word in line.text.split(u8::is_ascii_whitespace) {
            let span = line.span.start + at..line.span.start + at + word.len();
            at += word.len() + 1;
            if after_keyword && !word.is_empty() {
                let is_secret = word != NO_PASSWORD;
                found.extend(is_secret.then(|| Loose::plain(bytes, span, "password")));
                after_keyword = false;
            } else {
                after_keyword = word == b"password" || (after_keyword && word.is_empty());
            }
        }
    }
    found
}

/// `.npmrc`: tokens and passwords, also those that npm ignores; and URLs, of a proxy for example.
#[must_use]
pub fn npmrc(bytes: &[u8]) -> Vec<Loose> {
    let mut found = urls(bytes, Care::Any);
    let logins = npmrc::logins(bytes);
    for login in logins.iter().take(MOST) {
        let Value::Literal(value) = &login.value else { continue };
        let setting = match login.kind {
            Kind::AuthToken => "_authToken",
            Kind::Auth => "_auth",
            Kind::Password => "_password",
            Kind::Username => continue,
        };
        let line = bytes.get(login.span.clone()).unwrap_or_default();
        // Where the value has escapes, everything after the sign is it.
        let (start, length) = match memmem::rfind(line, value.expose()) {
            Some(at) => (at, value.len()),
            None => (memchr::memchr(b'=', line).map_or(0, |at| at + 1), 0),
        };
        let start = login.span.start + start;
        let span = start..if length == 0 { login.span.end } else { start + length };
        let host = login.registry.as_deref().and_then(super::authority);
        let user = logins.iter().find(|l| l.kind == Kind::Username && l.registry == login.registry);
        let user = user.and_then(|l| match &l.value {
            Value::Literal(text) => text.expose_str().map(str::to_owned),
            _ => None,
        });
        let decoded = match login.kind {
            Kind::Auth => basic(value.expose()),
            Kind::Password => {
                super::STANDARD.decode(value.expose()).ok().map(|p| (String::new(), Secret::take(p)))
            }
            _ => None,
        };
        let (user, value) = match decoded {
            Some((name, password)) => (Some(name).filter(|n| !n.is_empty()).or(user), password),
            None => (user, value.clone()),
        };
        found.push(Loose { span, value, setting: setting.into(), host: host.map(str::to_owned), user });
    }
    found
}
