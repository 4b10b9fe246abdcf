//! A remote names another user than the profile's.

use super::{Check, Group, command};
use crate::formats::shell;
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};
use crate::model::profile::Profile;
use crate::model::route::{Claim, Scheme};

pub(super) static CHECK: Check = Check {
    code: "remote-names-other-user",
    title: "a remote names another user than the profile's",
    group: Group::Helpers,
    severity: Severity::Warning,
    sees: "the user names in HTTPS remotes on managed hosts, against the user of the profile that claims them",
    hurts: "doorkey refuses to answer: a token of one user must not go out under another's name",
    mends: "nothing by itself: the command given writes the URL without the user name",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let claims: Vec<Claim> = facts.own.profiles.iter().flat_map(Profile::claims).collect();
    let mut found = Vec::new();
    for repository in &facts.tokens.repositories {
        for remote in repository.remotes.iter().filter(|r| r.scheme == "https" && !r.password) {
            let (Some(user), Some(host), Some(clean)) = (&remote.user, &remote.host, &remote.clean) else {
                continue;
            };
            let owner = remote.owner.as_deref().unwrap_or_default();
            let claim = claims.iter().find(|c| {
                c.origin.scheme == Scheme::Https
                    && c.origin.host.as_str() == host
                    && remote.port == Some(c.origin.port)
                    && c.owner.covers(owner, c.fold_case)
            });
            let Some((claim, wanted)) = claim.and_then(|c| c.user.as_ref().map(|u| (c, u))) else { continue };
            if user == wanted {
                continue;
            }
            let what = format!(
                "{}: remote {} names {user}, but {} is {wanted} there",
                facts.at(&remote.spot),
                remote.name,
                claim.profile
            );
            let push = if remote.push { " --push" } else { "" };
            let folder = shell::argument(&repository.path.display().to_string());
            let fix = format!(
                "git -C {folder} remote set-url{push} {} {}",
                shell::argument(&remote.name),
                shell::argument(clean)
            );
            found.push(CHECK.found(what, command(fix)));
        }
    }
    found
}
