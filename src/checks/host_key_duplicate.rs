//! Known_hosts has a line twice.

use super::{Check, Group};
use crate::model::facts::{Facts, HostKeyTrouble};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "host-key-duplicate",
    title: "known_hosts has a line twice",
    group: Group::Ssh,
    severity: Severity::Note,
    sees: "lines of ~/.ssh/known_hosts with the same hosts and the same key",
    hurts: "a key that is taken out in one place stays in the other",
    mends: "takes the later line out",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for problem in &facts.ssh.host_keys {
        if let HostKeyTrouble::Repeated { first } = problem.trouble {
            let fix = super::without_line(&problem.spot, problem.region.as_ref());
            let host = problem.host.as_deref().unwrap_or("a host");
            found.push(
                CHECK.found(
                    format!("{} says the same of {host} as line {first}", facts.at(&problem.spot)),
                    fix,
                ),
            );
        }
    }
    found
}
