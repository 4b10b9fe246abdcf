//! Another program does not give the token it should.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "borrowed-token-missing",
    title: "another program does not give its token",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "whether gh, or the helper that a profile names in token.from, gives a token for its user and host",
    hurts: "git gets no credential there: nothing else is asked in its place",
    mends: "nothing by itself: you log in with that program, or take from out of the profile",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let missing = facts.own.borrowed.iter().filter_map(|borrowed| {
        let (problem, fix) = borrowed.problem.as_ref()?;
        let what = format!("profile {} gets no token for {}: {problem}", borrowed.profile, borrowed.origin);
        Some(CHECK.found(what, advice(fix.clone())))
    });
    missing.collect()
}
