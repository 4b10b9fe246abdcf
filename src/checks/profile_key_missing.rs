//! A profile's SSH key is not there.

use super::{Check, Group, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "profile-key-missing",
    title: "a profile's SSH key is not there",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "the keys that profiles name for their SSH hosts",
    hurts: "ssh has nothing to offer there: \"Permission denied (publickey)\"",
    mends: "nothing by itself: put the key back, or make one and give its public half to the host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for key in &facts.own.keys {
        let fix = || command(format!("doorkey ssh new {} --host {}", key.profile, key.host));
        match &key.path {
            Some(path) if !key.there => {
                let what = format!("profile {}: {} is not there", key.profile, facts.shown(path));
                found.push(CHECK.found(what, fix()));
            }
            None => {
                let only_ssh = facts.own.profiles.iter().any(|p| {
                    p.name.as_str() == key.profile
                        && p.hosts.iter().any(|h| h.name.as_str() == key.host && !h.transport.https())
                });
                if only_ssh {
                    let what = format!("profile {} names no key for {}", key.profile, key.host);
                    found.push(CHECK.found(what, fix()).with_severity(Severity::Warning));
                }
            }
            Some(_) => {}
        }
    }
    found
}
