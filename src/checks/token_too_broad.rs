//! A token may do more than git needs.

use super::{Check, Group};
use crate::model::facts::{Facts, StoredToken, Wanted};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-too-broad",
    title: "a token may do more than git needs",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "the scopes that the host names when doorkey token check asks it, against those in the profile or, where it names none, those that git needs",
    hurts: "whoever gets hold of it can do all of that",
    mends: "nothing by itself: only you can make a new token at the host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    facts.own.tokens.iter().filter_map(judged).collect()
}

fn judged(token: &StoredToken) -> Option<Finding> {
    let scopes = token.host.said.as_ref()?.scopes.as_ref()?;
    let kind = super::kind(token)?;
    let allowed = &token.host.allowed_scopes;
    let beyond: Vec<&str> = if allowed.is_empty() {
        kind.beyond(scopes)
    } else {
        scopes.iter().filter(|s| !allowed.contains(s)).map(String::as_str).collect()
    };
    if !beyond.is_empty() {
        let against = if allowed.is_empty() { "git has no use for" } else { "the profile does not list" };
        let what = format!("{} has scopes that {against}: {}", super::named(token), beyond.join(", "));
        return Some(CHECK.found(what, super::other_token(token)));
    }
    // Where reading alone can be had, and is all that the profile wants.
    let read_alone = kind.read.iter().any(|scope| !kind.write.contains(scope));
    let pushes: Vec<&str> = scopes.iter().filter(|s| kind.write.contains(s)).map(String::as_str).collect();
    let needless =
        allowed.is_empty() && token.host.wanted == Wanted::Read && read_alone && !pushes.is_empty();
    needless.then(|| {
        let what = format!(
            "{} may push ({}), and the profile's repositories there are to be read only",
            super::named(token),
            pushes.join(", ")
        );
        CHECK.found(what, super::other_token(token)).with_severity(Severity::Note)
    })
}
