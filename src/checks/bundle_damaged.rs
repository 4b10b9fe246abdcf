//! A file of roots is damaged.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "bundle-damaged",
    title: "a file of roots is damaged",
    group: Group::Trust,
    severity: Severity::Warning,
    sees: "the files that trust variables and git's http.sslCAInfo name: PEM damage, byte order mark, no certificate at all",
    hurts: "some tools stop at the damage, others pass over it: they trust different roots",
    mends: "nothing by itself: the file comes from somewhere, and should come from there again",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let variables = facts.trust.variables.iter().flat_map(|v| &v.places);
    for place in variables.chain(&facts.trust.git).filter(|place| !place.unusable) {
        let what = match (place.damaged_line, &place.problem) {
            (Some(line), _) => format!("is damaged in line {line}"),
            (None, Some(problem)) => problem.clone(),
            (None, None) if place.bom => "starts with a byte order mark".into(),
            _ => continue,
        };
        found.push(CHECK.found(
            format!("{} {what}", facts.shown(&place.path)),
            advice("fetch the file again from where it came, as PEM"),
        ));
    }
    found
}
