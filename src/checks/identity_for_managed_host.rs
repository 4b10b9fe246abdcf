//! Ssh's configuration names another key for a managed host.

use super::{Check, Group, advice};
use crate::model::facts::{BlockKind, Facts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "identity-for-managed-host",
    title: "ssh's configuration names another key for a managed host",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "IdentityFile and its like in `Host` and `Match` blocks that fit the host of a profile with a key",
    hurts: "identities add up over all blocks: when the profile's own key is refused, ssh offers this one, and you are somebody else there",
    mends: "nothing by itself: it is your own block for that host, so only you know whether it is still wanted",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let for_some = facts.ssh.other_identities.iter().filter(|held| held.setting.holds == BlockKind::Some);
    for_some
        .map(|held| {
            let setting = &held.setting;
            let is = if held.depends { "may be" } else { "is" };
            let found = CHECK.found(
                format!(
                    "{}: {} {is} offered to {} too",
                    facts.at(&setting.spot),
                    setting.said(),
                    held.hosts.join(", ")
                ),
                advice(format!(
                    "take the line out, or the host out of its block ({})",
                    setting.block.as_deref().unwrap_or("Host")
                )),
            );
            // A command decides it, and none is run here.
            if held.depends { found.with_severity(Severity::Note) } else { found }
        })
        .collect()
}
