//! Git and ssh call another version of doorkey.

use super::{Check, Group, command};
use crate::model::facts::{Facts, Launcher};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "launcher-outdated",
    title: "git and ssh call another version of doorkey",
    group: Group::Doorkey,
    severity: Severity::Note,
    sees: "bin/doorkey in doorkey's state folder against this program",
    hurts: "what git and ssh do is not what this version does",
    mends: "nothing by itself: the command given puts this version in its place",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.in_force() || facts.own.launcher != Launcher::Outdated {
        return Vec::new();
    }
    vec![CHECK.found("git and ssh call another version of doorkey than this one", command("doorkey on"))]
}
