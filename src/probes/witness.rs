//! The verifier in a handshake: it sees the chain, judges it, and lets only a trusted one through.

use super::judge::{Expect, Trouble, Verdict, judge};
use crate::formats::cert::Cert;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// The root, or what is wrong.
pub(super) type Judged = Result<Cert, Box<Verdict>>;

/// Holds what it is to expect, and afterwards what it saw.
#[derive(Debug)]
pub(super) struct Witness {
    provider: Arc<CryptoProvider>,
    host: String,
    roots: Vec<CertificateDer<'static>>,
    now: i64,
    proxy: Option<String>,
    resigned: bool,
    profile: Option<String>,
    seen: Mutex<(Vec<CertificateDer<'static>>, Option<Judged>)>,
    asked: AtomicBool,
}

impl Witness {
    pub(super) fn new(provider: Arc<CryptoProvider>, expect: &Expect<'_>) -> Self {
        Self {
            provider,
            host: expect.host.to_owned(),
            roots: expect.roots.to_vec(),
            now: expect.now,
            proxy: expect.proxy.map(str::to_owned),
            resigned: expect.resigned,
            profile: expect.profile.map(str::to_owned),
            seen: Mutex::new((Vec::new(), None)),
            asked: AtomicBool::new(false),
        }
    }

    /// Whether the server asked for a client certificate.
    pub(super) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// What was sent, and the judgement; `None` when it did not come to that.
    pub(super) fn take(&self) -> (Vec<CertificateDer<'static>>, Option<Judged>) {
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::take(&mut *seen)
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let sent: Vec<CertificateDer<'static>> =
            std::iter::once(end_entity).chain(intermediates).map(|der| der.clone().into_owned()).collect();
        let expect = Expect {
            host: &self.host,
            roots: &self.roots,
            now: self.now,
            proxy: self.proxy.as_deref(),
            resigned: self.resigned,
            profile: self.profile.as_deref(),
        };
        let judged = judge(&sent, &expect);
        let verified = match &judged {
            Ok(_) => Ok(ServerCertVerified::assertion()),
            Err(verdict) => Err(alert_for(verdict.trouble).into()),
        };
        *self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = (sent, Some(judged));
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The alert that the server gets to see.
fn alert_for(trouble: Trouble) -> CertificateError {
    match trouble {
        Trouble::Expired => CertificateError::Expired,
        Trouble::NotYetValid => CertificateError::NotValidYet,
        Trouble::WrongName => CertificateError::NotValidForName,
        Trouble::BadChain => CertificateError::BadEncoding,
        Trouble::UntrustedRoot | Trouble::IncompleteChain | Trouble::SelfSigned | Trouble::Intercepted => {
            CertificateError::UnknownIssuer
        }
    }
}

impl ResolvesClientCert for Witness {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<rustls::sign::CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}
