//! A profile's CA file cannot be used.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "profile-ca-unusable",
    title: "a profile's CA file cannot be used",
    group: Group::Trust,
    severity: Severity::Error,
    sees: "the CA files that profiles name: there, readable, a CA, not run out, no private key",
    hurts: "the profile's hosts cannot be verified: once its settings are made again, git reaches none of them",
    mends: "nothing by itself: get the CA's certificate from whoever runs it",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for root in &facts.own.roots {
        if let Some(problem) = &root.problem {
            found.push(CHECK.found(
                format!("profile {}: {} {problem}", root.profile, facts.shown(&root.path)),
                super::root_in_place(&root.profile),
            ));
        }
    }
    found
}
