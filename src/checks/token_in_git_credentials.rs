//! Passwords in plain text in git's own store.

use super::{Check, Group};
use crate::model::facts::{Facts, Keeper};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-in-git-credentials",
    title: "passwords in plain text in git's own store",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "~/.git-credentials and ~/.config/git/credentials, which git's helper `store` writes",
    hurts: "every program you run can read them, and so can whoever gets the disk or a backup",
    mends: "nothing by itself: doorkey token adopt moves the lines that are for a profile into the store; make a new token afterwards, since this one was readable",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    super::plain_tokens(facts, &CHECK, Keeper::GitCredentials, None, |_| true)
}
