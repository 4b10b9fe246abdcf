//! The number and hash of the last file doorkey wrote for a profile, kept beside the store (SECURITY rule 39).
//!
//! It finds an old vault that was put back from a backup or a synchronised folder. It does not find a whole state
//! folder that was put back: nothing that lies on the same disk can.

use super::book::hex;
use super::{StoreError, kind};
use crate::model::name::ProfileName;
use crate::sys::Sys;
use crate::sys::fs::Write;
use sha2::{Digest, Sha256};
use std::path::Path;

/// What was written last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// The greatest number ever given; it never goes back, or a file of a past that was given up would look new.
    pub(super) counter: u64,
    /// SHA-256 of the sealed file in hexadecimal digits, or [`NO_FILE`].
    pub(super) hash: String,
}

/// In the place of a hash: the user accepted that the file is gone.
const NO_FILE: &str = "-";

impl Known {
    pub(super) fn of(counter: u64, sealed: &[u8]) -> Self {
        Self { counter, hash: hex(&Sha256::digest(sealed)) }
    }

    /// Before the first file.
    pub(super) fn none() -> Self {
        Self { counter: 0, hash: NO_FILE.into() }
    }

    /// The same with another number.
    pub(super) fn at(self, counter: u64) -> Self {
        Self { counter, ..self }
    }

    /// Whether a file is expected.
    pub(super) fn has_file(&self) -> bool {
        self.hash != NO_FILE
    }

    /// Whether this may be there now: what is known, or a later file. A later one is what a run leaves that was killed
    /// between the two writes; its number is under the MAC.
    pub(super) fn allows(&self, found: Option<&Self>) -> bool {
        match found {
            Some(found) => found.counter > self.counter || found.hash == self.hash,
            None => self.hash == NO_FILE,
        }
    }

    /// What is known after the user accepted what is there.
    pub(super) fn accepting(&self, found: Option<&Self>) -> Self {
        Self {
            counter: found.map_or(0, |f| f.counter).max(self.counter),
            hash: found.map_or_else(|| NO_FILE.into(), |f| f.hash.clone()),
        }
    }
}

impl Known {
    /// What is known of a profile; `None` = nothing was written for it.
    pub(super) fn read(sys: &Sys, folder: &Path, profile: &ProfileName) -> Result<Option<Self>, StoreError> {
        let path = folder.join(profile.as_str());
        let Some(bytes) = sys.read_trusted(&path)? else { return Ok(None) };
        let parsed = std::str::from_utf8(&bytes).ok().and_then(|text| {
            let (counter, hash) = text.strip_suffix('\n')?.split_once(' ')?;
            Some(Self { counter: counter.parse().ok()?, hash: hash.into() })
        });
        parsed.map(Some).ok_or_else(|| StoreError::damaged(path, "is not what doorkey wrote"))
    }

    pub(super) fn write(
        &self,
        sys: &mut Sys,
        folder: &Path,
        profile: &ProfileName,
    ) -> Result<(), StoreError> {
        sys.make_dir(folder, 0o700)?;
        let text = format!("{} {}\n", self.counter, self.hash);
        Ok(sys.write_atomic(&folder.join(profile.as_str()), text.as_bytes(), Write::with_mode(0o600))?)
    }
}

/// The profiles that have a number.
pub(super) fn profiles(sys: &Sys, folder: &Path) -> Result<Vec<ProfileName>, StoreError> {
    let names = sys.list(folder)?;
    Ok(names.iter().filter_map(|p| ProfileName::new(p.file_name()?.to_str()?).ok()).collect())
}

/// The greatest number that any vault of this user ever gave a profile: what was sealed before a move, and is put back
/// after the next one, must not look new.
pub(super) fn greatest(sys: &Sys, profile: &ProfileName) -> Result<u64, StoreError> {
    let mut greatest = 0;
    for folder in sys.list(sys.places().state().ok_or(StoreError::NoStateFolder)?)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("vault") && name.ends_with(kind::COUNTERS) {
            greatest = Known::read(sys, &folder, profile)?.map_or(0, |k| k.counter).max(greatest);
        }
    }
    Ok(greatest)
}
