//! An older file of the store was put back.

use super::{Check, Group, broken_store, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "store-rolled-back",
    title: "an older file of the store was put back",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "the number and hash of the last file that doorkey wrote, kept beside the store",
    hurts: "old tokens would be used again; until you accept it, git gets no credential of that profile",
    mends: "nothing by itself: only you know whether you restored it",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    broken_store(facts, &CHECK, &["store-rolled-back"], |profile| {
        command(format!("doorkey store accept {}", profile.unwrap_or("PROFILE")))
    })
}
