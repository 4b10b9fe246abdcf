//! A token does not see the repository it was tried with.

use super::{Check, Group};
use crate::model::facts::{Barrier, Facts, StoredToken};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-sees-no-repository",
    title: "a token does not see its repository",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "what the host says of the repository when doorkey token check asks it",
    hurts: "the repository is not there, or this account may not see it: hosts do not tell the two apart",
    mends: "nothing by itself: only you can tell which of the two it is",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    facts.own.tokens.iter().filter_map(judged).collect()
}

fn judged(token: &StoredToken) -> Option<Finding> {
    let said = token.host.said.as_ref()?;
    if said.repository.as_ref()?.why != Some(Barrier::AbsentOrHidden) {
        return None;
    }
    let what = format!("{} sees no such repository: it is absent, or hidden from it", super::named(token));
    let fix = super::advice(format!(
        "try another one that you know: doorkey token check {} --repo URL; then ask its owner to let {} in",
        token.profile, token.user
    ));
    Some(CHECK.found(what, fix))
}
