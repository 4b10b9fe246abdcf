//! Moves tokens that lie loose in files of git, docker, cargo and npm into the store: one plan over all files, store first,
//! files last.
//!
//! At every moment a value is in its file or in the store. What leaves a file is sealed beside the record, so that an
//! undo puts back the same bytes; neither the plan's steps nor the journal hold them.

mod cargo;
mod claimed;
mod docker;
mod keeping;
mod kind;
mod login;
mod netrc;
mod npm;
mod rewrites;

use super::generation;
use crate::formats::git_config;
use crate::model::name::ProfileName;
use crate::model::plan::{Anchor, Plan, RecordId, Seal, Sealed, Step};
use crate::model::profile::{Profile, RegistryKind};
use crate::secret::Secret;
use crate::stores::{self, StoreError};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use claimed::{Nobody, Owner, Reach, owner};
use keeping::{Keep, Keeping};
pub use kind::Kind;
use login::{Found, Login, Stays};
use rewrites::Rewrites;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// A configuration of git's.
    GitConfig,
    /// A list of git's helper `store`.
    GitCredentials,
    /// docker's `config.json`.
    DockerConfig,
    /// cargo's `credentials.toml`.
    CargoCredentials,
    /// `.netrc`.
    Netrc,
    /// `.npmrc`.
    Npmrc,
}

/// A file in which a scan found something, by its real path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub format: Format,
}

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Only these kinds; none = all.
    pub kinds: Vec<Kind>,
    /// Whether another value in the store is replaced.
    pub replace: bool,
    /// Tells the seals of this run from all others.
    pub run: String,
}

/// A token that is moved.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The file.
    pub path: PathBuf,
    /// 1-based.
    pub line: usize,
    /// What stands there.
    pub kind: Kind,
    /// Whose it is.
    pub profile: Profile,
    /// Under which record it is kept.
    pub record: RecordId,
    /// What becomes of the record.
    pub fate: Fate,
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    New,
    /// It has this value already.
    Same,
    /// Its other value is retired.
    Replaced,
}

impl Fate {
    /// Stable name for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Same => "same",
            Self::Replaced => "replaced",
        }
    }
}

/// A secret that stays where it is.
#[derive(Debug, Clone)]
pub struct Left {
    /// The file.
    pub path: PathBuf,
    /// 1-based; 0 = the whole file.
    pub line: usize,
    /// Why.
    pub why: String,
    /// The command that helps; may be empty.
    pub fix: String,
}

/// What can be moved, and what cannot.
#[derive(Debug, Default)]
pub struct Adoption {
    /// The change.
    pub plan: Plan,
    /// In the order of the files.
    pub taken: Vec<Taken>,
    /// In the order of the files.
    pub left: Vec<Left>,
}

/// Why nothing can be moved.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// git does not ask doorkey, so it would find no token afterwards.
    #[error("git does not ask doorkey now")]
    NotInForce,
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file cannot be read.
    #[error(transparent)]
    Fs(#[from] FsError),
}

/// The plan for these files, by what is in them now.
///
/// # Errors
/// [`AdoptError`].
pub fn plan(sys: &Sys, title: &str, files: &[File], wanted: &Wanted) -> Result<Adoption, AdoptError> {
    let mut made = Adoption { plan: Plan::new(title), ..Adoption::default() };
    if files.is_empty() {
        return Ok(made);
    }
    let needs_git = wanted.kinds.is_empty() || !wanted.kinds.iter().all(|kind| kind.works_without_git());
    if generation::current(sys).is_none() && needs_git {
        return Err(AdoptError::NotInForce);
    }
    let mut keeping =
        Keeping { sys, store: stores::open(sys)?, records: BTreeMap::new(), planned: Vec::new() };
    let of_user = Rewrites::of_user(sys);
    let mut edits = Vec::new();
    for file in files {
        let path = &file.path;
        let Some(bytes) = sys.read(path)?.map(Zeroizing::new) else { continue };
        if sys.look(path)?.is_none_or(|look| look.uid != sys.uid()) {
            let why = "the file is not yours".into();
            made.left.push(Left { path: path.clone(), line: 0, why, fix: String::new() });
            continue;
        }
        let beside = match file.format {
            Format::CargoCredentials => cargo::Config::beside(sys, path),
            _ => Err(String::new()),
        };
        let found = match file.format {
            Format::GitCredentials => login::git_credentials(&bytes),
            Format::GitConfig => login::git_configuration(&bytes),
            Format::DockerConfig => docker::logins(&bytes),
            Format::CargoCredentials => cargo::logins(sys, &beside, &bytes),
            Format::Netrc => netrc::logins(sys, path, &bytes),
            Format::Npmrc => npm::logins(&bytes),
        };
        let own = file.format == Format::GitConfig && !is_users(sys, path);
        let around = Around {
            helper: own.then(|| own_helper(&bytes)).flatten(),
            rewrites: of_user.clone().and(&bytes),
            remotes: if own { login::remotes(&bytes) } else { Vec::new() },
        };
        let mut first = edits.len();
        for one in found {
            if let Ok(login) = &one
                && !wanted.kinds.is_empty()
                && !wanted.kinds.contains(&login.kind)
            {
                continue;
            }
            match settle(&mut keeping, &mut made, path, one, &around, wanted) {
                Ok(edit) => edits.push(edit),
                Err(left) => made.left.push(left),
            }
        }
        if file.format == Format::DockerConfig
            && let Some(edit) = docker::naming(path, &bytes, edits.get(first..).unwrap_or_default())
        {
            edits.push(edit);
        }
        if file.format == Format::CargoCredentials {
            let mut naming = cargo::naming(sys, &beside, &bytes, edits.get(first..).unwrap_or_default());
            naming.sort_by_key(|edit| Reverse(edit.at));
            // Named first: at every moment cargo finds the token in one of the two places.
            let count = naming.len();
            edits.splice(first..first, naming);
            first += count;
        }
        // From the end of the file on, so that the places before stay where they are.
        if let Some(of_file) = edits.get_mut(first..) {
            of_file.sort_by_key(|edit| Reverse(edit.at));
        }
    }
    made.taken.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    made.left.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    let mut seals = 0;
    for edit in edits {
        let Edit { path, at, old, shown, new, of } = edit;
        let Some((profile, record)) = of else {
            made.plan.push(Step::Splice { path, at: Anchor::Near(at), old: shown.into(), new: new.into() });
            continue;
        };
        let name = format!("out of a file, {} {seals}", wanted.run);
        let seal = Seal { profile, record, name, what: Sealed::Token };
        let slot = made.plan.secrets.len();
        made.plan.secrets.push(old);
        // All that goes into the store comes before all that leaves a file.
        made.plan.steps.insert(seals, Step::SealText { seal: seal.clone(), slot });
        seals += 1;
        made.plan.push(Step::TakeOut {
            path,
            at,
            seal,
            shown: shown.into(),
            new: new.into(),
            slot: Some(slot),
        });
    }
    Ok(made)
}

/// What else git makes of a file.
struct Around {
    /// The line of a helper of its own.
    helper: Option<usize>,
    rewrites: Rewrites,
    /// The URLs of the repository's remotes, without logins.
    remotes: Vec<String>,
}

impl Around {
    /// The remotes that a header of the repository goes to.
    fn reached_by<'a>(&'a self, login: &'a Login) -> impl Iterator<Item = &'a String> {
        let base = login.url.trim_end_matches('/');
        let below = move |url: &&String| url.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
        self.remotes.iter().filter(|_| login.kind == Kind::ExtraHeader).filter(below)
    }
}

/// An edit of a file.
struct Edit {
    path: PathBuf,
    at: usize,
    old: Secret,
    shown: Vec<u8>,
    new: Vec<u8>,
    /// Whose secret leaves the file; `None` for an edit that takes none out.
    of: Option<(ProfileName, RecordId)>,
}

/// Decides on one login, and plans what goes into the store.
fn settle(
    keeping: &mut Keeping<'_>,
    made: &mut Adoption,
    path: &Path,
    found: Found,
    around: &Around,
    wanted: &Wanted,
) -> Result<Edit, Left> {
    let left = |line, why: String, fix: String| Left { path: path.into(), line, why, fix };
    let login = found.map_err(|Stays { line, why }| left(line, why, String::new()))?;
    let line = login.line;
    if let Some(helper) = around.helper {
        let why =
            format!("this file has a credential helper of its own (line {helper}), which git would ask");
        return Err(left(line, why, "doorkey doctor".into()));
    }
    if let Some(beginning) = around.rewrites.of(&login.url).filter(|_| login.kind == Kind::Remote) {
        let why = format!("without its login git would rewrite the URL: url.<base>.insteadOf = {beginning}");
        return Err(left(line, why, "git config --get-regexp '^url[.]'".into()));
    }
    if let Some((why, fix)) = login.kind.only_when_asked().filter(|_| !wanted.kinds.contains(&login.kind)) {
        return Err(left(line, why.into(), fix.into()));
    }
    let (owner, user) = match login.kind {
        Kind::Docker | Kind::Cargo | Kind::Npm => of_registry(keeping.sys, &login),
        _ => of_git(keeping.sys, &login, around),
    }
    .map_err(|n| left(line, n.why, n.fix))?;
    let keep = keeping.keep(&owner, &user, &login, wanted.replace);
    let Keep { record, fate, before } = keep.map_err(|(why, fix)| left(line, why, fix))?;
    let profile = owner.profile.name.clone();
    if fate != Fate::Same {
        made.plan.put_secret(profile.clone(), record.clone(), before, login.value.clone());
        keeping.planned.push((profile.clone(), record.clone(), login.value.clone()));
    }
    let Login { kind, region, old, shown, bare, .. } = login;
    made.taken.push(Taken {
        path: path.into(),
        line,
        kind,
        profile: owner.profile,
        record: record.clone(),
        fate,
    });
    Ok(Edit { path: path.into(), at: region.start, old, shown, new: bare, of: Some((profile, record)) })
}

/// Whose a login of git's is, and its user.
fn of_git(sys: &Sys, login: &Login, around: &Around) -> Result<(Owner, String), Nobody> {
    let reach = if login.broad { Reach::Broad } else { Reach::Narrow };
    let name = login.user.as_deref();
    // In a repository's own configuration its remotes tell whose a header is.
    let mut owners = Vec::new();
    for url in around.reached_by(login) {
        owners.push(owner(sys, url, name, Reach::Narrow)?);
    }
    let several = owners.iter().zip(owners.iter().skip(1)).any(|(a, b)| a.profile.name != b.profile.name);
    if several {
        return Err(Nobody::of("it goes to remotes of several profiles", "doorkey route list"));
    }
    let owner = match owners.into_iter().next() {
        Some(owner) => owner,
        None => owner(sys, &login.url, name, reach)?,
    };
    let user = owner.user(name)?;
    Ok((owner, user))
}

/// Whose a login at a package registry is, and its user.
fn of_registry(sys: &Sys, login: &Login) -> Result<(Owner, String), Nobody> {
    let user = login.user.clone().unwrap_or_default();
    match login.kind {
        Kind::Cargo => return Ok((cargo::owner(sys, &login.url)?, user)),
        Kind::Npm => return Ok((npm::owner(sys, &login.url)?, user)),
        _ => {}
    }
    let owner = claimed::of_registry(sys, &login.url, RegistryKind::Docker)?;
    let user = owner.registry_user(&user)?;
    docker::in_path(sys)?;
    Ok((owner, user))
}

/// The user's own configuration, in which doorkey's include is the last word.
fn is_users(sys: &Sys, path: &Path) -> bool {
    let home = sys.places().home().map(|home| home.join(".gitconfig"));
    let own = [home, sys.places().git_config()];
    own.into_iter().flatten().any(|own| sys.real_path(&own).as_deref() == Some(path))
}

/// The line of a helper that a repository sets for itself.
fn own_helper(bytes: &[u8]) -> Option<usize> {
    let entries = git_config::parse(bytes).ok()?;
    entries.iter().find(|e| e.is("credential", "helper")).map(|e| e.line)
}
