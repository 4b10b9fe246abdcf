//! The way back: the inverse of each step, and what is done after a run that failed or was killed.

use super::apply::{ApplyError, perform, place, public_half, state_dir};
use super::generation;
use crate::formats::splice::splice;
use crate::model::plan::Step;
use crate::model::text::Text;
use crate::stores;
use crate::sys::Sys;
use crate::sys::fs::Kind;
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

/// Whether a step of an interrupted run was done before the run ended.
fn is_done(sys: &Sys, step: &Step, begun: i64) -> Result<bool, ApplyError> {
    Ok(match step {
        Step::MakeDir { path, .. } => sys.look(path)?.is_some_and(|l| l.kind == Kind::Dir),
        Step::RemoveDir { path, .. } => sys.look(path)?.is_none(),
        Step::Create { path, text, .. } => sys.read(path)?.is_some_and(|b| b == text.bytes()),
        Step::Remove { path, .. } => sys.look(path)?.is_none(),
        Step::Splice { path, at, old, new } => {
            let bytes = sys.read(path)?.unwrap_or_default();
            // One of the two texts may hold the other, so the longer one is looked for.
            let there = |text: &Text| splice(&bytes, place(at), text.bytes(), b"").is_ok();
            if new.bytes().len() >= old.bytes().len() { there(new) } else { !there(old) }
        }
        Step::Mode { path, to, .. } => sys.look(path)?.is_some_and(|l| l.mode == *to),
        Step::Rename { from, to } => sys.look(from)?.is_none() && sys.look(to)?.is_some(),
        Step::MakeKey { path, .. } => sys.look(path)?.is_some_and(|l| l.modified >= begun),
        Step::Switch { to, .. } => generation::current(sys) == *to,
        // The store's changes name versions, so that their way back may be taken whether they happened or not.
        Step::PutSecret { .. }
        | Step::DescribeSecret { .. }
        | Step::RetireSecret { .. }
        | Step::RestoreSecret { .. } => true,
    })
}

/// The steps of a way back, fitted to what is there now: which version of a record is in use (the way back from *them*
/// needs it), and a free name for a key that is set aside.
pub(super) fn fitted(sys: &Sys, steps: &[Step]) -> Result<Vec<Step>, ApplyError> {
    let mut steps = steps.to_vec();
    for step in &mut steps {
        match step {
            Step::RetireSecret { profile, record, before }
            | Step::RestoreSecret { profile, record, before, .. } => {
                let records = stores::open(sys)?.records(sys, profile)?;
                *before = stores::in_use(&records, record).map(|r| r.version);
            }
            Step::Splice { path, old, new, .. } if new.is_empty() => {
                let bytes = sys.read(path)?.unwrap_or_default();
                if let Some(line) = shared_section(&bytes, old.bytes()) {
                    *old = line.into();
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
    }
    Ok(steps)
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

/// Takes back what was done of `steps`, the last first, and clears away what they left unfinished.
pub(super) fn take_back(sys: &mut Sys, steps: &[Step], begun: i64) -> Result<(), ApplyError> {
    for step in steps.iter().rev() {
        if let Some(path) = step.path() {
            sys.heal(path);
        }
        if let Step::MakeKey { path, .. } = step {
            sys.heal(&public_half(path));
        }
        if is_done(sys, step, begun)? {
            for back in fitted(sys, &inverse_of(step))? {
                perform(sys, &back, &[])?;
            }
        } else {
            clear_unfinished(sys, step)?;
        }
    }
    Ok(())
}

/// Removes what a step made before it was done: half a generation.
fn clear_unfinished(sys: &mut Sys, step: &Step) -> Result<(), ApplyError> {
    match step {
        Step::Switch { to: Some(name), files, .. } if !files.is_empty() => {
            let folder = generation::folder(&state_dir(sys)?, name);
            sys.remove_own_dir(&folder)?;
        }
        _ => {}
    }
    Ok(())
}
