//! The program that git and ssh call is not there.

use super::{Check, Group, command};
use crate::model::facts::{Facts, Launcher};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "launcher-missing",
    title: "the program that git and ssh call is not there",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "bin/doorkey in doorkey's state folder, while profiles are in force",
    hurts: "git and ssh call it by that path: without it no credential is given on any managed host",
    mends: "nothing by itself: the command given puts it back",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.in_force() || facts.own.launcher != Launcher::Missing {
        return Vec::new();
    }
    vec![CHECK.found("the program that git and ssh call is not there", command("doorkey on"))]
}
