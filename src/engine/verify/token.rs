//! Tests tokens with a real login, one repository each, and lifts the suspicion from those that work again.

use super::{How, NoTarget, Target, Verified, targets, verify};
use crate::engine::profiles;
use crate::model::ladder::{Layer, Outcome};
use crate::model::name::ProfileName;
use crate::model::plan::RecordId;
use crate::model::profile::Profile;
use crate::model::profile_file::repo_route;
use crate::model::route::OwnerPath;
use crate::stores::{self, State, StoreError};
use crate::sys::Sys;
use crate::sys::run::RunError;
use serde::Serialize;

/// A token and what came of its test.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Checked {
    /// Whose it is.
    pub profile: String,
    /// Where it belongs.
    pub origin: String,
    /// The user name that goes with it.
    pub user: String,
    /// What came of it.
    pub outcome: Answer,
    /// In words: why it was not tested, or what the host said.
    pub why: String,
    /// What to do, unless it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The repository that it was tested with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// Its host had refused it before, and it is in use again now.
    pub cleared: bool,
}

/// What came of a token's test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Its host knows it.
    Works,
    /// Its host refused it.
    Refused,
    /// It did not come to a login with it.
    NotTried,
}

/// Why tokens cannot be tested.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The profiles cannot be read.
    #[error(transparent)]
    Profiles(#[from] profiles::ProfilesError),
    /// The URL cannot be read.
    #[error(transparent)]
    Target(#[from] NoTarget),
    /// The store cannot be read or changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// git cannot be run.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A token to be tested.
struct Token {
    profile: ProfileName,
    id: RecordId,
    suspect: bool,
    repo: Option<String>,
}

/// Tests the tokens of a profile, or of all, each with the first repository under `[[verify]]` that it is for, or
/// with `repo`. `keep` lifts the suspicion from those that work.
///
/// # Errors
/// The profiles, the store or git cannot be used.
pub fn check(
    sys: &mut Sys,
    profile: Option<&ProfileName>,
    repo: Option<&str>,
    how: How,
    keep: bool,
) -> Result<Vec<Checked>, CheckError> {
    let profiles = match profile {
        Some(name) => vec![profiles::one(sys, name)?],
        None => profiles::all_good(sys)?,
    };
    if let Some(repo) = repo {
        targets::place(repo).map_err(NoTarget::Url)?;
    }
    let store = stores::open(sys)?;
    let mut tokens = Vec::new();
    for profile in &profiles {
        for record in store.records(sys, &profile.name)?.into_iter().filter(|r| r.state != State::Retired) {
            let repo = repository_for(profile, &record.id, repo);
            let suspect = record.state == State::Suspect;
            tokens.push(Token { profile: profile.name.clone(), id: record.id, suspect, repo });
        }
    }
    let mut chosen: Vec<Target> = Vec::new();
    for token in &tokens {
        let Some(repo) = &token.repo else { continue };
        // Two tokens for one repository: git is asked once, and the helper says which it was.
        if !chosen.iter().any(|t| t.repo == *repo && t.profile.as_ref() == Some(&token.profile)) {
            let profile = Some(token.profile.clone());
            chosen.push(Target { repo: repo.clone(), access: "read".into(), profile });
        }
    }
    let results = verify(sys, &chosen, How { try_suspect: true, ..how }, &|_| {})?;
    let mut checked = Vec::new();
    for token in &tokens {
        let at = chosen
            .iter()
            .position(|t| Some(&t.repo) == token.repo.as_ref() && t.profile.as_ref() == Some(&token.profile));
        let mut one = judged(token, at.and_then(|at| results.get(at)));
        if one.outcome == Answer::Works && token.suspect && keep {
            one.cleared = store.clear_suspect(sys, &token.profile, &token.id)?;
        }
        checked.push(one);
    }
    Ok(checked)
}

/// The first repository that the token is for.
fn repository_for(profile: &Profile, id: &RecordId, given: Option<&str>) -> Option<String> {
    let scope = OwnerPath::of_clean(&id.path).ok()?;
    let fits = |url: &&str| {
        repo_route(url).is_ok_and(|route| {
            let folds = profile.host_for(&route.origin).is_some_and(|h| h.folds_case());
            route.origin.to_string() == id.origin && scope.covers(route.path.as_str(), folds)
        })
    };
    match given {
        Some(url) => Some(url).filter(fits).map(str::to_owned),
        None => profile.verify.iter().map(|v| v.repo.as_str()).find(fits).map(str::to_owned),
    }
}

fn judged(token: &Token, verified: Option<&Verified>) -> Checked {
    let Token { profile, id, .. } = token;
    let blank = Checked {
        profile: profile.to_string(),
        origin: id.origin.clone(),
        user: id.user.clone(),
        outcome: Answer::NotTried,
        why: String::new(),
        fix: None,
        repo: verified.map(|v| v.repo.clone()),
        cleared: false,
    };
    let Some(verified) = verified else {
        return Checked {
            why: "no repository under [[verify]] is for it".into(),
            fix: Some(format!("doorkey token check {profile} --repo {}/OWNER/REPO.git", id.origin)),
            ..blank
        };
    };
    let used = verified.account.as_ref().is_some_and(|a| a.profile == profile.as_str() && a.user == id.user);
    let login = verified.rung(Layer::Authentication);
    match login.map(|r| r.outcome) {
        Some(Outcome::Ok) if used => {
            Checked { outcome: Answer::Works, why: format!("{} knows it", id.origin), ..blank }
        }
        Some(Outcome::Broken) if used => {
            let rung = login.cloned();
            let why = rung.as_ref().and_then(|r| r.cause.clone()).unwrap_or_default();
            Checked { outcome: Answer::Refused, why, fix: rung.and_then(|r| r.repair), ..blank }
        }
        Some(Outcome::Ok) => Checked {
            why: "git was let in without it".into(),
            fix: verified.note.as_ref().map(|n| n.fix.clone()),
            ..blank
        },
        _ => {
            let rung = verified.broken().or(login);
            let why = rung.map(|r| r.cause.clone().unwrap_or_else(|| r.evidence.clone())).unwrap_or_default();
            Checked { why, fix: rung.and_then(|r| r.repair.clone()), ..blank }
        }
    }
}
