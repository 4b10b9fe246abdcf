//! The program that git and ssh call is not there.

use super::{Check, Group};
use crate::model::facts::{Facts, Launcher};
use crate::model::finding::{Finding, Fix, Severity};

pub(super) static CHECK: Check = Check {
    code: "launcher-missing",
    title: "the program that git and ssh call is not there",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "bin/doorkey in doorkey's state folder, while profiles are in force",
    hurts: "git and ssh call it by that path: without it no credential is given on any managed host",
    mends: "puts it back, and makes git's and ssh's settings anew from the profiles",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.in_force() || facts.own.launcher != Launcher::Missing {
        return Vec::new();
    }
    // The step is a new generation, which `diagnose::renewal` makes: a check has no files to make it from.
    vec![CHECK.found("the program that git and ssh call is not there", Fix::Steps(Vec::new()))]
}
