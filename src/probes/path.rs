//! The library's verdict on a chain: does it lead to one of the roots, at a given time?

use crate::formats::cert::Cert;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::cell::RefCell;
use std::time::Duration;
use webpki::{EndEntityCert, Error, KeyUsage, VerifiedPath};

/// Where a chain leads.
#[derive(Debug)]
pub(super) enum Path {
    /// To this root.
    Root(Box<Cert>),
    /// To this root only, which is out of date: OpenSSL, GnuTLS and Go refuse that, the library does not look.
    StaleRoot(Box<Cert>),
    /// Nowhere.
    Broken(Error),
}

/// Looks for a path from the first of `sent` to one of `roots` that is valid for a TLS server at `at`.
pub(super) fn find(sent: &[CertificateDer<'_>], roots: &[CertificateDer<'static>], at: i64) -> Path {
    let Some((leaf, others)) = sent.split_first() else { return Path::Broken(Error::BadDer) };
    // A server's own certificate among the roots is trusted as such by git's libraries; the library knows no such thing.
    if roots.iter().any(|root| root.as_ref() == leaf.as_ref()) {
        return own_certificate(leaf, at);
    }
    let parsed = match EndEntityCert::try_from(leaf) {
        Ok(parsed) => parsed,
        Err(error) => return Path::Broken(error),
    };
    let anchors: Vec<(&CertificateDer<'static>, TrustAnchor<'_>)> =
        roots.iter().filter_map(|root| Some((root, webpki::anchor_from_trusted_cert(root).ok()?))).collect();
    let only: Vec<TrustAnchor<'_>> = anchors.iter().map(|(_, anchor)| anchor.clone()).collect();
    let found: RefCell<Option<Cert>> = RefCell::new(None);
    let stale: RefCell<Option<Cert>> = RefCell::new(None);
    let root_is_current = |path: &VerifiedPath<'_>| {
        let same = |anchor: &TrustAnchor<'_>| {
            anchor.subject == path.anchor().subject
                && anchor.subject_public_key_info == path.anchor().subject_public_key_info
        };
        for cert in anchors.iter().filter(|(_, a)| same(a)).filter_map(|(der, _)| Cert::read(der).ok()) {
            if at <= cert.not_after && at >= cert.not_before {
                found.replace(Some(cert));
                return Ok(());
            }
            stale.replace(Some(cert));
        }
        Err(Error::CertExpired { time: moment(at), not_after: moment(at) })
    };
    let verified = parsed.verify_for_usage(
        rustls::crypto::ring::default_provider().signature_verification_algorithms.all,
        &only,
        others,
        moment(at),
        KeyUsage::server_auth(),
        None,
        Some(&root_is_current),
    );
    match (verified, found.take(), stale.take()) {
        (Ok(_), Some(root), _) => Path::Root(Box::new(root)),
        (Ok(_), None, _) => Path::Broken(Error::BadDer),
        (Err(_), _, Some(root)) => Path::StaleRoot(Box::new(root)),
        (Err(error), _, None) => Path::Broken(error),
    }
}

fn own_certificate(leaf: &CertificateDer<'_>, at: i64) -> Path {
    match Cert::read(leaf) {
        Ok(cert) if at > cert.not_after => {
            Path::Broken(Error::CertExpired { time: moment(at), not_after: moment(cert.not_after) })
        }
        Ok(cert) if at < cert.not_before => {
            Path::Broken(Error::CertNotValidYet { time: moment(at), not_before: moment(cert.not_before) })
        }
        Ok(cert) => Path::Root(Box::new(cert)),
        Err(_) => Path::Broken(Error::BadDer),
    }
}

fn moment(seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}
