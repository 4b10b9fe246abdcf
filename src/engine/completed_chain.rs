//! Certificates that a server should have sent, from where the sent ones say they are (RFC 5280 section 4.2.2.1). Browsers,
//! macOS and Windows fetch them; git, curl, Go, Python, Node and Java do not.

use super::server_chain::{Seen, Server, answer};
use crate::chains::Answer;
use crate::formats::cert::Cert;
use crate::formats::containers;
use crate::formats::proxy::dialect::{self, Own};
use crate::formats::proxy::no_proxy::Target;
use crate::formats::proxy::setting::Proxy;
use crate::probes::plain_http;
use crate::sys::Sys;
use serde::Serialize;
use std::time::Duration;

/// No chain is longer.
const MOST: usize = 4;
/// For each file.
const PATIENCE: Duration = Duration::from_secs(5);

/// A certificate that the server left out.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fetched {
    /// Where it was.
    pub url: String,
    /// What it says.
    pub cert: Cert,
}

/// A chain with what the server left out.
#[derive(Debug)]
pub struct Completed {
    /// What was fetched, in the order of the chain.
    pub fetched: Vec<Fetched>,
    /// The verdict with it.
    pub answer: Answer,
}

/// Fetches what is missing above the sent certificates. `None` where nothing is, or nothing was found.
pub(super) fn complete(sys: &Sys, server: &Server<'_>, seen: &Seen) -> Option<Completed> {
    let handshake = seen.handshake.as_ref()?;
    if seen.answer.as_ref()?.complete {
        return None;
    }
    let mut chain: Vec<Cert> = handshake.chain.climb().into_iter().cloned().collect();
    let mut fetched = Vec::new();
    while fetched.len() < MOST {
        let Some(top) = chain.last().filter(|top| !top.is_self_issued()) else { break };
        let found = top.issuer_urls.iter().take(2).find_map(|url| {
            let all = at(sys, server, url);
            let cert = all.into_iter().find(|cert| top.names_as_issuer(cert))?;
            Some(Fetched { url: url.clone(), cert })
        });
        let Some(found) = found else { break };
        chain.push(found.cert.clone());
        fetched.push(found);
        // With the root of somebody who is trusted it is whole.
        if answer(server, &chain, sys.now()).is_some_and(|answer| answer.complete) {
            break;
        }
    }
    let answer = answer(server, &chain, sys.now()).filter(|_| !fetched.is_empty())?;
    Some(Completed { fetched, answer })
}

/// The certificates at a URL: DER, or PKCS#7 (RFC 5280 section 4.2.2.1), or PEM, which the RFC does not know but servers do.
fn at(sys: &Sys, server: &Server<'_>, url: &str) -> Vec<Cert> {
    let decision = Target::of(url)
        .map(|target| dialect::CURL.decide(&target, &Own::default(), &|name| sys.env_raw(name)));
    // What was named by hand for the server holds for this, too.
    let by_environment: Option<&Proxy> = decision.as_ref().and_then(|decision| decision.proxy());
    let proxy = match (server.by_hand, server.proxy.proxy()) {
        (true, by_hand) => by_hand,
        (false, _) => by_environment,
    };
    let Some(reply) = plain_http::get(sys, proxy, url, PATIENCE) else { return Vec::new() };
    let contents = containers::read(&reply.body, None).map(|contents| contents.certs).unwrap_or_default();
    contents.iter().filter_map(|held| Cert::read(&held.der).ok()).collect()
}
