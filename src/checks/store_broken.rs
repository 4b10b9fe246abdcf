//! The store cannot be read.

use super::{ALL, Check, Group, command};
use crate::model::facts::{Facts, StoreFacts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "store-broken",
    title: "the store cannot be read",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "whether the store opens, and proves that doorkey wrote it",
    hurts: "git gets no credential from it",
    mends: "nothing by itself: what is in the way is named; a backup of the folder can be put back",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let StoreFacts::Broken { code, problem, .. } = &facts.own.store else { return Vec::new() };
    // Most troubles have a check of their own.
    if *code == "key-file-unusable" || ALL.iter().any(|check| check.code == *code) {
        return Vec::new();
    }
    vec![CHECK.found(problem.clone(), command("doorkey store status"))]
}
