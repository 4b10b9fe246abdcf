//! An SSH key of a kind that is given up.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};
use crate::model::weakness::Grade;

pub(super) static CHECK: Check = Check {
    code: "key-weak",
    title: "an SSH key of a kind that is given up",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "kind, size and numbers of every private key in ~/.ssh: DSA, RSA below 2048 bits, a modulus that does not look \
           random, halves that do not belong together",
    hurts: "hosts and newer releases of ssh refuse it, some of them at any day",
    mends: "nothing by itself: make another key, give its public half to the host, then remove the old one there",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    super::keys_of_grade(facts, &CHECK, Grade::Weak)
}
