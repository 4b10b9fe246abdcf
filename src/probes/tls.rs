//! The TLS rung: a handshake that keeps what the server sent, whether it is trusted or not.
//!
//! The connection is handed on only when the chain is trusted and the handshake is complete; otherwise nothing was
//! sent over it. The crypto provider is named explicitly, never taken from a process default.

use super::chain::Chain;
use super::handshake_fault::{failed, handshake_error, refused};
use super::judge::{Expect, Trouble, Verdict};
use super::tap::Tap;
use super::timed;
use super::witness::Witness;
use crate::formats::cert::Cert;
use crate::model::ladder::{Layer, Rung};
use crate::redact::for_terminal;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{ClientConnection, ResolvesClientCert};
use rustls::crypto::ring;
use rustls::{ClientConfig, StreamOwned};
use rustls_pki_types::ServerName;
use serde::Serialize;
use std::io::{Read, Write};
use std::sync::Arc;

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
    let wish = if diagnosis.asks_client_certificate { ", asks for a client certificate" } else { "" };
    format!("{version}, certificate of {} valid to {until}, root {root}{wish}", diagnosis.host)
}

fn broken_chain(verdict: &Verdict, chain: &Chain, now: i64) -> Rung {
    let mut lines = chain.lines(now);
    if verdict.trouble == Trouble::IncompleteChain {
        lines.extend(verdict.issuer_urls.iter().map(|url| format!("the missing one is at {url}")));
    }
    Rung::broken(Layer::Tls, verdict.trouble.code(), lines.join("\n"), &verdict.cause, &verdict.repair)
}
