//! PKCS#12 (RFC 7292): `.p12`, `.pfx`, and Java's key stores since Java 9.

use super::{Contents, Held, NotRead};
use crate::secret::Secret;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;
use x509_parser::asn1_rs::{Any, FromDer};

/// PFX begins with version 3 (section 4).
pub(super) fn is_one(bytes: &[u8]) -> bool {
    Any::from_der(bytes).is_ok_and(|(_, whole)| whole.data.starts_with(&[0x02, 0x01, 0x03]))
}

/// What trust stores are locked with where nobody chose: nothing, and what Java's tools write.
const USUAL: [&str; 2] = ["", "changeit"];

pub(super) fn read(bytes: &[u8], passphrase: Option<&Secret>) -> Result<Contents, NotRead> {
    let own = passphrase.map(|secret| std::str::from_utf8(secret.expose()).map_err(|_| NotRead::Passphrase));
    let own = own.transpose()?;
    let mut last = NotRead::Passphrase;
    for word in own.map_or(USUAL.to_vec(), |own| vec![own]) {
        match Pkcs12Archive::from_pkcs12(bytes, word) {
            Ok(archive) => {
                let certs = archive
                    .certs
                    .iter()
                    .map(|bag| Held { der: bag.cert.as_der().to_vec(), alias: bag.friendly_name.clone() });
                return Ok(Contents {
                    certs: certs.collect(),
                    crls: Vec::new(),
                    private_keys: archive.keys.len() + archive.secrets.len(),
                    proved: true,
                    damage: Vec::new(),
                });
            }
            Err(error) => last = why(&error),
        }
    }
    Err(last)
}

fn why(error: &Error) -> NotRead {
    match error {
        Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError => NotRead::Passphrase,
        Error::InvalidParameters => NotRead::TooCostly,
        Error::UnsupportedContentType
        | Error::UnsupportedCertificateType
        | Error::UnsupportedEncryptionScheme
        | Error::UnsupportedMacAlgorithm
        | Error::InvalidVersion => NotRead::Unknown,
        _ => NotRead::Damaged,
    }
}
