//! The master's own stanza in the head of a profile's file: git waits for every answer, and this one needs no arithmetic
//! on curves. The stanzas for X25519 stand below it, for the stock `age`, which passes over a stanza it does not know
//! (C2SP age specification, "Recipient stanza").

use super::master::Master;
use age::DecryptError;
use age::secrecy::ExposeSecret;
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{aead_decrypt, aead_encrypt, hkdf};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use std::collections::HashSet;
use zeroize::{Zeroize, Zeroizing};

/// Names the stanza, and what the derived key is for.
const TAG: &str = "doorkey-master-v1";

/// Random and new for each file, so that no two files share a key; as long as X25519's ephemeral share.
const SALT: usize = 32;

/// The master as who a file is sealed for, and as who opens it.
pub(super) struct ByMaster<'a>(pub(super) &'a Master);

impl ByMaster<'_> {
    /// As the X25519 stanza makes its key, from the master itself in place of a shared secret.
    fn key(&self, salt: &[u8]) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(hkdf(salt, TAG.as_bytes(), self.0.secret()))
    }
}

impl age::Recipient for ByMaster<'_> {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), age::EncryptError> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(|e| age::EncryptError::Io(std::io::Error::other(e)))?;
        let stanza = Stanza {
            tag: TAG.into(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(salt)],
            body: aead_encrypt(&self.key(&salt), file_key.expose_secret()),
        };
        Ok((vec![stanza], HashSet::new()))
    }
}

impl age::Identity for ByMaster<'_> {
    /// A stanza that does not open is passed over: another master's, or a damaged one, of which the head's own MAC tells.
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let [salt] = stanza.args.as_slice() else { return None };
        if stanza.tag != TAG {
            return None;
        }
        let salt = BASE64_STANDARD_NO_PAD.decode(salt).ok().filter(|salt| salt.len() == SALT)?;
        let mut plain = aead_decrypt(&self.key(&salt), FILE_KEY_BYTES, &stanza.body).ok()?;
        let key = FileKey::init_with_mut(|key| key.copy_from_slice(&plain));
        plain.zeroize();
        Some(Ok(key))
    }
}
