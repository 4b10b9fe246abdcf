//! A password in the URL of a repository's remote.

use super::{Check, Group, advice, command};
use crate::formats::shell;
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-in-remote-url",
    title: "a password in the URL of a repository's remote",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the remotes of the repositories below your home folder (four folders deep)",
    hurts: "it stands in plain text, git prints it in errors, and it goes past every helper: whoever the token is, you are",
    mends: "nothing by itself: doorkey token adopt moves it into the store where a profile speaks for the repository; the command given writes the URL without it. Then make a new token, since this one was readable",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for repository in &facts.tokens.repositories {
        let folder = shell::argument(&repository.path.display().to_string());
        for remote in repository.remotes.iter().filter(|remote| remote.password) {
            let what =
                format!("{}: remote {} has a password in its URL", facts.at(&remote.spot), remote.name);
            let push = if remote.push { " --push" } else { "" };
            let fix = match &remote.clean {
                Some(clean) => command(format!(
                    "git -C {folder} remote set-url{push} {} {}",
                    shell::argument(&remote.name),
                    shell::argument(clean)
                )),
                None => advice("write the URL without user and password"),
            };
            found.push(CHECK.found(what, fix));
        }
    }
    found
}
