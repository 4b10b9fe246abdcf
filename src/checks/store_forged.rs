//! Somebody else wrote into the store.

use super::{Check, Group, broken_store, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "store-forged",
    title: "somebody else wrote into the store",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "the MAC of each file or entry, whose key only the store has",
    hurts: "whoever knows a public key can seal a file for it; such a file is not used, and git gets no credential of that profile",
    mends: "nothing by itself: the true file is put back from a backup",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    broken_store(facts, &CHECK, &["store-forged"], |_| command("doorkey store status"))
}
