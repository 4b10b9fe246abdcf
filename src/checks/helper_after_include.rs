//! A credential helper stands below doorkey's include.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "helper-after-include",
    title: "a credential helper stands below doorkey's include",
    group: Group::Helpers,
    severity: Severity::Error,
    sees: "credential.helper lines that git reads after doorkey's",
    hurts: "an empty one there switches doorkey off for its hosts; any other is given every token to store, and answers for other owners later",
    mends: "moves doorkey's section to the end of the file; the helper goes on serving hosts that no profile manages",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.in_force() {
        return Vec::new();
    }
    let after = super::helpers_after_include(facts);
    after
        .into_iter()
        .map(|setting| {
            let at = facts.at(&setting.spot);
            let what = format!("{at}: {} is read after doorkey's helper", setting.name);
            let fix = if facts.git.after_include.is_some() {
                super::include_to_end(facts)
            } else {
                advice(format!("take {at} out: that file is read after the one doorkey's include is in"))
            };
            CHECK.found(what, fix)
        })
        .collect()
}
