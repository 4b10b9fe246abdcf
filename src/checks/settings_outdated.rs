//! The profiles' files were edited since git's and ssh's settings were made.

use super::{Check, Group, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "settings-outdated",
    title: "the profiles say something else than what git and ssh read",
    group: Group::Doorkey,
    severity: Severity::Warning,
    sees: "the generation in force against the one that the profiles' files would make now",
    hurts: "git and ssh go on with the old hosts, owners, keys and identity; what was taken out is refused, what was added is not known",
    mends: "nothing by itself: the command given makes a new generation from the files",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.in_force() || !facts.own.outdated {
        return Vec::new();
    }
    let name =
        facts.own.identity.as_deref().filter(|n| facts.own.profiles.iter().any(|p| p.name.as_str() == *n));
    let fix = name.map_or_else(|| "doorkey on".to_owned(), |name| format!("doorkey use {name}"));
    vec![
        CHECK
            .found("the profiles' files were changed since git's and ssh's settings were made", command(fix)),
    ]
}
