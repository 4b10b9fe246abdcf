//! Git cannot read its configuration.

use super::{Check, Group, advice};
use crate::model::facts::{Facts, GitFile, Scope};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "git-config-broken",
    title: "git cannot read its configuration",
    group: Group::Helpers,
    severity: Severity::Error,
    sees: "the global and system files of git, and what they include, as git reads them",
    hurts: "git stops at such a line, in every command",
    mends: "nothing by itself: what the line was meant to say only you know",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    broken(facts, |_| true)
}

/// The files at which git stops everywhere, but for doorkey's own, which `use` writes anew.
pub(super) fn everywhere(facts: &Facts) -> Vec<Finding> {
    broken(facts, |file| !file.conditional && file.scope != Scope::Doorkey)
}

fn broken(facts: &Facts, wanted: impl Fn(&GitFile) -> bool) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in facts.git.files.iter().filter(|f| wanted(f)) {
        if let Some(problem) = &file.problem {
            let path = facts.shown(&file.path);
            found.push(
                CHECK.found(format!("{path}: {problem}"), advice(format!("put the line right in {path}"))),
            );
        }
    }
    found
}
