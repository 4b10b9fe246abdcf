//! The address of a proxy, as variables and settings write it (curl(1), `--proxy`; git-config(1), `http.proxy`).

use crate::redact;
use crate::secret::Secret;

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

impl Proxy {
    /// A proxy setting. By hand, because the `url` crate hides a port that is the scheme's own, and libcurl's default is
    /// another one: `http://proxy:80` is port 80, `http://proxy` is 1080.
    #[must_use]
    pub fn read(value: &str) -> Option<Self> {
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
