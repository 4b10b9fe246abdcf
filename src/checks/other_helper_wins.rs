//! Git asks another helper first.

use super::{Check, Group, advice};
use crate::model::facts::{Facts, GitSetting, Scope};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "other-helper-wins",
    title: "git asks another helper first",
    group: Group::Helpers,
    severity: Severity::Error,
    sees: "for every managed host the helpers in the order in which git asks them, replayed from the files",
    hurts: "that helper answers for every owner on the host: whoever it knows, you are",
    mends: "nothing by itself: the line that wins is not in a file that doorkey may reorder",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    // Where the include is missing or too early, that is the finding.
    if !facts.in_force() || !facts.own.git_include.there || !super::helpers_after_include(facts).is_empty() {
        return found;
    }
    for chain in &facts.git.chains {
        // A host that git's settings do not hold yet: that they are out of date is the finding.
        let held = |s: &GitSetting| s.scope == Scope::Doorkey && s.place.as_ref() == Some(&chain.origin);
        if facts.own.outdated && !facts.git.settings.iter().any(held) {
            continue;
        }
        match chain.helpers.first() {
            Some((link, _)) if link.ours => {}
            Some((link, spot)) => {
                let what = format!("for {} git asks {} first ({})", chain.origin, link.name, facts.at(spot));
                found.push(CHECK.found(what, advice(format!("take that setting away: {}", facts.at(spot)))));
            }
            None => {
                let what = format!("for {} git asks no helper", chain.origin);
                let fix = advice("look for an empty credential.helper: doorkey inspect helpers");
                found.push(
                    CHECK.found(what, fix).because("git asks you instead, and gets no token from doorkey"),
                );
            }
        }
    }
    found
}
