//! The roots that were merged for this user's tools are old.

use super::{Check, Group, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "ca-bundle-outdated",
    title: "the merged roots are not those of the system and the installed ones",
    group: Group::Trust,
    severity: Severity::Warning,
    sees: "doorkey's bundle (ca install --scope machine) against the system's roots of today and the installed ones",
    hurts: "tools that are led to it go on with public roots that the system has withdrawn, and miss new ones",
    mends: "nothing by itself: the command given merges them anew",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let outdated = facts.trust.bundle_outdated;
    let found =
        || CHECK.found("the merged roots for your tools are not up to date", command("doorkey ca refresh"));
    outdated.then(found).into_iter().collect()
}
