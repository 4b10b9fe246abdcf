//! A revoked host key is still accepted.

use super::{Check, Group};
use crate::model::facts::{Facts, HostKeyTrouble};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "host-key-revoked",
    title: "a revoked host key is still accepted",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "keys that known_hosts marks as @revoked, against its other lines",
    hurts: "the key was given up for a reason: whoever has it could pose as the host, if the mark is ever lost",
    mends: "takes exactly the accepting line out; the mark stays",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for problem in &facts.ssh.host_keys {
        if let HostKeyTrouble::Revoked { accepted } = problem.trouble {
            let fix = super::without_line(&problem.spot, problem.region.as_ref());
            let what = format!("{} accepts a key that line {accepted} revokes", facts.at(&problem.spot));
            found.push(CHECK.found(what, fix));
        }
    }
    found
}
