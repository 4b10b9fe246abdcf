//! A trust variable names a file that cannot be used.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "trust-variable-missing-file",
    title: "a trust variable names a file that cannot be used",
    group: Group::Trust,
    severity: Severity::Error,
    sees: "SSL_CERT_FILE, GIT_SSL_CAINFO, REQUESTS_CA_BUNDLE and their like, and whether what they name is there",
    hurts: "its tools refuse every connection, or go on without the roots that were meant",
    mends: "nothing by itself: a variable is set where your session starts",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for variable in &facts.trust.variables {
        for place in variable.places.iter().filter(|place| place.unusable) {
            let problem = place.problem.as_deref().unwrap_or("cannot be used");
            let what = format!("{} names {}, which {problem}", variable.name, facts.shown(&place.path));
            let one = CHECK.found(what, super::unset_named(facts, variable.name)).because(format!(
                "read by {}: they fail, or go on without those roots",
                variable.tools.join(", ")
            ));
            found.push(if variable.fatal_when_missing { one } else { one.with_severity(Severity::Warning) });
        }
    }
    found
}
