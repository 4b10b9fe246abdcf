//! What a server shows in its TLS handshake, directly or through a proxy, and whether its chain leads to a root.

use crate::chains::{self, Answer, Policies, PresentedTo, Purpose, Question};
use crate::formats::proxy::dialect::Decision;
use crate::formats::proxy::setting::Scheme;
use crate::model::ladder::{Layer, Outcome, Rung};
use crate::probes::connect::proxy_connect;
use crate::probes::dns::dns;
use crate::probes::interception;
use crate::probes::judge::Expect;
use crate::probes::proxy_choice;
use crate::probes::tcp::tcp;
use crate::probes::tls::{Diagnosis, tls};
use crate::sys::Sys;
use rustls_pki_types::CertificateDer;
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
}

/// Shakes hands, and sends nothing. Past a proxy whose chain is not trusted the server is looked at directly too, to
/// see whether the proxy answers in its place.
#[must_use]
pub fn look(sys: &Sys, server: &Server<'_>) -> Seen {
    let mut seen = look_once(sys, server, PATIENCE);
    let untrusted = seen.answer.as_ref().is_some_and(|answer| !answer.valid);
    if untrusted && server.proxy.proxy().is_some() {
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
    let mut seen =
        Seen { rungs: Vec::new(), handshake: None, answer: None, product: None, signed_directly_by: None };
    if let Some(broken) = proxy_choice::rung(server.proxy).filter(|rung| rung.outcome == Outcome::Broken) {
        seen.rungs.push(broken);
        return seen;
    }
    let proxy = server.proxy.proxy();
    let (host, port) = proxy.map_or((server.host, server.port), |p| (p.host.as_str(), p.port));
    let (rung, addresses) = dns(sys, host, port, patience);
    seen.rungs.push(rung);
    if addresses.is_empty() {
        return seen;
    }
    let (rung, stream) = tcp(sys, &addresses, patience);
    seen.rungs.push(rung);
    let Some(mut stream) = stream else { return seen };
    if let Some(proxy) = proxy {
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
        let broken = rung.outcome == Outcome::Broken;
        seen.rungs.push(rung);
        if broken {
            return seen;
        }
    }
    let address = proxy.map(|p| p.address());
    let now = sys.now();
    let expect = Expect { proxy: address.as_deref(), ..Expect::new(server.name, server.roots, now) };
    let shaken = tls(stream, &expect);
    seen.rungs.push(shaken.rung);
    seen.product = interception::product(&shaken.diagnosis.chain.sent);
    seen.answer = answer(server, &shaken.diagnosis, now);
    seen.handshake = Some(shaken.diagnosis);
    seen
}

fn answer(server: &Server<'_>, handshake: &Diagnosis, now: i64) -> Option<Answer> {
    let (leaf, rest) = handshake.chain.sent.split_first()?;
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
