//! Beside a connection that does not open: the ports that do, and the ways that other tools take.

use super::Beside;
use super::road::Road;
use crate::engine::proxies::{self, Way};
use crate::model::ladder::{Layer, Outcome};
use crate::model::route::Scheme;
use crate::probes::{dns::dns, tcp::tcp};
use crate::sys::Sys;
use std::time::Duration;

/// For each port that is tried beside.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where hosts take SSH on port 443: docs.github.com "Using SSH over the HTTPS port", docs.gitlab.com "GitLab.com
/// settings", support.atlassian.com "Use SSH over HTTPS".
const SSH_ON_443: &[(&str, &str)] = &[
    ("github.com", "ssh.github.com"),
    ("gitlab.com", "altssh.gitlab.com"),
    ("bitbucket.org", "altssh.bitbucket.org"),
];

pub(super) fn said(sys: &Sys, road: &Road) -> Vec<Beside> {
    match road.origin.scheme {
        Scheme::Ssh => other_ports(sys, road),
        _ => other_ways(sys, road),
    }
}

/// A firewall that lets no SSH out is told apart from a host that is down by the same host's HTTPS port.
fn other_ports(sys: &Sys, road: &Road) -> Vec<Beside> {
    let host = road.origin.host.as_str();
    let on_443 = SSH_ON_443.iter().find(|(name, _)| *name == host).map(|(_, other)| *other);
    let places = on_443.into_iter().map(|other| (other, "SSH")).chain([(host, "HTTPS")]);
    places
        .filter(|_| road.origin.port != 443)
        .map(|(place, what)| {
            let state = if opens(sys, place, 443) { "opens" } else { "does not open either" };
            let text = match (what, state) {
                ("SSH", "opens") => format!(
                    "{place} takes SSH on port 443, and that opens: in ~/.ssh/config, under Host {host}: HostName {place} and Port 443"
                ),
                (_, "opens") => format!(
                    "port 443 of {place} opens, so the host is up and port {} is closed on the way or there: use its https:// URL",
                    road.origin.port
                ),
                _ => format!("port 443 of {place} {state}"),
            };
            Beside::new(Layer::Tcp, "other-port", text)
        })
        .collect()
}

fn opens(sys: &Sys, host: &str, port: u16) -> bool {
    let (_, addresses) = dns(sys, host, port, PATIENCE);
    !addresses.is_empty() && tcp(sys, &addresses, PATIENCE).0.outcome == Outcome::Ok
}

/// A proxy that one tool is told of is the usual way out for the others.
fn other_ways(sys: &Sys, road: &Road) -> Vec<Beside> {
    let choices = proxies::look(sys, &road.url).unwrap_or_default();
    let gits = choices.iter().find(|choice| choice.tool == "git").map(|choice| choice.way.clone());
    let mut told: Vec<&Way> = Vec::new();
    let mut beside = Vec::new();
    for choice in choices.iter().filter(|c| c.here && (c.own || c.reads_variables)) {
        if Some(&choice.way) == gits.as_ref() || told.contains(&&choice.way) {
            continue;
        }
        told.push(&choice.way);
        let text = match &choice.way {
            Way::Direct => format!("{} goes there directly: {}", choice.tool, choice.because),
            Way::Through(proxy) => format!("{} goes through {proxy}: {}", choice.tool, choice.because),
            Way::Stops => continue,
        };
        let layer = if road.has_proxy { Layer::Proxy } else { Layer::Tcp };
        beside.push(Beside::new(layer, "other-way", crate::redact::said(&text)));
    }
    beside
}
