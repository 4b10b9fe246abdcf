//! Which proxy git uses for a URL, if any (git-config(1) http.proxy; git's http.c; curl(1) ENVIRONMENT).

use super::no_proxy;
use crate::model::ladder::{Layer, Rung};
use crate::redact;
use crate::secret::Secret;
use std::fmt;
use url::Url;

/// A proxy setting from git's configuration, already chosen for the URL by the caller.
#[derive(Clone, Copy)]
pub struct Configured<'a> {
    /// `http.proxy` or `http.<url>.proxy`, as it is written there. For messages.
    pub key: &'a str,
    /// Its value; empty means "no proxy". May hold a password.
    pub value: &'a str,
}

impl fmt::Debug for Configured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configured").field("key", &self.key).finish_non_exhaustive()
    }
}

/// How one speaks to a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Plain HTTP to the proxy.
    Http,
    /// TLS to the proxy.
    Https,
    /// SOCKS 4, names looked up here.
    Socks4,
    /// SOCKS 4a, names looked up by the proxy.
    Socks4a,
    /// SOCKS 5, names looked up here.
    Socks5,
    /// SOCKS 5, names looked up by the proxy.
    Socks5h,
}

impl Scheme {
    fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks4 => "socks4",
            Self::Socks4a => "socks4a",
            Self::Socks5 => "socks5",
            Self::Socks5h => "socks5h",
        }
    }
}

/// A proxy.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// How one speaks to it.
    pub scheme: Scheme,
    /// Its host, without brackets.
    pub host: String,
    /// Its port; 1080 when none is written (443 for `https`).
    pub port: u16,
    /// User name and password, percent-decoded. The password is empty when there is none.
    pub credentials: Option<(String, Secret)>,
}

impl Proxy {
    /// `host:port`, for messages and for CONNECT.
    #[must_use]
    pub fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The URL without user and password.
    #[must_use]
    pub fn shown(&self) -> String {
        redact::for_terminal(&format!("{}://{}", self.scheme.word(), self.address()), false)
    }
}

/// Where a request goes.
#[derive(Debug, Clone)]
pub enum Route {
    /// Straight to the server.
    Direct,
    /// Through this proxy.
    Through(Proxy),
    /// The setting cannot be read as a proxy; git stops with "Invalid proxy URL".
    Unreadable,
}

/// The decision and its reasons.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Where the request goes.
    pub route: Route,
    /// Which setting decided, in one line, without secrets.
    pub because: String,
    /// What works with this git, but not with others.
    pub warnings: Vec<String>,
}

impl Decision {
    fn direct(because: impl Into<String>) -> Self {
        Self { route: Route::Direct, because: because.into(), warnings: Vec::new() }
    }

    /// The proxy, if there is one.
    #[must_use]
    pub fn proxy(&self) -> Option<&Proxy> {
        match &self.route {
            Route::Through(proxy) => Some(proxy),
            Route::Direct | Route::Unreadable => None,
        }
    }

    /// The rung to show when no proxy is to be climbed: not tried, or broken by an unreadable setting
    /// (`proxy-unreadable`). `None` when there is a proxy.
    #[must_use]
    pub fn rung(&self) -> Option<Rung> {
        match &self.route {
            Route::Through(_) => None,
            Route::Direct => Some(Rung::not_tried(Layer::Proxy, format!("direct: {}", self.because))),
            Route::Unreadable => Some(Rung::broken(
                Layer::Proxy,
                "proxy-unreadable",
                &self.because,
                "the proxy's setting is no URL",
                "write the proxy as http://HOST:PORT under [proxy] with `doorkey profile edit NAME`",
            )),
        }
    }
}

/// Decides as git does. `env` answers with the raw value, so that "set and empty" can be told from "not set".
///
/// git's own setting wins over the environment; of the environment lower case wins over upper case, even when it is
/// set and empty; `http_proxy` exists in lower case only. `NO_PROXY` wins over all of them, `http.proxy` included.
pub fn proxy_decision(
    configured: Option<Configured<'_>>,
    env: impl Fn(&str) -> Option<String>,
    url: &str,
) -> Decision {
    let Some((is_https, host)) = target(url) else {
        return Decision::direct("only http:// and https:// URLs use an HTTP proxy");
    };
    let first = |names: &[&str]| names.iter().find_map(|name| Some(((*name).to_owned(), env(name)?)));
    let own: &[&str] = if is_https { &["https_proxy", "HTTPS_PROXY"] } else { &["http_proxy"] };
    let setting = configured
        .map(|c| (c.key.to_owned(), c.value.to_owned()))
        .or_else(|| first(own))
        .or_else(|| first(&["all_proxy", "ALL_PROXY"]));
    let Some((source, value)) = setting else {
        return Decision::direct("no proxy is set");
    };
    let source = redact::said(&source);
    if value.is_empty() {
        return Decision::direct(format!("{source} is set and empty"));
    }
    let mut warnings = Vec::new();
    if let Some((name, list)) = first(&["no_proxy", "NO_PROXY"])
        && let Some(found) = no_proxy::find(&host, &list)
    {
        let entry = redact::for_terminal(&found.entry, false);
        if found.after_blank {
            warnings
                .push(format!("{name} is split by blanks, which newer libcurl does not read: use commas"));
        }
        let because = format!("{name} holds {entry}");
        return Decision { route: Route::Direct, because, warnings };
    }
    match read_proxy(&value) {
        Some(proxy) => {
            if !value.contains("://") {
                warnings.push(format!("{source} has no http:// in front, which many other tools need"));
            }
            let because = format!("{source} names {}", proxy.shown());
            Decision { route: Route::Through(proxy), because, warnings }
        }
        None => {
            let because = format!("{source} is no proxy URL: {}", redact::said(&value));
            Decision { route: Route::Unreadable, because, warnings }
        }
    }
}

/// Whether the URL is https, and its host without brackets.
fn target(url: &str) -> Option<(bool, String)> {
    let url = Url::parse(url).ok()?;
    let is_https = match url.scheme() {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    Some((is_https, url.host_str()?.trim_matches(['[', ']']).to_owned()))
}

/// A proxy setting. By hand, because the `url` crate hides a port that is the scheme's own, and libcurl's default is
/// another one: `http://proxy:80` is port 80, `http://proxy` is 1080.
fn read_proxy(value: &str) -> Option<Proxy> {
    let (scheme, rest) = match value.split_once("://") {
        Some((word, rest)) => (scheme_named(&word.to_ascii_lowercase())?, rest),
        None => (Scheme::Http, value),
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (host, port) = if let Some(rest) = host.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        (host, after.strip_prefix(':').or(after.is_empty().then_some(""))?)
    } else {
        host.split_once(':').unwrap_or((host, ""))
    };
    let default = if scheme == Scheme::Https { 443 } else { 1080 };
    let port = if port.is_empty() { default } else { port.parse().ok()? };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
    if host.is_empty() || !host.chars().all(plain) {
        return None;
    }
    Some(Proxy { scheme, host: host.to_owned(), port, credentials: user.map(credentials) })
}

/// git compares beginnings only: `socksX` is SOCKS 4, anything else unknown is HTTP. What libcurl refuses is refused.
fn scheme_named(word: &str) -> Option<Scheme> {
    match word {
        "http" => Some(Scheme::Http),
        "https" => Some(Scheme::Https),
        "socks" | "socks4" => Some(Scheme::Socks4),
        "socks4a" => Some(Scheme::Socks4a),
        "socks5" => Some(Scheme::Socks5),
        "socks5h" => Some(Scheme::Socks5h),
        _ => None,
    }
}

fn credentials(userinfo: &str) -> (String, Secret) {
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let user = String::from_utf8_lossy(&percent_decoded(user)).into_owned();
    (user, Secret::take(percent_decoded(password)))
}

/// RFC 3986 section 2.1. What is no pair of hex digits stays as it is.
fn percent_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = (byte == b'%').then(|| after.get(..2)).flatten();
        let code =
            pair.and_then(|p| std::str::from_utf8(p).ok()).and_then(|p| u8::from_str_radix(p, 16).ok());
        match code {
            Some(code) => {
                out.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}
