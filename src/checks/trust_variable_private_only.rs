//! A trust variable replaces the public roots by private ones.

use super::{Check, Group, command, file_word};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "trust-variable-private-only",
    title: "a trust variable replaces the public roots by private ones",
    group: Group::Trust,
    severity: Severity::Error,
    sees: "trust variables that take the place of the system's roots, and whether the public roots are in what they name",
    hurts: "its tools trust your company's root and nothing else: every public host fails",
    mends: "nothing by itself: put the public roots and the private one into one file, and name that",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for variable in facts.trust.variables.iter().filter(|v| v.replaces) {
        for place in variable.places.iter().filter(|place| place.private_only) {
            let path = facts.shown(&place.path);
            let system = file_word(facts, &facts.trust.system.path, "");
            let (file, all) = (file_word(facts, &place.path, ""), file_word(facts, &place.path, ".all"));
            let what = format!("{} names {path}, which holds no public root", variable.name);
            let fix = command(format!("cat {system} {file} > {all} && export {}={all}", variable.name));
            let tools = variable.tools.join(", ");
            let one = CHECK.found(what, fix).because(format!("read by {tools}: public hosts fail for them"));
            found.push(if variable.surely { one } else { one.with_severity(Severity::Warning) });
        }
    }
    found
}
