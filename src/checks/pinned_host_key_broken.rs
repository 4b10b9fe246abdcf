//! A host key that a profile pins, and that is no key.

use super::{Check, Group, advice};
use crate::formats::known_hosts;
use crate::formats::ssh_key::{self, Half};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "pinned-host-key-broken",
    title: "a pinned host key is no key",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "the known-hosts of every profile's SSH hosts, as ssh reads them",
    hurts: "ssh passes over the line and trusts no other key there: \"Host key verification failed\"",
    mends: "nothing by itself: which key is the host's own, only the host can say",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for profile in &facts.own.profiles {
        for host in profile.hosts.iter().filter(|h| h.transport.ssh()) {
            for problem in host.known_hosts.iter().filter_map(|key| problem(host.name.as_str(), key)) {
                let fix = advice(format!(
                    "take the key from a page of the host's own, then: doorkey profile edit {}",
                    profile.name
                ));
                let what = format!("profile {}: a pinned key of {}: {problem}", profile.name, host.name);
                found.push(CHECK.found(what, fix));
            }
        }
    }
    found
}

/// What is wrong with `ssh-ed25519 AAAA...`.
fn problem(host: &str, key: &str) -> Option<String> {
    let lines = known_hosts::parse(format!("{host} {key}\n").as_bytes());
    if let Some(bad) = lines.faults.first() {
        return Some(bad.fault.to_string());
    }
    let read = ssh_key::read(key.as_bytes());
    match read.public {
        Ok(_) if lines.entries.len() == 1 && read.container.half() == Some(Half::Public) => None,
        Ok(_) => Some("it is no line of known_hosts".into()),
        Err(error) => Some(error.to_string()),
    }
}
