//! What keeps the store does not answer.

use super::{Check, Group, broken_store, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "store-unreachable",
    title: "what keeps the store does not answer",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "whether the OS keyring, or pass with gpg, opens within three seconds",
    hurts: "git gets no credential until it does",
    mends: "nothing by itself: it wants its password, or is not running in this session",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    broken_store(facts, &CHECK, &["store-unreachable"], |_| command("doorkey store status"))
}
