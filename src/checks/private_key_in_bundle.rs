//! A private key among the roots.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "private-key-in-bundle",
    title: "a private key among the roots",
    group: Group::Trust,
    severity: Severity::Error,
    sees: "the files that trust variables and git's http.sslCAInfo name",
    hurts: "the file is meant to be read by everybody: whoever has a CA's key can pose as any host to you",
    mends: "nothing by itself: the key must go, and the CA with it if the key is its own",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let variables = facts.trust.variables.iter().flat_map(|v| &v.places);
    let places = variables.chain(&facts.trust.git).filter(|place| place.private_key);
    places
        .map(|place| {
            let what = format!("{} holds a private key", facts.shown(&place.path));
            CHECK.found(what, advice("take the key out, and tell whoever gave you the file"))
        })
        .collect()
}
