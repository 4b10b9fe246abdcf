//! A token in the store cannot be right: its check characters do not fit.

use super::{Check, Group};
use crate::model::facts::{Facts, StoredToken};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-damaged",
    title: "a token is mistyped or cut off",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the check characters of each token in the store, where its kind has some",
    hurts: "no host will know it",
    mends: "nothing by itself: only you have the right one",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let damaged = |token: &&StoredToken| token.host.text.as_ref().is_some_and(|t| t.damaged);
    let found = facts.own.tokens.iter().filter(damaged).map(|token| {
        let what = format!("{} is mistyped or cut off: its check characters do not fit", super::named(token));
        CHECK.found(what, super::new_token(token))
    });
    found.collect()
}
