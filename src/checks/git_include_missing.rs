//! Git does not read doorkey's settings.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Fix, Severity};
use crate::model::plan::Step;

pub(super) static CHECK: Check = Check {
    code: "git-include-missing",
    title: "git does not read doorkey's settings",
    group: Group::Helpers,
    severity: Severity::Error,
    sees: "doorkey's section in the user's git configuration, while profiles are in force",
    hurts: "git asks its other helpers, or nobody: no route decides",
    mends: "puts the one section back, at the end of the file",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let include = &facts.own.git_include;
    if !facts.in_force()
        || include.there
        || include.path.as_os_str().is_empty()
        || facts.is_hidden(&include.path)
    {
        return Vec::new();
    }
    let step = if include.file_there {
        super::append_include(include)
    } else {
        Step::Create { path: include.path.clone(), text: include.text.as_str().into(), mode: 0o600 }
    };
    let what = format!("{} does not include doorkey's settings", facts.shown(&include.path));
    vec![CHECK.found(what, Fix::Steps(vec![step]))]
}
