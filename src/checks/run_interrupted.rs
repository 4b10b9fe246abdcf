//! A change was interrupted.

use super::{Check, Group, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "run-interrupted",
    title: "a change was interrupted",
    group: Group::Doorkey,
    severity: Severity::Warning,
    sees: "the journal: an entry that was begun and not finished",
    hurts: "some of its steps may be done and others not; the next change takes it back first",
    mends: "takes the interrupted change back, as the next change would",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let Some(title) = &facts.own.interrupted else { return Vec::new() };
    let fix = command("doorkey doctor --fix --only run-interrupted");
    vec![CHECK.found(format!("\"{title}\" was interrupted"), fix)]
}
