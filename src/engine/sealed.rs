//! Bytes of files that hold a secret: sealed in the store before they leave their file, and read there to put them back.

use super::apply::ApplyError;
use crate::model::plan::{Seal, Step};
use crate::model::text::Text;
use crate::secret::Secret;
use crate::stores::{self, Entry, State};
use crate::sys::Sys;

/// Seals bytes. They are a version of the record that was never in use, with the seal's name for its note.
pub(super) fn put(sys: &mut Sys, seal: &Seal, bytes: &Secret) -> Result<(), ApplyError> {
    let entry = Entry { note: Some(seal.name.clone()), ..Entry::new(bytes.clone()) };
    stores::open(sys)?.set_aside(sys, &seal.profile, &seal.record, &entry)?;
    Ok(())
}

fn get(sys: &Sys, seal: &Seal) -> Result<Secret, ApplyError> {
    let records = stores::open(sys)?.records(sys, &seal.profile)?;
    let found = records.into_iter().find(|r| {
        r.id == seal.record && r.state == State::Retired && r.entry.note.as_ref() == Some(&seal.name)
    });
    found.map(|record| record.entry.secret).ok_or(ApplyError::SealGone)
}

/// What a step replaces in a file by what, where one of the two is sealed.
pub(super) struct Swap {
    pub(super) at: usize,
    pub(super) old: Secret,
    pub(super) new: Secret,
}

/// The two texts of such a step; `None` for any other.
///
/// # Errors
/// They are not sealed any more.
pub(super) fn swap(sys: &Sys, step: &Step, secrets: &[Secret]) -> Result<Option<Swap>, ApplyError> {
    let plain = |text: &Text| Secret::copy_of(text.bytes());
    Ok(match step {
        Step::TakeOut { at, seal, new, slot, .. } => {
            let given = slot.and_then(|slot| secrets.get(slot)).cloned();
            let old = given.map_or_else(|| get(sys, seal), Ok)?;
            Some(Swap { at: *at, old, new: plain(new) })
        }
        Step::PutIn { at, old, seal, slot, .. } => {
            let given = slot.and_then(|slot| secrets.get(slot)).cloned();
            let new = given.map_or_else(|| get(sys, seal), Ok)?;
            Some(Swap { at: *at, old: plain(old), new })
        }
        _ => None,
    })
}

/// A file's bytes with everything sealed masked.
pub(super) fn masked(bytes: &[u8], masks: &[(Secret, Vec<u8>)]) -> Vec<u8> {
    masks.iter().fold(bytes.to_vec(), |text, (sealed, shown)| {
        let finder = memchr::memmem::Finder::new(sealed.expose());
        let (mut out, mut end) = (Vec::with_capacity(text.len()), 0);
        for at in finder.find_iter(&text) {
            out.extend_from_slice(text.get(end..at).unwrap_or_default());
            out.extend_from_slice(shown);
            end = at + sealed.len();
        }
        out.extend_from_slice(text.get(end..).unwrap_or_default());
        out
    })
}
