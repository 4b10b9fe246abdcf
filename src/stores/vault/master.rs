//! The master: the age identity that opens every profile's identity, and that the MAC keys come from.

use crate::model::name::ProfileName;
use crate::secret::Secret;
use crate::stores::book::keyed;
use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::str::FromStr;
use zeroize::Zeroizing;

/// Names what the derived keys are for, so that they serve nothing else.
const MAC_LABEL: &[u8] = b"doorkey vault mac v1\0";

/// An X25519 identity of age (C2SP age specification, X25519 recipient stanza).
pub(super) struct Master {
    identity: Identity,
    /// `AGE-SECRET-KEY-1...`
    line: Secret,
}

/// Why a text gives no identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoIdentity {
    Empty,
    Several,
    Unreadable,
}

impl Master {
    pub(super) fn generate() -> Self {
        Self::of(Identity::generate())
    }

    fn of(identity: Identity) -> Self {
        let line = Secret::copy_of(identity.to_string().expose_secret().as_bytes());
        Self { identity, line }
    }

    /// Reads the form of `age-keygen`: comment lines and one identity.
    pub(super) fn parse(text: &[u8]) -> Result<Self, NoIdentity> {
        let text = std::str::from_utf8(text).map_err(|_| NoIdentity::Unreadable)?;
        let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let line = lines.next().ok_or(NoIdentity::Empty)?;
        if lines.next().is_some() {
            return Err(NoIdentity::Several);
        }
        Identity::from_str(line).map(Self::of).map_err(|_| NoIdentity::Unreadable)
    }

    /// The form of `age-keygen`, with a comment of ours as the first line.
    pub(super) fn to_text(&self, comment: &str) -> Zeroizing<Vec<u8>> {
        let head = format!("# {comment}\n# public key: {}\n", self.recipient());
        let mut text = Zeroizing::new(Vec::with_capacity(head.len() + self.line.len() + 1));
        text.extend_from_slice(head.as_bytes());
        text.extend_from_slice(self.line.expose());
        text.push(b'\n');
        text
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What keys are derived from: the identity's line.
    pub(super) fn secret(&self) -> &[u8] {
        self.line.expose()
    }

    pub(super) fn recipient(&self) -> Recipient {
        self.identity.to_public()
    }

    /// The MAC for a profile's records. Its key is derived from the master, so whoever holds a profile's exported
    /// identity can read that profile but cannot pass a file of their own off as ours.
    pub(super) fn mac(&self, profile: &ProfileName) -> Hmac<Sha256> {
        let key = keyed(self.line.expose()).chain_update(MAC_LABEL).chain_update(profile.as_str());
        keyed(&key.finalize().into_bytes())
    }
}
