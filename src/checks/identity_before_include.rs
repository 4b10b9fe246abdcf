//! Another key comes before the profile's own.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "identity-before-include",
    title: "another key comes before the profile's own",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "identities for managed hosts that stand above doorkey's Include in ~/.ssh/config",
    hurts: "ssh offers identities in the order of the file: this one first, and where the host accepts it you are somebody else",
    mends: "moves doorkey's Include to the top of the file",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let before = facts
        .ssh
        .other_identities
        .iter()
        .filter(|held| facts.in_force() && held.setting.before_include && !held.depends);
    before
        .map(|held| {
            let setting = &held.setting;
            let what = format!(
                "{}: {} is offered to {} before the profile's key",
                facts.at(&setting.spot),
                setting.said(),
                held.hosts.join(", ")
            );
            CHECK.found(what, super::include_to_top(facts))
        })
        .collect()
}
