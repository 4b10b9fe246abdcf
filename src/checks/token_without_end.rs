//! A host does not say when its tokens end, and doorkey was not told either.

use super::{Check, Group};
use crate::model::facts::{Facts, StoredToken};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-without-end",
    title: "nobody knows when a token ends",
    group: Group::Tokens,
    severity: Severity::Note,
    sees: "tokens for kinds of host that do not say when a token ends, and for which no date was given to doorkey token add",
    hurts: "it may fail any day without a warning, or live for ever",
    mends: "nothing by itself: only you know the date",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let silent = |token: &&StoredToken| {
        let says = super::kind(token).is_none_or(|k| k.says_end() || k.name == "generic");
        token.expires.is_none() && !says
    };
    let found = facts.own.tokens.iter().filter(silent).map(|token| {
        let what = format!("nobody knows when {} ends: its host does not say", super::named(token));
        let fix = format!("{} --expires DATE", super::token_command("add", token));
        CHECK.found(what, super::command(fix))
    });
    found.collect()
}
