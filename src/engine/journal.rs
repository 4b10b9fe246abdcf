//! What was changed, when, by which command, and how to take it back. No secret is ever in it.
//!
//! One file an entry, `journal/000012.json`. While a plan is being applied its entry is called `000012.begun`; the
//! rename to its final name is what makes the change count. A `begun` entry that nobody holds the lock for belongs to
//! a run that was killed, and is taken back by the next change.

use super::prints::{Around, Print};
use crate::model::name::ProfileName;
use crate::model::plan::{RecordId, Step};
use crate::sys::Sys;
use crate::sys::fs::{FsError, Write};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// `doorkey/journal/v1`
    pub schema: String,
    /// Counts up from 1.
    pub id: u64,
    /// Seconds since 1970-01-01 UTC.
    pub time: i64,
    /// What it was for, in the words of the command.
    pub title: String,
    /// The entry that this one took back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// What was done.
    pub steps: Vec<Step>,
    /// What takes it back, in order.
    pub inverse: Vec<Step>,
    /// For each step of the inverse, where in a file its text belongs.
    #[serde(default)]
    pub around: Vec<Option<Around>>,
    /// The files whose bytes it changes.
    #[serde(default)]
    pub files: Vec<FileNote>,
}

/// A file before and after a change: tells what a killed run had done, and what somebody else did since.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileNote {
    /// The first of the steps that are one write of this file.
    pub step: usize,
    /// The first of the steps of the inverse that take it back: as many.
    pub back: usize,
    /// The file.
    pub path: PathBuf,
    /// What it was; `None` = not there.
    pub before: Option<Print>,
    /// What it is afterwards; `None` = not there.
    pub after: Option<Print>,
}

/// Why the journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// An entry is not what doorkey wrote.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The entry's file.
        path: PathBuf,
    },
}

/// The folder of the journal.
#[derive(Debug, Clone)]
pub struct Journal {
    dir: PathBuf,
}

impl Journal {
    /// The journal below doorkey's state folder.
    #[must_use]
    pub fn below(state: &Path) -> Self {
        Self { dir: state.join("journal") }
    }

    fn file(&self, id: u64, ending: &str) -> PathBuf {
        self.dir.join(format!("{id:06}.{ending}"))
    }

    fn numbers(&self, sys: &Sys, ending: &str) -> Result<Vec<u64>, FsError> {
        let mut found = Vec::new();
        for path in sys.list(&self.dir)? {
            let number = path.file_stem().and_then(|s| s.to_str()).and_then(|s| s.parse().ok());
            if path.extension().is_some_and(|e| e == ending)
                && let Some(number) = number
            {
                found.push(number);
            }
        }
        Ok(found)
    }

    fn read(&self, sys: &Sys, path: &Path) -> Result<Option<Entry>, JournalError> {
        let Some(bytes) = sys.read(path)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|_| JournalError::Damaged { path: path.into() })
    }

    /// All finished entries, oldest first.
    ///
    /// # Errors
    /// An entry cannot be read.
    pub fn entries(&self, sys: &Sys) -> Result<Vec<Entry>, JournalError> {
        let mut found = Vec::new();
        for id in self.numbers(sys, "json")? {
            found.extend(self.read(sys, &self.file(id, "json"))?);
        }
        Ok(found)
    }

    /// The entry of a run that was killed while it changed things.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn interrupted(&self, sys: &Sys) -> Result<Option<Entry>, JournalError> {
        match self.numbers(sys, "begun")?.first() {
            Some(id) => self.read(sys, &self.file(*id, "begun")),
            None => Ok(None),
        }
    }

    /// The generations that the newest fifty entries could go back to.
    ///
    /// # Errors
    /// An entry cannot be read.
    pub fn generations(&self, sys: &Sys) -> Result<Vec<String>, JournalError> {
        let mut found = Vec::new();
        for id in self.numbers(sys, "json")?.into_iter().rev().take(50) {
            let Some(entry) = self.read(sys, &self.file(id, "json"))? else { continue };
            for step in entry.inverse {
                if let Step::Switch { to: Some(name), .. } = step {
                    found.push(name);
                }
            }
        }
        Ok(found)
    }

    /// The number for the next entry.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn next_id(&self, sys: &Sys) -> Result<u64, FsError> {
        let newest = self.numbers(sys, "json")?.into_iter().chain(self.numbers(sys, "begun")?).max();
        Ok(newest.unwrap_or(0) + 1)
    }

    /// Puts the intent on disk, durably, before anything else changes.
    ///
    /// # Errors
    /// Nothing has changed then.
    pub fn begin(&self, sys: &mut Sys, entry: &Entry) -> Result<(), JournalError> {
        sys.make_dir(&self.dir, 0o700)?;
        let path = self.file(entry.id, "begun");
        let bytes =
            serde_json::to_vec_pretty(entry).map_err(|_| JournalError::Damaged { path: path.clone() })?;
        Ok(sys.write_atomic(&path, &bytes, Write::with_mode(0o600))?)
    }

    /// Makes the change count.
    ///
    /// # Errors
    /// The entry stays `begun`, and is taken back by the next change.
    pub fn finish(&self, sys: &mut Sys, id: u64) -> Result<(), JournalError> {
        Ok(sys.rename(&self.file(id, "begun"), &self.file(id, "json"))?)
    }

    /// Makes an entry that was finished one that is begun again, for the way back from a sync that failed.
    ///
    /// # Errors
    /// What the file system says.
    pub fn reopen(&self, sys: &mut Sys, id: u64) -> Result<(), JournalError> {
        let finished = self.file(id, "json");
        if sys.look(&finished)?.is_some() {
            sys.rename(&finished, &self.file(id, "begun"))?;
        }
        Ok(())
    }

    /// Forgets an entry that was rolled back.
    ///
    /// # Errors
    /// What the file system says.
    pub fn forget(&self, sys: &mut Sys, id: u64) -> Result<(), JournalError> {
        // It has its final name already where only the sync of the folder failed.
        for ending in ["json", "begun"] {
            sys.heal(&self.file(id, ending));
            sys.remove_file(&self.file(id, ending))?;
        }
        Ok(())
    }

    /// The newest entry in force that stands on `entry`, and so has to be taken back before it: it switched generations
    /// after a change of profiles or generations, or it changed the same record of the store.
    ///
    /// # Errors
    /// An entry cannot be read.
    pub fn stands_on(&self, sys: &Sys, entry: &Entry) -> Result<Option<Entry>, JournalError> {
        let config = sys.places().config();
        let entries = self.entries(sys)?;
        let undone: Vec<u64> = entries.iter().filter_map(|e| e.undoes).collect();
        let in_force = |e: &Entry| {
            e.id > entry.id && !undone.contains(&e.id) && e.undoes.is_none_or(|target| target < entry.id)
        };
        let of_profiles = |step: &Step| match step {
            Step::Switch { .. } => true,
            step => step.path().is_some_and(|p| config.is_some_and(|c| p.starts_with(c))),
        };
        let routed = entry.steps.iter().any(of_profiles);
        let shared = |later: &Step| {
            (routed && matches!(later, Step::Switch { .. }))
                || record_of(later).is_some_and(|r| entry.steps.iter().any(|s| record_of(s) == Some(r)))
        };
        Ok(entries.iter().rev().find(|e| in_force(e) && e.steps.iter().any(shared)).cloned())
    }

    /// The entry that `undo` takes back: the one asked for, else the newest that is neither an undo nor undone.
    ///
    /// # Errors
    /// An entry cannot be read.
    pub fn to_undo(&self, sys: &Sys, id: Option<u64>) -> Result<Option<Entry>, JournalError> {
        let entries = self.entries(sys)?;
        let undone: Vec<u64> = entries.iter().filter_map(|e| e.undoes).collect();
        Ok(entries.into_iter().rev().find(|e| {
            id.is_none_or(|id| id == e.id) && (id.is_some() || e.undoes.is_none()) && !undone.contains(&e.id)
        }))
    }
}

/// The record of the store that a step changes, with its profile.
fn record_of(step: &Step) -> Option<(&ProfileName, &RecordId)> {
    match step {
        Step::PutSecret { profile, record, .. }
        | Step::DescribeSecret { profile, record, .. }
        | Step::RetireSecret { profile, record, .. }
        | Step::RestoreSecret { profile, record, .. } => Some((profile, record)),
        _ => None,
    }
}
