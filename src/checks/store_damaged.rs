//! A file of the store is damaged.

use super::{Check, Group, broken_store, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "store-damaged",
    title: "a file of the store is damaged",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "whether each file of the store opens whole, by its own authentication",
    hurts: "what was changed or cut short is not used, so git gets no credential of that profile",
    mends: "nothing by itself: a backup of the file is put back, or its tokens are added again",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    broken_store(facts, &CHECK, &["store-damaged"], |_| command("doorkey store status"))
}
