//! A token belongs to another account than the profile says.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-wrong-account",
    title: "a token belongs to another account",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the account that the host names when doorkey token check asks it",
    hurts: "what is pushed or read with it is done in another's name, and their rights count, not yours",
    mends: "nothing by itself: only you can make a new token at the host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for token in &facts.own.tokens {
        let Some(account) = token.host.said.as_ref().and_then(|s| s.account.as_deref()) else { continue };
        let kind = super::kind(token);
        // An e-mail address is how Bitbucket's API is logged in to; it names no account there.
        let any = kind.is_some_and(|k| k.takes_any_account(&token.user) || k.is_bot(account))
            || token.user.contains('@');
        // No known host has two accounts that differ in case alone.
        let same = account.eq_ignore_ascii_case(&token.user);
        if !any && !same {
            let what =
                format!("{} belongs to the account {account}, not to {}", super::named(token), token.user);
            found.push(CHECK.found(what, super::other_token(token)));
        }
    }
    found
}
