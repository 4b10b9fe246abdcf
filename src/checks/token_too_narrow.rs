//! A token may not do what its profile needs it for.

use super::{Check, Group};
use crate::model::facts::{Facts, StoredToken, Wanted};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-too-narrow",
    title: "a token may not do what its profile needs it for",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the scopes and rights that the host names when doorkey token check asks it, against the access under [[verify]] and the scopes in the profile",
    hurts: "git is refused when it comes to that",
    mends: "nothing by itself: only you can make a new token at the host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    facts.own.tokens.iter().filter_map(judged).collect()
}

fn judged(token: &StoredToken) -> Option<Finding> {
    let said = token.host.said.as_ref()?;
    let kind = super::kind(token)?;
    let found = |what: String| Some(CHECK.found(what, super::other_token(token)));
    let (wanted, access) = (token.host.wanted, said.repository.as_ref());
    if let Some(scopes) = said.scopes.as_ref().filter(|s| !(s.is_empty() && kind.empty_says_nothing)) {
        let missing: Vec<&str> =
            token.host.allowed_scopes.iter().filter(|s| !scopes.contains(s)).map(String::as_str).collect();
        if !missing.is_empty() {
            return found(format!(
                "{} lacks scopes that the profile lists: {}",
                super::named(token),
                missing.join(", ")
            ));
        }
        let has = |list: &[String]| list.is_empty() || list.iter().any(|s| scopes.contains(s));
        // What was read is readable, whatever the scopes are called.
        let reads = wanted == Wanted::NotSaid || access.is_some_and(|a| a.read) || has(&kind.read);
        if !reads {
            return found(format!(
                "{} may not read repositories: none of {}",
                super::named(token),
                kind.read.join(", ")
            ));
        }
        if wanted == Wanted::Write && !has(&kind.write) {
            return found(format!("{} may not push: none of {}", super::named(token), kind.write.join(", ")));
        }
    }
    if wanted == Wanted::Write && access.is_some_and(|a| a.read && a.write == Some(false)) {
        let fix = super::advice(format!("ask the owner of the repository to let {} push", token.user));
        let what = format!("{} may read the repository, but not push to it", super::named(token));
        return Some(CHECK.found(what, fix));
    }
    None
}
