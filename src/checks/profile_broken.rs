//! A profile cannot be read.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "profile-broken",
    title: "a profile cannot be read",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "the files of all profiles",
    hurts: "what it spoke for is closed to everybody until it can be read",
    mends: "nothing by itself: what the file was meant to say only you know",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let broken = facts.own.broken.iter();
    broken
        .map(|profile| {
            let path = facts.shown(&profile.path);
            CHECK.found(
                format!("{path}: {}", profile.problem),
                advice(format!("put {path} right, then: doorkey profile check")),
            )
        })
        .collect()
}
