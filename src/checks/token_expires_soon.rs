//! A token runs out within 14 days.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-expires-soon",
    title: "a token runs out within 14 days",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "the day on which each token in the store ends, where it is known",
    hurts: "from that day on the host answers 401",
    mends: "nothing by itself: only you can make a new token at the host",
    find,
};

const SOON: i64 = 14 * 86400;

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for token in &facts.own.tokens {
        let Some(left) = token.expires.map(|end| end - facts.now).filter(|left| (1..=SOON).contains(left))
        else {
            continue;
        };
        let days = left / 86400;
        let what = format!(
            "the token of {} for {} ({}) runs out in {days} days",
            token.profile, token.origin, token.user
        );
        found.push(CHECK.found(what, super::new_token(token)));
    }
    found
}
