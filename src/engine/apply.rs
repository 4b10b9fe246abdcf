//! The only place that changes a machine: performs steps, journals them, and takes them back.

use super::generation;
use super::journal::{Entry, Journal, JournalError};
use crate::formats::splice::{NoSplice, Where, splice};
use crate::model::plan::{Anchor, Plan, Step};
use crate::secret::Secret;
use crate::stores::{self, Entry as Kept, StoreError};
use crate::sys::Sys;
use crate::sys::fs::{FsError, Kind, Write};
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
    },
    /// No key of that kind can be made.
    #[error("no {0} key could be made")]
    NoKey(String),
    /// There is nothing to undo (under that number).
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// The generation that an undo goes back to was cleared away.
    #[error("generation {0} was cleared away")]
    GenerationGone(String),
}

/// What [`apply`] did.
#[derive(Debug)]
pub struct Applied {
    /// The journal's number; `None` when the plan was empty.
    pub id: Option<u64>,
    /// An interrupted earlier run that was taken back first.
    pub recovered: Option<String>,
}

fn state_dir(sys: &Sys) -> Result<PathBuf, ApplyError> {
    sys.places().state().map(Path::to_path_buf).ok_or(ApplyError::NoState)
}

/// Takes doorkey's lock and cleans up after a run that was killed.
///
/// # Errors
/// The lock is held, or the state folder cannot be used.
pub fn begin(sys: &mut Sys) -> Result<(Lock, Option<String>), ApplyError> {
    let state = state_dir(sys)?;
    let lock = sys.lock(&state)?;
    let journal = Journal::below(&state);
    let Some(entry) = journal.interrupted(sys)? else { return Ok((lock, None)) };
    for step in entry.steps.iter().rev() {
        if let Some(path) = step.path() {
            sys.heal(path);
        }
        if is_done(sys, step, entry.time)? {
            for back in inverse_of(step) {
                perform(sys, &back, &[])?;
            }
        }
    }
    journal.forget(sys, entry.id)?;
    Ok((lock, Some(entry.title)))
}

/// Carries a plan out: all of it, or nothing.
///
/// # Errors
/// Everything is as it was before.
pub fn apply(sys: &mut Sys, plan: &Plan) -> Result<Applied, ApplyError> {
    let (_lock, recovered) = begin(sys)?;
    if plan.is_empty() {
        return Ok(Applied { id: None, recovered });
    }
    let id = carry_out(sys, &plan.title, &plan.steps, &plan.secrets, None)?;
    Ok(Applied { id: Some(id), recovered })
}

/// Takes back what a journal entry did, keeping what the user changed since elsewhere.
///
/// # Errors
/// [`ApplyError::Changed`] when our own region was changed: nothing is touched then.
pub fn undo(sys: &mut Sys, entry: &Entry) -> Result<u64, ApplyError> {
    let (_lock, _) = begin(sys)?;
    let title = format!("undo of {}: {}", entry.id, entry.title);
    carry_out(sys, &title, &entry.inverse, &[], Some(entry.id))
}

fn carry_out(
    sys: &mut Sys,
    title: &str,
    steps: &[Step],
    secrets: &[Secret],
    undoes: Option<u64>,
) -> Result<u64, ApplyError> {
    let journal = Journal::below(&state_dir(sys)?);
    let id = journal.next_id(sys)?;
    let mut inverse: Vec<Step> = steps.iter().rev().flat_map(inverse_of).collect();
    inverse.dedup();
    let entry = Entry {
        schema: "doorkey/journal/v1".into(),
        id,
        time: sys.now(),
        title: title.into(),
        undoes,
        steps: steps.to_vec(),
        inverse,
    };
    journal.begin(sys, &entry)?;
    for (index, step) in steps.iter().enumerate() {
        if let Err(error) = perform(sys, step, secrets) {
            for done in steps.iter().take(index).rev() {
                for back in inverse_of(done) {
                    // The way back is the tested inverse; should it fail too, the entry stays and the next run tries again.
                    perform(sys, &back, &[])?;
                }
            }
            journal.forget(sys, id)?;
            return Err(error);
        }
    }
    journal.finish(sys, id)?;
    Ok(id)
}

/// The steps that take a step back.
#[must_use]
pub fn inverse_of(step: &Step) -> Vec<Step> {
    let one = |step: Step| vec![step];
    match step.clone() {
        Step::MakeDir { path, mode } => one(Step::RemoveDir { path, mode }),
        Step::RemoveDir { path, mode } => one(Step::MakeDir { path, mode }),
        Step::Create { path, text, mode } => one(Step::Remove { path, text, mode }),
        Step::Remove { path, text, mode } => one(Step::Create { path, text, mode }),
        Step::Splice { path, at, old, new } => one(Step::Splice { path, at, old: new, new: old }),
        Step::Mode { path, from, to } => one(Step::Mode { path, from: to, to: from }),
        Step::Rename { from, to } => one(Step::Rename { from: to, to: from }),
        // A key may be in use elsewhere by now: it is set aside, not deleted.
        Step::MakeKey { path, .. } => {
            let aside = |p: &Path| PathBuf::from(format!("{}.undone", p.display()));
            let public = PathBuf::from(format!("{}.pub", path.display()));
            vec![
                Step::Rename { to: aside(&public), from: public },
                Step::Rename { to: aside(&path), from: path },
            ]
        }
        Step::Switch { from, to, .. } => one(Step::Switch { from: to, to: from, files: Default::default() }),
        Step::PutSecret { profile, record, before: Some(version), .. } => {
            one(Step::RestoreSecret { profile, record, version })
        }
        Step::PutSecret { profile, record, before: None, .. } => {
            one(Step::RetireSecret { profile, record, before: None })
        }
        Step::RetireSecret { profile, record, before: Some(version) } => {
            one(Step::RestoreSecret { profile, record, version })
        }
        // Nothing was in use, so nothing was retired.
        Step::RetireSecret { before: None, .. } => Vec::new(),
        Step::RestoreSecret { profile, record, version } => {
            one(Step::RetireSecret { profile, record, before: Some(version) })
        }
    }
}

/// Whether a step of an interrupted run was done before the run ended.
fn is_done(sys: &Sys, step: &Step, begun: i64) -> Result<bool, ApplyError> {
    Ok(match step {
        Step::MakeDir { path, .. } => sys.look(path)?.is_some_and(|l| l.kind == Kind::Dir),
        Step::RemoveDir { path, .. } => sys.look(path)?.is_none(),
        Step::Create { path, text, .. } => sys.read(path)?.is_some_and(|b| b == text.bytes()),
        Step::Remove { path, .. } => sys.look(path)?.is_none(),
        Step::Splice { path, at, old, new } => {
            let bytes = sys.read(path)?.unwrap_or_default();
            // Done when the way back is there, and (for an insertion) only then.
            let back = splice(&bytes, place(at), new.bytes(), old.bytes());
            if new.is_empty() { splice(&bytes, place(at), old.bytes(), b"").is_err() } else { back.is_ok() }
        }
        Step::Mode { path, to, .. } => sys.look(path)?.is_some_and(|l| l.mode == *to),
        Step::Rename { from, to } => sys.look(from)?.is_none() && sys.look(to)?.is_some(),
        Step::MakeKey { path, .. } => sys.look(path)?.is_some_and(|l| l.modified >= begun),
        Step::Switch { to, .. } => generation::current(sys) == *to,
        // The store's changes name versions, so that their way back may be taken whether they happened or not.
        Step::PutSecret { .. } | Step::RetireSecret { .. } | Step::RestoreSecret { .. } => true,
    })
}

fn place(at: &Anchor) -> Where {
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
    })
}

/// Files that git guards with a lock file of its own.
fn is_git_config(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n == ".gitconfig" || n == "config" || n == "gitconfig")
        && !path.components().any(|c| c.as_os_str() == ".ssh")
}

fn perform(sys: &mut Sys, step: &Step, secrets: &[Secret]) -> Result<(), ApplyError> {
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
                let free = free_name(sys, to)?;
                sys.rename(from, &free)?;
            }
        }
        Step::MakeKey { path, kind, comment, passphrase } => {
            let passphrase = passphrase.and_then(|slot| secrets.get(slot));
            make_key(sys, path, kind, comment, passphrase)?;
        }
        Step::Switch { to, files, .. } => generation::switch(sys, to.as_deref(), files)?,
        Step::PutSecret { profile, record, slot, .. } => {
            if let Some(secret) = secrets.get(*slot) {
                stores::open(sys)?.put(sys, profile, record, &Kept::new(secret.clone()))?;
            }
        }
        Step::RetireSecret { profile, record, .. } => {
            stores::open(sys)?.retire(sys, profile, record)?;
        }
        Step::RestoreSecret { profile, record, version } => {
            stores::open(sys)?.restore(sys, profile, record, *version)?;
        }
    }
    Ok(())
}

/// `path`, or the first of `path.2`, `path.3`... that is free.
fn free_name(sys: &Sys, path: &Path) -> Result<PathBuf, FsError> {
    let mut name = path.to_path_buf();
    let mut number = 1;
    while sys.look(&name)?.is_some() {
        number += 1;
        name = PathBuf::from(format!("{}.{number}", path.display()));
    }
    Ok(name)
}

fn changed(path: &Path, problem: &str, expected: &str) -> ApplyError {
    ApplyError::Changed { path: path.into(), problem: problem.into(), expected: expected.into() }
}

/// Makes a key pair. The private half is durable before its public half is there to be uploaded (SECURITY rule 42).
fn make_key(
    sys: &mut Sys,
    path: &Path,
    kind: &str,
    comment: &str,
    passphrase: Option<&Secret>,
) -> Result<(), ApplyError> {
    let public = PathBuf::from(format!("{}.pub", path.display()));
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
