//! The key file does not open the vault.

use super::{Check, Group, broken_store, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "key-file-wrong",
    title: "the key file does not open the vault",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "whether the key file is there, is yours alone, and holds the key that this vault was made with",
    hurts: "git gets no credential; nothing is lost as long as the true key file is somewhere",
    mends: "nothing by itself: the key file is put back",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    broken_store(facts, &CHECK, &["key-file-wrong", "key-file-unusable"], |_| command("doorkey store status"))
}
