//! The rungs below the login, by our own probes: once for each host, port, proxy and set of roots.

use super::own_git::OwnGit;
use super::shared::Shared;
use crate::formats::proxy::dialect::Decision;
use crate::formats::proxy::setting::{Proxy, Scheme as ProxyScheme};
use crate::model::ladder::{Layer, Outcome, Rung};
use crate::model::route::{Origin, Scheme};
use crate::probes::connect::proxy_connect;
use crate::probes::dns::dns;
use crate::probes::judge::Expect;
use crate::probes::proxy_choice::{self, Configured, proxy_decision};
use crate::probes::tcp::tcp;
use crate::probes::tls::tls;
use crate::redact;
use crate::sys::Sys;
use crate::trust::git::{self as git_trust, GitTrust};
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// For each step of a probe.
const PATIENCE: Duration = Duration::from_secs(10);

/// The probes of one run.
#[derive(Debug)]
pub(super) struct Lower<'a> {
    sys: &'a Sys,
    git: &'a OwnGit,
    names: Shared<(String, u16), (Rung, Vec<SocketAddr>)>,
    trust: Shared<BTreeMap<String, String>, Arc<GitTrust>>,
    climbs: Shared<[String; 4], Vec<Rung>>,
}

/// What is to be climbed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wall<'a> {
    /// The URL that git uses.
    pub(super) url: &'a str,
    /// Its origin.
    pub(super) origin: &'a Origin,
    /// The profile whose `[trust]` and `[proxy]` are to be mended.
    pub(super) profile: Option<&'a str>,
    /// git's words, when the proxy refused git's own login: it is not tried a second time.
    pub(super) proxy_login_refused: Option<&'a str>,
}

impl<'a> Lower<'a> {
    pub(super) fn new(sys: &'a Sys, git: &'a OwnGit) -> Self {
        Self { sys, git, names: Shared::new(), trust: Shared::new(), climbs: Shared::new() }
    }

    /// Where a name leads.
    pub(super) fn name(&self, host: &str, port: u16) -> (Rung, Vec<SocketAddr>) {
        self.names.get((host.to_owned(), port), || dns(self.sys, host, port, PATIENCE))
    }

    /// Name and connection.
    pub(super) fn connection(&self, host: &str, port: u16) -> Vec<Rung> {
        let (first, addresses) = self.name(host, port);
        let mut rungs = vec![first];
        if holds(&rungs) {
            rungs.push(tcp(self.sys, &addresses, PATIENCE).0);
        }
        rungs
    }

    /// What can be said of the rungs that git has climbed already, without a connection of our own.
    pub(super) fn glance(&self, wall: &Wall<'_>) -> Vec<Rung> {
        let settings =
            if self.git.has_proxy { self.git.http_settings(self.sys, wall.url) } else { BTreeMap::new() };
        let decision = proxy_for(self.sys, &settings, wall.url);
        let (host, port) = first_stop(&decision, wall.origin);
        vec![self.name(&host, port).0, reached(Layer::Tcp), proxy_rung(&decision), tls_rung(wall.origin)]
    }

    /// Climbs from the name to the certificate, up to the first broken rung.
    pub(super) fn climb(&self, wall: &Wall<'_>) -> Vec<Rung> {
        let settings = self.git.http_settings(self.sys, wall.url);
        let trust = self.trust(&settings, wall.url);
        let decision = proxy_for(self.sys, &settings, wall.url);
        let through = decision.proxy().map(Proxy::shown).unwrap_or_default();
        let place = wall.origin.to_string();
        let key = [place, through, trust.in_words(self.sys), wall.profile.unwrap_or_default().to_owned()];
        let mut rungs = self.climbs.get(key, || self.climb_anew(wall, &decision, &trust));
        if let (Some(profile), Some(last)) = (wall.profile, rungs.last_mut()) {
            // The probes below know of no profile.
            last.repair = last
                .repair
                .take()
                .map(|r| r.replace("profile edit NAME", &format!("profile edit {profile}")));
        }
        rungs
    }

    fn climb_anew(&self, wall: &Wall<'_>, decision: &Decision, trust: &GitTrust) -> Vec<Rung> {
        let (host, port) = first_stop(decision, wall.origin);
        let (first, addresses) = self.name(&host, port);
        let mut rungs = vec![first];
        if !holds(&rungs) {
            return rungs;
        }
        let (opened, stream) = tcp(self.sys, &addresses, PATIENCE);
        rungs.push(opened);
        let Some(mut stream) = stream else { return rungs };
        rungs.push(tunnel(wall, decision, &mut stream));
        if !holds(&rungs) {
            return rungs;
        }
        // Past a proxy that is not spoken to here, there is nothing to shake hands with.
        let spoken = decision.proxy().is_none_or(|p| p.scheme == ProxyScheme::Http);
        rungs.push(match (wall.origin.scheme, spoken) {
            (Scheme::Https, true) => self.certificate(wall, decision, trust, stream),
            (Scheme::Https, false) => Rung::not_tried(Layer::Tls, "it lies behind the proxy"),
            _ => tls_rung(wall.origin),
        });
        rungs
    }

    fn certificate(&self, wall: &Wall<'_>, decision: &Decision, trust: &GitTrust, stream: TcpStream) -> Rung {
        if let Some(place) = trust.stops_git() {
            let path = redact::for_terminal(&self.sys.shown(&place.source.path), false);
            let problem = place.bundle.problem.map(|p| p.to_string()).unwrap_or_default();
            return Rung::broken(
                Layer::Tls,
                "tls-roots-unusable",
                format!("{} names {path}, which {problem}", place.source.setting),
                "git stops before it verifies anything when its file of roots cannot be used",
                format!("put the file in place, or remove the setting {}", place.source.setting),
            );
        }
        let proxy = decision.proxy().map(Proxy::address);
        let expect = Expect {
            proxy: proxy.as_deref(),
            profile: wall.profile,
            ..Expect::new(wall.origin.host.as_str(), &trust.roots, self.sys.now())
        };
        let mut rung = tls(stream, &expect).rung;
        if rung.outcome == Outcome::Broken {
            if let Some(setting) = &trust.unverified_by {
                let seen = format!(
                    "{setting} switches verification off; without it: {}",
                    rung.code.unwrap_or_default()
                );
                return Rung { took_ms: rung.took_ms, ..Rung::ok(Layer::Tls, seen) };
            }
            let roots = trust.in_words(self.sys);
            rung.evidence
                .push_str(&format!("\nroots in use: {}", if roots.is_empty() { "none" } else { &roots }));
        }
        rung
    }

    fn trust(&self, settings: &BTreeMap<String, String>, url: &str) -> Arc<GitTrust> {
        let keys = ["http.sslcainfo", "http.sslcapath", "http.sslverify"];
        let wanted =
            keys.iter().filter_map(|k| settings.get_key_value(*k)).map(|(k, v)| (k.clone(), v.clone()));
        self.trust.get(wanted.collect(), || {
            let config = |_: &str, key: &str| settings.get(&key.to_ascii_lowercase()).cloned();
            Arc::new(git_trust::look(self.sys, config, url))
        })
    }
}

fn holds(rungs: &[Rung]) -> bool {
    rungs.iter().all(|r| r.outcome != Outcome::Broken)
}

/// A rung that git has passed.
pub(super) fn reached(layer: Layer) -> Rung {
    Rung::ok(layer, "git reached it")
}

/// The proxy that git takes, by its settings for the URL and by the environment.
pub(in crate::engine) fn proxy_for(sys: &Sys, settings: &BTreeMap<String, String>, url: &str) -> Decision {
    let configured = settings.get("http.proxy").map(|value| Configured { key: "http.proxy", value });
    proxy_decision(configured, |name: &str| sys.env_raw(name), url)
}

/// The first machine that git connects to: the proxy, or the host itself.
pub(in crate::engine) fn first_stop(decision: &Decision, origin: &Origin) -> (String, u16) {
    match decision.proxy() {
        Some(proxy) => (proxy.host.clone(), proxy.port),
        None => (origin.host.to_string(), origin.port),
    }
}

fn proxy_rung(decision: &Decision) -> Rung {
    proxy_choice::rung(decision).unwrap_or_else(|| Rung::ok(Layer::Proxy, decision.because.clone()))
}

fn tls_rung(origin: &Origin) -> Rung {
    match origin.scheme {
        Scheme::Https => reached(Layer::Tls),
        _ => Rung::not_tried(Layer::Tls, "plain HTTP"),
    }
}

fn tunnel(wall: &Wall<'_>, decision: &Decision, stream: &mut TcpStream) -> Rung {
    let Some(proxy) = decision.proxy() else { return proxy_rung(decision) };
    if proxy.scheme != ProxyScheme::Http {
        return Rung::not_tried(Layer::Proxy, format!("{}; only HTTP proxies are probed", decision.because));
    }
    if wall.origin.scheme != Scheme::Https {
        return Rung::not_tried(Layer::Proxy, format!("{}; plain HTTP needs no tunnel", decision.because));
    }
    let with_password = proxy.credentials.as_ref().filter(|(_, password)| !password.is_empty());
    if let (Some(words), Some((user, _))) = (wall.proxy_login_refused, with_password) {
        // A proxy's account is locked out as easily as any other.
        return Rung::broken(
            Layer::Proxy,
            "proxy-auth-required",
            words,
            format!("the proxy did not accept the password of {}", redact::for_terminal(user, false)),
            format!("correct it where it is set: {}", decision.because),
        );
    }
    proxy_connect(stream, &format!("{}:{}", wall.origin.host.in_url(), wall.origin.port), with_password)
}
