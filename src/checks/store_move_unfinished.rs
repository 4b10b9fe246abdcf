//! A move of the store was interrupted.

use super::{Check, Group, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "store-move-unfinished",
    title: "a move of the store was interrupted",
    group: Group::Doorkey,
    severity: Severity::Warning,
    sees: "whether a killed run of doorkey store move left something behind",
    hurts: "tokens lie sealed in a second place that nobody looks after",
    mends: "clears that place; the store that is in use stays",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let Some(left) = &facts.own.unfinished_move else { return Vec::new() };
    vec![CHECK.found(left.clone(), command("doorkey store move"))]
}
