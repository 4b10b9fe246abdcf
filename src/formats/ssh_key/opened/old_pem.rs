//! The encryption of OpenSSL's older PEM: RFC 1421 section 4.6.1, with a key that `EVP_BytesToKey` makes with MD5.

use super::NotOpened;
use crate::secret::Secret;
use md5::{Digest, Md5};
use ssh_key::Cipher;
use zeroize::{Zeroize, Zeroizing};

pub(super) fn open(
    text: &str,
    mut bytes: Zeroizing<Vec<u8>>,
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let info = text.lines().find_map(|line| line.strip_prefix("DEK-Info:")).ok_or(NotOpened::Damaged)?;
    let (name, iv) = info.trim().split_once(',').ok_or(NotOpened::Damaged)?;
    let cipher = match name.trim() {
        "AES-128-CBC" => Cipher::Aes128Cbc,
        "AES-192-CBC" => Cipher::Aes192Cbc,
        "AES-256-CBC" => Cipher::Aes256Cbc,
        "DES-EDE3-CBC" => Cipher::TdesCbc,
        _ => return Err(NotOpened::NotOpenedHere),
    };
    let iv = super::super::bytes::hex(iv.trim()).ok_or(NotOpened::Damaged)?;
    let (key_size, iv_size) = cipher.key_and_iv_size().ok_or(NotOpened::NotOpenedHere)?;
    let salt = iv.get(..8).filter(|_| iv.len() == iv_size).ok_or(NotOpened::Damaged)?;
    let key = key(passphrase, salt, key_size);
    cipher.decrypt(&key, &iv, &mut bytes, None).map_err(|_| NotOpened::Damaged)?;
    unpadded(bytes, cipher.block_size())
}

/// EVP_BytesToKey(3) with a count of one.
fn key(passphrase: &Secret, salt: &[u8], size: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(size + 16));
    while key.len() < size {
        let mut hash = Md5::new();
        hash.update(key.get(key.len().saturating_sub(16)..).unwrap_or_default());
        hash.update(passphrase.expose());
        hash.update(salt);
        let mut block = hash.finalize();
        key.extend_from_slice(&block);
        block.as_mut_slice().zeroize();
    }
    key.truncate(size);
    key
}

/// RFC 8018 section 6.1.1, step 4: without the padding.
pub(super) fn unpadded(mut bytes: Zeroizing<Vec<u8>>, block: usize) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let count = usize::from(*bytes.last().ok_or(NotOpened::Damaged)?);
    let start = bytes.len().checked_sub(count).filter(|_| (1..=block).contains(&count));
    let fits =
        |start: &usize| bytes.get(*start..).is_some_and(|end| end.iter().all(|b| usize::from(*b) == count));
    let start = start.filter(fits).ok_or(NotOpened::WrongPassphrase)?;
    bytes.truncate(start);
    Ok(bytes)
}
