//! A profile weakens a rule.

use super::{Check, Group, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "compat-setting-on",
    title: "a profile weakens a rule",
    group: Group::Doorkey,
    severity: Severity::Warning,
    sees: "[compat] settings and plain http in all profiles",
    hurts: "the rule was there for a reason: see what each setting gives up in the profile's documentation",
    mends: "nothing by itself: you asked for it; take it out when nothing needs it any more",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for profile in &facts.own.profiles {
        let mut on = Vec::new();
        if profile.compat.store_unknown_origins {
            on.push("credentials of origins that no profile claims are kept".to_owned());
        }
        if profile.compat.forget_on_erase {
            on.push("a refused credential is dropped instead of marked".to_owned());
        }
        for host in &profile.hosts {
            if let Some(port) = host.plain_http_port {
                on.push(format!("credentials go to http://{}:{port} in plain text", host.name));
            }
        }
        for what in on {
            let fix = command(format!("doorkey profile edit {}", profile.name));
            found.push(CHECK.found(format!("profile {}: {what}", profile.name), fix));
        }
    }
    found
}
