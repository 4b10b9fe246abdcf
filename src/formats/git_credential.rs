//! git's credential helper protocol: what git asks, read strictly.
//!
//! gitcredentials(7) and git-credential(1) of git 2.47, "INPUT/OUTPUT FORMAT": lines `key=value`, ended by a blank line
//! or by the end of the input. git's own reader is lenient; this one refuses what SECURITY rules 2 and 3 name, because
//! each of those forms made a published helper hand a credential to another host.
//!
//! This file sits in every git call: it allocates only what it returns.

mod answer;
mod given;
mod url;

pub use answer::{Answer, AnswerFault, basic_credential, password_of_basic};
pub use given::{Given, NotGiven, Wanted};

use crate::formats::{host, percent};
use crate::secret::Secret;

/// Longest input, in bytes (SECURITY rule 2).
pub const MAX_INPUT: usize = 64 * 1024;
/// Longest value, in bytes (SECURITY rule 2).
pub const MAX_VALUE: usize = 4 * 1024;

/// What git (or another caller) asks about: `get`, `store` and `erase` read the same form.
#[derive(Clone, Debug)]
pub struct Request {
    /// `https`, `http`, `smtp`...: lower case.
    pub protocol: String,
    /// Canonical: lower case, no port, IPv6 without brackets.
    pub host: String,
    /// The port where the caller wrote one, even the default one.
    pub port: Option<u16>,
    /// As sent: git has decoded it once and cut leading slashes. `None` also for an empty one.
    pub path: Option<String>,
    /// `None` also for an empty one.
    pub username: Option<String>,
    /// With `store` and `erase`.
    pub password: Option<Secret>,
    /// A pre-encoded header value, with `authtype` (git 2.46).
    pub credential: Option<Secret>,
    /// The scheme of `credential`: `Basic`, `Bearer`...
    pub authtype: Option<String>,
    /// What the caller understands.
    pub capabilities: Capabilities,
    /// What helpers noted for themselves, in order.
    pub state: Vec<String>,
    /// `WWW-Authenticate` header values of the server, in order. Text of a stranger.
    pub wwwauth: Vec<String>,
    /// Seconds since 1970-01-01 UTC.
    pub password_expiry_utc: Option<u64>,
    /// With `store`, from a helper that does OAuth.
    pub oauth_refresh_token: Option<Secret>,
    /// The credential must not be stored.
    pub ephemeral: bool,
    /// A further round of a multi-round login (`continue=1`).
    pub continues: bool,
}

/// `capability[]` lines. Unknown ones are ignored, as the manual says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The caller takes `authtype`, `credential` and `ephemeral`.
    pub authtype: bool,
    /// The caller keeps `state[]` and `continue`.
    pub state: bool,
}

/// Why a request is not answered. No variant holds a value of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Above [`MAX_INPUT`].
    #[error("the request is longer than {MAX_INPUT} bytes")]
    TooLong,
    /// Invalid UTF-8.
    #[error("the request is not UTF-8")]
    NotUtf8,
    /// A byte below 0x20 or 0x7f in a key or value: also the carriage return of a CRLF line end.
    #[error("line {line} of the request has a control character")]
    Control {
        /// 1-based.
        line: usize,
    },
    /// A line without `=`, or with nothing before it.
    #[error("line {line} of the request is not key=value")]
    NotKeyValue {
        /// 1-based.
        line: usize,
    },
    /// Above [`MAX_VALUE`].
    #[error("the value in line {line} of the request is longer than {MAX_VALUE} bytes")]
    ValueTooLong {
        /// 1-based.
        line: usize,
    },
    /// The same key twice, and it is not a `key[]` list.
    #[error("line {line} of the request repeats a key")]
    Repeated {
        /// 1-based.
        line: usize,
    },
    /// Bytes after the closing blank line.
    #[error("the request goes on after its closing blank line")]
    AfterEnd,
    /// `protocol` or `host` is missing or empty.
    #[error("the request has no {0}")]
    Missing(&'static str),
    /// A known key whose value is outside its form.
    #[error("the {0} of the request is malformed")]
    Malformed(&'static str),
    /// `url=` says something else than the named key of the same request.
    #[error("the url of the request disagrees with its {0}")]
    UrlDisagrees(&'static str),
}

impl Request {
    /// Reads one request.
    ///
    /// # Errors
    /// A [`Refusal`] for each form that SECURITY rules 2 and 3 name. There is no switch that turns one off.
    pub fn parse(input: &[u8]) -> Result<Self, Refusal> {
        if input.len() > MAX_INPUT {
            return Err(Refusal::TooLong);
        }
        let text = std::str::from_utf8(input).map_err(|_| Refusal::NotUtf8)?;
        Fields::collect(text)?.into_request()
    }

    /// The port that is spoken to: the one in the request, or the default of `https` (443) and `http` (80).
    #[must_use]
    pub fn effective_port(&self) -> Option<u16> {
        self.port.or(match self.protocol.as_str() {
            "https" => Some(443),
            "http" => Some(80),
            _ => None,
        })
    }
}

/// The values as they stand in the input, one place for each known key.
#[derive(Default)]
struct Fields<'a> {
    protocol: Option<&'a str>,
    host: Option<&'a str>,
    path: Option<&'a str>,
    username: Option<&'a str>,
    password: Option<&'a str>,
    credential: Option<&'a str>,
    authtype: Option<&'a str>,
    password_expiry_utc: Option<&'a str>,
    oauth_refresh_token: Option<&'a str>,
    ephemeral: Option<&'a str>,
    continues: Option<&'a str>,
    url: Option<&'a str>,
    capabilities: Vec<&'a str>,
    state: Vec<&'a str>,
    wwwauth: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    fn collect(text: &'a str) -> Result<Self, Refusal> {
        let mut fields = Self::default();
        let mut unknown = std::collections::BTreeSet::new();
        let mut rest = text;
        let mut line = 0;
        while !rest.is_empty() {
            line += 1;
            let (whole, after) = rest.split_once('\n').unwrap_or((rest, ""));
            rest = after;
            if whole.is_empty() {
                return if rest.is_empty() { Ok(fields) } else { Err(Refusal::AfterEnd) };
            }
            if whole.bytes().any(percent::is_control) {
                return Err(Refusal::Control { line });
            }
            let (key, value) = whole
                .split_once('=')
                .filter(|(key, _)| !key.is_empty())
                .ok_or(Refusal::NotKeyValue { line })?;
            if value.len() > MAX_VALUE {
                return Err(Refusal::ValueTooLong { line });
            }
            if key.ends_with("[]") {
                if let Some(list) = fields.list(key) {
                    // "An empty multi-valued attribute acts to clear any previous entries."
                    if value.is_empty() { list.clear() } else { list.push(value) }
                }
                continue;
            }
            let fresh = match fields.single(key) {
                Some(place) => place.replace(value).is_none(),
                None => unknown.insert(key),
            };
            if !fresh {
                return Err(Refusal::Repeated { line });
            }
        }
        Ok(fields)
    }

    fn list(&mut self, key: &str) -> Option<&mut Vec<&'a str>> {
        match key {
            "capability[]" => Some(&mut self.capabilities),
            "state[]" => Some(&mut self.state),
            "wwwauth[]" => Some(&mut self.wwwauth),
            _ => None,
        }
    }

    fn single(&mut self, key: &str) -> Option<&mut Option<&'a str>> {
        Some(match key {
            "protocol" => &mut self.protocol,
            "host" => &mut self.host,
            "path" => &mut self.path,
            "username" => &mut self.username,
            "password" => &mut self.password,
            "credential" => &mut self.credential,
            "authtype" => &mut self.authtype,
            "password_expiry_utc" => &mut self.password_expiry_utc,
            "oauth_refresh_token" => &mut self.oauth_refresh_token,
            "ephemeral" => &mut self.ephemeral,
            "continue" => &mut self.continues,
            "url" => &mut self.url,
            _ => return None,
        })
    }

    fn into_request(self) -> Result<Request, Refusal> {
        let url = self.url.map(url::CredentialUrl::parse).transpose()?.unwrap_or_default();
        let secret = |value: &str| Secret::copy_of(value.as_bytes());
        let text = |value: Option<&str>| value.filter(|value| !value.is_empty()).map(str::to_owned);

        let protocol = agreed("protocol", self.protocol.map(protocol).transpose()?, url.protocol)?;
        let place = agreed("host", self.host.map(host_and_port).transpose()?, url.place)?;
        let password = match (self.password, url.password) {
            (Some(named), Some(in_url)) if !in_url.same_as(named.as_bytes()) => {
                return Err(Refusal::UrlDisagrees("password"));
            }
            (named, in_url) => named.map(secret).or(in_url),
        };
        let (host, port) = place.ok_or(Refusal::Missing("host"))?;
        Ok(Request {
            protocol: protocol.ok_or(Refusal::Missing("protocol"))?,
            host,
            port,
            path: agreed("path", text(self.path), url.path)?,
            username: agreed("username", text(self.username), url.username)?,
            password,
            credential: self.credential.map(secret),
            authtype: self.authtype.map(str::to_owned),
            capabilities: Capabilities {
                authtype: self.capabilities.contains(&"authtype"),
                state: self.capabilities.contains(&"state"),
            },
            state: owned(&self.state),
            wwwauth: owned(&self.wwwauth),
            password_expiry_utc: self.password_expiry_utc.map(seconds).transpose()?,
            oauth_refresh_token: self.oauth_refresh_token.map(secret),
            ephemeral: truth("ephemeral", self.ephemeral)?,
            continues: truth("continue", self.continues)?,
        })
    }
}

/// The value of a key that may stand both by itself and in `url=`.
fn agreed<T: PartialEq>(
    key: &'static str,
    named: Option<T>,
    in_url: Option<T>,
) -> Result<Option<T>, Refusal> {
    match (named, in_url) {
        (Some(named), Some(in_url)) if named != in_url => Err(Refusal::UrlDisagrees(key)),
        (named, in_url) => Ok(named.or(in_url)),
    }
}

/// A scheme (RFC 3986 section 3.1), in lower case.
fn protocol(text: &str) -> Result<String, Refusal> {
    if text.is_empty() {
        return Err(Refusal::Missing("protocol"));
    }
    let good = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if good { Ok(text.to_ascii_lowercase()) } else { Err(Refusal::Malformed("protocol")) }
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), Refusal> {
    if text.is_empty() {
        return Err(Refusal::Missing("host"));
    }
    host::split_host_port(text).ok_or(Refusal::Malformed("host"))
}

fn seconds(text: &str) -> Result<u64, Refusal> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(Refusal::Malformed("password_expiry_utc"))
}

/// The words of git-config(1) "boolean"; git itself writes only `1`.
fn truth(key: &'static str, text: Option<&str>) -> Result<bool, Refusal> {
    match text.unwrap_or_default().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(Refusal::Malformed(key)),
    }
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|&value| value.to_owned()).collect()
}
