//! Doorkey's Include is not the first line of ssh's configuration.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "ssh-include-not-first",
    title: "doorkey's Include is not the first line of ssh's configuration",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "what stands above doorkey's Include in ~/.ssh/config",
    hurts: "ssh takes the first value it finds, and an Include below a Host line holds for that host only: routes do not decide then",
    mends: "moves the line to the top; nothing else in the file changes",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let Some(spot) = facts.ssh.before_include.as_ref().filter(|_| facts.in_force()) else {
        return Vec::new();
    };
    vec![
        CHECK.found(
            format!("{} stands above doorkey's Include", facts.at(spot)),
            super::include_to_top(facts),
        ),
    ]
}
