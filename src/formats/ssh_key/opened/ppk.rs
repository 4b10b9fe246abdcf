//! PuTTY's own form, versions 2 and 3 (PuTTY manual, appendix C). Its code over all that is said is checked, so a public
//! half that was put there by somebody else is noticed.

use super::der_keys::{curve_of, ecdsa, made, rsa_pair};
use super::{MOST_MEMORY, NotOpened};
use crate::formats::ssh_key::bytes::hex;
use crate::formats::ssh_key::containers::{ppk_header, unwrapped};
use crate::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use ssh_key::private::{DsaKeypair, DsaPrivateKey, Ed25519Keypair, KeypairData, RsaPrivateKey};
use ssh_key::public::KeyData;
use ssh_key::{Cipher, Mpint, PrivateKey, PublicKey};
use zeroize::{Zeroize, Zeroizing};

/// Keys for the cipher and for the code.
struct Keys {
    cipher: Zeroizing<Vec<u8>>,
    iv: Zeroizing<Vec<u8>>,
    code: Zeroizing<Vec<u8>>,
}

pub(super) fn open(text: &str, passphrase: Option<&Secret>) -> Result<PrivateKey, NotOpened> {
    let (version, key_type) = first_line(text).ok_or(NotOpened::Damaged)?;
    let header = |name| ppk_header(text, name).ok_or(NotOpened::Damaged);
    let (encryption, comment) = (header("Encryption")?, ppk_header(text, "Comment").unwrap_or_default());
    let public = lines(text, "Public-Lines")?;
    let mut private = lines(text, "Private-Lines")?;
    let keys = match (version, passphrase) {
        (2, _) => version_2(passphrase),
        (3, None) => Keys { cipher: Vec::new().into(), iv: Vec::new().into(), code: Vec::new().into() },
        (3, Some(passphrase)) => version_3(text, passphrase)?,
        _ => return Err(NotOpened::NotOpenedHere),
    };
    if passphrase.is_some() {
        if encryption != "aes256-cbc" {
            return Err(NotOpened::NotOpenedHere);
        }
        Cipher::Aes256Cbc
            .decrypt(&keys.cipher, &keys.iv, &mut private, None)
            .map_err(|_| NotOpened::Damaged)?;
    }
    let said = Zeroizing::new(
        [key_type.as_bytes(), encryption.as_bytes(), comment.as_bytes(), &public, &private].iter().fold(
            Vec::with_capacity(text.len() * 2),
            |mut said, part| {
                said.extend_from_slice(&u32::try_from(part.len()).unwrap_or_default().to_be_bytes());
                said.extend_from_slice(part);
                said
            },
        ),
    );
    let code = hex(header("Private-MAC")?).ok_or(NotOpened::Damaged)?;
    let fits = if version == 2 {
        Hmac::<Sha1>::new_from_slice(&keys.code)
            .is_ok_and(|mac| mac.chain_update(&*said).verify_slice(&code).is_ok())
    } else {
        Hmac::<Sha256>::new_from_slice(&keys.code)
            .is_ok_and(|mac| mac.chain_update(&*said).verify_slice(&code).is_ok())
    };
    if !fits {
        return Err(if passphrase.is_some() { NotOpened::WrongPassphrase } else { NotOpened::Damaged });
    }
    let public = PublicKey::from_bytes(&public).map_err(|_| NotOpened::Damaged)?;
    let mut key = pair(public.key_data(), key_type, &mut Fields(&private))?;
    key.set_comment(comment);
    Ok(key)
}

/// `PuTTY-User-Key-File-3: ssh-ed25519`
fn first_line(text: &str) -> Option<(u8, &str)> {
    let line = text.lines().find_map(|line| line.strip_prefix("PuTTY-User-Key-File-"))?;
    let (version, key_type) = line.split_once(':')?;
    Some((version.parse().ok()?, key_type.trim()))
}

/// The base64 after a header that says how many lines it has.
fn lines(text: &str, name: &str) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let count: usize = ppk_header(text, name).and_then(|n| n.parse().ok()).ok_or(NotOpened::Damaged)?;
    let after = text.lines().skip_while(|line| line.split(':').next() != Some(name)).skip(1);
    unwrapped(after.take(count), text.len()).ok_or(NotOpened::Damaged)
}

/// SHA-1 of the passphrase after each of two numbers, and after a word of its own for the code.
fn version_2(passphrase: Option<&Secret>) -> Keys {
    let phrase = passphrase.map(Secret::expose).unwrap_or_default();
    let hash = |before: &[u8]| {
        let mut hash = Sha1::new().chain_update(before).chain_update(phrase).finalize();
        let bytes = Zeroizing::new(hash.to_vec());
        hash.as_mut_slice().zeroize();
        bytes
    };
    let mut cipher = Zeroizing::new(Vec::with_capacity(40));
    cipher.extend_from_slice(&hash(&[0, 0, 0, 0]));
    cipher.extend_from_slice(&hash(&[0, 0, 0, 1]));
    cipher.truncate(32);
    Keys { cipher, iv: vec![0; 16].into(), code: hash(b"putty-private-key-file-mac-key") }
}

fn version_3(text: &str, passphrase: &Secret) -> Result<Keys, NotOpened> {
    let number = |name| ppk_header(text, name).and_then(|n| n.parse::<u32>().ok()).ok_or(NotOpened::Damaged);
    let kind = match ppk_header(text, "Key-Derivation") {
        Some("Argon2id") => argon2::Algorithm::Argon2id,
        Some("Argon2i") => argon2::Algorithm::Argon2i,
        Some("Argon2d") => argon2::Algorithm::Argon2d,
        _ => return Err(NotOpened::NotOpenedHere),
    };
    let (memory, passes) = (number("Argon2-Memory")?, number("Argon2-Passes")?);
    if u64::from(memory) > MOST_MEMORY
        || u64::from(memory).saturating_mul(u64::from(passes)) > MOST_MEMORY * 16
    {
        return Err(NotOpened::TooCostly(format!("Argon2 with {memory} KiB, {passes} times")));
    }
    let salt = ppk_header(text, "Argon2-Salt").and_then(hex).ok_or(NotOpened::Damaged)?;
    let parameters = argon2::Params::new(memory, passes, number("Argon2-Parallelism")?, Some(80));
    let argon =
        argon2::Argon2::new(kind, argon2::Version::V0x13, parameters.map_err(|_| NotOpened::Damaged)?);
    let mut all = Zeroizing::new([0; 80]);
    argon.hash_password_into(passphrase.expose(), &salt, &mut *all).map_err(|_| NotOpened::Damaged)?;
    let part = |range: std::ops::Range<usize>| Zeroizing::new(all.get(range).unwrap_or_default().to_vec());
    Ok(Keys { cipher: part(0..32), iv: part(32..48), code: part(48..80) })
}

/// Strings of RFC 4251 section 5.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn next(&mut self) -> Result<&[u8], NotOpened> {
        let (length, rest) = self.0.split_first_chunk::<4>().ok_or(NotOpened::Damaged)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| NotOpened::Damaged)?;
        let (field, rest) = rest.split_at_checked(length).ok_or(NotOpened::Damaged)?;
        self.0 = rest;
        Ok(field)
    }

    fn number(&mut self) -> Result<Mpint, NotOpened> {
        self.next().map(Mpint::from_positive_bytes)
    }
}

fn pair(public: &KeyData, key_type: &str, private: &mut Fields<'_>) -> Result<PrivateKey, NotOpened> {
    let key = match public {
        KeyData::Rsa(public) => {
            let (d, p, q, iqmp) =
                (private.number()?, private.number()?, private.number()?, private.number()?);
            rsa_pair(Ok(public.clone()), RsaPrivateKey::new(d, iqmp, p, q))?
        }
        KeyData::Dsa(public) => {
            let x = DsaPrivateKey::new(private.number()?).map_err(|_| NotOpened::Damaged)?;
            made(KeypairData::Dsa(DsaKeypair::new(public.clone(), x).map_err(|_| NotOpened::Damaged)?))?
        }
        KeyData::Ed25519(_) => {
            let seed = <[u8; 32]>::try_from(private.next()?).map_err(|_| NotOpened::Damaged)?;
            let seed = Zeroizing::new(seed);
            made(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)))?
        }
        KeyData::Ecdsa(_) => ecdsa(curve_of(key_type).ok_or(NotOpened::NotOpenedHere)?, private.next()?)?,
        _ => return Err(NotOpened::NotOpenedHere),
    };
    if key.public_key().key_data() == public { Ok(key) } else { Err(NotOpened::Damaged) }
}
