//! How the private half is encrypted, by what the container says in the clear.

use super::Container;
use super::containers::ppk_header;
use ssh_key::{Kdf, PrivateKey};

/// Cipher and key derivation, in the words of the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// Such as `aes256-ctr`; `None` where it is hidden in a form that is not opened here (PKCS#8).
    pub cipher: Option<String>,
    /// Such as `bcrypt`, `Argon2id`, or `md5` of old PEM (one round, EVP_BytesToKey).
    pub kdf: Option<String>,
    /// Rounds of bcrypt, or passes of Argon2.
    pub rounds: Option<u32>,
}

/// `None` for a key that needs no passphrase.
pub(super) fn of(container: Container, text: &str, openssh: Option<&PrivateKey>) -> Option<Encryption> {
    let said = |cipher: &str, kdf: Option<&str>, rounds| Encryption {
        cipher: Some(cipher.to_owned()),
        kdf: kdf.map(str::to_owned),
        rounds,
    };
    match container {
        Container::EncryptedPkcs8 => Some(Encryption { cipher: None, kdf: None, rounds: None }),
        Container::Pkcs1 | Container::Sec1 | Container::Dsa => {
            // RFC 1421 section 4.6.1.3.
            let info = text.lines().find_map(|line| line.strip_prefix("DEK-Info:"))?;
            Some(said(info.split(',').next().unwrap_or_default().trim(), Some("md5"), Some(1)))
        }
        Container::Ppk => {
            let cipher = ppk_header(text, "Encryption").filter(|cipher| *cipher != "none")?;
            let rounds = ppk_header(text, "Argon2-Passes").and_then(|n| n.parse().ok());
            // Version 2 hashes the passphrase with SHA-1, once for each half of the key.
            Some(said(cipher, ppk_header(text, "Key-Derivation").or(Some("sha1")), rounds.or(Some(1))))
        }
        Container::OpenSsh => {
            let key = openssh.filter(|key| key.is_encrypted())?;
            let rounds = match key.kdf() {
                Kdf::Bcrypt { rounds, .. } => Some(*rounds),
                _ => None,
            };
            Some(said(key.cipher().as_str(), Some(key.kdf().algorithm().as_str()), rounds))
        }
        _ => None,
    }
}
