//! The only place that changes a machine: performs steps, journals them, and takes them back.

use super::deed::{Deed, FileChange, play};
use super::generation;
use super::journal::{Entry, FileNote, Journal, JournalError};
use super::prints::Prints;
use super::root_store;
use super::sealed;
use super::way_back::take_back;
pub use super::way_back::{inverse_of, undo_plan};
use crate::formats::splice::{NoSplice, Where, splice};
use crate::model::plan::{Anchor, Plan, Step};
use crate::secret::Secret;
use crate::stores::{self, Entry as Kept, StoreError};
use crate::sys::Sys;
use crate::sys::fs::{FsError, Write};
use crate::sys::lock::Lock;
use crate::sys::new_key::{NewKey, NewKind};
use std::collections::BTreeMap;
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
    /// What was taken out of a file is not in the store any more.
    #[error("what was taken out of the file is not sealed any more")]
    SealGone,
    /// A store of roots was not changed by its own program.
    #[error("{0}")]
    RootStore(String),
    /// What a plan was made for is not what is there now.
    #[error("{0} changed meanwhile")]
    Meanwhile(String),
}

impl ApplyError {
    /// Whether the same plan, made once more, may fit.
    #[must_use]
    pub fn is_meanwhile(&self) -> bool {
        matches!(self, Self::Meanwhile(_) | Self::Fs(FsError::Meanwhile { .. }))
    }
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

/// doorkey's lock: what is planned and applied under it, no other doorkey changes in between.
#[derive(Debug)]
pub struct Held {
    _lock: Lock,
}

/// A killed run that was taken back.
#[derive(Debug)]
pub struct Recovered {
    /// What it was for.
    pub title: String,
    /// Files that somebody else changed since in such a way that nobody can tell what to take back in them.
    pub left: Vec<PathBuf>,
}

/// Takes back what a killed run left half done. Without one nothing is touched.
///
/// To be called before a plan is made: a plan made in the middle of another change does not fit what is there after
/// that change was taken back.
///
/// # Errors
/// The lock is held, the state folder cannot be used, or what was done was changed since.
pub fn recover(sys: &mut Sys) -> Result<Option<Recovered>, ApplyError> {
    let Some(state) = sys.places().state() else { return Ok(None) };
    if Journal::below(state).interrupted(sys)?.is_none() {
        return Ok(None);
    }
    Ok(hold(sys)?.1)
}

/// Takes doorkey's lock and cleans up after a run that was killed.
///
/// # Errors
/// As [`recover`].
pub fn hold(sys: &mut Sys) -> Result<(Held, Option<Recovered>), ApplyError> {
    let state = state_dir(sys)?;
    let journal = Journal::below(&state);
    let held = Held { _lock: sys.lock(&state)? };
    let Some(entry) = journal.interrupted(sys)? else { return Ok((held, None)) };
    let left = take_back(sys, &entry, entry.steps.len())?;
    journal.forget(sys, entry.id)?;
    Ok((held, Some(Recovered { title: entry.title, left })))
}

/// Takes doorkey out of force where not even the journal can be written: removing a link needs no room.
///
/// # Errors
/// The link cannot be removed either.
pub fn off_without_a_note(sys: &mut Sys) -> Result<(), ApplyError> {
    let from = generation::current(sys);
    // Even the link that `on` goes back by may be too much for the disk.
    generation::switch_off(sys, from.as_deref()).or_else(|_| generation::drop_current(sys))
}

/// Carries out a plan that was made under the lock: all of it, or nothing.
///
/// # Errors
/// Everything is as it was before.
pub fn apply(sys: &mut Sys, _held: &Held, plan: &Plan) -> Result<Applied, ApplyError> {
    if plan.is_empty() {
        return Ok(Applied { id: None });
    }
    let state = state_dir(sys)?;
    check_fits(sys, &state, &plan.steps)?;
    let deeds = play(sys, &plan.steps, &plan.secrets)?;
    let mut keys = new_keys(sys, plan)?;
    let prints = Prints::with_key(sys, &state)?;
    let journal = Journal::below(&state);
    let id = journal.next_id(sys)?;
    let entry = entry(sys, id, plan, &deeds, &keys, &prints);
    let mut begun = 0;
    let mut all = || -> Result<(), ApplyError> {
        journal.begin(sys, &entry)?;
        for deed in &deeds {
            begun = deed.steps.end;
            match (&deed.file, plan.steps.get(deed.steps.start)) {
                (Some(change), _) => write(sys, change)?,
                (None, Some(Step::MakeKey { path, kind, .. })) => {
                    let key =
                        keys.remove(&deed.steps.start).ok_or_else(|| ApplyError::NoKey(kind.clone()))?;
                    write_key(sys, path, &key)?;
                }
                (None, Some(step)) => perform(sys, step, &plan.secrets)?,
                (None, None) => {}
            }
        }
        Ok(journal.finish(sys, id)?)
    };
    if let Err(error) = all() {
        // A step that failed may have happened all the same: its file has its new name, but the folder was not synced.
        // Should the way back fail too, the entry stays, and the next run tries again.
        journal.reopen(sys, id)?;
        take_back(sys, &entry, begun)?;
        journal.forget(sys, id)?;
        return Err(error);
    }
    // What is only tidied up may fail: the change is there.
    let _ = generation::clear_old(sys, &state);
    Ok(Applied { id: Some(id) })
}

/// Refuses steps that were planned from something else than what is there under the lock.
fn check_fits(sys: &Sys, state: &Path, steps: &[Step]) -> Result<(), ApplyError> {
    let in_use = |profile, record| -> Result<Option<u64>, ApplyError> {
        let records = stores::open(sys)?.records(sys, profile)?;
        Ok(stores::in_use(&records, record).map(|r| r.version))
    };
    for step in steps {
        match step {
            Step::Switch { from, .. } if *from != generation::current(sys) => {
                return Err(ApplyError::Meanwhile("the generation in force".into()));
            }
            Step::Switch { to: Some(to), files, .. } => {
                match (files.is_empty(), sys.look(&generation::folder(state, to))?.is_some()) {
                    (true, false) => return Err(ApplyError::GenerationGone(to.into())),
                    (false, true) => return Err(ApplyError::Meanwhile("the next generation".into())),
                    _ => {}
                }
            }
            Step::PutSecret { profile, record, before, .. }
            | Step::RetireSecret { profile, record, before }
            | Step::RestoreSecret { profile, record, before, .. }
                if in_use(profile, record)? != *before =>
            {
                return Err(ApplyError::Meanwhile(format!("the token of {profile} for {}", record.origin)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The keys that a plan wants made, by step: made in memory before the journal is written, which notes their prints.
fn new_keys(sys: &Sys, plan: &Plan) -> Result<BTreeMap<usize, NewKey>, ApplyError> {
    let mut keys = BTreeMap::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let Step::MakeKey { kind, comment, passphrase, .. } = step else { continue };
        let none = || ApplyError::NoKey(kind.clone());
        // A passphrase that was promised and is not there must not become a key without one.
        let passphrase = passphrase.map(|slot| plan.secrets.get(slot).ok_or_else(none)).transpose()?;
        let known = NewKind::parse(kind).ok_or_else(none)?;
        keys.insert(index, sys.new_ssh_key(known, comment, passphrase).ok_or_else(none)?);
    }
    Ok(keys)
}

fn entry(
    sys: &Sys,
    id: u64,
    plan: &Plan,
    deeds: &[Deed],
    keys: &BTreeMap<usize, NewKey>,
    prints: &Prints,
) -> Entry {
    let (mut inverse, mut around, mut files) = (Vec::new(), Vec::new(), Vec::new());
    for deed in deeds.iter().rev() {
        let (step, back) = (deed.steps.start, inverse.len());
        if let Some(FileChange { path, before, after, .. }) = &deed.file {
            let [before, after] = [before, after].map(|bytes| prints.of(bytes.as_deref()));
            files.push(FileNote { step, back, path: path.clone(), before, after });
        }
        if let (Some(key), Some(Step::MakeKey { path, .. })) = (keys.get(&step), plan.steps.get(step)) {
            let halves = [(path.clone(), key.private.expose()), (public_half(path), key.public.as_bytes())];
            for (path, bytes) in halves {
                files.push(FileNote { step, back, path, before: None, after: prints.of(Some(bytes)) });
            }
        }
        for index in deed.steps.clone().rev() {
            let back = plan.steps.get(index).map(inverse_of).unwrap_or_default();
            let regions = deed.file.as_ref().map(|f| f.regions.as_slice()).unwrap_or_default();
            let spot = regions.get(index - deed.steps.start).and_then(Option::as_ref);
            around.extend(back.iter().map(|_| spot.map(|(bytes, region)| prints.around(bytes, region))));
            inverse.extend(back);
        }
    }
    Entry {
        schema: "doorkey/journal/v1".into(),
        id,
        time: sys.now(),
        title: plan.title.clone(),
        undoes: plan.undoes,
        steps: plan.steps.clone(),
        inverse,
        around,
        files,
    }
}

/// Refuses to take an entry back while a later one stands on it.
///
/// # Errors
/// [`ApplyError::StoodOn`] names the later one.
pub(super) fn refuse_out_of_order(sys: &Sys, entry: &Entry) -> Result<(), ApplyError> {
    match Journal::below(&state_dir(sys)?).stands_on(sys, entry)? {
        Some(later) => Err(ApplyError::StoodOn { id: entry.id, later: later.id, title: later.title }),
        None => Ok(()),
    }
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
    let names = [".gitconfig", "gitconfig", "config", "config.worktree"];
    path.file_name().is_some_and(|n| names.iter().any(|name| n == *name))
        && !path.components().any(|c| c.as_os_str() == ".ssh")
}

/// Writes a file, or removes it, if it is still what it was when the plan was played.
pub(super) fn write(sys: &mut Sys, change: &FileChange) -> Result<(), ApplyError> {
    let FileChange { path, before, after, mode, .. } = change;
    match after {
        _ if before == after => {}
        None if sys.read(path)? == *before => sys.remove_file(path)?,
        None => return Err(FsError::Meanwhile { path: path.clone() }.into()),
        Some(after) => {
            let how = Write::keeping_mode(*mode);
            let how = if is_git_config(path) { how.under_git_lock() } else { how };
            sys.write_over(path, before.as_deref(), after, how)?;
        }
    }
    Ok(())
}

/// Performs a step that changes no file's bytes.
pub(super) fn perform(sys: &mut Sys, step: &Step, secrets: &[Secret]) -> Result<(), ApplyError> {
    match step {
        Step::MakeDir { path, mode } => sys.make_dir(path, *mode)?,
        Step::RemoveDir { path, .. } => {
            sys.remove_empty_dir(path)?;
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
        Step::SealText { seal, slot } => {
            if let Some(bytes) = secrets.get(*slot) {
                sealed::put(sys, seal, bytes)?;
            }
        }
        Step::RootIn { store, name, pem, present } => root_store::ensure(sys, store, name, &pem.0, *present)?,
        Step::RestoreSecret { profile, record, version, .. } => {
            stores::open(sys)?.restore(sys, profile, record, *version)?;
        }
        // Those are deeds on files.
        Step::Create { .. }
        | Step::Remove { .. }
        | Step::Splice { .. }
        | Step::TakeOut { .. }
        | Step::PutIn { .. }
        | Step::MakeKey { .. } => {}
    }
    Ok(())
}

pub(super) fn changed(path: &Path, problem: &str, expected: &str) -> ApplyError {
    ApplyError::Changed {
        path: path.into(),
        problem: problem.into(),
        expected: expected.into(),
        found: String::new(),
    }
}

/// Writes a key pair. The private half is durable before its public half is there to be uploaded (SECURITY rule 42).
fn write_key(sys: &mut Sys, path: &Path, key: &NewKey) -> Result<(), ApplyError> {
    sys.write_over(path, None, key.private.expose(), Write::with_mode(0o600))?;
    Ok(sys.write_over(&public_half(path), None, key.public.as_bytes(), Write::with_mode(0o644))?)
}
