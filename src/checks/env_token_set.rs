//! A token in the environment.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "env-token-set",
    title: "a token in the environment",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "GH_TOKEN, GITHUB_TOKEN, GITLAB_TOKEN and their like",
    hurts: "gh, glab and many tools take it before any account they know, for every owner; every program you start has it",
    mends: "nothing by itself: take the line out of the file that sets it, and use `doorkey token add` for the profile it belongs to",
    find,
};

const NAMES: &[&str] = &[
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITLAB_TOKEN",
    "GITLAB_ACCESS_TOKEN",
    "BITBUCKET_TOKEN",
    "GITEA_TOKEN",
    "NPM_TOKEN",
];

fn find(facts: &Facts) -> Vec<Finding> {
    let set = facts.environment.variables.iter().filter(|v| NAMES.contains(&v.name.as_str()));
    set.map(|variable| {
        CHECK.found(
            format!("{} is set{}", variable.name, super::set_by(facts, variable)),
            super::unset(facts, variable),
        )
    })
    .collect()
}
