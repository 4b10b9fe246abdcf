//! The agent has more keys than hosts accept tries.

use super::{Check, Group, advice};
use crate::model::facts::{BlockKind, Facts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "agent-offers-many-keys",
    title: "the agent has more keys than hosts accept tries",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "the keys in the ssh agent, and whether IdentitiesOnly limits them for every host",
    hurts: "ssh tries them one after the other; most hosts hang up after six (\"Too many authentication failures\")",
    mends: "nothing by itself: let `IdentitiesOnly yes` and an IdentityFile choose, host by host; profiles do that",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let limited = facts
        .ssh
        .settings
        .iter()
        .any(|s| s.keyword == "identitiesonly" && s.value == "yes" && s.holds == BlockKind::All);
    let count = facts.ssh.agent.keys.len();
    if limited || count < 6 {
        return Vec::new();
    }
    vec![CHECK.found(
        format!("the ssh agent offers {count} keys to every host"),
        advice("name the key of each host in ~/.ssh/config, with IdentitiesOnly yes; or remove some: ssh-add -d KEY"),
    )]
}
