//! Moves tokens that lie loose in git's own files into the store: one plan over all files, store first, files last.
//!
//! At every moment a value is in its file or in the store. What leaves a file is sealed beside the record, so that an
//! undo puts back the same bytes; neither the plan's steps nor the journal hold them.

mod claimed;
mod login;
mod rewrites;

use super::generation;
use crate::formats::git_config;
use crate::formats::git_credential::MAX_VALUE;
use crate::model::name::ProfileName;
use crate::model::plan::{Plan, RecordId, Seal, Step};
use crate::model::profile::Profile;
use crate::model::route::OwnerPath;
use crate::redact;
use crate::secret::Secret;
use crate::stores::{self, Record, State, Store, StoreError, in_use};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use claimed::{Owner, Reach, owner};
use login::{Found, Login, Stays};
use rewrites::Rewrites;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A kind of place from which tokens are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The URL of a remote or a submodule.
    Remote,
    /// `url.<base>.insteadOf`: the rewriting stays.
    InsteadOf,
    /// `http.<url>.extraHeader: Authorization`
    ExtraHeader,
    /// A line of git's helper `store`.
    GitCredentials,
}

impl Kind {
    /// Stable name for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Remote => "remote",
            Self::InsteadOf => "instead-of",
            Self::ExtraHeader => "extra-header",
            Self::GitCredentials => "git-credentials",
        }
    }

    /// For people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Remote => "the URL of a remote",
            Self::InsteadOf => "url.<base>.insteadOf",
            Self::ExtraHeader => "http.<url>.extraHeader",
            Self::GitCredentials => "a line of .git-credentials",
        }
    }
}

/// A file of git's in which a scan found something, by its real path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is a list of the helper `store`; otherwise it is a configuration.
    pub of_store: bool,
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
    if generation::current(sys).is_none() {
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
        let found =
            if file.of_store { login::git_credentials(&bytes) } else { login::git_configuration(&bytes) };
        let own = !file.of_store && !is_users(sys, path);
        let around = Around {
            helper: own.then(|| own_helper(&bytes)).flatten(),
            rewrites: of_user.clone().and(&bytes),
            remotes: if own { login::remotes(&bytes) } else { Vec::new() },
        };
        let first = edits.len();
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
        // From the end of the file on, so that the places before stay where they are.
        if let Some(of_file) = edits.get_mut(first..) {
            of_file.sort_by_key(|edit| Reverse(edit.at));
        }
    }
    made.taken.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    made.left.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for (number, edit) in edits.into_iter().enumerate() {
        let Edit { path, at, old, shown, new, profile, record } = edit;
        let seal = Seal { profile, record, name: format!("out of a file, {} {number}", wanted.run) };
        let slot = made.plan.secrets.len();
        made.plan.secrets.push(old);
        // All that goes into the store comes before all that leaves a file.
        made.plan.steps.insert(number, Step::SealText { seal: seal.clone(), slot });
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
    profile: ProfileName,
    record: RecordId,
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
    let reach = if login.broad { Reach::Broad } else { Reach::Narrow };
    let nobody = |n: claimed::Nobody| left(line, n.why, n.fix);
    let name = login.user.as_deref();
    // In a repository's own configuration its remotes tell whose a header is.
    let mut owners = Vec::new();
    for url in around.reached_by(&login) {
        owners.push(owner(keeping.sys, url, name, Reach::Narrow).map_err(nobody)?);
    }
    let several = owners.iter().zip(owners.iter().skip(1)).any(|(a, b)| a.profile.name != b.profile.name);
    if several {
        return Err(left(line, "it goes to remotes of several profiles".into(), "doorkey route list".into()));
    }
    let owner = match owners.into_iter().next() {
        Some(owner) => owner,
        None => owner(keeping.sys, &login.url, name, reach).map_err(nobody)?,
    };
    let user = owner.user(name).map_err(nobody)?;
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
    Ok(Edit { path: path.into(), at: region.start, old, shown, new: bare, profile, record })
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

/// The store while a plan is made.
struct Keeping<'a> {
    sys: &'a Sys,
    store: Box<dyn Store>,
    records: BTreeMap<ProfileName, Vec<Record>>,
    /// What the plan puts into it.
    planned: Vec<(ProfileName, RecordId, Secret)>,
}

/// Under which record a value is kept.
struct Keep {
    record: RecordId,
    fate: Fate,
    before: Option<u64>,
}

impl Keeping<'_> {
    fn keep(
        &mut self,
        owner: &Owner,
        user: &str,
        login: &Login,
        replace: bool,
    ) -> Result<Keep, (String, String)> {
        let profile = &owner.profile.name;
        check(user, &login.value)?;
        if !self.records.contains_key(profile) {
            let records = self.store.records(self.sys, profile);
            let records = records.map_err(|e| (e.to_string(), "doorkey store status".to_owned()))?;
            self.records.insert(profile.clone(), records);
        }
        let records = self.records.get(profile).map(Vec::as_slice).unwrap_or_default();
        let origin = owner.claim.origin.to_string();
        let covers = |id: &RecordId| {
            let scope = OwnerPath::of_clean(&id.path);
            id.origin == origin && scope.is_ok_and(|scope| scope.covers(&owner.path, owner.claim.fold_case))
        };
        let here = records.iter().filter(|r| r.state != State::Retired).map(|r| &r.id);
        let planned = self.planned.iter().filter(|(name, ..)| name == profile).map(|(_, id, _)| id);
        let here: Vec<&RecordId> = here.chain(planned).filter(|id| covers(id)).collect();
        // git names no user where the URL has none any more: between two of them nothing is guessed.
        if owner.claim.user.is_none() && here.iter().any(|id| id.user != user) {
            let why = format!("profile {profile} has a token of another user for {origin}, and names none");
            return Err((why, format!("name one: doorkey profile edit {profile}")));
        }
        // The one that git's request would get.
        let mine = here.iter().filter(|id| id.user == user).max_by_key(|id| id.path.len());
        let record = mine
            .map_or_else(|| RecordId { origin, path: String::new(), user: user.into() }, |id| (*id).clone());
        let another = |fix: &str| {
            let user = redact::user_name(&record.user);
            let why = format!("the store has another token of {profile} for {} as {user}", record.origin);
            (why, fix.to_owned())
        };
        if let Some((.., value)) = self.planned.iter().find(|(name, id, _)| name == profile && *id == record)
        {
            if !value.same_as(login.value.expose()) {
                return Err(another("look which of the two works: doorkey token check"));
            }
            return Ok(Keep { record, fate: Fate::Same, before: None });
        }
        let present = in_use(records, &record);
        let before = present.map(|r| r.version);
        let fate = match present {
            None => Fate::New,
            Some(r) if r.entry.secret.same_as(login.value.expose()) && r.state == State::Active => Fate::Same,
            Some(r) if r.entry.secret.same_as(login.value.expose()) => {
                let why = format!("{} refused this token", record.origin);
                return Err((why, format!("test it: doorkey token check {profile}")));
            }
            Some(_) if replace => Fate::Replaced,
            Some(_) => return Err(another("to take this one: doorkey token adopt --replace")),
        };
        Ok(Keep { record, fate, before })
    }
}

/// What comes through git's credential protocol whole (SECURITY rule 2).
fn check(user: &str, value: &Secret) -> Result<(), (String, String)> {
    let most = MAX_VALUE / 4 * 3 - 1;
    let bad = value.expose_str().is_none_or(|text| text.chars().any(char::is_control));
    if bad || value.is_empty() || user.len() + value.len() > most {
        return Err(("it is nothing that git's credential protocol carries".into(), String::new()));
    }
    Ok(())
}
