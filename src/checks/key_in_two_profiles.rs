//! One SSH key in two profiles.

use super::{Check, Group, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};
use std::collections::BTreeMap;

pub(super) static CHECK: Check = Check {
    code: "key-in-two-profiles",
    title: "two profiles share one SSH key",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "the fingerprints of the keys that profiles name, also where the files differ",
    hurts: "a host tells tenants apart by the key: each is let in as the other, and a key that one tenant takes away is gone for both",
    mends: "nothing by itself: make a key of its own for one of them, and give it to that host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut users: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    for named in &facts.own.keys {
        let Some(path) = &named.path else { continue };
        let key = facts.ssh.keys.iter().find(|key| key.file.path == *path);
        let Some(print) = key.and_then(|key| key.fingerprint.as_deref()) else { continue };
        let known = users.entry(print).or_default();
        if known.iter().all(|(profile, _)| *profile != named.profile) {
            known.push((&named.profile, facts.shown(path)));
        }
    }
    let shared = users.values().filter_map(|users| users.split_first()).filter(|(_, rest)| !rest.is_empty());
    shared
        .flat_map(|((first, file), rest)| {
            rest.iter().map(move |(other, path)| {
                let files = if path == file { path.clone() } else { format!("{file} and {path}") };
                let what = format!("profiles {first} and {other} use the same key ({files})");
                let fix = format!("doorkey ssh new {other} --key id_ed25519_{other}");
                CHECK.found(what, command(fix))
            })
        })
        .collect()
}
