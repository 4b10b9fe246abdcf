//! A token is older than its profile allows.

use super::{Check, Group};
use crate::model::expiry::DAY;
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-old",
    title: "a token is older than its profile allows",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "the age of each token in the store against max-age in the profile",
    hurts: "the longer a token lives, the more places it may have leaked to",
    mends: "nothing by itself: only you can make a new token at the host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for token in &facts.own.tokens {
        // Whole days count: it is too old on the day after its last one.
        let over = token.renew_by().is_some_and(|last| facts.now >= last.saturating_add(DAY));
        let Some(limit) = token.max_age_days.filter(|_| over) else { continue };
        let age = (facts.now - token.added) / DAY;
        let what = format!(
            "the token of {} for {} ({}) is {age} days old; the profile allows {limit}",
            token.profile, token.origin, token.user
        );
        found.push(CHECK.found(what, super::new_token(token)));
    }
    found
}
