//! Makes keys in memory, SSH key pairs above all, with the operating system's randomness. No half of it touches the disk here.

use super::Sys;
use crate::secret::Secret;
use getrandom::SysRng;
use ssh_key::private::{KeypairData, RsaKeypair};
use ssh_key::rand_core::UnwrapErr;
use ssh_key::{Algorithm, EcdsaCurve, LineEnding, PrivateKey};

/// What kind of key is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewKind {
    /// Ed25519 (RFC 8709).
    Ed25519,
    /// ECDSA on the curve P-256 (RFC 5656).
    Ecdsa,
    /// RSA with 3072 bits, as `ssh-keygen -t rsa` makes it.
    Rsa,
}

impl NewKind {
    /// Reads `ed25519`, `ecdsa` or `rsa`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ed25519" => Some(Self::Ed25519),
            "ecdsa" => Some(Self::Ecdsa),
            "rsa" => Some(Self::Rsa),
            _ => None,
        }
    }
}

/// The two files of a key pair.
#[derive(Debug)]
pub struct NewKey {
    /// In OpenSSH's own format (PROTOCOL.key), with a final line end.
    pub private: Secret,
    /// One line: type, key, comment.
    pub public: String,
}

impl Sys {
    /// So many bytes from the system's source of randomness; `None` when it does not give them.
    #[must_use]
    pub fn random_secret(&self, length: usize) -> Option<Secret> {
        let mut bytes = vec![0u8; length];
        let filled = getrandom::fill(&mut bytes);
        let secret = Secret::take(bytes);
        filled.ok().map(|()| secret)
    }

    /// Makes a key pair; with a passphrase the private half is encrypted (bcrypt, AES-256-CTR, as `ssh-keygen` does).
    /// `None` when the operating system has no randomness or the library refuses.
    #[must_use]
    pub fn new_ssh_key(&self, kind: NewKind, comment: &str, passphrase: Option<&Secret>) -> Option<NewKey> {
        let mut random = UnwrapErr(SysRng);
        let mut key = match kind {
            NewKind::Ed25519 => PrivateKey::random(&mut random, Algorithm::Ed25519).ok()?,
            NewKind::Ecdsa => {
                PrivateKey::random(&mut random, Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 }).ok()?
            }
            NewKind::Rsa => {
                let pair = RsaKeypair::random(&mut random, 3072).ok()?;
                PrivateKey::new(KeypairData::from(pair), comment).ok()?
            }
        };
        key.set_comment(comment);
        let public = format!("{}\n", key.public_key().to_openssh().ok()?);
        if let Some(passphrase) = passphrase {
            key = key.encrypt(&mut random, passphrase.expose()).ok()?;
        }
        let pem = key.to_openssh(LineEnding::LF).ok()?;
        Some(NewKey { private: Secret::copy_of(pem.as_bytes()), public })
    }
}
