//! A profile has no token for its host.

use super::{Check, Group, command};
use crate::model::facts::{Facts, StoreFacts, StoredToken};
use crate::model::finding::{Finding, Severity};

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
        for host in profile.hosts.iter().filter(|h| h.transport.https()) {
            let origin = host.https_origin();
            let has = |t: &&StoredToken| t.profile == profile.name.as_str() && t.origin == origin.to_string();
            if facts.own.tokens.iter().any(|t| has(&t)) {
                continue;
            }
            let user = host.token_user.as_deref().unwrap_or("USER");
            let fix = command(format!(
                "doorkey token add {} --host {} --user {user}",
                profile.name,
                origin.authority()
            ));
            let what = format!("profile {} has no token for {origin}", profile.name);
            let one = CHECK.found(what, fix);
            // Over SSH the profile works without one.
            found.push(if host.transport.ssh() { one.with_severity(Severity::Warning) } else { one });
        }
    }
    found
}
