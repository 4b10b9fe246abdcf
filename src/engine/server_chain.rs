//! What a server shows in its TLS handshake, directly or through a proxy, and whether its chain leads to a root.

use super::completed_chain::{self, Completed};
use super::openssl_verdict::{self, OpensslVerdict};
use super::server_clock::{self, Clock};
use crate::chains::{self, Answer, Policies, PresentedTo, Purpose, Question};
use crate::formats::cert::Cert;
use crate::formats::proxy::dialect::Decision;
use crate::formats::proxy::setting::Scheme;
use crate::model::ladder::{Layer, Outcome, Rung};
use crate::probes::connect::proxy_connect;
use crate::probes::dns::dns;
use crate::probes::interception;
use crate::probes::judge::Expect;
use crate::probes::proxy_choice;
use crate::probes::starttls::{Protocol, starttls};
use crate::probes::tcp::tcp;
use crate::probes::tls::{Diagnosis, tls};
use crate::sys::Sys;
use rustls_pki_types::CertificateDer;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// For each step.
const PATIENCE: Duration = Duration::from_secs(10);
/// For a look past the proxy, which may lead nowhere.
const PAST_THE_PROXY: Duration = Duration::from_secs(3);

/// Which server, and how it is reached.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// Its name or address, without brackets.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// The name that is asked for in TLS, and that the certificate must bear.
    pub name: &'a str,
    /// Which proxy stands in between.
    pub proxy: &'a Decision,
    /// The protocol in which TLS is asked for, where it does not begin at once.
    pub starttls: Option<Protocol>,
    /// Whether somebody named the way by hand.
    pub by_hand: bool,
    /// The file that holds them, for openssl.
    pub roots_file: Option<&'a Path>,
    /// The roots that count.
    pub roots: &'a [CertificateDer<'static>],
}

/// What was seen.
#[derive(Debug)]
pub struct Seen {
    /// From the name to the handshake.
    pub rungs: Vec<Rung>,
    /// The handshake, when there was one; its verdict is that of rustls-webpki, in one cause.
    pub handshake: Option<Diagnosis>,
    /// Every path from the server's certificate, when it sent one.
    pub answer: Option<Answer>,
    /// The product that re-signs, when a name in the chain gives it away.
    pub product: Option<&'static str>,
    /// Who signed the certificate that the server shows past the proxy, where that is another one.
    pub signed_directly_by: Option<String>,
    /// What the server left out, where the chain is not valid without it.
    pub completed: Option<Completed>,
    /// What `openssl verify` says of what the server sent, where it is installed.
    pub openssl: Option<OpensslVerdict>,
    /// The server's own time, where the chain is not valid at this machine's.
    pub clock: Option<Clock>,
}

/// Shakes hands, and judges. Past a proxy whose chain is not trusted the server is looked at directly too, to see whether
/// the proxy answers in its place. Only where the chain is not valid is more asked for: its missing certificates where
/// they say they are, and the server's time.
#[must_use]
pub fn look(sys: &Sys, server: &Server<'_>) -> Seen {
    let mut seen = look_once(sys, server, PATIENCE);
    let sent = seen.handshake.as_ref().map(|handshake| handshake.chain.sent.as_slice()).unwrap_or_default();
    seen.openssl = server.roots_file.and_then(|roots| openssl_verdict::look(sys, sent, server.name, roots));
    let Some(answer) = seen.answer.as_ref().filter(|answer| !answer.valid) else { return seen };
    seen.clock = if answer.causes.iter().any(|cause| chains::BY_TIME.contains(&cause.code)) {
        server_clock::look(sys, server, &seen)
    } else {
        None
    };
    seen.completed = completed_chain::complete(sys, server, &seen);
    if server.proxy.proxy().is_some() {
        let none = Decision::direct("");
        let direct = look_once(sys, &Server { proxy: &none, ..*server }, PAST_THE_PROXY);
        let leaf = |seen: &Seen| seen.handshake.as_ref().and_then(|h| h.chain.leaf().cloned());
        if let (Some(shown), Some(own)) = (leaf(&seen), leaf(&direct)) {
            seen.signed_directly_by = (shown.issuer != own.issuer).then(|| own.issuer.to_string());
        }
    }
    seen
}

fn look_once(sys: &Sys, server: &Server<'_>, patience: Duration) -> Seen {
    let now = sys.now();
    let (rungs, stream) = reach(sys, server, patience);
    let mut seen = Seen {
        rungs,
        handshake: None,
        answer: None,
        product: None,
        signed_directly_by: None,
        completed: None,
        openssl: None,
        clock: None,
    };
    let Some(stream) = stream else { return seen };
    let address = server.proxy.proxy().map(|p| p.address());
    let expect = Expect { proxy: address.as_deref(), ..Expect::new(server.name, server.roots, now) };
    let shaken = tls(stream, &expect);
    seen.rungs.push(shaken.rung);
    seen.product = interception::product(&shaken.diagnosis.chain.sent);
    seen.answer = answer(server, &shaken.diagnosis.chain.sent, now);
    seen.handshake = Some(shaken.diagnosis);
    seen
}

/// From the name to a connection on which the handshake comes next, through the proxy where there is one.
pub(super) fn reach(sys: &Sys, server: &Server<'_>, patience: Duration) -> (Vec<Rung>, Option<TcpStream>) {
    let (mut rungs, mut stream) = connect(sys, server, patience);
    if let (Some(open), Some(protocol)) = (&mut stream, server.starttls) {
        let rung = starttls(open, protocol);
        if rung.outcome == Outcome::Broken {
            rungs.push(rung);
            return (rungs, None);
        }
    }
    (rungs, stream)
}

fn connect(sys: &Sys, server: &Server<'_>, patience: Duration) -> (Vec<Rung>, Option<TcpStream>) {
    let mut rungs = Vec::new();
    if let Some(broken) = proxy_choice::rung(server.proxy).filter(|rung| rung.outcome == Outcome::Broken) {
        return (vec![broken], None);
    }
    let proxy = server.proxy.proxy();
    let (host, port) = proxy.map_or((server.host, server.port), |p| (p.host.as_str(), p.port));
    let (rung, addresses) = dns(sys, host, port, patience);
    rungs.push(rung);
    if addresses.is_empty() {
        return (rungs, None);
    }
    let (rung, stream) = tcp(sys, &addresses, patience);
    rungs.push(rung);
    let Some(mut stream) = stream else { return (rungs, None) };
    let Some(proxy) = proxy else { return (rungs, Some(stream)) };
    let rung = match proxy.scheme {
        Scheme::Http => {
            let credentials = proxy.credentials.as_ref().filter(|(_, password)| !password.is_empty());
            proxy_connect(&mut stream, &authority(server.host, server.port), credentials)
        }
        _ => Rung::broken(
            Layer::Proxy,
            "proxy-not-spoken",
            format!("{} is {}", server.proxy.because, proxy.shown()),
            "doorkey itself speaks to HTTP proxies only",
            "name an http:// proxy with --proxy",
        ),
    };
    let holds = rung.outcome != Outcome::Broken;
    rungs.push(rung);
    (rungs, holds.then_some(stream))
}

/// Whether a chain, the leaf first, leads to a root.
pub(super) fn answer(server: &Server<'_>, chain: &[Cert], now: i64) -> Option<Answer> {
    let (leaf, rest) = chain.split_first()?;
    Some(chains::answer(&Question {
        leaf: leaf.der(),
        intermediates: rest.iter().map(|cert| cert.der().as_ref()).collect(),
        roots: server.roots.iter().map(AsRef::as_ref).collect(),
        crls: Vec::new(),
        at: now,
        purpose: Purpose::Server,
        presented_to: Some(match server.name.parse() {
            Ok(address) => PresentedTo::Address(address),
            Err(_) => PresentedTo::Host(server.name.to_owned()),
        }),
        policies: Policies::default(),
        max_depth: None,
    }))
}

/// `host:port`, an IPv6 address in brackets.
#[must_use]
pub fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}
