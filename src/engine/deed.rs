//! What a plan does, deed by deed: each is there or is not, and nothing in between can be seen.
//!
//! All neighbouring steps on one file are one deed and one write, so that no half of them is ever in the file.

use super::apply::{ApplyError, changed, place, public_half, spliced};
use super::sealed;
use crate::formats::splice::{Where, region, splice};
use crate::model::plan::Step;
use crate::secret::Secret;
use crate::sys::Sys;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use zeroize::Zeroize;

/// One deed, and which of the plan's steps it is.
#[derive(Debug)]
pub(super) struct Deed {
    pub(super) steps: Range<usize>,
    /// The file it changes; `None` when it is another kind of step, which is one by itself.
    pub(super) file: Option<FileChange>,
}

/// A file before and after; `None` = it is not there.
#[derive(Debug)]
pub(super) struct FileChange {
    pub(super) path: PathBuf,
    pub(super) before: Option<Vec<u8>>,
    pub(super) after: Option<Vec<u8>>,
    /// Its mode, if it is made.
    pub(super) mode: u32,
    /// For each splice among the steps: the file after it, and the region that the new text takes there.
    pub(super) regions: Vec<Option<(Vec<u8>, Range<usize>)>>,
    /// The sealed texts among what is taken out or put in, and what people see of them.
    pub(super) masks: Vec<(Secret, Vec<u8>)>,
}

/// A user's file may hold secrets.
impl Drop for FileChange {
    fn drop(&mut self) {
        self.before.zeroize();
        self.after.zeroize();
        self.regions.iter_mut().flatten().for_each(|(bytes, _)| bytes.zeroize());
    }
}

/// The file whose bytes a step changes.
fn file_of(step: &Step) -> Option<&PathBuf> {
    match step {
        Step::Create { path, .. }
        | Step::Remove { path, .. }
        | Step::Splice { path, .. }
        | Step::TakeOut { path, .. }
        | Step::PutIn { path, .. } => Some(path),
        _ => None,
    }
}

/// The steps that are one deed each.
pub(super) fn groups(steps: &[Step]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let path = file_of(step);
        match found.last_mut() {
            Some(last) if path.is_some() && steps.get(last.start).and_then(file_of) == path => last.end += 1,
            _ => found.push(index..index + 1),
        }
    }
    found
}

/// Plays steps on what is there now, and changes nothing. `secrets` are the plan's.
///
/// # Errors
/// A step does not fit what is there.
pub(super) fn play(sys: &Sys, steps: &[Step], secrets: &[Secret]) -> Result<Vec<Deed>, ApplyError> {
    // What earlier deeds of this plan make of a file.
    let mut made: BTreeMap<PathBuf, Option<Vec<u8>>> = BTreeMap::new();
    let mut deeds = Vec::new();
    for group in groups(steps) {
        let members = steps.get(group.clone()).unwrap_or_default();
        let Some(first) = members.first() else { continue };
        let mut file = None;
        if let Some(path) = file_of(first) {
            let change = play_file(sys, path, members, secrets, made.get(path))?;
            made.insert(path.clone(), change.after.clone());
            file = Some(change);
        }
        match first {
            Step::Rename { from, to } => {
                let there = match made.get(from) {
                    Some(made) => made.is_some(),
                    None => sys.look(from)?.is_some(),
                };
                made.insert(from.clone(), None);
                // It may be a key: that it is there is enough to know.
                made.insert(to.clone(), there.then(Vec::new));
            }
            Step::MakeKey { path, .. } => {
                for half in [path.clone(), public_half(path)] {
                    check_free(sys, &half, made.get(&half))?;
                }
            }
            _ => {}
        }
        deeds.push(Deed { steps: group, file });
    }
    made.values_mut().for_each(Zeroize::zeroize);
    Ok(deeds)
}

type Made = Option<Vec<u8>>;

/// What is to be made must not be there: the way back could not tell it from what we made.
fn check_free(sys: &Sys, path: &Path, made: Option<&Made>) -> Result<(), ApplyError> {
    let there = match made {
        Some(made) => made.is_some(),
        None => sys.look(path)?.is_some(),
    };
    if there { Err(changed(path, "is there already", "")) } else { Ok(()) }
}

fn play_file(
    sys: &Sys,
    path: &Path,
    steps: &[Step],
    secrets: &[Secret],
    made: Option<&Made>,
) -> Result<FileChange, ApplyError> {
    let before = made.cloned().map_or_else(|| sys.read(path), Ok)?;
    let mut now = before.clone();
    let mut mode = 0o600;
    let mut regions = Vec::new();
    let mut masks = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let mut region_after = None;
        match step {
            Step::Create { text, mode: new, .. } => {
                if index == 0 {
                    check_free(sys, path, made)?;
                } else if now.is_some() {
                    return Err(changed(path, "is there already", ""));
                }
                mode = *new;
                now = Some(text.bytes().to_vec());
            }
            Step::Remove { text, .. } => match now.as_deref() {
                Some(bytes) if bytes == text.bytes() => now = None,
                // We made it empty and took our lines out: what is in it now is the user's.
                Some(_) if text.is_empty() => {}
                Some(_) => {
                    let expected = String::from_utf8_lossy(text.bytes()).into_owned();
                    return Err(changed(path, "was changed since", &expected));
                }
                None => {}
            },
            Step::Splice { at, old, new, .. } => {
                let Some(bytes) = now.take() else { return Err(changed(path, "is not there any more", "")) };
                let after = spliced(path, &bytes, at, old.bytes(), new.bytes())?;
                if let Ok(gap) = region(&bytes, place(at), old.bytes()) {
                    let end = after.len().saturating_sub(bytes.len() - gap.end);
                    region_after = Some((after.clone(), gap.start..end));
                }
                now = Some(after);
            }
            Step::TakeOut { shown, .. } | Step::PutIn { shown, .. } => {
                let (Some(bytes), Some(swap)) = (now.take(), sealed::swap(sys, step, secrets)?) else {
                    return Err(changed(path, "is not there any more", ""));
                };
                // Nothing of the file goes into the error: what stands there may be a secret.
                let unfit = |problem| changed(path, &format!("{problem}"), &shown.lossy());
                let (old, new) = (swap.old.expose(), swap.new.expose());
                let gap = region(&bytes, Where::Near(swap.at), old).map_err(unfit)?;
                let after = splice(&bytes, Where::Near(swap.at), old, new).map_err(unfit)?;
                region_after = Some((after.clone(), gap.start..gap.start + new.len()));
                now = Some(after);
                let secret = if matches!(step, Step::TakeOut { .. }) { swap.old } else { swap.new };
                masks.push((secret, shown.bytes().to_vec()));
            }
            _ => {}
        }
        regions.push(region_after);
    }
    Ok(FileChange { path: path.into(), before, after: now, mode, regions, masks })
}
