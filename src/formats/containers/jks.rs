//! Java's own key store (sun.security.provider.JavaKeyStore): certificates in the clear, and at the end SHA-1 over the
//! passphrase in UTF-16, a phrase, and everything before. Numbers are big-endian.

use super::{Contents, Held, NotRead};
use crate::formats::cert::{fingerprint, hex};
use crate::redact::for_terminal;
use crate::secret::Secret;
use sha1::{Digest, Sha1};

const MAGIC: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];
const PHRASE: &[u8] = b"Mighty Aphrodite";
/// What Java's tools and Debian's package write where nobody chose.
const USUAL: &str = "changeit";

pub(super) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// The digest is checked where a passphrase was given; what is read without is not proved.
pub(super) fn read(bytes: &[u8], passphrase: Option<&Secret>) -> Result<Contents, NotRead> {
    let cut = bytes.len().checked_sub(20).ok_or(NotRead::Damaged)?;
    let (body, digest) = bytes.split_at(cut);
    let own = passphrase.map_or(USUAL.as_bytes(), Secret::expose);
    let proved = digest_of(own, body) == digest;
    if passphrase.is_some() && !proved {
        return Err(NotRead::Passphrase);
    }
    let mut reader = Reader(body);
    reader.take(MAGIC.len())?;
    let version = reader.number()?;
    if !matches!(version, 1 | 2) {
        return Err(NotRead::Unknown);
    }
    let count = reader.number()?;
    let mut held = Contents { proved, ..Contents::default() };
    for _ in 0..count {
        let tag = reader.number()?;
        let alias = reader.text()?;
        reader.take(8)?; // when it was made
        match tag {
            1 => {
                held.private_keys += 1;
                let length = reader.number()?;
                reader.take(length)?;
                for _ in 0..reader.number()? {
                    let der = reader.certificate(version)?;
                    held.certs.push(Held { der, alias: Some(alias.clone()) });
                }
            }
            2 => {
                let der = reader.certificate(version)?;
                held.certs.push(Held { der, alias: Some(alias) });
            }
            _ => return Err(NotRead::Unknown),
        }
    }
    if reader.0.is_empty() { Ok(held) } else { Err(NotRead::Damaged) }
}

/// A store of trusted certificates, each under its SHA-256, that every Java reads without being told a passphrase.
/// `made` is in milliseconds since 1970.
#[must_use]
pub fn write_jks(certs: &[&[u8]], made: u64) -> Vec<u8> {
    let mut body = MAGIC.to_vec();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes();
    let text =
        |text: &str| [&u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes(), text.as_bytes()].concat();
    body.extend(number(2));
    body.extend(number(certs.len()));
    for der in certs {
        body.extend(number(2));
        body.extend(text(&hex(&fingerprint(der))));
        body.extend(made.to_be_bytes());
        body.extend(text("X.509"));
        body.extend(number(der.len()));
        body.extend_from_slice(der);
    }
    let digest = digest_of(USUAL.as_bytes(), &body);
    body.extend(digest);
    body
}

fn digest_of(passphrase: &[u8], body: &[u8]) -> [u8; 20] {
    let mut sha1 = Sha1::new();
    for unit in String::from_utf8_lossy(passphrase).encode_utf16() {
        sha1.update(unit.to_be_bytes());
    }
    sha1.update(PHRASE);
    sha1.update(body);
    sha1.finalize().into()
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], NotRead> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(NotRead::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<usize, NotRead> {
        let bytes = self.take(4)?;
        Ok(bytes.iter().fold(0, |all, &byte| all << 8 | usize::from(byte)))
    }

    /// Java's modified UTF-8, with its length in two bytes.
    fn text(&mut self) -> Result<String, NotRead> {
        let length = self.take(2)?.iter().fold(0, |all, &byte| all << 8 | usize::from(byte));
        Ok(for_terminal(&String::from_utf8_lossy(self.take(length)?), false))
    }

    fn certificate(&mut self, version: usize) -> Result<Vec<u8>, NotRead> {
        if version == 2 {
            self.text()?; // its kind, always X.509
        }
        let length = self.number()?;
        Ok(self.take(length)?.to_vec())
    }
}
