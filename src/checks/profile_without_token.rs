//! A profile has no token for its host.

use super::{Check, Group, command};
use crate::model::facts::{Facts, StoreFacts, StoredToken};
use crate::model::finding::{Finding, Severity};
use crate::model::route::{Origin, Scheme};
use std::collections::BTreeSet;

pub(super) static CHECK: Check = Check {
    code: "profile-without-token",
    title: "a profile has no token for its host",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the HTTPS hosts of every profile against the tokens in the store",
    hurts: "git gets no credential there, and on a managed host nobody else is asked",
    mends: "nothing by itself: only you can make a token. The command given takes it from a hidden prompt",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    if !matches!(facts.own.store, StoreFacts::Open { .. }) {
        return found;
    }
    for profile in &facts.own.profiles {
        let claimed = profile.claims().into_iter().map(|claim| claim.origin);
        let origins: BTreeSet<Origin> = claimed.filter(|o| o.scheme == Scheme::Https).collect();
        for origin in origins {
            let has = |t: &&StoredToken| t.profile == profile.name.as_str() && t.origin == origin.to_string();
            if facts.own.tokens.iter().any(|t| has(&t)) {
                continue;
            }
            let host = profile.host_for(&origin);
            // Another program gives it, and has a check of its own.
            if host.is_some_and(|h| h.token_from.is_some()) {
                continue;
            }
            let user = host.and_then(|h| h.token_user.as_deref()).unwrap_or("USER");
            let fix = command(format!(
                "doorkey token add {} --host {} --user {user}",
                profile.name,
                origin.authority()
            ));
            let what = format!("profile {} has no token for {origin}", profile.name);
            let one = CHECK.found(what, fix);
            // Over SSH the profile works without one.
            let over_ssh = host.is_some_and(|h| h.transport.ssh());
            found.push(if over_ssh { one.with_severity(Severity::Warning) } else { one });
        }
    }
    found
}
