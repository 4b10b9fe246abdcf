//! What a helper prints for `get`.

use super::MAX_VALUE;
use crate::formats::percent;
use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// An answer holds our fields only: nothing of the request comes back (SECURITY rule 6).
#[derive(Clone, Debug)]
pub enum Answer<'a> {
    /// `quit=1`: git asks no later helper and no person, and fails (SECURITY rule 8).
    Quit,
    /// The form that every git understands. Helpers that come later in the list will be told to store it.
    Password {
        /// Not empty.
        username: &'a str,
        /// Not empty.
        password: &'a Secret,
        /// Seconds since 1970-01-01 UTC.
        password_expiry_utc: Option<u64>,
        /// Handed back to this helper with `store`.
        oauth_refresh_token: Option<&'a Secret>,
    },
    /// Neither user nor password: tells git's HTTP library to log in with what the session has (Kerberos).
    SingleSignOn,
    /// `authtype`, `credential` and `ephemeral=1`: no later helper stores it (SECURITY rule 13). Only for a request
    /// with [`super::Capabilities::authtype`] (git 2.46 and later); an older git ignores it.
    Header {
        /// `Basic`, `Bearer`...
        authtype: &'a str,
        /// What follows the scheme in the header, ready encoded: see [`basic_credential`].
        credential: &'a Secret,
        /// Seconds since 1970-01-01 UTC.
        password_expiry_utc: Option<u64>,
    },
}

/// Why an answer cannot be written. The value itself is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// The field is empty, has a control byte, or is longer than [`MAX_VALUE`].
    #[error("the {0} cannot be handed to git: it is empty, too long or has a control character")]
    Unwritable(&'static str),
}

impl Answer<'_> {
    /// The bytes for standard output, in a buffer that is wiped when dropped and was never grown (SECURITY rule 34).
    ///
    /// # Errors
    /// [`AnswerFault`] for a value that would not come out of git's reader as it went in.
    pub fn encode(&self) -> Result<Secret, AnswerFault> {
        if matches!(self, Self::SingleSignOn) {
            return Ok(Secret::copy_of(b"username=\npassword=\n"));
        }
        let mut fields: Vec<(&'static str, &[u8])> = Vec::with_capacity(5);
        let expiry;
        match self {
            Self::SingleSignOn => {}
            Self::Quit => fields.push(("quit", b"1")),
            Self::Password { username, password, password_expiry_utc, oauth_refresh_token } => {
                fields.push(("username", username.as_bytes()));
                fields.push(("password", password.expose()));
                if let Some(seconds) = password_expiry_utc {
                    expiry = seconds.to_string();
                    fields.push(("password_expiry_utc", expiry.as_bytes()));
                }
                if let Some(token) = oauth_refresh_token {
                    fields.push(("oauth_refresh_token", token.expose()));
                }
            }
            Self::Header { authtype, credential, password_expiry_utc } => {
                fields.push(("capability[]", b"authtype"));
                fields.push(("authtype", authtype.as_bytes()));
                fields.push(("credential", credential.expose()));
                fields.push(("ephemeral", b"1"));
                if let Some(seconds) = password_expiry_utc {
                    expiry = seconds.to_string();
                    fields.push(("password_expiry_utc", expiry.as_bytes()));
                }
            }
        }
        let length = fields.iter().map(|(key, value)| key.len() + value.len() + 2).sum();
        let mut out = Vec::with_capacity(length);
        for (key, value) in fields {
            if value.is_empty() || value.len() > MAX_VALUE || value.iter().copied().any(percent::is_control) {
                // What was written so far may hold a secret: `Secret` wipes it.
                drop(Secret::take(out));
                return Err(AnswerFault::Unwritable(key));
            }
            out.extend_from_slice(key.as_bytes());
            out.push(b'=');
            out.extend_from_slice(value);
            out.push(b'\n');
        }
        Ok(Secret::take(out))
    }
}

/// `base64(user:password)` for an `authtype` of `Basic` (RFC 7617 section 2).
///
/// `None` where the user name has a colon, which that form cannot carry.
#[must_use]
pub fn basic_credential(username: &str, password: &Secret) -> Option<Secret> {
    if username.contains(':') {
        return None;
    }
    let mut pair = Vec::with_capacity(username.len() + 1 + password.len());
    pair.extend_from_slice(username.as_bytes());
    pair.push(b':');
    pair.extend_from_slice(password.expose());
    let pair = Secret::take(pair);
    let mut out = vec![0; base64::encoded_len(pair.len(), true)?];
    STANDARD.encode_slice(pair.expose(), &mut out).ok()?;
    Some(Secret::take(out))
}

/// The password in what [`basic_credential`] made for this user; `None` for anything else.
#[must_use]
pub fn password_of_basic(username: &str, credential: &Secret) -> Option<Secret> {
    let mut pair = Zeroizing::new(vec![0; base64::decoded_len_estimate(credential.len())]);
    let length = STANDARD.decode_slice(credential.expose(), &mut pair).ok()?;
    let password = pair.get(..length)?.strip_prefix(username.as_bytes())?.strip_prefix(b":")?;
    Some(Secret::copy_of(password))
}
