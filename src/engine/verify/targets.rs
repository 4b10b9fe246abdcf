//! Which repositories prove a profile.

use crate::engine::profiles::{self, ProfilesError};
use crate::engine::which::{self, WhichError};
use crate::model::name::ProfileName;
use crate::model::profile_file::repo_route;
use crate::model::route::Origin;
use crate::redact;
use crate::sys::Sys;

/// A repository to be tried.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its URL, as written.
    pub repo: String,
    /// `read` or `write`, as written.
    pub access: String,
    /// The profile that is to reach it; `None` when nobody speaks for it.
    pub profile: Option<ProfileName>,
}

/// Why there is nothing to try.
#[derive(Debug, thiserror::Error)]
pub enum NoTarget {
    /// The profiles cannot be read.
    #[error(transparent)]
    Profiles(#[from] ProfilesError),
    /// It is no repository's URL.
    #[error("{0}")]
    Url(String),
    /// There are no profiles.
    #[error("there are no profiles to verify")]
    NoProfiles,
    /// A profile, or all of them, name no repository.
    #[error("{} no repository to verify", .0.as_ref().map_or("the profiles name".to_owned(), |p| format!("profile {p} names")))]
    NoRepositories(Option<ProfileName>),
}

/// Where a URL leads, if it is one that may be tried.
///
/// `NAME::ADDRESS` makes git run the program `git-remote-NAME`, and `ext::` any command at all
/// (gitremote-helpers(7)); a profile's file or a flag must not bring that about.
///
/// # Errors
/// In words.
pub(super) fn place(url: &str) -> Result<Origin, String> {
    let names_program = url.split_once("::").is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c))
    });
    if names_program {
        let shown = redact::urls(url);
        return Err(format!("{shown:?} names a program for git to run, not a repository over https or ssh"));
    }
    repo_route(url).map(|route| route.origin)
}

/// The repositories of a profile, or of all; with `repo` only that one.
///
/// # Errors
/// There are none, or they cannot be read.
pub fn targets(
    sys: &Sys,
    profile: Option<&ProfileName>,
    repo: Option<&str>,
) -> Result<Vec<Target>, NoTarget> {
    if let Some(repo) = repo {
        place(repo).map_err(NoTarget::Url)?;
        let decided = which::ask(sys, repo).map_err(|error| match error {
            WhichError::Url(problem) => NoTarget::Url(problem),
            WhichError::Profiles(error) => error.into(),
        })?;
        let profile = match profile {
            Some(name) => Some(profiles::one(sys, name)?.name),
            None => decided.profile,
        };
        return Ok(vec![Target { repo: repo.into(), access: "read".into(), profile }]);
    }
    let wanted = match profile {
        Some(name) => vec![profiles::one(sys, name)?],
        None => profiles::all_good(sys)?,
    };
    if wanted.is_empty() {
        return Err(NoTarget::NoProfiles);
    }
    let mut found = Vec::new();
    for profile in wanted {
        found.extend(profile.verify.into_iter().map(|entry| Target {
            repo: entry.repo,
            access: entry.access,
            profile: Some(profile.name.clone()),
        }));
    }
    if found.is_empty() { Err(NoTarget::NoRepositories(profile.cloned())) } else { Ok(found) }
}
