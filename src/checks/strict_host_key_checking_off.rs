//! Ssh accepts any host.

use super::{Check, Group};
use crate::model::facts::{BlockKind, Facts, SshSetting};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "strict-host-key-checking-off",
    title: "ssh accepts any host",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "StrictHostKeyChecking no or off, and UserKnownHostsFile /dev/null, in ~/.ssh/config and what it includes",
    hurts: "whoever stands between you and the host can pose as it: an agent, a password or your code goes to them",
    mends: "takes exactly that line out; ssh then asks before it trusts a new host",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let off = |setting: &&SshSetting| match setting.keyword.as_str() {
        "stricthostkeychecking" => matches!(setting.value.as_str(), "no" | "off"),
        "userknownhostsfile" => setting.value == "/dev/null",
        _ => false,
    };
    let settings = facts.ssh.settings.iter().filter(off);
    settings
        .map(|setting| {
            let fix = super::without_line(&setting.spot, setting.region.as_ref());
            let what = format!("{}: {}", facts.at(&setting.spot), setting.said(),);
            match (&setting.holds, &setting.block) {
                (BlockKind::Some, Some(block)) => {
                    CHECK.found(format!("{what} (in `{block}`)"), fix).with_severity(Severity::Warning)
                }
                _ => CHECK.found(format!("{what}, for every host"), fix),
            }
        })
        .collect()
}
