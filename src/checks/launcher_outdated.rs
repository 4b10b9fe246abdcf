//! Git and ssh call another version of doorkey.

use super::{Check, Group};
use crate::model::facts::{Facts, Launcher};
use crate::model::finding::{Finding, Fix, Severity};

pub(super) static CHECK: Check = Check {
    code: "launcher-outdated",
    title: "git and ssh call another version of doorkey",
    group: Group::Doorkey,
    severity: Severity::Note,
    sees: "bin/doorkey in doorkey's state folder against this program",
    hurts: "what git and ssh do is not what this version does",
    mends: "puts this version in its place, and makes git's and ssh's settings anew from the profiles",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.in_force() || facts.own.launcher != Launcher::Outdated {
        return Vec::new();
    }
    // The step is a new generation, which `diagnose::renewal` makes: a check has no files to make it from.
    vec![CHECK.found("git and ssh call another version of doorkey than this one", Fix::Steps(Vec::new()))]
}
