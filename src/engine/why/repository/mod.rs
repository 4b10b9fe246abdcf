//! Why something cannot be fetched: the ladder of [`crate::engine::verify`], and beside its broken rung what else this
//! machine and its network say about it. Reads only.

mod connection;
mod names;
mod related;
mod road;

pub use related::{findings, table};

use crate::engine::profiles;
use crate::engine::verify::token::said_by_host;
use crate::engine::verify::{self, Asked, How, Target, Verified};
use crate::model::finding::Finding;
use crate::model::ladder::{Layer, Outcome, Rung};
use crate::model::name::ProfileName;
use crate::model::route::Scheme;
use crate::probes::{dns::dns, tcp::tcp};
use crate::sys::Sys;
use crate::sys::run::RunError;
use road::Road;
use serde::Serialize;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// For a name and for a connection before git is asked: a dead host is told soon.
const SOON: Duration = Duration::from_secs(4);

/// Something that was seen beside the ladder, about one rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Beside {
    /// Which rung it is about.
    pub layer: Layer,
    /// What it is, in a stable word: `name-server`, `search-domains`, `other-port`, `other-way`.
    pub kind: &'static str,
    /// In one sentence, safe for a terminal.
    pub said: String,
}

impl Beside {
    fn new(layer: Layer, kind: &'static str, said: impl Into<String>) -> Self {
        Self { layer, kind, said: said.into() }
    }
}

/// Why a repository cannot be reached, or that it can.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Why {
    /// The ladder.
    #[serde(flatten)]
    pub verified: Verified,
    /// What else was seen about the broken rung.
    pub beside: Vec<Beside>,
    /// What the host says of the token with which git has just logged in, where that did not open the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Asked>,
    /// What doctor finds on this machine that can break that rung.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// Climbs to a repository. `resolver` is asked for the host's name too.
///
/// # Errors
/// git is missing or cannot be started.
pub fn climb(sys: &Sys, target: &Target, how: How, resolver: Option<SocketAddr>) -> Result<Why, RunError> {
    let road = Road::look(sys, target)?;
    let stopped = road.as_ref().and_then(|road| before_git(sys, target, road));
    let verified = match stopped {
        Some(verified) => verified,
        None => match verify::verify(sys, std::slice::from_ref(target), how, &|_| {})?.pop() {
            Some(verified) => verified,
            None => verify::stopped(target, Vec::new(), Duration::ZERO),
        },
    };
    let mut beside = Vec::new();
    if let Some(road) = &road {
        let broken = verified.broken().map(|rung| rung.layer);
        if broken == Some(Layer::Dns) || resolver.is_some() {
            beside.extend(names::said(sys, &road.stop.0, resolver));
        }
        if matches!(broken, Some(Layer::Tcp | Layer::Proxy | Layer::HostKey)) {
            beside.extend(connection::said(sys, road));
        }
    }
    let token = token(sys, target, &verified);
    let findings = verified.broken().and_then(|r| r.code).map(|code| findings(sys, code)).unwrap_or_default();
    Ok(Why { verified, beside, token, findings })
}

/// The host is asked only after git's own login with that token was accepted there.
fn token(sys: &Sys, target: &Target, verified: &Verified) -> Option<Asked> {
    let above = |rung: &Rung| matches!(rung.layer, Layer::Authorisation | Layer::Repository);
    verified.broken().filter(|rung| above(rung))?;
    let account = verified.account.as_ref()?;
    let profile = profiles::one(sys, &ProfileName::new(&account.profile).ok()?).ok()?;
    said_by_host(sys, &profile, &account.user, &target.repo)
}

/// git waits for minutes where nobody answers. For https it is known whom it connects to first, so that is tried
/// before; ssh's own settings may lead anywhere, so it is asked itself. A name server that is slow is git's to wait
/// for: another one may still answer.
fn before_git(sys: &Sys, target: &Target, road: &Road) -> Option<Verified> {
    if road.origin.scheme == Scheme::Ssh {
        return None;
    }
    let start = Instant::now();
    let (host, port) = &road.stop;
    let (name, addresses) = dns(sys, host, *port, SOON);
    if name.code == Some("dns-timed-out") {
        return None;
    }
    let mut rungs = vec![name];
    if !addresses.is_empty() {
        rungs.push(tcp(sys, &addresses, SOON).0);
    }
    let broken = rungs.iter().any(|rung| rung.outcome == Outcome::Broken);
    broken.then(|| verify::stopped(target, rungs, start.elapsed()))
}
