//! Ssh refuses to start.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "ssh-config-broken",
    title: "ssh refuses to start",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "every line of ~/.ssh/config and of the files it includes, as ssh reads them",
    hurts: "one line that ssh cannot read, and no connection to any host is made",
    mends: "nothing by itself: what the line was meant to say only you know",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let bad = facts.ssh.bad_lines.iter();
    bad.map(|line| {
        let at = facts.at(&line.spot);
        CHECK.found(format!("{at}: {}", line.problem), advice(format!("put the line right: {at}")))
    })
    .collect()
}
