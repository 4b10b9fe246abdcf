//! An SSH key whose private half others can compute, or already have.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};
use crate::model::weakness::Grade;

pub(super) static CHECK: Check = Check {
    code: "key-breakable",
    title: "an SSH key whose private half others can have",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "the numbers of every private key in ~/.ssh: close primes (Fermat), Infineon chips (ROCA), primes in common with another \
           key there, small factors, bad exponents, points beside their curve; with the package openssh-blacklist Debian's keys of 2008",
    hurts: "whoever sees the public half, which hosts publish, can log in as you",
    mends: "nothing by itself: take the key away from the hosts, and make another",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    super::keys_of_grade(facts, &CHECK, Grade::Open)
}
