//! A token runs out within 14 days.

use super::{Check, Group};
use crate::model::expiry::{DAY, Nearness};
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

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for token in &facts.own.tokens {
        let Some(end) = token.expires.filter(|_| Nearness::of(token.expires, facts.now) == Nearness::Soon)
        else {
            continue;
        };
        let days = (end - facts.now) / DAY;
        let what = format!(
            "the token of {} for {} ({}) runs out in {days} days",
            token.profile, token.origin, token.user
        );
        found.push(CHECK.found(what, super::new_token(token)));
    }
    found
}
