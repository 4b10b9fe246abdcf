//! The files that hold certificates: PEM, DER, PKCS#7, PKCS#12, Java's key store.

mod jks;
mod pkcs12;
mod pkcs7;

pub use jks::write_jks;

use super::pem::{self, Damage};
use crate::secret::Secret;
use serde::Serialize;

/// What a file is, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    /// PEM text, or what else may hold PEM blocks.
    Pem,
    /// One certificate in DER.
    Der,
    /// A revocation list in DER.
    Crl,
    /// PKCS#7 or CMS (RFC 5652): signed data that holds certificates.
    Pkcs7,
    /// PKCS#12 (RFC 7292).
    Pkcs12,
    /// Java's own key store, as `keytool` wrote it before Java 9.
    Jks,
}

impl Container {
    /// Its name in the field.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pem => "PEM",
            Self::Der => "DER",
            Self::Crl => "revocation list (DER)",
            Self::Pkcs7 => "PKCS#7",
            Self::Pkcs12 => "PKCS#12",
            Self::Jks => "Java key store (JKS)",
        }
    }

    /// What these bytes are.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if jks::is_one(bytes) {
            Self::Jks
        } else if bytes.first() != Some(&0x30) {
            Self::Pem
        } else if pkcs7::is_one(bytes) {
            Self::Pkcs7
        } else if pkcs12::is_one(bytes) {
            Self::Pkcs12
        } else if is_list(bytes) {
            Self::Crl
        } else {
            Self::Der
        }
    }
}

/// A certificate in a container.
#[derive(Debug, Clone)]
pub struct Held {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// What the container calls it.
    pub alias: Option<String>,
}

/// What a container holds.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// The certificates, in order.
    pub certs: Vec<Held>,
    /// Revocation lists, DER.
    pub crls: Vec<Vec<u8>>,
    /// How many private or secret keys stand beside them; they are not read further.
    pub private_keys: usize,
    /// Whether the whole was proved to be unchanged, by a digest with the passphrase.
    pub proved: bool,
    /// What is damaged in a text.
    pub damage: Vec<Damage>,
}

/// Why a container was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// It is cut off or damaged.
    #[error("it is cut off or damaged")]
    Damaged,
    /// It opens with a passphrase, and none was given, or another.
    #[error("it does not open with this passphrase")]
    Passphrase,
    /// A form or cipher that is not known here.
    #[error("it is of a form that is not known here")]
    Unknown,
    /// It asks for more work than any real one.
    #[error("it asks for more work than any real one")]
    TooCostly,
}

/// Reads whatever holds certificates. Without a passphrase the usual ones for trust stores are tried: none, and Java's
/// `changeit`.
///
/// # Errors
/// Why it was not read.
pub fn read(bytes: &[u8], passphrase: Option<&Secret>) -> Result<Contents, NotRead> {
    match Container::of(bytes) {
        Container::Der => {
            Ok(Contents { certs: vec![Held { der: bytes.to_vec(), alias: None }], ..Contents::default() })
        }
        Container::Crl => Ok(Contents { crls: vec![bytes.to_vec()], ..Contents::default() }),
        Container::Pkcs7 => pkcs7::read(bytes),
        Container::Pkcs12 => pkcs12::read(bytes, passphrase),
        Container::Jks => jks::read(bytes, passphrase),
        Container::Pem => text(bytes, passphrase),
    }
}

/// What stands in PEM, PKCS#7 among it too. A text without any block holds nothing, and that is no error.
fn text(bytes: &[u8], passphrase: Option<&Secret>) -> Result<Contents, NotRead> {
    let text = pem::read(bytes);
    let private_keys = text.blocks.iter().filter(|block| block.kind == pem::Kind::PrivateKey).count();
    let mut contents = Contents { private_keys, damage: text.damage, ..Contents::default() };
    for block in text.blocks {
        contents.certs.extend(block.cert.map(|der| Held { der: der.as_ref().to_vec(), alias: None }));
        contents.crls.extend(block.crl.map(|der| der.as_ref().to_vec()));
        if let Some(inner) = block.container {
            let inner = read(&inner, passphrase)?;
            contents.certs.extend(inner.certs);
            contents.crls.extend(inner.crls);
        }
    }
    Ok(contents)
}

/// Whether it is a revocation list: its first field in the signed part is no SEQUENCE of a serial number's shape but
/// an optional version and then an algorithm, as RFC 5280 section 5.1 has it.
fn is_list(bytes: &[u8]) -> bool {
    use x509_parser::prelude::FromDer;
    x509_parser::revocation_list::CertificateRevocationList::from_der(bytes).is_ok()
}
