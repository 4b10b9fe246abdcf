//! `~/.ssh` that others may look into or change.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Fix, Severity};
use crate::model::plan::Step;

pub(super) static CHECK: Check = Check {
    code: "ssh-folder-open",
    title: "~/.ssh is open to others",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "the permission bits of ~/.ssh",
    hurts: "others see which hosts and keys you have",
    mends: "takes the bits for group and others away (mode 0700)",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let Some(folder) = facts.ssh.folder.as_ref().filter(|f| f.mode & 0o077 != 0) else { return Vec::new() };
    let fix = if folder.ours {
        Fix::Steps(vec![Step::Mode {
            path: folder.real.clone(),
            from: folder.mode,
            to: folder.mode & !0o077,
        }])
    } else {
        advice("it belongs to another user: look why (ls -ld ~/.ssh)")
    };
    let found = CHECK.found(format!("{} has mode {:04o}", facts.shown(&folder.path), folder.mode), fix);
    let writable = folder.mode & 0o022 != 0;
    vec![if writable {
        found
            .because("others may put keys and settings there: they could send your connections elsewhere")
            .with_severity(Severity::Error)
    } else {
        found
    }]
}
