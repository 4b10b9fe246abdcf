//! Ssh does not read doorkey's settings.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Fix, Severity};
use crate::model::plan::{Anchor, Step};

pub(super) static CHECK: Check = Check {
    code: "ssh-include-missing",
    title: "ssh does not read doorkey's settings",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "doorkey's line in ~/.ssh/config, while profiles are in force",
    hurts: "ssh offers its default keys to every host: no route decides",
    mends: "puts the one line back, at the top of the file",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let include = &facts.own.ssh_include;
    if !facts.in_force()
        || include.there
        || include.path.as_os_str().is_empty()
        || facts.is_hidden(&include.path)
    {
        return Vec::new();
    }
    let mut steps = Vec::new();
    if facts.ssh.folder.is_none()
        && let Some(folder) = include.path.parent()
    {
        steps.push(Step::MakeDir { path: folder.into(), mode: 0o700 });
    }
    let (path, text) = (include.path.clone(), include.text.as_str().into());
    steps.push(if include.file_there {
        Step::Splice { path, at: Anchor::Start, old: "".into(), new: text }
    } else {
        Step::Create { path, text, mode: 0o600 }
    });
    vec![CHECK.found(
        format!("{} does not include doorkey's settings", facts.shown(&include.path)),
        Fix::Steps(steps),
    )]
}
