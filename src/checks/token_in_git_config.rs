//! A password in git's configuration.

use super::{Check, Group, advice};
use crate::model::facts::{About, Facts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-in-git-config",
    title: "a password in git's configuration",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "URLs with a password in git's global and system configuration (insteadOf, proxy, sections) and helpers that print one",
    hurts: "it stands in plain text, and is used for every repository it fits, past every route",
    mends: "nothing by itself: doorkey token adopt moves what is for a profile into the store, and keeps the rewriting of insteadOf; make a new token afterwards, since this one was readable",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let repositories = facts.tokens.repositories.iter().flat_map(|r| &r.settings);
    for setting in facts.git.settings.iter().chain(repositories) {
        let at = facts.at(&setting.spot);
        let what = match &setting.about {
            About::Password { host: Some(host), .. } => {
                format!("{at}: {} has a password for {host}", setting.name)
            }
            About::Password { host: None, .. } => format!("{at}: {} has a password", setting.name),
            About::Helper(link) if link.password => {
                format!("{at}: the helper in {} has a password in its line", setting.name)
            }
            _ => continue,
        };
        let fix =
            advice(format!("move it into the store (doorkey token adopt), or delete {at}; make a new token"));
        found.push(CHECK.found(what, fix));
    }
    found
}
