//! The number and hash of the last file doorkey wrote for a profile, kept beside the vault (SECURITY rule 39).
//!
//! It finds an old vault that was put back from a backup or a synchronised folder. It does not find a whole state
//! folder that was put back: nothing that lies on the same disk can.

use super::book::hex;
use crate::model::name::ProfileName;
use crate::stores::StoreError;
use crate::sys::Sys;
use crate::sys::fs::Write;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// What was written last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) counter: u64,
    /// SHA-256 of the sealed file, in hexadecimal digits.
    pub(super) hash: String,
}

impl Known {
    pub(super) fn of(counter: u64, sealed: &[u8]) -> Self {
        Self { counter, hash: hex(&Sha256::digest(sealed)) }
    }

    /// Whether a file may follow: it is the one that is known, or a later one. A later one is what a run leaves that was
    /// killed between the two writes; its number is under the MAC.
    pub(super) fn allows(&self, found: &Self) -> bool {
        found.counter > self.counter || found == self
    }
}

fn path(sys: &Sys, profile: &ProfileName) -> Result<PathBuf, StoreError> {
    let state = sys.places().state().ok_or(StoreError::NoStateFolder)?;
    Ok(state.join("vault-counters").join(profile.as_str()))
}

pub(super) fn read(sys: &Sys, profile: &ProfileName) -> Result<Option<Known>, StoreError> {
    let path = path(sys, profile)?;
    let Some(bytes) = sys.read_trusted(&path)? else { return Ok(None) };
    let parsed = std::str::from_utf8(&bytes).ok().and_then(|text| {
        let (counter, hash) = text.strip_suffix('\n')?.split_once(' ')?;
        Some(Known { counter: counter.parse().ok()?, hash: hash.into() })
    });
    parsed.map(Some).ok_or_else(|| StoreError::damaged(path, "is not what doorkey wrote"))
}

pub(super) fn write(sys: &mut Sys, profile: &ProfileName, known: &Known) -> Result<(), StoreError> {
    let path = path(sys, profile)?;
    if let Some(folder) = path.parent() {
        sys.make_dir(folder, 0o700)?;
    }
    let text = format!("{} {}\n", known.counter, known.hash);
    Ok(sys.write_atomic(&path, text.as_bytes(), Write::with_mode(0o600))?)
}

pub(super) fn remove(sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
    let path = path(sys, profile)?;
    Ok(sys.remove_file(&path)?)
}
