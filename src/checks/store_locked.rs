//! The store is locked.

use super::{Check, Group, command};
use crate::model::facts::{Facts, StoreFacts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "store-locked",
    title: "the store is locked",
    group: Group::Doorkey,
    severity: Severity::Warning,
    sees: "whether the store waits for its passphrase",
    hurts: "git gets no credential until it is open; what is in it was not checked",
    mends: "nothing by itself: it takes the passphrase",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if facts.own.store != StoreFacts::Locked || facts.own.profiles.is_empty() {
        return Vec::new();
    }
    vec![CHECK.found("the vault is locked", command("doorkey store unlock"))]
}
