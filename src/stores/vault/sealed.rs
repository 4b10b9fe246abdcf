//! age v1 files: sealed for a recipient, opened by an identity. The stock `age` program opens all of them.

use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor};
use std::io::{Read, Write};
use std::iter;
use zeroize::Zeroizing;

/// Why a file did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// No key that was offered fits.
    OtherKey,
    /// Not an age file, cut short, or changed.
    Damaged,
}

/// Seals `plain` for one recipient. `None` cannot happen with a buffer as target.
pub(super) fn seal(recipient: &Recipient, plain: &[u8]) -> Option<Vec<u8>> {
    seal_for(recipient, plain)
}

fn seal_for(recipient: &dyn age::Recipient, plain: &[u8]) -> Option<Vec<u8>> {
    let encryptor = Encryptor::with_recipients(iter::once(recipient)).ok()?;
    let mut sealed = Vec::with_capacity(plain.len() + 512);
    let mut writer = encryptor.wrap_output(&mut sealed).ok()?;
    writer.write_all(plain).ok()?;
    writer.finish().ok()?;
    Some(sealed)
}

/// Opens a file into a buffer that does not grow: the plain text is always shorter than the file.
pub(super) fn open(identity: &Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed> {
    open_by(identity, sealed)
}

fn open_by(identity: &dyn age::Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let decryptor = Decryptor::new_buffered(sealed).map_err(|_| Closed::Damaged)?;
    let mut reader = decryptor.decrypt(iter::once(identity)).map_err(|e| match e {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed => Closed::OtherKey,
        _ => Closed::Damaged,
    })?;
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut plain).map_err(|_| Closed::Damaged)?;
    Ok(plain)
}
