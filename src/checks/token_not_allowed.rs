//! A host knows a token, and a policy or a missing permission keeps it from the repository.

use super::{Check, Group};
use crate::model::facts::{Barrier, Facts, StoredToken};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-not-allowed",
    title: "a token is kept from its repository by policy or permission",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "what the host says of the repository when doorkey token check asks it",
    hurts: "git gets 403 there",
    mends: "nothing by itself: only you or the owner can change that at the host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    facts.own.tokens.iter().filter_map(judged).collect()
}

fn judged(token: &StoredToken) -> Option<Finding> {
    let said = token.host.said.as_ref()?;
    let Some(Barrier::NotAllowed(words)) = said.repository.as_ref()?.why.as_ref() else { return None };
    let quoted = if words.is_empty() { String::new() } else { format!(": \"{words}\"") };
    let what = format!("{} is not let into the repository{quoted}", super::named(token));
    let fix = super::advice(
        "choose the repository and Contents for the token at the host, or ask the organisation's owner about its policy",
    );
    Some(CHECK.found(what, fix))
}
