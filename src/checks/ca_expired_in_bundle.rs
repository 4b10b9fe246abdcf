//! A private CA has run out.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "ca-expired-in-bundle",
    title: "a private CA has run out",
    group: Group::Trust,
    severity: Severity::Warning,
    sees: "the certificates in the files that trust variables and git's http.sslCAInfo name, but for the public roots",
    hurts: "what it signed is refused, and the file looks right",
    mends: "nothing by itself: get the CA's new certificate from whoever runs it",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let variables = facts.trust.variables.iter().flat_map(|v| &v.places);
    let places = variables.chain(&facts.trust.git).filter(|place| place.path != facts.trust.system.path);
    for place in places {
        for cert in &place.expired {
            let what = format!("{} holds {}, which has run out", facts.shown(&place.path), cert.name);
            let fix = advice(format!(
                "get its successor from whoever runs that CA (SHA-256 of this one: {})",
                cert.fingerprint
            ));
            found.push(CHECK.found(what, fix));
        }
    }
    found
}
