//! A token has run out.

use super::{Check, Group};
use crate::model::expiry::Nearness;
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-expired",
    title: "a token has run out",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the day on which each token in the store ends, where it is known",
    hurts: "the host answers 401 to it",
    mends: "nothing by itself: only you can make a new token at the host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let over = facts.own.tokens.iter().filter(|t| Nearness::of(t.expires, facts.now) == Nearness::Expired);
    over.map(|token| {
        let what =
            format!("the token of {} for {} ({}) has run out", token.profile, token.origin, token.user);
        CHECK.found(what, super::new_token(token))
    })
    .collect()
}
