//! Docker's `config.json`: the logins in it, and how a registry is left to a credential helper, byte for byte.
//!
//! docker/cli `cli/config/configfile`: `credHelpers[REGISTRY]` comes before `credsStore`, which comes before `auths`.

use super::host::split_host_port;
use super::json_spans::{self, Member};
use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::ops::Range;

/// What docker asks Docker Hub's helper for.
pub const HUB: &str = "https://index.docker.io/v1/";

/// The user's name with which docker keeps an identity token (docker/cli `credentials/native_store.go`).
pub const TOKEN_USER: &str = "<token>";

/// A login under `auths`.
#[derive(Debug)]
pub struct Login {
    /// 1-based, of the registry's name.
    pub line: usize,
    /// What docker asks a helper for: `host[:port]`, or [`HUB`].
    pub registry: String,
    /// The user; [`TOKEN_USER`] for an identity token.
    pub user: String,
    /// The password or token.
    pub value: Secret,
    /// The registry's whole member.
    pub region: Range<usize>,
    /// The member without the login.
    pub bare: Vec<u8>,
    /// The member with the secrets masked.
    pub shown: Vec<u8>,
}

/// A login that is not moved.
#[derive(Debug)]
pub struct Odd {
    /// 1-based.
    pub line: usize,
    /// Why.
    pub why: String,
}

/// What stands in the file.
#[derive(Debug)]
pub struct Config<'a> {
    bytes: &'a [u8],
    all: Vec<Member>,
    auths: Member,
    helpers: Option<Member>,
    /// The registries that have a helper, with its name.
    pub named: Vec<(String, String)>,
    /// The helper for all others.
    pub store: Option<String>,
}

/// Other bytes in the place of some.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub region: Range<usize>,
    /// By what.
    pub new: Vec<u8>,
}

impl<'a> Config<'a> {
    /// Reads a file; `None` when it is not docker's, has no logins, or says something twice.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let all = json_spans::members(bytes, &json_spans::object(bytes)?)?;
        let one = |name: &str| all.iter().find(|m| m.name == name).cloned();
        let text = |value: &Range<usize>| {
            json_spans::text(bytes, value).and_then(|t| t.expose_str().map(str::to_owned))
        };
        let auths = one("auths")?;
        json_spans::members(bytes, &auths.value)?;
        let helpers = one("credHelpers");
        let mut named = Vec::new();
        for member in helpers.iter().map(|h| json_spans::members(bytes, &h.value)) {
            for Member { name, value, .. } in member? {
                named.push((name, text(&value)?));
            }
        }
        let store = match one("credsStore") {
            Some(member) => text(&member.value).filter(|name| !name.is_empty()),
            None => None,
        };
        Some(Self { bytes, all, auths, helpers, named, store })
    }

    /// The logins, in the order of the file.
    #[must_use]
    pub fn logins(&self) -> Vec<Result<Login, Odd>> {
        let all = json_spans::members(self.bytes, &self.auths.value).unwrap_or_default();
        let names: Vec<Option<String>> = all.iter().map(|m| asked_for(&m.name)).collect();
        let each = all.iter().zip(&names).filter_map(|(member, name)| {
            let twice = names.iter().filter(|other| *other == name).count() > 1;
            self.login(member, name.as_deref(), twice).transpose()
        });
        each.collect()
    }

    fn login(&self, member: &Member, name: Option<&str>, twice: bool) -> Result<Option<Login>, Odd> {
        let before = self.bytes.get(..member.name_at.start).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let odd = |why: &str| Odd { line, why: why.into() };
        let Some(fields) = json_spans::members(self.bytes, &member.value) else {
            return Err(odd("the login is written in a form that is not moved"));
        };
        let filled =
            |field: &&Member| json_spans::text(self.bytes, &field.value).is_some_and(|t| !t.is_empty());
        let secrets = ["auth", "identitytoken", "registrytoken", "password"];
        let there: Vec<&Member> =
            fields.iter().filter(|f| secrets.contains(&f.name.as_str())).filter(filled).collect();
        if there.is_empty() {
            return Ok(None);
        }
        let Some(name) = name else {
            return Err(odd(
                "it is for a part of a registry, or for plain http: no helper is asked for that alone",
            ));
        };
        if twice {
            return Err(odd("docker takes two of these names for one registry"));
        }
        if there.iter().any(|f| f.name == "registrytoken" || f.name == "password") {
            return Err(odd("docker's credential helpers do not carry a login of this form"));
        }
        let value = |name: &str| {
            let field = there.iter().find(|f| f.name == name)?;
            json_spans::text(self.bytes, &field.value)
        };
        let (user, value) = match (value("identitytoken"), value("auth")) {
            (Some(token), _) => (TOKEN_USER.to_owned(), token),
            (None, Some(auth)) => pair(&auth).ok_or_else(|| odd("docker cannot read this login either"))?,
            (None, None) => return Ok(None),
        };
        let gone = |f: &&Member| ["auth", "identitytoken"].contains(&f.name.as_str());
        let bytes_of = |range: Range<usize>| self.bytes.get(range).unwrap_or_default();
        let mut shown = Vec::new();
        let mut from = member.name_at.start;
        for field in &there {
            shown.extend_from_slice(bytes_of(from..field.value.start));
            shown.extend_from_slice(b"\"***\"");
            from = field.value.end;
        }
        shown.extend_from_slice(bytes_of(from..member.value.end));
        Ok(Some(Login {
            line,
            registry: name.to_owned(),
            user,
            value,
            region: member.span(),
            bare: [bytes_of(member.name_at.start..member.value.start), &self.without(member, &fields, gone)]
                .concat(),
            shown,
        }))
    }

    /// An object without some of its fields: `{}` where nothing else is in it, as docker writes it.
    fn without(&self, member: &Member, fields: &[Member], gone: impl Fn(&&Member) -> bool) -> Vec<u8> {
        let bytes_of = |range: Range<usize>| self.bytes.get(range).unwrap_or_default();
        let kept: Vec<&Member> = fields.iter().filter(|f| !gone(f)).collect();
        let (Some(first), Some(last)) = (fields.first(), fields.last()) else { return b"{}".to_vec() };
        if kept.is_empty() {
            return b"{}".to_vec();
        }
        let mut out = bytes_of(member.value.start..first.name_at.start).to_vec();
        for (index, field) in kept.iter().enumerate() {
            if index > 0 {
                // What stood between this field and the one before it in the file.
                let at = fields.iter().position(|f| f.name == field.name).unwrap_or_default();
                let before = at.checked_sub(1).and_then(|i| fields.get(i)).map_or(0, |f| f.value.end);
                out.extend_from_slice(bytes_of(before..field.name_at.start));
            }
            out.extend_from_slice(bytes_of(field.span()));
        }
        out.extend_from_slice(bytes_of(last.value.end..member.value.end));
        out
    }

    /// Whether lines that the way to a helper changes hold what may be another secret: those lines are shown.
    #[must_use]
    pub fn beside_others(&self, login: &Login) -> bool {
        let line = |at: usize| memchr::memchr_iter(b'\n', self.bytes.get(..at).unwrap_or_default()).count();
        let lines = |span: &Range<usize>| line(span.start)..=line(span.end);
        let helpers = self.naming(&[&login.registry], "").region;
        let touched = [lines(&login.region), lines(&helpers)];
        let entries = json_spans::members(self.bytes, &self.auths.value).unwrap_or_default();
        let ours = ["auths", "credHelpers"];
        let deep = |m: &&Member| matches!(self.bytes.get(m.value.start), Some(b'{' | b'['));
        let settings = self.all.iter().filter(|m| !ours.contains(&m.name.as_str()));
        let others =
            entries.iter().filter(|m| m.name_at.start != login.region.start).chain(settings.filter(deep));
        let full = others.filter(|m| m.value.len() > 2);
        full.map(|m| lines(&m.span())).any(|other| {
            touched.iter().any(|ours| other.start() <= ours.end() && ours.start() <= other.end())
        })
    }

    /// Leaves registries to a helper. The bytes that are replaced hold no secret.
    #[must_use]
    pub fn naming(&self, registries: &[&str], helper: &str) -> Edit {
        let bytes_of = |range: Range<usize>| self.bytes.get(range).unwrap_or_default();
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let lines: Vec<String> =
            registries.iter().map(|r| format!("{}: {}", quoted(r), quoted(helper))).collect();
        let before = |at: usize| {
            let head = bytes_of(0..at);
            let blanks = head.iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
            String::from_utf8_lossy(head.get(at - blanks..).unwrap_or_default()).into_owned()
        };
        let outer = before(self.auths.name_at.start);
        let of_auths = json_spans::members(self.bytes, &self.auths.value).unwrap_or_default();
        let inner = match of_auths.first().map(|first| before(first.name_at.start)) {
            Some(inner) if inner.len() > outer.len() => inner,
            _ => outer.clone(),
        };
        let between = if inner.contains('\n') { inner.clone() } else { " ".into() };
        let block = || {
            let (open, close) = if inner.contains('\n') { (&*inner, &*outer) } else { ("", "") };
            format!("{{{open}{}{close}}}", lines.join(&format!(",{between}")))
        };
        let Some(helpers) = &self.helpers else {
            let region = self.auths.name_at.clone();
            let gap = if outer.is_empty() { " " } else { &outer };
            let new = format!("\"credHelpers\": {},{gap}", block());
            return Edit { new: [new.as_bytes(), bytes_of(region.clone())].concat(), region };
        };
        let inside = json_spans::members(self.bytes, &helpers.value).unwrap_or_default();
        match inside.first() {
            None => {
                let head = bytes_of(helpers.name_at.start..helpers.value.start);
                Edit { region: helpers.span(), new: [head, block().as_bytes()].concat() }
            }
            Some(first) => {
                let region = helpers.name_at.start..first.name_at.end;
                let head = bytes_of(region.start..first.name_at.start);
                let blank = before(first.name_at.start);
                let gap = if blank.is_empty() { " " } else { &blank };
                let new: String = lines.iter().map(|line| format!("{line},{gap}")).collect();
                Edit { region, new: [head, new.as_bytes(), bytes_of(first.name_at.clone())].concat() }
            }
        }
    }
}

/// What docker asks a helper for where a login stands under this name (docker/cli `ConvertToHostname`); `None` for what is
/// no whole registry by https.
fn asked_for(name: &str) -> Option<String> {
    let rest = match name.split_once("://") {
        Some((scheme, rest)) => Some(rest).filter(|_| scheme == "https")?,
        None => name,
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    split_host_port(host).filter(|_| ["", "v1", "v1/", "v2", "v2/"].contains(&path))?;
    Some(if host == "index.docker.io" { HUB.to_owned() } else { host.to_owned() })
}

/// User and password of an `auth`: base64, split at the first colon, without closing NULs (docker/cli `decodeAuth`).
fn pair(auth: &Secret) -> Option<(String, Secret)> {
    let bytes = Secret::take(STANDARD.decode(auth.expose()).ok()?);
    let (user, password) = bytes.expose_str()?.split_once(':')?;
    let password = password.trim_matches('\0');
    (!user.is_empty() && !password.is_empty())
        .then(|| (user.to_owned(), Secret::copy_of(password.as_bytes())))
}
