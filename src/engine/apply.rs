//! The only place that changes a machine: performs steps, journals them, and takes them back.

use super::generation;
use super::journal::{Entry, Journal, JournalError};
pub use super::way_back::inverse_of;
use super::way_back::{fitted, take_back};
use crate::formats::splice::{NoSplice, Where, splice};
use crate::model::plan::{Anchor, Plan, Step};
use crate::secret::Secret;
use crate::stores::{self, Entry as Kept, StoreError};
use crate::sys::Sys;
use crate::sys::fs::{FsError, Write};
use crate::sys::lock::Lock;
use crate::sys::new_key::NewKind;
use std::path::{Path, PathBuf};

/// Why a plan was not carried out. Unless it says otherwise, everything is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// HOME is not set, so there is no place for state.
    #[error("there is no home folder to work in")]
    NoState,
    /// The file system.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The region of a file that a step is about was changed by somebody else.
    #[error("{}: {problem}", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        problem: String,
        /// What the step expected there.
        expected: String,
        /// What stands there instead, as far as it can be told.
        found: String,
    },
    /// No key of that kind can be made.
    #[error("no {0} key could be made")]
    NoKey(String),
    /// A later change stands on the one that is to be taken back.
    #[error("change {id} cannot be taken back before change {later} ({title})")]
    StoodOn {
        /// The entry that is to be taken back.
        id: u64,
        /// The one that stands on it.
        later: u64,
        /// What that one was for.
        title: String,
    },
    /// There is nothing to undo (under that number).
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// The generation that an undo goes back to was cleared away.
    #[error("generation {0} was cleared away")]
    GenerationGone(String),
    /// An interrupted run was taken back just now, so the plan was made for a machine that is no more.
    #[error("an interrupted \"{0}\" was taken back first")]
    Interrupted(String),
}

/// What [`apply`] did.
#[derive(Debug)]
pub struct Applied {
    /// The journal's number; `None` when the plan was empty.
    pub id: Option<u64>,
}

pub(super) fn state_dir(sys: &Sys) -> Result<PathBuf, ApplyError> {
    sys.places().state().map(Path::to_path_buf).ok_or(ApplyError::NoState)
}

/// Takes back what a killed run left half done; gives its title. Without one nothing is touched.
///
/// To be called before a plan is made: a plan made in the middle of another change does not fit what is there after
/// that change was taken back.
///
/// # Errors
/// The lock is held, the state folder cannot be used, or what was done was changed since.
pub fn recover(sys: &mut Sys) -> Result<Option<String>, ApplyError> {
    let Some(state) = sys.places().state() else { return Ok(None) };
    if Journal::below(state).interrupted(sys)?.is_none() {
        return Ok(None);
    }
    Ok(begin(sys)?.1)
}

/// Takes doorkey's lock and cleans up after a run that was killed.
fn begin(sys: &mut Sys) -> Result<(Lock, Option<String>), ApplyError> {
    let state = state_dir(sys)?;
    let lock = sys.lock(&state)?;
    let journal = Journal::below(&state);
    let Some(entry) = journal.interrupted(sys)? else { return Ok((lock, None)) };
    take_back(sys, &entry.steps, entry.time)?;
    journal.forget(sys, entry.id)?;
    Ok((lock, Some(entry.title)))
}

/// Carries a plan out: all of it, or nothing.
///
/// # Errors
/// Everything is as it was before.
pub fn apply(sys: &mut Sys, plan: &Plan) -> Result<Applied, ApplyError> {
    if plan.is_empty() {
        return Ok(Applied { id: None });
    }
    let (_lock, recovered) = begin(sys)?;
    if let Some(title) = recovered {
        return Err(ApplyError::Interrupted(title));
    }
    let id = carry_out(sys, &plan.title, &plan.steps, &plan.secrets, None)?;
    Ok(Applied { id: Some(id) })
}

/// Takes back what a journal entry did, keeping what the user changed since elsewhere.
///
/// # Errors
/// [`ApplyError::Changed`] when our own region was changed: nothing is touched then.
pub fn undo(sys: &mut Sys, entry: &Entry) -> Result<u64, ApplyError> {
    let (_lock, recovered) = begin(sys)?;
    if let Some(title) = recovered {
        return Err(ApplyError::Interrupted(title));
    }
    refuse_out_of_order(sys, entry)?;
    let title = format!("undo of {}: {}", entry.id, entry.title);
    let steps = fitted(sys, &entry.inverse)?;
    carry_out(sys, &title, &steps, &[], Some(entry.id))
}

/// Refuses to take an entry back while a later one stands on it.
///
/// # Errors
/// [`ApplyError::StoodOn`] names the later one.
pub fn refuse_out_of_order(sys: &Sys, entry: &Entry) -> Result<(), ApplyError> {
    match Journal::below(&state_dir(sys)?).stands_on(sys, entry)? {
        Some(later) => Err(ApplyError::StoodOn { id: entry.id, later: later.id, title: later.title }),
        None => Ok(()),
    }
}

fn carry_out(
    sys: &mut Sys,
    title: &str,
    steps: &[Step],
    secrets: &[Secret],
    undoes: Option<u64>,
) -> Result<u64, ApplyError> {
    check_free(sys, steps)?;
    let journal = Journal::below(&state_dir(sys)?);
    let id = journal.next_id(sys)?;
    let time = sys.now();
    let mut inverse: Vec<Step> = steps.iter().rev().flat_map(inverse_of).collect();
    inverse.dedup();
    let entry = Entry {
        schema: "doorkey/journal/v1".into(),
        id,
        time,
        title: title.into(),
        undoes,
        steps: steps.to_vec(),
        inverse,
    };
    let mut begun: &[Step] = &[];
    let mut all = || -> Result<(), ApplyError> {
        journal.begin(sys, &entry)?;
        for (index, step) in steps.iter().enumerate() {
            begun = steps.get(..=index).unwrap_or(steps);
            perform(sys, step, secrets)?;
        }
        Ok(journal.finish(sys, id)?)
    };
    if let Err(error) = all() {
        // A step that failed may have happened all the same: its file has its new name, but the folder was not synced.
        // Should the way back fail too, the entry stays, and the next run tries again.
        take_back(sys, begun, time)?;
        journal.forget(sys, id)?;
        return Err(error);
    }
    Ok(id)
}

/// What is to be made must not be there: [`take_back`] could not tell it from what we made.
fn check_free(sys: &Sys, steps: &[Step]) -> Result<(), ApplyError> {
    for (index, step) in steps.iter().enumerate() {
        let (Step::Create { path, .. } | Step::MakeKey { path, .. }) = step else { continue };
        let moved = steps.iter().take(index).any(|earlier| earlier.path() == Some(path));
        let mut files = vec![path.clone()];
        if matches!(step, Step::MakeKey { .. }) {
            files.push(public_half(path));
        }
        for file in files {
            if !moved && sys.look(&file)?.is_some() {
                return Err(changed(&file, "is there already", ""));
            }
        }
    }
    Ok(())
}

pub(super) fn place(at: &Anchor) -> Where {
    match at {
        Anchor::Start => Where::Start,
        Anchor::End => Where::End,
        Anchor::Near(offset) => Where::Near(*offset),
    }
}

/// The bytes a splice makes of a file, as `apply` and `preview` both see it.
///
/// # Errors
/// The region was changed by somebody else.
pub fn spliced(
    path: &Path,
    bytes: &[u8],
    at: &Anchor,
    old: &[u8],
    new: &[u8],
) -> Result<Vec<u8>, ApplyError> {
    splice(bytes, place(at), old, new).map_err(|problem: NoSplice| ApplyError::Changed {
        path: path.into(),
        problem: problem.to_string(),
        expected: String::from_utf8_lossy(old).into_owned(),
        found: nearest(&String::from_utf8_lossy(bytes), &String::from_utf8_lossy(old)),
    })
}

/// The lines of a file that look most like `wanted`: what a person made of it.
fn nearest(text: &str, wanted: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let count = wanted.lines().count().clamp(1, 20);
    let best = lines.windows(count.min(lines.len()).max(1)).max_by_key(|window| {
        let ratio = similar::TextDiff::from_chars(wanted, window.join("\n")).ratio();
        (ratio * 1000.0) as u32
    });
    best.map(|window| window.join("\n")).unwrap_or_default()
}

/// The steps that make a folder and those above it that are missing, so that the way back removes exactly those.
///
/// # Errors
/// A folder cannot be looked at.
pub fn make_dirs(sys: &Sys, path: &Path, mode: u32) -> Result<Vec<Step>, FsError> {
    let mut steps = Vec::new();
    for folder in path.ancestors() {
        if sys.look_through(folder)?.is_some() {
            break;
        }
        steps.insert(0, Step::MakeDir { path: folder.into(), mode });
    }
    Ok(steps)
}

pub(super) fn public_half(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.pub", path.display()))
}

/// Files that git guards with a lock file of its own.
fn is_git_config(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n == ".gitconfig" || n == "config" || n == "gitconfig")
        && !path.components().any(|c| c.as_os_str() == ".ssh")
}

pub(super) fn perform(sys: &mut Sys, step: &Step, secrets: &[Secret]) -> Result<(), ApplyError> {
    match step {
        Step::MakeDir { path, mode } => sys.make_dir(path, *mode)?,
        Step::RemoveDir { path, .. } => {
            sys.remove_empty_dir(path);
        }
        Step::Create { path, text, mode } => {
            if sys.look(path)?.is_some() {
                return Err(changed(path, "is there already", ""));
            }
            sys.write_atomic(path, text.bytes(), Write::with_mode(*mode))?;
        }
        Step::Remove { path, text, .. } => match sys.read(path)? {
            Some(bytes) if bytes == text.bytes() => sys.remove_file(path)?,
            // We made it empty and took our lines out: what is in it now is the user's.
            Some(_) if text.is_empty() => {}
            Some(_) => {
                return Err(changed(path, "was changed since", &String::from_utf8_lossy(text.bytes())));
            }
            None => {}
        },
        Step::Splice { path, at, old, new } => {
            let Some(bytes) = sys.read(path)? else { return Err(changed(path, "is not there any more", "")) };
            let after = spliced(path, &bytes, at, old.bytes(), new.bytes())?;
            let how = Write::keeping_mode(0o600);
            sys.write_atomic(path, &after, if is_git_config(path) { how.under_git_lock() } else { how })?;
        }
        Step::Mode { path, from, to } => match sys.look(path)? {
            Some(look) if look.mode == *from => sys.set_mode(path, *to)?,
            Some(look) if look.mode == *to => {}
            Some(look) => {
                return Err(changed(
                    path,
                    &format!("has mode {:04o}", look.mode),
                    &format!("mode {from:04o}"),
                ));
            }
            None => return Err(changed(path, "is not there any more", "")),
        },
        Step::Rename { from, to } => {
            if sys.look(from)?.is_some() {
                sys.rename(from, to)?;
            }
        }
        Step::MakeKey { path, kind, comment, passphrase } => {
            let passphrase = passphrase.and_then(|slot| secrets.get(slot));
            make_key(sys, path, kind, comment, passphrase)?;
        }
        Step::Switch { to: Some(to), files, .. } => generation::switch(sys, to, files)?,
        Step::Switch { to: None, off, .. } => generation::switch_off(sys, off.as_deref())?,
        Step::PutSecret { profile, record, slot, about, .. } => {
            if let Some(secret) = secrets.get(*slot) {
                let (expires, note) = (about.expires, about.note.clone());
                let kept = Kept { expires, note, ..Kept::new(secret.clone()) };
                stores::open(sys)?.put(sys, profile, record, &kept)?;
            }
        }
        Step::DescribeSecret { profile, record, before, after } => {
            stores::open(sys)?.describe(sys, profile, record, before, after)?;
        }
        Step::RetireSecret { profile, record, .. } => {
            stores::open(sys)?.retire(sys, profile, record)?;
        }
        Step::RestoreSecret { profile, record, version, .. } => {
            stores::open(sys)?.restore(sys, profile, record, *version)?;
        }
    }
    Ok(())
}

fn changed(path: &Path, problem: &str, expected: &str) -> ApplyError {
    ApplyError::Changed {
        path: path.into(),
        problem: problem.into(),
        expected: expected.into(),
        found: String::new(),
    }
}

/// Makes a key pair. The private half is durable before its public half is there to be uploaded (SECURITY rule 42).
fn make_key(
    sys: &mut Sys,
    path: &Path,
    kind: &str,
    comment: &str,
    passphrase: Option<&Secret>,
) -> Result<(), ApplyError> {
    let public = public_half(path);
    for file in [path, &public] {
        if sys.look(file)?.is_some() {
            return Err(changed(file, "is there already", ""));
        }
    }
    let kind = NewKind::parse(kind).ok_or_else(|| ApplyError::NoKey(kind.into()))?;
    let key =
        sys.new_ssh_key(kind, comment, passphrase).ok_or_else(|| ApplyError::NoKey(format!("{kind:?}")))?;
    sys.write_atomic(path, key.private.expose(), Write::with_mode(0o600))?;
    Ok(sys.write_atomic(&public, key.public.as_bytes(), Write::with_mode(0o644))?)
}
