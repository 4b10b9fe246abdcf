//! Private keys, opened: every form that `ssh-keygen` and PuTTY write, with or without a passphrase.
//!
//! What is opened wipes itself. How much work a file may ask for is bounded: a file from outside names its own rounds.

mod der_keys;
mod old_pem;
mod pkcs8_locked;
mod ppk;

use super::containers::{der, is_encrypted, openssh, recognize};
use super::{Container, bytes};
use crate::secret::Secret;
use ssh_key::{Kdf, PrivateKey};

/// Rounds of bcrypt: about ten seconds. `ssh-keygen` makes 24, and those who want more some hundred.
const MOST_BCRYPT: u32 = 2_000;

/// Iterations of PBKDF2 and of PKCS#12: some seconds.
const MOST_ITERATIONS: u32 = 10_000_000;

/// Memory of scrypt and Argon2, in KiB.
const MOST_MEMORY: u64 = 1 << 20;

/// Why a private key is not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// It is no private key.
    #[error("it is no private key")]
    NotPrivate,
    /// It is encrypted.
    #[error("it needs a passphrase")]
    NeedsPassphrase,
    /// It is not that one.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The file asks for more work than anybody needs.
    #[error("it asks for {0}, which is more than is done here")]
    TooCostly(String),
    /// A form or cipher that is not opened here. `ssh-keygen` may open it.
    #[error("this form of key is not opened here")]
    NotOpenedHere,
    /// What is in it is no key.
    #[error("the key is damaged")]
    Damaged,
}

/// Opens a private key. A passphrase for one that needs none is not looked at.
///
/// # Errors
/// Why not.
pub fn open(file: &[u8], passphrase: Option<&Secret>) -> Result<PrivateKey, NotOpened> {
    let text = bytes::put_right(file);
    open_text(recognize(&text), &text, passphrase)
}

/// The same of a text that was put right.
pub(super) fn open_text(
    container: Container,
    text: &str,
    passphrase: Option<&Secret>,
) -> Result<PrivateKey, NotOpened> {
    let phrase = || passphrase.ok_or(NotOpened::NeedsPassphrase);
    match container {
        Container::OpenSsh => {
            let key = openssh(container, text).ok_or(NotOpened::Damaged)?;
            if !key.is_encrypted() {
                return Ok(key);
            }
            if let Kdf::Bcrypt { rounds, .. } = key.kdf()
                && *rounds > MOST_BCRYPT
            {
                return Err(NotOpened::TooCostly(format!("{rounds} rounds of bcrypt")));
            }
            key.decrypt(phrase()?.expose()).map_err(|_| NotOpened::WrongPassphrase)
        }
        Container::Pkcs1 | Container::Sec1 | Container::Dsa => {
            let bytes = der(text).map_err(|_| NotOpened::Damaged)?;
            if is_encrypted(container, text, None) {
                let plain = old_pem::open(text, bytes, phrase()?)?;
                // Padding fits by chance once in 256 times.
                return der_keys::read(container, &plain).map_err(|_| NotOpened::WrongPassphrase);
            }
            der_keys::read(container, &bytes)
        }
        Container::Pkcs8 => der_keys::pkcs8(&der(text).map_err(|_| NotOpened::Damaged)?),
        Container::EncryptedPkcs8 => {
            let bytes = der(text).map_err(|_| NotOpened::Damaged)?;
            der_keys::pkcs8(&pkcs8_locked::open(&bytes, phrase()?)?)
        }
        Container::Ppk => {
            let locked = is_encrypted(container, text, None);
            ppk::open(text, if locked { Some(phrase()?) } else { None })
        }
        _ => Err(NotOpened::NotPrivate),
    }
}
