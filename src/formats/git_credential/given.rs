//! What another helper answered to `get`, read as strictly as a request.

use super::{MAX_INPUT, MAX_VALUE};
use crate::formats::{host, percent};
use crate::secret::Secret;

/// A password that another helper gave for the place and user that it was asked about.
#[derive(Debug)]
pub struct Given {
    /// The password or token.
    pub password: Secret,
    /// Seconds since 1970-01-01 UTC.
    pub password_expiry_utc: Option<i64>,
}

/// What a helper was asked about.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// `https`.
    pub protocol: &'a str,
    /// `host` or `host:port`, as it stood in the request.
    pub host: &'a str,
    /// The user whose password is wanted.
    pub user: &'a str,
}

/// Why an answer is not used. No variant holds a value of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotGiven {
    /// There is no password in it.
    #[error("has none")]
    Nothing,
    /// It speaks of another place or user than it was asked about.
    #[error("answered for another {0}")]
    Other(&'static str),
    /// It is not an answer of git's protocol.
    #[error("did not answer in git's protocol")]
    Malformed,
}

impl Given {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`NotGiven`].
    pub fn read(text: &[u8], wanted: Wanted<'_>) -> Result<Self, NotGiven> {
        let text =
            std::str::from_utf8(text).ok().filter(|t| t.len() <= MAX_INPUT).ok_or(NotGiven::Malformed)?;
        let (mut user, mut password, mut expiry) = (None, None, None);
        for line in text.lines().take_while(|line| !line.is_empty()) {
            let (key, value) = line.split_once('=').ok_or(NotGiven::Malformed)?;
            if value.len() > MAX_VALUE || line.bytes().any(percent::is_control) {
                return Err(NotGiven::Malformed);
            }
            let place = match key {
                "protocol" if value != wanted.protocol => return Err(NotGiven::Other("protocol")),
                "host" if !same_host(value, wanted.host) => return Err(NotGiven::Other("host")),
                // A helper that gives up for all others has nothing to give.
                "quit" => return Err(NotGiven::Nothing),
                "username" => &mut user,
                "password" => &mut password,
                "password_expiry_utc" => &mut expiry,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(NotGiven::Malformed);
            }
        }
        let password = password.filter(|p| !p.is_empty()).ok_or(NotGiven::Nothing)?;
        if user != Some(wanted.user) {
            return Err(NotGiven::Other("user"));
        }
        let seconds = |text: &str| text.parse().map_err(|_| NotGiven::Malformed);
        Ok(Self {
            password: Secret::copy_of(password.as_bytes()),
            password_expiry_utc: expiry.map(seconds).transpose()?,
        })
    }
}

fn same_host(a: &str, b: &str) -> bool {
    host::split_host_port(a).is_some_and(|a| Some(a) == host::split_host_port(b))
}
