//! A token in the store bears the mark of another kind of host.

use super::{Check, Group};
use crate::model::facts::{Facts, StoredToken};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-of-other-host",
    title: "a token is one of another kind of host",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the mark at the beginning of each token in the store against the kind of its host",
    hurts: "its host will not know it, and learns a secret that is not for it",
    mends: "nothing by itself: only you have the right one",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    facts.own.tokens.iter().filter_map(judged).collect()
}

fn judged(token: &StoredToken) -> Option<Finding> {
    let text = token.host.text.as_ref()?;
    let host = super::kind(token)?;
    (!host.may_make(text.kind)).then(|| {
        let what = format!("{} is a {}, and the host is {}", super::named(token), text.title, host.title);
        CHECK.found(what, super::new_token(token))
    })
}
