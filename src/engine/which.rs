//! Which profile speaks for a URL, and why, in words.

use super::generation;
use super::profiles::{self, ProfilesError, route_text};
use crate::model::name::ProfileName;
use crate::model::profile::claims_of;
use crate::model::profile_file::repo_route;
use crate::model::route::{Claim, Decision, decide};
use crate::sys::Sys;
use std::path::{Path, PathBuf};

/// What was asked about.
#[derive(Debug)]
pub enum Place {
    /// A repository's URL.
    Url(String),
    /// A folder, perhaps in a repository.
    Folder(PathBuf),
}

impl Place {
    /// A folder when there is one of that name, otherwise a URL.
    #[must_use]
    pub fn of(sys: &Sys, text: &str) -> Self {
        let path = sys.expanded(text);
        let path = if path.is_absolute() { path } else { sys.cwd().unwrap_or_default().join(path) };
        if text.contains("://") || sys.look_through(&path).ok().flatten().is_none() {
            Self::Url(text.into())
        } else {
            Self::Folder(path)
        }
    }
}

/// Who speaks, and why.
#[derive(Debug)]
pub struct Answer {
    /// The profile; `None` = nobody.
    pub profile: Option<ProfileName>,
    /// The claim that decided: `https://git.test/acme`.
    pub route: Option<String>,
    /// In words.
    pub why: String,
    /// Whether any profile has the host, at that port.
    pub managed: bool,
    /// Whether git and ssh read doorkey's settings now.
    pub in_force: bool,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum WhichError {
    /// It is no repository's URL.
    #[error("{0}")]
    Url(String),
    /// The profiles cannot be read.
    #[error(transparent)]
    Profiles(#[from] ProfilesError),
}

/// Asks for a URL.
///
/// # Errors
/// The URL or the profiles cannot be read.
pub fn ask(sys: &Sys, url: &str) -> Result<Answer, WhichError> {
    let wanted = repo_route(url).map_err(WhichError::Url)?;
    let good = profiles::all(sys)?.good;
    let claims: Vec<Claim> = claims_of(&good).into_iter().filter(|c| c.origin == wanted.origin).collect();
    let path = wanted.path.as_str();
    let in_force = generation::current(sys).is_some();
    let (profile, route, why) = match decide(&claims, Some(path)) {
        Decision::Claimed(claim) => {
            let route = route_text(claim);
            let why = if claim.owner.depth() == 0 {
                format!("it has the whole host {}", claim.origin)
            } else {
                format!("its route {route} is the longest that covers the path")
            };
            (Some(claim.profile.clone()), Some(route), why)
        }
        Decision::Unmanaged => {
            (None, None, format!("no profile has {}; git asks its other helpers", wanted.origin))
        }
        Decision::Unclaimed | Decision::NoPath => {
            let owners: Vec<String> =
                claims.iter().map(|c| format!("{} ({})", c.owner.as_str(), c.profile)).collect();
            (
                None,
                None,
                format!(
                    "{} is managed, but nobody claims {path:?}; claimed: {}",
                    wanted.origin,
                    owners.join(", ")
                ),
            )
        }
    };
    Ok(Answer { profile, route, why, managed: !claims.is_empty(), in_force })
}

/// The folder with the `config` of the repository around a folder; `None` when there is no repository.
#[must_use]
pub fn config_folder(folder: &Path) -> Option<PathBuf> {
    Some(git2::Repository::discover(folder).ok()?.commondir().to_path_buf())
}

/// The remotes of the repository around a folder, by name; `None` when there is no repository.
#[must_use]
pub fn remotes(_sys: &Sys, folder: &Path) -> Option<Vec<(String, String)>> {
    let repository = git2::Repository::discover(folder).ok()?;
    let names = repository.remotes().ok()?;
    let mut found = Vec::new();
    for name in names.iter().filter_map(|n| n.ok().flatten()) {
        if let Ok(remote) = repository.find_remote(name)
            && let Ok(url) = remote.url()
        {
            found.push((name.to_owned(), url.to_owned()));
        }
    }
    Some(found)
}
