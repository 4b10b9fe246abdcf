//! age v1 files: sealed for a recipient, opened by an identity. The stock `age` program opens all of them.

use super::master::Master;
use super::stanza::ByMaster;
use crate::secret::Secret;
use age::secrecy::SecretString;
use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor, scrypt};
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

/// Seals `plain` for one identity. `None` cannot happen with a buffer as target.
pub(super) fn seal(recipient: &Recipient, plain: &[u8]) -> Option<Vec<u8>> {
    seal_for(iter::once(recipient as &dyn age::Recipient), plain)
}

/// Seals `plain` for a profile: for the master, by its own stanza and as any identity, and for the profile's identity.
pub(super) fn seal_for_profile(master: &Master, profile: &Master, plain: &[u8]) -> Option<Vec<u8>> {
    let (short, recipients) = (ByMaster(master), [master.recipient(), profile.recipient()]);
    let recipients = recipients.iter().map(|r| r as &dyn age::Recipient);
    seal_for(iter::once(&short as &dyn age::Recipient).chain(recipients), plain)
}

fn seal_for<'a>(recipients: impl Iterator<Item = &'a dyn age::Recipient>, plain: &[u8]) -> Option<Vec<u8>> {
    let encryptor = Encryptor::with_recipients(recipients).ok()?;
    let mut sealed = Vec::with_capacity(plain.len() + 512);
    let mut writer = encryptor.wrap_output(&mut sealed).ok()?;
    writer.write_all(plain).ok()?;
    writer.finish().ok()?;
    Some(sealed)
}

/// Opens a file into a buffer that does not grow: the plain text is always shorter than the file.
pub(super) fn open(identity: &Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed> {
    open_by(&[identity], sealed)
}

/// As [`open`], of a file that [`seal_for_profile`] made, or that has only stanzas of the stock `age`.
pub(super) fn open_by_master(master: &Master, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed> {
    open_by(&[&ByMaster(master), master.identity()], sealed)
}

/// log2 of scrypt's N for new files (SECURITY rule 38), and the least that is accepted.
pub(super) const WORK_FLOOR: u8 = 18;
/// The most that is accepted: about four seconds and 1 GiB.
pub(super) const WORK_CEILING: u8 = 20;

/// Seals with a passphrase. `None` when it is not UTF-8, which age demands.
pub(super) fn seal_with_passphrase(passphrase: &Secret, plain: &[u8]) -> Option<Vec<u8>> {
    let mut recipient = scrypt::Recipient::new(age_passphrase(passphrase)?);
    recipient.set_work_factor(WORK_FLOOR);
    seal_for(iter::once(&recipient as &dyn age::Recipient), plain)
}

/// Opens with a passphrase. The caller has looked at [`work_factor`] before.
pub(super) fn open_with_passphrase(passphrase: &Secret, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let mut identity = scrypt::Identity::new(age_passphrase(passphrase).ok_or(Closed::OtherKey)?);
    identity.set_max_work_factor(WORK_CEILING);
    open_by(&[&identity], sealed)
}

fn age_passphrase(passphrase: &Secret) -> Option<SecretString> {
    passphrase.expose_str().map(|text| SecretString::from(text.to_owned()))
}

/// log2 of scrypt's N that a file asks for (C2SP age specification, scrypt recipient stanza: the only stanza of its
/// file, so it is the second line). `None` when it is no age file with a passphrase.
pub(super) fn work_factor(sealed: &[u8]) -> Option<u8> {
    let mut lines = sealed.split(|b| *b == b'\n');
    if lines.next()? != b"age-encryption.org/v1" {
        return None;
    }
    let stanza = std::str::from_utf8(lines.next()?).ok()?;
    let (_salt, log_n) = stanza.strip_prefix("-> scrypt ")?.split_once(' ')?;
    log_n.parse().ok()
}

fn open_by(identities: &[&dyn age::Identity], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let decryptor = Decryptor::new_buffered(sealed).map_err(|_| Closed::Damaged)?;
    let mut reader = decryptor.decrypt(identities.iter().copied()).map_err(|e| match e {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed => Closed::OtherKey,
        _ => Closed::Damaged,
    })?;
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut plain).map_err(|_| Closed::Damaged)?;
    Ok(plain)
}
