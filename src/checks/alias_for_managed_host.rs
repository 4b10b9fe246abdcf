//! An alias of a managed host goes past the routes.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "alias-for-managed-host",
    title: "an alias of a managed host goes past the routes",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "Host blocks whose HostName is the host of a profile with a key",
    hurts: "routes are found by the name that is asked for: under the alias ssh offers the alias's own key, whoever's repository it is",
    mends: "nothing by itself: write the host's own name into the remotes, then the alias can go",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let managed = facts.own.ssh_hosts();
    let mut found = Vec::new();
    for setting in facts.ssh.settings.iter().filter(|s| s.keyword == "hostname") {
        let host = setting.value.to_ascii_lowercase();
        let Some(block) = setting.block.as_deref().filter(|_| managed.contains(&host)) else { continue };
        let others: Vec<&str> = block
            .split_whitespace()
            .skip(1)
            .filter(|name| !name.eq_ignore_ascii_case(&host) && !name.starts_with('!'))
            .collect();
        if let Some(alias) = others.first() {
            let what = format!("{}: {} stands for {host}", facts.at(&setting.spot), others.join(", "));
            found.push(CHECK.found(
                what,
                advice(format!("write {host} in place of {alias} into the remotes that use it")),
            ));
        }
    }
    found
}
