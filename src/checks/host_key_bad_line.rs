//! Ssh skips a line of known_hosts.

use super::{Check, Group, advice};
use crate::model::facts::{Facts, HostKeyTrouble};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "host-key-bad-line",
    title: "ssh skips a line of known_hosts",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "lines of ~/.ssh/known_hosts that ssh cannot read",
    hurts: "the host on it counts as unknown: ssh asks again, or refuses where nobody can be asked",
    mends: "nothing by itself: what the line was meant to say only you know",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for problem in &facts.ssh.host_keys {
        if let HostKeyTrouble::Bad { problem: why } = &problem.trouble {
            let fix = advice(format!("put the line right or delete it: {}", facts.at(&problem.spot)));
            found.push(CHECK.found(format!("{} is skipped: {why}", facts.at(&problem.spot)), fix));
        }
    }
    found
}
