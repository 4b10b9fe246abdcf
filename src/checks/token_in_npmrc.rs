//! A registry token in plain text in .npmrc.

use super::{Check, Group};
use crate::model::facts::{Facts, Keeper};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-in-npmrc",
    title: "a registry token in plain text in .npmrc",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "the logins of ~/.npmrc that are written out, not named as ${VARIABLE}",
    hurts: "every program you run can read it: a package's install script too",
    mends: "nothing by itself: \"doorkey token adopt --kind npm\" moves a token into the store, and npm gets it in \"doorkey exec\"; then make a new token, since this one was readable",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    super::plain_tokens(
        facts,
        &CHECK,
        Keeper::Npmrc,
        Some("move them into the store: doorkey token adopt --kind npm (npm gets them in doorkey exec then)"),
        |_| true,
    )
}
