//! Ssh cannot run the commands of its configuration.

use super::{Check, Group, command};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "shell-not-usable",
    title: "ssh cannot run the commands of its configuration",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "SHELL, while profiles with SSH keys are in force",
    hurts: "ssh asks doorkey by that shell: with one that is not there it dies, with one that runs nothing no key is offered",
    mends: "nothing by itself: SHELL is set where your session starts",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let Some(shell) = &facts.environment.shell else { return Vec::new() };
    if !facts.in_force() || facts.own.ssh_hosts().is_empty() {
        return Vec::new();
    }
    let name = shell.path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let what = match (shell.there, name) {
        (false, _) => "is not there",
        (true, "false" | "nologin" | "true") => "runs nothing",
        _ => return Vec::new(),
    };
    vec![
        CHECK.found(
            format!("SHELL is {}, which {what}", shell.path.display()),
            command("export SHELL=/bin/sh"),
        ),
    ]
}
