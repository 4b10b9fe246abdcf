//! Ssh's configuration may be changed by others.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Fix, Severity};
use crate::model::plan::Step;

pub(super) static CHECK: Check = Check {
    code: "ssh-config-writable-by-others",
    title: "ssh's configuration may be changed by others",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "the permission bits of ~/.ssh/config and of the files it includes",
    hurts: "ssh refuses to start (\"Bad owner or permissions\"), and whoever may write the file decides where you connect",
    mends: "takes the write bits for group and others away",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let open = facts.ssh.files.iter().map(|f| &f.file).filter(|f| f.mode & 0o022 != 0);
    open.map(|file| {
        let fix = if file.ours {
            Fix::Steps(vec![Step::Mode { path: file.real.clone(), from: file.mode, to: file.mode & !0o022 }])
        } else {
            advice("it belongs to another user: copy it into a file of your own, and include that")
        };
        CHECK.found(format!("{} has mode {:04o}", facts.shown(&file.path), file.mode), fix)
    })
    .collect()
}
