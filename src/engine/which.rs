//! Which profile speaks for a URL, and why, in words.

use super::closed::with_closed;
use super::generation;
use super::profiles::{self, Profiles, ProfilesError, route_text};
use crate::formats::remote_url::RemoteUrl;
use crate::model::name::{HostName, ProfileName};
use crate::model::profile::claims_of;
use crate::model::profile_file::repo_route;
use crate::model::route::{Claim, Decision, Origin, Scheme, decide};
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

/// Why a text is neither a folder nor a URL.
#[derive(Debug, thiserror::Error)]
pub enum NoPlace {
    /// It can only be a folder, and there is none.
    #[error("there is no folder {0}")]
    Folder(String),
    /// A URL without its scheme: `git.test/acme/app`.
    #[error("{0:?} is neither a folder here nor a URL")]
    NoScheme(String),
}

impl Place {
    /// A folder when there is one of that name, otherwise a URL.
    ///
    /// # Errors
    /// It can be neither.
    pub fn of(sys: &Sys, text: &str) -> Result<Self, NoPlace> {
        if text.contains("://") {
            return Ok(Self::Url(text.into()));
        }
        let path = sys.expanded(text);
        let path = if path.is_absolute() { path } else { sys.cwd().unwrap_or_default().join(path) };
        if sys.look_through(&path).ok().flatten().is_some() {
            return Ok(Self::Folder(path));
        }
        let head = text.split('/').next().unwrap_or_default();
        let of_path = matches!(head, "" | "." | ".." | "~");
        match text {
            // git's short form of an SSH URL: `git@git.test:acme/app`.
            _ if head.contains(':') && !of_path => Ok(Self::Url(text.into())),
            _ if head.contains('.') && text.contains('/') && !of_path => Err(NoPlace::NoScheme(text.into())),
            _ => Err(NoPlace::Folder(text.into())),
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
    ask_at(sys, &wanted.origin, Some(wanted.path.as_str()))
}

/// As [`ask`], and for a URL that names a host alone: who has it, or parts of it.
///
/// # Errors
/// The URL or the profiles cannot be read.
pub fn ask_or_host(sys: &Sys, url: &str) -> Result<Answer, WhichError> {
    let parsed =
        RemoteUrl::parse(url).ok().filter(|u| u.repo_path().is_ok_and(|p| p.trim_matches('/').is_empty()));
    let origin = parsed.and_then(|u| {
        let scheme = Scheme::parse(u.scheme.name())?;
        let host = HostName::new(u.host.as_deref()?).ok()?;
        Some(Origin { scheme, host, port: u.port.unwrap_or(scheme.default_port()) })
    });
    match origin {
        Some(origin) => ask_at(sys, &origin, None),
        None => ask(sys, url),
    }
}

fn ask_at(sys: &Sys, origin: &Origin, path: Option<&str>) -> Result<Answer, WhichError> {
    let Profiles { good, bad } = profiles::all(sys)?;
    // What a profile that cannot be read had before is refused to everybody.
    let all = with_closed(sys, &good, None)?;
    let claims: Vec<Claim> = claims_of(&all).into_iter().filter(|c| c.origin == *origin).collect();
    let (profile, route, mut why) = match decide(&claims, path) {
        Decision::Claimed(claim) if !good.iter().any(|p| p.name == claim.profile) => {
            (None, None, format!("{} has {}, but its file cannot be used", claim.profile, route_text(claim)))
        }
        Decision::Claimed(claim) => {
            let route = route_text(claim);
            let why = if claim.owner.depth() == 0 {
                format!("it has the whole host {origin}")
            } else {
                format!("its route {route} is the longest that covers the path")
            };
            (Some(claim.profile.clone()), Some(route), why)
        }
        Decision::Unmanaged => {
            let instead = match origin.scheme {
                Scheme::Ssh => "ssh offers your own keys",
                _ => "git asks its other helpers",
            };
            (None, None, format!("no profile has {origin}; {instead}"))
        }
        Decision::Unclaimed | Decision::NoPath => (None, None, unclaimed(&claims, origin, path)),
    };
    if profile.is_none() {
        for error in &bad {
            why.push_str(&format!("; not everything is known: {error}"));
        }
    }
    Ok(Answer {
        profile,
        route,
        why,
        managed: !claims.is_empty(),
        in_force: generation::current(sys).is_some(),
    })
}

/// Why nobody speaks for a path on a managed origin.
fn unclaimed(claims: &[Claim], origin: &Origin, path: Option<&str>) -> String {
    let fitting = claims.iter().filter(|c| path.is_some_and(|path| c.owner.covers(path, c.fold_case)));
    let deepest = fitting.clone().map(|c| c.owner.depth()).max();
    let rivals: Vec<&Claim> = fitting.filter(|c| Some(c.owner.depth()) == deepest).collect();
    if let [first, .., last] = rivals.as_slice() {
        let names: Vec<&str> = rivals.iter().map(|c| c.profile.as_str()).collect();
        return format!(
            "profiles {} both claim {}, so neither gets it; take it out of one: doorkey profile edit {} (or {})",
            names.join(" and "),
            route_text(first),
            last.profile,
            first.profile
        );
    }
    let owners: Vec<String> = claims
        .iter()
        .map(|c| {
            if c.owner.depth() == 0 {
                format!("the rest ({})", c.profile)
            } else {
                format!("{} ({})", c.owner.as_str(), c.profile)
            }
        })
        .collect();
    let owners = owners.join(", ");
    match path {
        Some(path) => format!("{origin} is managed, but nobody claims {path:?}; claimed: {owners}"),
        None => format!("{origin} is managed by owner: {owners}"),
    }
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
