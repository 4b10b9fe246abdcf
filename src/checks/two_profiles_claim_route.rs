//! Two profiles claim one route.

use super::{Check, Group, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "two-profiles-claim-route",
    title: "two profiles claim one route",
    group: Group::Doorkey,
    severity: Severity::Error,
    sees: "the hosts, owners and single routes of all profiles",
    hurts: "one repository must have one profile, or nobody knows whose credential is sent; nothing can be put in force until then",
    mends: "nothing by itself: only you know whose it is",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let conflicts = facts.own.conflicts.iter();
    conflicts
        .map(|c| {
            let what = format!("profiles {} and {} both claim {}", c.first, c.second, c.route);
            CHECK.found(what, command(format!("doorkey profile edit {}", c.second)))
        })
        .collect()
}
