//! A token was not used for a long time.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-unused",
    title: "a token was not used for 90 days",
    group: Group::Tokens,
    severity: Severity::Note,
    sees: "the last use that the host names when doorkey token check asks it",
    hurts: "a token that nobody uses is a risk that nobody needs",
    mends: "nothing by itself: only you know whether it is still wanted",
    find,
};

/// In seconds.
const LONG: i64 = 90 * 86_400;

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for token in &facts.own.tokens {
        let Some(used) = token.host.said.as_ref().and_then(|s| s.last_used) else { continue };
        let idle = facts.now - used;
        if idle > LONG {
            let what = format!("{} was not used for {} days", super::named(token), idle / 86_400);
            found.push(CHECK.found(what, super::command(super::token_command("remove", token))));
        }
    }
    found
}
