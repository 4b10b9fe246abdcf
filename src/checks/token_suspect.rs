//! A host has refused a token.

use super::{Check, Group};
use crate::model::facts::{Facts, TokenState};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-suspect",
    title: "a host has refused a token",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the tokens in the store that git reported as refused",
    hurts: "doorkey does not hand it out any more: repeating a refused token gets the account locked",
    mends: "nothing by itself: only you can make a new token at the host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let suspect = facts.own.tokens.iter().filter(|t| t.state == TokenState::Suspect);
    suspect
        .map(|token| {
            let what = format!("{} refused the token of {} ({})", token.origin, token.profile, token.user);
            CHECK.found(what, super::new_token(token))
        })
        .collect()
}
