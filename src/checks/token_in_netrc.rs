//! Passwords in plain text in .netrc.

use super::{Check, Group};
use crate::model::facts::{Facts, Keeper};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-in-netrc",
    title: "passwords in plain text in .netrc",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "the entries of ~/.netrc for hosts that no profile manages (those for managed hosts: netrc-entry-for-managed-host)",
    hurts: "every program you run can read them, and git and curl send them before they ask anybody",
    mends: "nothing by itself: keep the token in the store, delete the line, and make a new token, since this one was readable",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    super::plain_tokens(facts, &CHECK, Keeper::Netrc, None, |token| {
        token.host.as_deref().is_some_and(|host| facts.own.speakers(host, None).is_empty())
            || facts.own.http_origins().is_empty()
    })
}
