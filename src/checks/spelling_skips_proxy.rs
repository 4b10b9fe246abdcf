//! Another spelling of an owner's name goes past the tenant's proxy and CA.

use super::{Check, Group, advice, command};
use crate::formats::shell;
use crate::model::facts::{Facts, Remote, Repository};
use crate::model::finding::{Finding, Severity};
use crate::model::profile::{Profile, claims_of};
use crate::model::route::{Claim, Origin};

pub(super) static CHECK: Check = Check {
    code: "spelling-skips-proxy",
    title: "another spelling of an owner's name goes past the tenant's proxy and CA",
    group: Group::Helpers,
    severity: Severity::Note,
    sees: "hosts that take ACME and acme for one owner, where profiles ask for different proxies or CAs, and the remotes there",
    hurts: "git tells owners apart by case when it looks for a proxy or CA: another spelling gets the token, but goes the way of everybody else",
    mends: "nothing by itself: write owners as the profile does; the command given does so for a remote that is there",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.in_force() {
        return Vec::new();
    }
    let claims = claims_of(&facts.own.profiles);
    let mut found = Vec::new();
    for origin in facts.own.http_origins() {
        let here: Vec<&Claim> = claims.iter().filter(|c| c.origin == origin).collect();
        let speakers: Vec<&Profile> =
            facts.own.profiles.iter().filter(|p| here.iter().any(|c| c.profile == p.name)).collect();
        let agreed =
            speakers.windows(2).all(|w| matches!(w, [a, b] if a.http_wish(&origin) == b.http_wish(&origin)));
        if agreed {
            continue;
        }
        for claim in here.iter().filter(|c| c.fold_case && c.owner.depth() == 1) {
            let asks = speakers.iter().any(|p| p.name == claim.profile && p.asks_for_http(&origin));
            if asks {
                found.extend(about(facts, &origin, claim));
            }
        }
    }
    found
}

/// The remotes that are spelled in another way; when there is none, that there must be none.
fn about(facts: &Facts, origin: &Origin, claim: &Claim) -> Vec<Finding> {
    let owner = claim.owner.as_str();
    let strays = facts.tokens.repositories.iter().flat_map(|repository| {
        let other = move |remote: &&Remote| {
            remote.scheme == origin.scheme.as_str()
                && remote.host.as_deref() == Some(origin.host.as_str())
                && remote.port == Some(origin.port)
                && remote.owner.as_deref().is_some_and(|o| o != owner && claim.owner.covers(o, true))
        };
        repository.remotes.iter().filter(other).map(move |remote| (repository, remote))
    });
    let mut found: Vec<Finding> =
        strays.map(|(repository, remote)| stray(facts, repository, remote, claim)).collect();
    if found.is_empty() {
        let what = format!(
            "git finds the proxy and CA of {} for {origin}/{owner} only in that spelling",
            claim.profile
        );
        found.push(CHECK.found(what, advice(format!("write {owner} as it stands here in every URL"))));
    }
    found
}

fn stray(facts: &Facts, repository: &Repository, remote: &Remote, claim: &Claim) -> Finding {
    let owner = claim.owner.as_str();
    let written = remote.owner.as_deref().unwrap_or_default();
    let what = format!(
        "{}: remote {} says {written} for {owner}, so git uses neither the proxy nor the CA of {}",
        facts.at(&remote.spot),
        remote.name,
        claim.profile
    );
    // A URL with a password in it is masked here, and has a finding of its own.
    let fix = if remote.password {
        advice(format!("write {owner} in its URL"))
    } else {
        let url = remote.url.replacen(&format!("/{written}/"), &format!("/{owner}/"), 1);
        let push = if remote.push { " --push" } else { "" };
        let folder = shell::argument(&repository.path.display().to_string());
        let name = shell::argument(&remote.name);
        command(format!("git -C {folder} remote set-url{push} {name} {}", shell::argument(&url)))
    };
    CHECK.found(what, fix).with_severity(Severity::Warning)
}
