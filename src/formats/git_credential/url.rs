//! `url=` of a credential request: `protocol://[user[:password]@]host[:port][/path]`, read as strictly as the fields.

use super::{Refusal, host_and_port, protocol};
use crate::formats::percent;
use crate::secret::Secret;

/// The parts of a `url=` value, each percent-decoded once. Without a `url=` all are `None`.
#[derive(Default)]
pub(super) struct CredentialUrl {
    pub(super) protocol: Option<String>,
    pub(super) place: Option<(String, Option<u16>)>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) path: Option<String>,
}

impl CredentialUrl {
    /// git ends the host at the first of `/?#` and takes the first `@` before it; curl takes the last. Where readers
    /// can differ (a second `@`, a query, a fragment, a backslash, a percent sign in the host) the URL is refused.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let (scheme, rest) = text.split_once("://").ok_or(Refusal::Malformed("url"))?;
        if rest.contains(['?', '#', '\\']) {
            return Err(Refusal::Malformed("url"));
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user_info, place) =
            authority.split_once('@').map_or((None, authority), |(info, place)| (Some(info), place));
        let (username, password) = match user_info.map(|info| info.split_once(':').ok_or(info)) {
            Some(Ok((user, password))) => (decoded(user)?, Some(Secret::take(decoded_bytes(password)?))),
            Some(Err(user)) => (decoded(user)?, None),
            None => (None, None),
        };
        Ok(Self {
            protocol: Some(protocol(scheme)?),
            place: Some(host_and_port(place)?),
            username,
            password,
            path: decoded(path.trim_matches('/'))?,
        })
    }
}

fn decoded_bytes(text: &str) -> Result<Vec<u8>, Refusal> {
    percent::decode_strict(text.as_bytes()).ok_or(Refusal::Malformed("url"))
}

/// `None` for an empty part.
fn decoded(text: &str) -> Result<Option<String>, Refusal> {
    let text = String::from_utf8(decoded_bytes(text)?).map_err(|_| Refusal::Malformed("url"))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}
