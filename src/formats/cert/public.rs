//! The public roots: Mozilla's list, as compiled in.

use super::fingerprint;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

static FINGERPRINTS: LazyLock<HashSet<[u8; 32]>> =
    LazyLock::new(|| TLS_SERVER_ROOT_CERTS.iter().map(|der| fingerprint(der)).collect());

static BY_NAME: LazyLock<HashMap<Vec<u8>, usize>> = LazyLock::new(|| {
    let names = TLS_SERVER_ROOT_CERTS.iter().enumerate();
    names
        .filter_map(|(index, der)| {
            let cert = super::Cert::read(der).ok()?;
            Some((cert.raw_subject, index))
        })
        .collect()
});

/// Whether a certificate with this SHA-256 is in Mozilla's list of TLS roots.
#[must_use]
pub fn is_public_root(sha256: &[u8; 32]) -> bool {
    FINGERPRINTS.contains(sha256)
}

/// The public root with this subject name (DER).
#[must_use]
pub fn public_root_named(raw_subject: &[u8]) -> Option<super::Cert> {
    let der = TLS_SERVER_ROOT_CERTS.get(*BY_NAME.get(raw_subject)?)?;
    super::Cert::read(der).ok()
}
