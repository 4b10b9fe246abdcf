//! Remote URLs in the forms of gitprotocol(5) and git-fetch(1) "GIT URLS", split as git splits them.
//!
//! Where git itself would go on with something strange (a port that is no number becomes part of the host name) or
//! where two readers of one URL could see two hosts, the URL is refused.

use crate::formats::{host, percent};
use crate::model::route::{BadPath, clean_decoded_path};
use crate::secret::Secret;
use std::fmt;

/// How the URL is written. The same place can be written in the first two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `scheme://[user[:password]@]host[:port]/path`: percent-encoded; an ssh path starts at the root.
    Url,
    /// `[user@]host:path` or `[user@host:port]:path`: nothing is decoded; the path starts at the login folder.
    Scp,
    /// A path of this machine.
    Local,
}

/// What git speaks to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `ssh`, `git+ssh`, `ssh+git` and the scp form.
    Ssh,
    /// `https`
    Https,
    /// `http`
    Http,
    /// `git`: no login, no encryption.
    Git,
    /// `file`, and local paths.
    File,
}

impl Scheme {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "ssh" | "git+ssh" | "ssh+git" => Self::Ssh,
            "https" => Self::Https,
            "http" => Self::Http,
            "git" => Self::Git,
            "file" => Self::File,
            _ => return None,
        })
    }

    /// The name that git prefers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::Https => "https",
            Self::Http => "http",
            Self::Git => "git",
            Self::File => "file",
        }
    }

    /// The port that is spoken to where none is written. For ssh the user's configuration may name another.
    #[must_use]
    pub fn default_port(self) -> Option<u16> {
        match self {
            Self::Ssh => Some(22),
            Self::Https => Some(443),
            Self::Http => Some(80),
            Self::Git => Some(9418),
            Self::File => None,
        }
    }
}

/// A remote URL in its parts.
#[derive(Clone)]
pub struct RemoteUrl {
    /// How it was written.
    pub form: Form,
    /// What git speaks.
    pub scheme: Scheme,
    /// Decoded; with http `None` also for an empty one. With http this can be a token: people write `https://TOKEN@host`.
    pub user: Option<String>,
    /// Decoded. ssh has no use for it and takes it as part of the user name.
    pub password: Option<Secret>,
    /// Canonical (see [`host::split_host_port`]), but for ssh in the case it was written in, because `Host` lines of
    /// ssh_config tell cases apart. `None` for local paths and `file:///`.
    pub host: Option<String>,
    /// Where one is written.
    pub port: Option<u16>,
    /// Decoded once. `/acme/app.git`, `acme/app.git` or `~user/app.git`; empty for `https://host`.
    /// For routing see [`RemoteUrl::repo_path`].
    pub path: String,
}

/// Why a text is no remote URL that we follow. No variant holds a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlFault {
    /// No text at all.
    #[error("the URL is empty")]
    Empty,
    /// A byte below 0x20 or 0x7f, plain or encoded.
    #[error("the URL has a control character")]
    Control,
    /// A `%` that is not followed by two hexadecimal digits, or a decoded part that is not UTF-8.
    #[error("the URL has a broken percent-encoding")]
    BadEscape,
    /// `%2f`: one reader sees a separator where another sees a letter.
    #[error("the URL has an encoded slash")]
    EncodedSlash,
    /// `name::address`, which git hands to the program `git-remote-name`.
    #[error("the URL is for the remote helper {0}")]
    RemoteHelper(String),
    /// `ftp`, or a scheme that only a remote helper speaks.
    #[error("git does not speak {0} by itself")]
    OtherScheme(String),
    /// Missing, or not a name or address in the form of [`host::split_host_port`].
    #[error("the URL has no usable host name or port")]
    Host,
    /// A user name that ssh or a shell could take for something else.
    #[error("the URL has a strange user name")]
    User,
    /// Empty, or starting with `-`.
    #[error("the URL has no usable path")]
    Path,
    /// `?` or `#` in an http URL.
    #[error("the URL has a query or a fragment")]
    Query,
}

impl RemoteUrl {
    /// Splits a remote URL as it stands in `remote.<name>.url` or on a command line, after `insteadOf`.
    ///
    /// # Errors
    /// [`UrlFault`] for what git would refuse, and for what two readers could understand differently.
    pub fn parse(text: &str) -> Result<Self, UrlFault> {
        if text.is_empty() {
            return Err(UrlFault::Empty);
        }
        if text.bytes().any(percent::is_control) {
            return Err(UrlFault::Control);
        }
        let scheme_end = text.bytes().take_while(|&b| is_scheme_byte(b)).count();
        let (name, after) = text.split_at_checked(scheme_end).unwrap_or_default();
        if after.starts_with("::") && !name.is_empty() {
            return Err(UrlFault::RemoteHelper(name.to_owned()));
        }
        if let Some((name, rest)) = text.split_once("://") {
            let scheme = Scheme::of(name).ok_or_else(|| UrlFault::OtherScheme(shown_scheme(name)))?;
            return if scheme == Scheme::File { file_url(rest) } else { scheme_url(scheme, rest) };
        }
        if is_local(text) { Ok(local(Form::Local, None, text.to_owned())) } else { scp(text) }
    }

    /// The host in lower case, for comparing.
    #[must_use]
    pub fn canonical_host(&self) -> Option<String> {
        self.host.as_deref().map(str::to_ascii_lowercase)
    }

    /// The written port, or that of the scheme.
    #[must_use]
    pub fn effective_port(&self) -> Option<u16> {
        self.port.or_else(|| self.scheme.default_port())
    }

    /// The path in the one form by which a route is decided: without leading slashes, a login folder (`~git/`) and
    /// `./`, which the usual hosts take for nothing. A final `.git` stays, and empty is the whole host.
    ///
    /// # Errors
    /// The path could be read in two ways ([`clean_decoded_path`]).
    pub fn repo_path(&self) -> Result<String, BadPath> {
        let mut body = self.path.trim_start_matches('/');
        if self.scheme == Scheme::Ssh && body.starts_with('~') {
            body = body.split_once('/').map_or("", |(_, rest)| rest);
        }
        body = body.strip_prefix("./").unwrap_or(body);
        clean_decoded_path(body)
    }
}

/// As git shows it to people, but without the password, and without a user name of http that stands alone and is long
/// enough to be a token. Not a URL to hand to git: the path is shown decoded.
impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = match (&self.user, &self.password) {
            (None, None) => String::new(),
            (user, None) => format!("{}@", shown_user(user.as_deref())),
            (user, Some(_)) => format!("{}:***@", shown_user(user.as_deref())),
        };
        let host = self.host.as_deref().unwrap_or_default();
        let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
        match (self.form, self.port) {
            (Form::Local, _) => f.write_str(&self.path),
            (Form::Scp, Some(port)) => write!(f, "[{user}{host}:{port}]:{}", self.path),
            (Form::Scp, None) => write!(f, "{user}{open}{host}{close}:{}", self.path),
            (Form::Url, port) => {
                write!(f, "{}://{user}{open}{host}{close}", self.scheme.name())?;
                if let Some(port) = port {
                    write!(f, ":{port}")?;
                }
                let slash = if self.path.starts_with('~') { "/" } else { "" };
                write!(f, "{slash}{}", self.path)
            }
        }
    }
}

impl fmt::Debug for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteUrl({:?}, \"{self}\")", self.form)
    }
}

fn shown_user(user: Option<&str>) -> &str {
    let user = user.unwrap_or_default();
    // The same bound as `redact::urls`.
    if user.len() > 20 { "***" } else { user }
}

/// What stands before `://` may be anything: only a real scheme is told.
fn shown_scheme(name: &str) -> String {
    if name.len() <= 32 && name.bytes().all(is_scheme_byte) { name.to_owned() } else { "this".to_owned() }
}

fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// connect.c, `url_is_local_not_ssh`: no colon, or a slash before the first colon. On Windows also `C:`.
fn is_local(text: &str) -> bool {
    let drive = cfg!(windows)
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.get(1..).is_some_and(|rest| rest.starts_with(':'));
    drive || text.split_once(':').is_none_or(|(before, _)| before.contains('/'))
}

fn local(form: Form, host: Option<String>, path: String) -> RemoteUrl {
    RemoteUrl { form, scheme: Scheme::File, user: None, password: None, host, port: None, path }
}

fn file_url(rest: &str) -> Result<RemoteUrl, UrlFault> {
    let (place, path) = rest.split_at_checked(rest.find('/').ok_or(UrlFault::Path)?).ok_or(UrlFault::Path)?;
    let host = match place {
        "" => None,
        place => match host::split_host_port(place) {
            Some((host, None)) => Some(host),
            _ => return Err(UrlFault::Host),
        },
    };
    Ok(local(Form::Url, host, decoded(path)?))
}

fn scheme_url(scheme: Scheme, rest: &str) -> Result<RemoteUrl, UrlFault> {
    let is_http = matches!(scheme, Scheme::Https | Scheme::Http);
    if is_http && rest.contains(['?', '#', '\\']) {
        return Err(UrlFault::Query);
    }
    let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or_default();
    // With http git takes the first `@` and curl the last; ssh takes the last.
    let cut = if is_http { authority.split_once('@') } else { authority.rsplit_once('@') };
    let (user_info, place) = cut.map_or(("", authority), |(info, place)| (info, place));
    let (user, password) = match user_info.split_once(':') {
        Some((user, password)) => {
            let password = percent::decode_strict(password.as_bytes()).ok_or(UrlFault::BadEscape)?;
            (user, Some(Secret::take(password)))
        }
        None => (user_info, None),
    };
    let user = match user {
        "" if is_http || cut.is_none() => None,
        user if is_http => Some(decoded_with_slash(user)?),
        user => Some(ssh_user(&decoded(user)?)?),
    };
    let split = if scheme == Scheme::Ssh { host::split_alias_port } else { host::split_host_port };
    // git looks for the port after the first colon, which is then that of the password (connect.c, `get_host_and_port`).
    if scheme == Scheme::Ssh && password.is_some() && !place.starts_with('[') && place.contains(':') {
        return Err(UrlFault::Host);
    }
    // git takes `host:` for `host`.
    let place = place.strip_suffix(':').unwrap_or(place);
    let (host, port) = split(place).ok_or(UrlFault::Host)?;
    let mut path = decoded(path)?;
    if !is_http {
        if path.is_empty() {
            return Err(UrlFault::Path);
        }
        if path.starts_with("/~") {
            path.remove(0);
        }
    }
    Ok(RemoteUrl { form: Form::Url, scheme, user, password, host: Some(host), port, path })
}

/// connect.c, `parse_connect_url`, `host_end`, `get_host_and_port`: brackets may hold an IPv6 address, `host:port` or
/// `user@host:port`, and may follow `user@`.
fn scp(text: &str) -> Result<RemoteUrl, UrlFault> {
    let open = text.find("@[").map_or(0, |at| at + 1);
    let (before, rest) = text.split_at_checked(open).unwrap_or_default();
    let (user, place, path) = match rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
        Some((inside, after)) => {
            let path = after.strip_prefix(':').ok_or(UrlFault::Host)?;
            match (before.strip_suffix('@'), inside.rsplit_once('@')) {
                (None, Some((user, place))) => (Some(user), bracketed(place), path),
                (user, _) => (user, bracketed(inside), path),
            }
        }
        None => {
            let (place, path) = text.split_once(':').ok_or(UrlFault::Host)?;
            let (user, place) =
                place.rsplit_once('@').map_or((None, place), |(user, place)| (Some(user), place));
            (user, place.to_owned(), path)
        }
    };
    let (host, port) = host::split_alias_port(&place).ok_or(UrlFault::Host)?;
    // Meant for `/~user`, but git looks at the second byte only.
    let path = if path.as_bytes().get(1) == Some(&b'~') { path.get(1..).unwrap_or_default() } else { path };
    if path.is_empty() || path.starts_with('-') {
        return Err(UrlFault::Path);
    }
    let user = user.map(ssh_user).transpose()?;
    let (scheme, host, path) = (Scheme::Ssh, Some(host), path.to_owned());
    Ok(RemoteUrl { form: Form::Scp, scheme, user, password: None, host, port, path })
}

/// What stood in brackets: an IPv6 address needs them back, `host:port` does not.
fn bracketed(inside: &str) -> String {
    if inside.matches(':').count() > 1 { format!("[{inside}]") } else { inside.to_owned() }
}

/// SECURITY rule 18, not empty, and no white space, by which ssh_config ends words.
fn ssh_user(user: &str) -> Result<String, UrlFault> {
    let strange = |c: char| c.is_whitespace() || "'\"`$\\;&<>|(){}[]/".contains(c);
    if user.is_empty() || user.starts_with('-') || user.contains(strange) {
        Err(UrlFault::User)
    } else {
        Ok(user.to_owned())
    }
}

fn decoded(text: &str) -> Result<String, UrlFault> {
    if text.as_bytes().windows(3).any(|three| three.eq_ignore_ascii_case(b"%2f")) {
        return Err(UrlFault::EncodedSlash);
    }
    decoded_with_slash(text)
}

fn decoded_with_slash(text: &str) -> Result<String, UrlFault> {
    let bytes = percent::decode_strict(text.as_bytes()).ok_or(UrlFault::BadEscape)?;
    String::from_utf8(bytes).map_err(|_| UrlFault::BadEscape)
}
