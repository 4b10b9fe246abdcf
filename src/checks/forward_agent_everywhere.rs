//! The agent is lent to every host.

use super::{Check, Group};
use crate::model::facts::{BlockKind, Facts, SshSetting};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "forward-agent-everywhere",
    title: "the agent is lent to every host",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "ForwardAgent yes in a block that holds for every host",
    hurts: "whoever is root on any host you log in to can use all your keys while you are there",
    mends: "takes exactly that line out; set it for the hosts that need it",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let lent = |s: &&SshSetting| s.keyword == "forwardagent" && s.value == "yes" && s.holds == BlockKind::All;
    let settings = facts.ssh.settings.iter().filter(lent);
    settings
        .map(|setting| {
            let fix = super::without_line(&setting.spot, setting.region.as_ref());
            CHECK.found(format!("{}: ForwardAgent yes, for every host", facts.at(&setting.spot)), fix)
        })
        .collect()
}
