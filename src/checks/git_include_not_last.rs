//! Doorkey's include is not the last in git's configuration.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "git-include-not-last",
    title: "doorkey's include is not the last in git's configuration",
    group: Group::Helpers,
    severity: Severity::Warning,
    sees: "what stands below doorkey's section in the user's git configuration",
    hurts: "git takes the last value it finds: what stands below counts more than the routes",
    mends: "moves the section to the end; nothing else in the file changes",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    // A helper below the include is a finding of its own, with the same fix.
    if !facts.in_force() || !super::helpers_after_include(facts).is_empty() {
        return Vec::new();
    }
    let Some(spot) = &facts.git.after_include else { return Vec::new() };
    let what = format!("{} stands below doorkey's include", facts.at(spot));
    vec![CHECK.found(what, super::include_to_end(facts))]
}
