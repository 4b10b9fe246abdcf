//! Git is told to use roots that are not there.

use super::{Check, Group, command};
use crate::formats::shell;
use crate::model::facts::{About, Facts, Scope};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "git-ca-file-missing",
    title: "git is told to use roots that are not there",
    group: Group::Trust,
    severity: Severity::Error,
    sees: "http.sslCAInfo and http.sslCAPath in git's configuration and in repositories, but for doorkey's own",
    hurts: "git refuses every connection over HTTPS (\"error setting certificate verify locations\")",
    mends: "takes exactly that line out: git then uses the system's roots",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let repositories = facts.tokens.repositories.iter().flat_map(|r| &r.settings);
    for setting in facts.git.settings.iter().chain(repositories) {
        let About::Roots { path, there: false } = &setting.about else { continue };
        let what = format!(
            "{}: {} names {}, which is not there",
            facts.at(&setting.spot),
            setting.name,
            facts.shown(path)
        );
        let fix = match setting.scope {
            Scope::System => {
                command(format!("sudo git config --system --unset-all {}", shell::argument(&setting.name)))
            }
            Scope::Doorkey => command("doorkey on"),
            _ => super::without_line(&setting.spot, setting.region.as_ref()),
        };
        found.push(CHECK.found(what, fix));
    }
    found
}
