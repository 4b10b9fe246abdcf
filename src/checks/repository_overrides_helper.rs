//! A repository brings a credential helper of its own.

use super::{Check, Group, command};
use crate::formats::shell;
use crate::model::facts::{About, Facts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "repository-overrides-helper",
    title: "a repository brings a credential helper of its own",
    group: Group::Helpers,
    severity: Severity::Warning,
    sees: "credential.helper in the configuration of repositories whose remotes are on managed hosts",
    hurts: "git reads it last: an empty one switches doorkey off there, any other is given the token to store",
    mends: "nothing by itself: the repository may need it",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for repository in &facts.tokens.repositories {
        let managed = repository.remotes.iter().any(|remote| {
            remote.host.as_deref().is_some_and(|host| !facts.own.speakers(host, remote.port).is_empty())
        });
        let helpers =
            repository.settings.iter().filter(|s| matches!(s.about, About::Helper(_) | About::HelperReset));
        for setting in helpers.filter(|_| managed) {
            let what =
                format!("{}: {} is read after doorkey's helper", facts.at(&setting.spot), setting.name);
            let folder = shell::argument(&repository.path.display().to_string());
            found.push(CHECK.found(
                what,
                command(format!("git -C {folder} config --unset-all {}", shell::argument(&setting.name))),
            ));
        }
    }
    found
}
