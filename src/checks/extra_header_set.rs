//! Git sends a credential of its own in every request.

use super::{Check, Group, advice};
use crate::model::facts::{About, Facts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "extra-header-set",
    title: "git sends a credential of its own in every request",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "http.extraHeader with an Authorization, token or cookie header, global and in repositories",
    hurts: "it goes out at once, whatever the helper would say, and together with a helper's answer hosts refuse it (\"Duplicate header\")",
    mends: "nothing by itself: the line may be the only copy of that credential; doorkey token adopt moves it into the store where its URL is one profile's",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let managed = !facts.own.http_origins().is_empty();
    let repositories = facts.tokens.repositories.iter().flat_map(|r| &r.settings);
    let all = facts.git.settings.iter().chain(repositories).filter(|s| s.about == About::ExtraHeader);
    all.map(|setting| {
        let at = facts.at(&setting.spot);
        let fix = advice(format!("move it into the store (doorkey token adopt), or delete {at}"));
        let found = CHECK.found(format!("{at}: {} carries a credential", setting.name), fix);
        if managed { found.with_severity(Severity::Error) } else { found }
    })
    .collect()
}
