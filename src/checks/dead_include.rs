//! Git's configuration includes a file that is not there.

use super::{Check, Group, advice};
use crate::model::facts::{About, Facts, Scope};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "dead-include",
    title: "git's configuration includes a file that is not there",
    group: Group::Helpers,
    severity: Severity::Warning,
    sees: "include.path and includeIf.*.path in git's configuration",
    hurts: "git passes over it in silence: the identity or helper that should be in it is not in force",
    mends: "takes exactly that line out",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for setting in &facts.git.settings {
        let About::Include { path, there: false, ours: false } = &setting.about else { continue };
        let what = format!("{} includes {}, which is not there", facts.at(&setting.spot), facts.shown(path));
        let fix = if setting.scope == Scope::Global {
            super::without_line(&setting.spot, setting.region.as_ref())
        } else {
            advice(format!("put the file back, or have {} changed", facts.at(&setting.spot)))
        };
        found.push(CHECK.found(what, fix));
    }
    found
}
