//! An SSH key of a kind that is given up.

use super::{Check, Group, advice, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "key-weak",
    title: "an SSH key of a kind that is given up",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "kind and size of every private key in ~/.ssh: DSA, and RSA below 2048 bits",
    hurts: "hosts and newer releases of ssh refuse it, some of them at any day",
    mends: "nothing by itself: make another key, give its public half to the host, then remove the old one there",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for key in &facts.ssh.keys {
        let what = match (key.kind.as_deref(), key.bits) {
            (Some("dsa"), _) => "is a DSA key".to_owned(),
            (Some("rsa"), Some(bits)) if bits < 2048 => format!("is an RSA key of {bits} bits"),
            _ => continue,
        };
        let owner = facts.own.keys.iter().find(|k| k.path.as_ref() == Some(&key.file.path));
        let fix = match owner {
            Some(owner) => {
                command(format!("doorkey ssh new {} --key id_ed25519_{}", owner.profile, owner.profile))
            }
            None => advice(
                "make another (ssh-keygen -t ed25519) and give its public half to the hosts that know this one",
            ),
        };
        found.push(CHECK.found(format!("{} {what}", facts.shown(&key.file.path)), fix));
    }
    found
}
