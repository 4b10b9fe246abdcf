//! The TLS rung: a handshake that keeps what the server sent, whether it is trusted or not.
//!
//! The connection is handed on only when the chain is trusted and the handshake is complete; otherwise nothing was
//! sent over it. The crypto provider is named explicitly, never taken from a process default.

use super::chain::Chain;
use super::judge::{Expect, Trouble, Verdict, judge};
use super::tap::{TLS_RECORD_TYPES, Tap};
use super::timed;
use crate::formats::cert::Cert;
use crate::model::ladder::{Layer, Rung};
use crate::redact::for_terminal;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnection, ResolvesClientCert};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use serde::Serialize;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A trusted connection over `S`.
pub type TlsStream<S> = StreamOwned<ClientConnection, Tap<S>>;

/// What a handshake showed, for JSON.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Diagnosis {
    /// The host that was expected.
    pub host: String,
    /// `TLS 1.3` or `TLS 1.2`, once agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'static str>,
    /// What the server sent.
    pub chain: Chain,
    /// The root that the chain leads to, when it is trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<Cert>,
    /// What is wrong with the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Whether the server asked for a client certificate.
    pub asks_client_certificate: bool,
}

/// The result of [`tls`].
#[derive(Debug)]
pub struct Tls<S: Read + Write> {
    /// How the rung held.
    pub rung: Rung,
    /// What was seen.
    pub diagnosis: Diagnosis,
    /// The connection; only when the rung holds.
    pub stream: Option<TlsStream<S>>,
}

/// Shakes hands over `stream` and judges the chain. The stream must have time limits of its own.
///
/// Broken: the codes of [`Trouble`], `tls-not-tls`, `tls-handshake-failed`.
pub fn tls<S: Read + Write>(stream: S, expect: &Expect<'_>) -> Tls<S> {
    let (rung, (diagnosis, stream)) = timed(|| {
        let (rung, diagnosis, stream) = shake_hands(stream, expect);
        (rung, (diagnosis, stream))
    });
    Tls { rung, diagnosis, stream }
}

fn shake_hands<S: Read + Write>(stream: S, expect: &Expect<'_>) -> (Rung, Diagnosis, Option<TlsStream<S>>) {
    let provider = Arc::new(ring::default_provider());
    let witness = Arc::new(Witness::new(Arc::clone(&provider), expect));
    let mut diagnosis = Diagnosis {
        host: for_terminal(expect.host, false),
        version: None,
        chain: Chain::default(),
        root: None,
        verdict: None,
        asks_client_certificate: false,
    };
    let bare = expect.host.trim_matches(['[', ']']).trim_end_matches('.');
    let Ok(name) = ServerName::try_from(bare).map(|n| n.to_owned()) else {
        let rung = failed(
            format!("{} is no host name", diagnosis.host),
            "the name cannot be asked for in TLS",
            "correct the host name in the URL",
        );
        return (rung, diagnosis, None);
    };
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map(|builder| {
            let verifier: Arc<dyn ServerCertVerifier> = Arc::clone(&witness) as _;
            builder.dangerous().with_custom_certificate_verifier(verifier)
        })
        .map(|builder| {
            let resolver: Arc<dyn ResolvesClientCert> = Arc::clone(&witness) as _;
            let mut config = builder.with_client_cert_resolver(resolver);
            // git's curl offers h2 as well, but what climbs on speaks 1.1.
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            config
        })
        .and_then(|config| ClientConnection::new(Arc::new(config), name));
    let mut client = match client {
        Ok(client) => client,
        Err(error) => return (refused(&error, &[]), diagnosis, None),
    };
    let mut tap = Tap::new(stream);
    let mut outcome = Ok(());
    while client.is_handshaking() && outcome.is_ok() {
        outcome = client.complete_io(&mut tap).map(|_| ());
    }
    diagnosis.version = client.protocol_version().and_then(version_name);
    diagnosis.asks_client_certificate = witness.was_asked();
    let (chain, judged) = witness.take();
    diagnosis.chain = Chain::read(&chain);
    match judged {
        Some(Ok(root)) => diagnosis.root = Some(root),
        Some(Err(verdict)) => diagnosis.verdict = Some(*verdict),
        None => {}
    }
    let rung = match (&diagnosis.verdict, outcome) {
        (Some(verdict), _) => broken_chain(verdict, &diagnosis.chain, expect.now),
        (None, Err(error)) => handshake_error(&error, tap.first_bytes()),
        (None, Ok(())) if diagnosis.root.is_none() => failed(
            "the server sent no certificate",
            "the server does not show who it is",
            "ask the owner of the server for its TLS settings",
        ),
        (None, Ok(())) => Rung::ok(Layer::Tls, trusted(&diagnosis)),
    };
    tap.lift_deadline();
    let stream = rung.code.is_none().then(|| StreamOwned::new(client, tap));
    (rung, diagnosis, stream)
}

fn version_name(version: rustls::ProtocolVersion) -> Option<&'static str> {
    match version {
        rustls::ProtocolVersion::TLSv1_2 => Some("TLS 1.2"),
        rustls::ProtocolVersion::TLSv1_3 => Some("TLS 1.3"),
        _ => None,
    }
}

fn trusted(diagnosis: &Diagnosis) -> String {
    let leaf = diagnosis.chain.leaf();
    let until = leaf.map(|l| super::chain::day(l.not_after)).unwrap_or_default();
    let root = diagnosis.root.as_ref().map(|r| r.subject.short()).unwrap_or_default();
    let version = diagnosis.version.unwrap_or("TLS");
    format!("{version}, certificate of {} valid to {until}, root {root}", diagnosis.host)
}

fn broken_chain(verdict: &Verdict, chain: &Chain, now: i64) -> Rung {
    let mut lines = chain.lines(now);
    if verdict.trouble == Trouble::IncompleteChain {
        lines.extend(verdict.issuer_urls.iter().map(|url| format!("the missing one is at {url}")));
    }
    Rung::broken(Layer::Tls, verdict.trouble.code(), lines.join("\n"), &verdict.cause, &verdict.repair)
}

fn failed(evidence: impl Into<String>, cause: impl Into<String>, repair: impl Into<String>) -> Rung {
    Rung::broken(Layer::Tls, "tls-handshake-failed", evidence, cause, repair)
}

const ASK_OWNER: &str = "ask the owner of the server whether it speaks TLS 1.2 or 1.3 on this port";

fn handshake_error(error: &io::Error, first: &[u8]) -> Rung {
    if let Some(start) = first.first()
        && !TLS_RECORD_TYPES.contains(start)
    {
        return not_tls(first);
    }
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>());
    match (inner, error.kind()) {
        (Some(error), _) => refused(error, first),
        (None, ErrorKind::WouldBlock | ErrorKind::TimedOut) => failed(
            "the server did not go on with the handshake in time",
            "the server is too slow, or a firewall drops TLS",
            "try again; if it stays so, ask who runs the network whether TLS to this host is filtered",
        ),
        (None, _) if first.is_empty() => failed(
            "the connection was closed before the server said anything",
            "something between this machine and the server, or the server itself, refuses TLS here",
            ASK_OWNER,
        ),
        (None, _) => failed(
            "the connection was closed in the middle of the handshake",
            "the server or something in between broke the handshake off",
            ASK_OWNER,
        ),
    }
}

fn not_tls(first: &[u8]) -> Rung {
    let line = first.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    let text: String = String::from_utf8_lossy(line).chars().take(80).collect();
    let (cause, repair) = if first.starts_with(b"HTTP/") {
        ("the server speaks plain HTTP on this port", "use the port that speaks HTTPS, usually 443")
    } else if first.starts_with(b"SSH-") {
        ("this is the SSH port", "use an ssh:// URL for this port, or the port that speaks HTTPS")
    } else {
        ("what answers there does not speak TLS", "check the port in the URL")
    };
    let evidence = format!("the answer begins with \"{}\"", for_terminal(&text, false));
    Rung::broken(Layer::Tls, "tls-not-tls", evidence, cause, repair)
}

fn refused(error: &rustls::Error, first: &[u8]) -> Rung {
    use rustls::Error as E;
    if let Some(old) = old_version(first) {
        return failed(
            format!("the server chose {old}"),
            format!("the server speaks only {old}, which is no longer safe"),
            "ask the owner of the server to switch on TLS 1.2 or 1.3",
        );
    }
    match error {
        E::AlertReceived(alert) => {
            let word = snake_case(&format!("{alert:?}"));
            let (cause, repair) = match word.as_str() {
                "protocol_version" => (
                    "the server speaks no TLS version that is still safe",
                    "ask the owner of the server to switch on TLS 1.2 or 1.3",
                ),
                "unrecognised_name" | "unrecognized_name" => {
                    ("the server does not know this host name", "check the host name in the URL")
                }
                "certificate_required" => (
                    "the server wants a client certificate",
                    "ask the owner of the server for one, and set it with git's http.sslCert",
                ),
                _ => ("the server refused the handshake", ASK_OWNER),
            };
            failed(format!("the server sent the alert {word}"), cause, repair)
        }
        E::PeerIncompatible(_) => failed(
            "server and client have no version or cipher in common",
            "the server offers only settings that are no longer safe",
            "ask the owner of the server to switch on TLS 1.2 or 1.3",
        ),
        E::InvalidCertificate(_) => failed(
            "the server could not prove that it owns its certificate",
            "the certificate does not belong to the key of the server, or is of a kind that TLS does not allow",
            "ask the owner of the server to replace the certificate",
        ),
        _ => failed(
            "the server broke the rules of the handshake",
            "the server, or something in between, does not speak TLS as it should",
            ASK_OWNER,
        ),
    }
}

/// The version in a ServerHello of TLS 1.0 or 1.1 (RFC 5246 section 7.4.1.3: record header 5, handshake header 4).
fn old_version(first: &[u8]) -> Option<&'static str> {
    match (first.first(), first.get(5), first.get(9..11)) {
        (Some(22), Some(2), Some([3, 0])) => Some("SSL 3.0"),
        (Some(22), Some(2), Some([3, 1])) => Some("TLS 1.0"),
        (Some(22), Some(2), Some([3, 2])) => Some("TLS 1.1"),
        _ => None,
    }
}

/// An alert's name as RFC 8446 section 6 writes it.
fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().filter(char::is_ascii_alphanumeric) {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

type Judged = Result<Cert, Box<Verdict>>;

/// Sees the chain, judges it, and lets the handshake go on only when it is trusted.
#[derive(Debug)]
struct Witness {
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
    fn new(provider: Arc<CryptoProvider>, expect: &Expect<'_>) -> Self {
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

    fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    fn take(&self) -> (Vec<CertificateDer<'static>>, Option<Judged>) {
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
