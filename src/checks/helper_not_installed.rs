//! A credential helper whose program is not there.

use super::{Check, Group, command};
use crate::formats::shell;
use crate::model::facts::{About, Facts, Scope};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "helper-not-installed",
    title: "git is told to ask a credential helper that is not installed",
    group: Group::Helpers,
    severity: Severity::Warning,
    sees: "credential.helper lines in your own configuration whose program is neither in PATH nor among git's own",
    hurts: "git says \"is not a git command\" at every login and then asks you, so a password that you typed is kept nowhere",
    mends: "nothing by itself: the helper may only be missing for now; `manager-core` is called `manager` since 2022",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let settings = facts.git.settings.iter().filter(|s| s.scope == Scope::Global);
    settings
        .filter_map(|setting| match &setting.about {
            About::Helper(link) if link.installed == Some(false) => Some((setting, link)),
            _ => None,
        })
        .map(|(setting, link)| {
            let at = facts.at(&setting.spot);
            let file = shell::argument(&setting.spot.path.display().to_string());
            // git reads the value as a regular expression.
            let value = shell::argument(&format!("^{}( |$)", link.name.replace('.', "\\.")));
            let fix =
                format!("git config --file {file} --unset-all {} {value}", shell::argument(&setting.name));
            CHECK.found(format!("{at}: the helper {} is not installed", link.name), command(fix))
        })
        .collect()
}
