//! The one way in which a token goes to a host's API: to one origin, a few questions, and none after a refusal.

use super::answer::Stop;
use super::echo::Echo;
use super::facts::Api;
use crate::model::name::{HostName, check_user};
use crate::model::route::Origin;
use crate::probes::https::{self, Login, Reply, Way};
use crate::redact::for_terminal;
use crate::secret::Secret;
use crate::sys::Sys;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// No host needs more questions for one token.
const QUESTIONS: u8 = 4;

/// How the token is shown to the API.
#[derive(Debug, Clone, Copy)]
pub enum Form<'a> {
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`, with this user name, which may be empty.
    Basic(&'a str),
    /// Alone in a header of this name.
    Header(&'static str),
}

/// A host's API and the token that is shown to it.
#[derive(Debug)]
pub struct Door<'a> {
    sys: &'a Sys,
    way: Way<'a>,
    api: &'a Api,
    secret: &'a Secret,
    form: Form<'a>,
    echo: Echo<'a>,
    asked: u8,
    refused: bool,
}

impl<'a> Door<'a> {
    /// `api` comes from the table or the profile, and is the only place that the token goes to. `user` goes with it
    /// where git logs in.
    #[must_use]
    pub fn new(
        sys: &'a Sys,
        way: Way<'a>,
        api: &'a Api,
        secret: &'a Secret,
        user: &'a str,
        form: Form<'a>,
    ) -> Self {
        let echoed = if let Form::Basic(name) = form { name } else { user };
        Self { sys, way, api, secret, form, echo: Echo::of(secret, echoed), asked: 0, refused: false }
    }

    /// Asks for a path below the API's root. 401, limits, redirects and trouble of the server are stops; every other
    /// answer is the provider's to read.
    ///
    /// # Errors
    /// Why there is nothing to read. After a refusal nothing is sent any more.
    pub fn get(&mut self, path: &str) -> Result<Reply, Stop> {
        if self.refused || self.asked == QUESTIONS {
            return Err(Stop::Held);
        }
        self.asked += 1;
        let login = match self.form {
            Form::Bearer => Login::Bearer(self.secret),
            Form::Basic(user) => Login::Basic(user, self.secret),
            Form::Header(name) => Login::Header(name, self.secret),
        };
        let target = format!("{}{path}", self.api.prefix);
        let reply = https::get(self.sys, &self.way, &self.api.origin, &target, "application/json", login);
        let reply = reply.map_err(|mut rung| {
            rung.evidence = self.echo.text(&rung.evidence);
            Stop::Unreached(rung)
        })?;
        match reply.status {
            401 => {
                self.refused = true;
                Err(Stop::Refused(self.said(&reply)))
            }
            203 => Err(self.odd(&reply)),
            300..=399 => Err(self.place(&reply)),
            429 => Err(Stop::Busy(self.until(&reply))),
            403 | 503 if self.is_limit(&reply) => Err(Stop::Busy(self.until(&reply))),
            500..=599 => Err(Stop::Odd(format!("the server has trouble of its own (HTTP {})", reply.status))),
            _ => Ok(reply),
        }
    }

    /// What the host knows at a path: JSON with status 200, and nothing else.
    ///
    /// # Errors
    /// As [`Door::get`]; every other answer is a stop too.
    pub fn known<T: DeserializeOwned>(&mut self, path: &str) -> Result<(T, Reply), Stop> {
        let reply = self.get(path)?;
        match reply.status {
            200 => Ok((self.json(&reply)?, reply)),
            403 => Err(Stop::Forbidden(self.said(&reply))),
            _ => Err(self.odd(&reply)),
        }
    }

    /// The body, if it is JSON of that shape.
    ///
    /// # Errors
    /// It is something else: a sign-in page, a captive portal.
    pub fn json<T: DeserializeOwned>(&self, reply: &Reply) -> Result<T, Stop> {
        if reply.status != 200 || !is_json(reply) {
            return Err(self.odd(reply));
        }
        serde_json::from_slice(&reply.body).map_err(|_| self.odd(reply))
    }

    /// A text of the host's that may be shown: short, and without the token.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.echo.text(text)
    }

    /// A link of the host's: whole, or not at all.
    #[must_use]
    pub fn link(&self, text: &str) -> Option<String> {
        self.echo.link(text)
    }

    /// The same of a list, each cut short, and no more of them than fit a line or two.
    #[must_use]
    pub fn texts<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
        texts.into_iter().map(str::trim).filter(|t| !t.is_empty()).take(100).map(|t| self.text(t)).collect()
    }

    /// An account's name, if it can be one.
    ///
    /// # Errors
    /// It cannot.
    pub fn account(&self, name: &str) -> Result<String, Stop> {
        let name = self.text(name);
        match check_user(&name) {
            Ok(()) => Ok(name),
            Err(_) => {
                Err(Stop::Odd(format!("it named an account {:?}, which is none", for_terminal(&name, false))))
            }
        }
    }

    /// The host's own words in an answer; may be empty.
    #[must_use]
    pub fn said(&self, reply: &Reply) -> String {
        if !is_json(reply) {
            return String::new();
        }
        let words = serde_json::from_slice::<Words>(&reply.body).ok().and_then(Words::first);
        words.map(|w| self.text(&w)).unwrap_or_default()
    }

    /// Something else than the API answered.
    #[must_use]
    pub fn odd(&self, reply: &Reply) -> Stop {
        let kind = reply.header("content-type").unwrap_or("nothing").split(';').next().unwrap_or_default();
        let kind = self.text(kind);
        let answered = format!("{} answered {} with {kind}", self.api.origin, reply.status);
        if kind.eq_ignore_ascii_case("text/html") {
            Stop::Page(format!("{answered}: a sign-in page, or somebody in between"))
        } else {
            Stop::Odd(format!("{answered}, not as its API would"))
        }
    }

    /// The API's host.
    #[must_use]
    pub fn host(&self) -> &'a HostName {
        &self.api.origin.host
    }

    fn is_limit(&self, reply: &Reply) -> bool {
        reply.header("retry-after").is_some() || reply.header("x-ratelimit-remaining") == Some("0")
    }

    /// Until when the host wants to be left alone: RFC 9110 section 10.2.3, or GitHub's and GitLab's own headers. At
    /// most a day is believed.
    fn until(&self, reply: &Reply) -> Option<i64> {
        let now = self.sys.now();
        let number = |name: &str| reply.header(name)?.parse::<i64>().ok();
        let date = |name: &str| {
            let at = jiff::fmt::rfc2822::parse(reply.header(name)?).ok()?;
            Some(at.timestamp().as_second())
        };
        let after = number("retry-after").map(|s| now.saturating_add(s)).or_else(|| date("retry-after"));
        let at = after.or_else(|| number("x-ratelimit-reset")).or_else(|| number("ratelimit-reset"));
        at.filter(|at| (now..=now + 86_400).contains(at))
    }

    /// Where a redirect points: its origin alone, since a path may hold anything.
    fn place(&self, reply: &Reply) -> Stop {
        let target = reply.header("location").unwrap_or_default();
        if target.starts_with('/') && !target.starts_with("//") {
            return Stop::Moved(Some(self.api.origin.clone()));
        }
        let origin =
            url::Url::parse(target).ok().and_then(|u| Origin::parse(&u.origin().ascii_serialization()).ok());
        Stop::Moved(origin.filter(|o| self.text(o.host.as_str()) == o.host.as_str()))
    }
}

fn is_json(reply: &Reply) -> bool {
    let kind = reply.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// One segment of a path or a value of a query: everything but unreserved characters coded (RFC 3986 section 2.3).
#[must_use]
pub fn coded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Where hosts put their words: GitHub, Gitea and GitLab in `message` (which GitLab may make a map), OAuth errors in
/// `error_description`, Bitbucket in `error.message` or `errors[].message`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Words {
    message: Option<serde_json::Value>,
    error_description: Option<String>,
    error: Option<serde_json::Value>,
    errors: Vec<OneError>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OneError {
    message: Option<String>,
}

impl Words {
    fn first(self) -> Option<String> {
        let in_error = match self.error {
            Some(serde_json::Value::String(text)) => Some(text),
            Some(serde_json::Value::Object(map)) => {
                map.get("message").and_then(|m| m.as_str()).map(str::to_owned)
            }
            _ => None,
        };
        let message = self.message.and_then(|m| m.as_str().map(str::to_owned));
        let listed = self.errors.into_iter().find_map(|e| e.message);
        self.error_description.or(message).or(in_error).or(listed)
    }
}
