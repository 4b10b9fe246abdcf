//! The way back: the inverse of each step, and what is done after a run that failed or was killed.

use super::apply::{ApplyError, changed, perform, place, public_half, refuse_out_of_order, state_dir, write};
use super::deed::{groups, play};
use super::generation;
use super::journal::{Entry, FileNote, Journal};
use super::prints::{Around, Prints};
use super::sealed;
use crate::formats::splice::{Where, splice};
use crate::model::plan::{Anchor, Plan, Step};
use crate::secret::Secret;
use crate::stores;
use crate::sys::Sys;
use crate::sys::fs::Kind;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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
            let aside = |p: &Path| PathBuf::from(format!("{}.{ASIDE}", p.display()));
            let public = public_half(&path);
            vec![
                Step::Rename { to: aside(&public), from: public },
                Step::Rename { to: aside(&path), from: path },
            ]
        }
        Step::Switch { from, to, off, .. } => {
            one(Step::Switch { from: to, to: from, off, files: Default::default() })
        }
        Step::PutSecret { profile, record, before: Some(version), .. } => {
            one(Step::RestoreSecret { profile, record, version, before: None })
        }
        Step::PutSecret { profile, record, before: None, .. } => {
            one(Step::RetireSecret { profile, record, before: None })
        }
        Step::DescribeSecret { profile, record, before, after } => {
            one(Step::DescribeSecret { profile, record, before: after, after: before })
        }
        Step::RetireSecret { profile, record, before: Some(version) } => {
            one(Step::RestoreSecret { profile, record, version, before: None })
        }
        Step::RootIn { store, name, pem, present } => {
            one(Step::RootIn { store, name, pem, present: !present })
        }
        // It is out of use, and goes by itself.
        Step::SealText { .. } => Vec::new(),
        Step::TakeOut { path, at, seal, shown, new, .. } => {
            one(Step::PutIn { path, at, old: new, seal, shown, slot: None })
        }
        Step::PutIn { path, at, old, seal, shown, .. } => {
            one(Step::TakeOut { path, at, seal, shown, new: old, slot: None })
        }
        // Nothing was in use, so nothing was retired.
        Step::RetireSecret { before: None, .. } => Vec::new(),
        Step::RestoreSecret { profile, record, version, before: Some(other) } => {
            one(Step::RestoreSecret { profile, record, version: other, before: Some(version) })
        }
        Step::RestoreSecret { profile, record, version, before: None } => {
            one(Step::RetireSecret { profile, record, before: Some(version) })
        }
    }
}

/// The plan that takes back a journal entry, keeping what the user changed since elsewhere: the entry asked for, else
/// the last one that is neither an undo nor undone.
///
/// # Errors
/// There is none, a later one stands on it, or [`ApplyError::Changed`] when our own region was changed.
pub fn undo_plan(sys: &Sys, id: Option<u64>) -> Result<Plan, ApplyError> {
    let state = state_dir(sys)?;
    let entry = Journal::below(&state).to_undo(sys, id)?.ok_or(ApplyError::NothingToUndo)?;
    refuse_out_of_order(sys, &entry)?;
    let mut plan = Plan::new(format!("undo of {}: {}", entry.id, entry.title));
    plan.undoes = Some(entry.id);
    let mut files = Playing::new(sys)?;
    for (index, step) in entry.inverse.iter().enumerate() {
        let around = entry.around.get(index).and_then(Option::as_ref);
        plan.push(files.fitted(sys, step, around)?);
    }
    Ok(plan)
}

/// The files as they are in the course of a way back.
struct Playing {
    prints: Prints,
    now: BTreeMap<PathBuf, Vec<u8>>,
}

impl Playing {
    fn new(sys: &Sys) -> Result<Self, ApplyError> {
        Ok(Self { prints: Prints::read(sys, &state_dir(sys)?)?, now: BTreeMap::new() })
    }

    fn read(&self, sys: &Sys, path: &Path) -> Result<Vec<u8>, ApplyError> {
        Ok(match self.now.get(path) {
            Some(bytes) => bytes.clone(),
            None => sys.read(path)?.unwrap_or_default(),
        })
    }

    /// A step of a way back, fitted to what is there now: the place in a file, which version of a record is in use (the
    /// way back from *it* needs that), and a free name for a key that is set aside.
    fn fitted(&mut self, sys: &Sys, step: &Step, around: Option<&Around>) -> Result<Step, ApplyError> {
        let mut step = step.clone();
        let swap = sealed::swap(sys, &step, &[])?;
        match &mut step {
            Step::TakeOut { path, at, shown, .. } | Step::PutIn { path, at, shown, .. } => {
                let Some(swap) = swap else { return Ok(step) };
                let now = self.read(sys, path)?;
                let (old, new) = (swap.old.expose(), swap.new.expose());
                if let Some(around) = around {
                    let found = self.prints.find(&now, old, *at, around);
                    let problem = if old.is_empty() {
                        "lost the lines beside which it stood"
                    } else {
                        "does not hold what doorkey left there any more"
                    };
                    *at = found.ok_or_else(|| changed(path, problem, &shown.lossy()))?;
                }
                if let Ok(after) = splice(&now, Where::Near(*at), old, new) {
                    self.now.insert(path.clone(), after);
                }
            }
            Step::RetireSecret { profile, record, before }
            | Step::RestoreSecret { profile, record, before, .. } => {
                let records = stores::open(sys)?.records(sys, profile)?;
                *before = stores::in_use(&records, record).map(|r| r.version);
            }
            Step::Splice { path, at, old, new } => {
                let now = self.read(sys, path)?;
                if new.is_empty()
                    && let Some(line) = shared_section(&now, old.bytes())
                {
                    *old = line.into();
                } else if let Some(around) = around {
                    let found = self.prints.find(&now, old.bytes(), near(at), around);
                    match found {
                        Some(offset) => *at = Anchor::Near(offset),
                        None if old.is_empty() => {
                            let text = String::from_utf8_lossy(new.bytes()).into_owned();
                            return Err(changed(path, "lost the lines beside which it stood", &text));
                        }
                        // It is gone, or stands where it may be another's.
                        None if splice(&now, place(at), old.bytes(), b"").is_ok() => {
                            let text = String::from_utf8_lossy(old.bytes()).into_owned();
                            return Err(changed(path, "holds it elsewhere now", &text));
                        }
                        None => {}
                    }
                }
                if let Ok(after) = splice(&now, place(at), old.bytes(), new.bytes()) {
                    self.now.insert(path.clone(), after);
                }
            }
            Step::Rename { to, .. } if to.extension().is_some_and(|e| e == ASIDE) => {
                let name = to.display().to_string();
                let mut number = 1;
                while sys.look(to)?.is_some() {
                    *to = PathBuf::from(format!("{name}.{number}"));
                    number += 1;
                }
            }
            _ => {}
        }
        Ok(step)
    }
}

fn near(at: &Anchor) -> usize {
    match at {
        Anchor::Start => 0,
        Anchor::Near(offset) => *offset,
        Anchor::End => usize::MAX,
    }
}

/// git puts what the user adds to `include` into our section, the last of that name. Then the header stays for it, and
/// only our own line below the header goes.
fn shared_section(file: &[u8], region: &[u8]) -> Option<Vec<u8>> {
    let header = b"[include]\n";
    let start = region.windows(header.len()).position(|w| w == header)?;
    let line = region.get(start + header.len()..)?;
    let end = file.windows(region.len()).position(|w| w == region)? + region.len();
    let rest = String::from_utf8_lossy(file.get(end..)?);
    let next = rest.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with(['#', ';']))?;
    (!next.starts_with('[')).then(|| line.to_vec())
}

/// The ending of a key that was set aside.
const ASIDE: &str = "undone";

/// Takes back what was done of an entry's first `count` steps, the last first, and clears away what they left
/// unfinished. Gives the files that somebody else changed since, where nobody can tell what to take back.
pub(super) fn take_back(sys: &mut Sys, entry: &Entry, count: usize) -> Result<Vec<PathBuf>, ApplyError> {
    let prints = Prints::read(sys, &state_dir(sys)?)?;
    let mut left = Vec::new();
    for group in groups(&entry.steps).into_iter().rev().filter(|group| group.start < count) {
        let Some(step) = entry.steps.get(group.start) else { continue };
        let notes: Vec<&FileNote> = entry.files.iter().filter(|note| note.step == group.start).collect();
        for note in &notes {
            sys.heal(&note.path);
        }
        match step {
            Step::MakeKey { .. } => {
                let mut ours = Vec::new();
                for note in notes {
                    let now = sys.read(&note.path)?.map(Secret::take);
                    if now.is_some() && prints.fits(note.after.as_ref(), now.as_ref().map(Secret::expose)) {
                        ours.push(note.path.clone());
                    }
                }
                let back =
                    inverse_of(step).into_iter().filter(|s| s.path().is_some_and(|p| ours.contains(p)));
                perform_all(sys, &back.collect::<Vec<_>>())?;
            }
            Step::Create { .. }
            | Step::Remove { .. }
            | Step::Splice { .. }
            | Step::TakeOut { .. }
            | Step::PutIn { .. } => {
                for note in notes {
                    if !file_back(sys, entry, note, group.len(), &prints)? {
                        left.push(note.path.clone());
                    }
                }
            }
            step if is_done(sys, step)? => perform_all(sys, &inverse_of(step))?,
            Step::Switch { from, to, files, .. } => {
                let new = !files.is_empty();
                generation::clear_unfinished(sys, from.as_deref(), to.as_deref(), new)?;
            }
            _ => {}
        }
    }
    Ok(left)
}

fn perform_all(sys: &mut Sys, steps: &[Step]) -> Result<(), ApplyError> {
    let mut files = Playing::new(sys)?;
    for step in steps {
        let step = files.fitted(sys, step, None)?;
        perform(sys, &step, &[])?;
    }
    Ok(())
}

/// Whether a step that changes no file's bytes was done before the run ended.
fn is_done(sys: &Sys, step: &Step) -> Result<bool, ApplyError> {
    Ok(match step {
        Step::MakeDir { path, .. } => sys.look(path)?.is_some_and(|l| l.kind == Kind::Dir),
        Step::RemoveDir { path, .. } => sys.look(path)?.is_none(),
        Step::Mode { path, to, .. } => sys.look(path)?.is_some_and(|l| l.mode == *to),
        Step::Rename { from, to } => sys.look(from)?.is_none() && sys.look(to)?.is_some(),
        Step::Switch { to, .. } => generation::current(sys) == *to,
        // Done or not, its way back comes to the same.
        Step::RootIn { .. } => true,
        // The store's changes name versions, so that their way back may be taken whether they happened or not.
        Step::PutSecret { .. }
        | Step::DescribeSecret { .. }
        | Step::RetireSecret { .. }
        | Step::SealText { .. }
        | Step::RestoreSecret { .. } => true,
        Step::Create { .. }
        | Step::Remove { .. }
        | Step::Splice { .. }
        | Step::TakeOut { .. }
        | Step::PutIn { .. }
        | Step::MakeKey { .. } => false,
    })
}

/// Takes back one write of a file, if it happened; says whether that could be told.
fn file_back(
    sys: &mut Sys,
    entry: &Entry,
    note: &FileNote,
    count: usize,
    prints: &Prints,
) -> Result<bool, ApplyError> {
    let now = sys.read(&note.path)?;
    if prints.fits(note.before.as_ref(), now.as_deref()) {
        return Ok(true);
    }
    let around = |index: usize| entry.around.get(index).and_then(Option::as_ref);
    let back: Vec<(&Step, Option<&Around>)> =
        entry.inverse.iter().enumerate().skip(note.back).take(count).map(|(i, s)| (s, around(i))).collect();
    let as_we_left_it = prints.fits(note.after.as_ref(), now.as_deref());
    let now = now.unwrap_or_default();
    let mut any = as_we_left_it;
    for (step, around) in &back {
        any = any || is_in(sys, &now, step, *around, prints)?;
    }
    if !any {
        return Ok(true);
    }
    let mut files = Playing::new(sys)?;
    let mut steps = Vec::new();
    for (step, around) in back {
        match files.fitted(sys, step, around.filter(|_| !as_we_left_it)) {
            Ok(step) => steps.push(step),
            Err(ApplyError::Changed { .. }) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    let deeds = match play(sys, &steps, &[]) {
        Ok(deeds) => deeds,
        Err(ApplyError::Changed { .. }) => return Ok(false),
        Err(error) => return Err(error),
    };
    for change in deeds.iter().filter_map(|deed| deed.file.as_ref()) {
        if as_we_left_it && !prints.fits(note.before.as_ref(), change.after.as_deref()) {
            return Ok(false);
        }
        write(sys, change)?;
    }
    Ok(true)
}

/// Whether a file that somebody else changed may hold what the inverse of a step takes out of it, or lack what that
/// brings back.
fn is_in(
    sys: &Sys,
    now: &[u8],
    inverse: &Step,
    around: Option<&Around>,
    prints: &Prints,
) -> Result<bool, ApplyError> {
    let holds = |text: &[u8]| now.windows(text.len().max(1)).any(|w| w == text);
    let swap = match sealed::swap(sys, inverse, &[]) {
        // It is sealed before the file is written, so the file was not written.
        Err(ApplyError::SealGone) => return Ok(false),
        swap => swap?,
    };
    if let Some(swap) = swap {
        let back = matches!(inverse, Step::PutIn { .. });
        return Ok(if back { !holds(swap.new.expose()) } else { holds(swap.old.expose()) });
    }
    Ok(match (inverse, around) {
        (Step::Splice { at, old, new, .. }, Some(around)) if old.is_empty() => {
            prints.find(now, new.bytes(), near(at), around).is_none()
        }
        (Step::Splice { old, .. }, _) => holds(old.bytes()),
        // Made empty and then filled: the splice beside it tells.
        (Step::Remove { text, .. }, _) => !text.is_empty(),
        _ => true,
    })
}
