//! Known_hosts has two keys of one kind for a host.

use super::{Check, Group, advice};
use crate::model::facts::{Facts, HostKeyTrouble};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "host-key-conflict",
    title: "known_hosts has two keys of one kind for a host",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "lines of ~/.ssh/known_hosts for one host with different keys of the same kind",
    hurts: "ssh accepts either: whoever has the old key can still pose as the host",
    mends: "nothing by itself: which key is right only the host's own page or administrator can say",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for problem in &facts.ssh.host_keys {
        if let HostKeyTrouble::Contradicts { first } = problem.trouble {
            let host = problem.host.as_deref().unwrap_or("HOST");
            found.push(CHECK.found(
                format!("{} has another key for {host} than line {first}", facts.at(&problem.spot)),
                advice(format!("compare both with what {host} publishes (ssh-keygen -l -F {host}) and delete the wrong line")),
            ));
        }
    }
    found
}
