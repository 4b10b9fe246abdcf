//! Makes keys in memory, SSH key pairs above all, with the operating system's randomness. No half of it touches the disk here.

use super::Sys;
use crate::secret::Secret;
use getrandom::SysRng;
use ssh_key::private::{KeypairData, RsaKeypair};
use ssh_key::rand_core::{Rng, UnwrapErr};
use ssh_key::{Algorithm, Cipher, EcdsaCurve, Kdf, LineEnding, PrivateKey};

/// Rounds of bcrypt for a new file, as `ssh-keygen` of OpenSSH 9.4 and later makes it.
pub const ROUNDS: u32 = 24;

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

/// A key in OpenSSH's own format (PROTOCOL.key), with a final line end; encrypted with AES-256-CTR by so many rounds of
/// bcrypt where there is a passphrase. `None` when there is no randomness or the library refuses.
fn openssh_text(key: &PrivateKey, passphrase: Option<(&Secret, u32)>) -> Option<Secret> {
    let mut random = UnwrapErr(SysRng);
    let pem = match passphrase {
        None => key.to_openssh(LineEnding::LF).ok()?,
        Some((passphrase, rounds)) => {
            let mut salt = vec![0; 16];
            getrandom::fill(&mut salt).ok()?;
            let kdf = Kdf::Bcrypt { salt, rounds };
            let check = random.next_u32();
            let locked = key.encrypt_with(Cipher::Aes256Ctr, kdf, check, passphrase.expose()).ok()?;
            locked.to_openssh(LineEnding::LF).ok()?
        }
    };
    Some(Secret::copy_of(pem.as_bytes()))
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

    /// An SSH key's file. With a passphrase it is encrypted by so many rounds of bcrypt.
    #[must_use]
    pub fn ssh_key_text(&self, key: &PrivateKey, passphrase: Option<(&Secret, u32)>) -> Option<Secret> {
        openssh_text(key, passphrase)
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
        let private = openssh_text(&key, passphrase.map(|passphrase| (passphrase, ROUNDS)))?;
        Some(NewKey { private, public })
    }
}
