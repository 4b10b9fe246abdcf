//! The changes a store knows, as pure functions on its records: the vault and the OS keyring share them.
//!
//! Each says whether it changed anything. Each may be repeated: the second time changes nothing, so that a recovery
//! after a crash can run a change again without knowing how far it got.

use super::record::{Entry, Record, State};
use crate::model::plan::{Companions, RecordId};
use crate::secret::Secret;

/// How long a retired record stays: 30 days in seconds (SECURITY rule 27).
pub const KEPT: i64 = 30 * 24 * 3600;

/// The records of a profile while they are being changed.
#[derive(Debug, Default)]
pub struct Ledger {
    records: Vec<Record>,
}

/// When a change happens and which number a new version gets.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Seconds since 1970.
    pub now: i64,
    /// Greater than every version given before.
    pub version: u64,
}

impl Ledger {
    /// Starts from what the store holds.
    #[must_use]
    pub fn new(records: Vec<Record>) -> Self {
        Self { records }
    }

    /// The records.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The records, to keep.
    #[must_use]
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }

    /// Puts a value into use; another value that was in use is retired.
    ///
    /// The same value again only renews its companions and lifts a suspicion.
    pub fn put(&mut self, id: &RecordId, entry: &Entry, at: Moment) -> bool {
        if let Some(present) = self.present(id)
            && present.entry.secret.same_as(entry.secret.expose())
        {
            let mut changed = false;
            if !present.entry.same_as(entry) {
                present.entry = entry.clone();
                changed = true;
            }
            return set_state(present, State::Active, at.now) || changed;
        }
        self.retire(id, at);
        self.records.push(Record {
            id: id.clone(),
            version: at.version,
            entry: entry.clone(),
            added: at.now,
            state: State::Active,
            since: at.now,
        });
        true
    }

    /// Keeps a value that is never in use, for 30 days.
    pub fn set_aside(&mut self, id: &RecordId, entry: &Entry, at: Moment) -> bool {
        let is_kept = |r: &Record| r.id == *id && r.state == State::Retired && r.entry.same_as(entry);
        if self.records.iter().any(is_kept) {
            return false;
        }
        self.records.push(Record {
            id: id.clone(),
            version: at.version,
            entry: entry.clone(),
            added: at.now,
            state: State::Retired,
            since: at.now,
        });
        true
    }

    /// Takes what is in use out of use.
    pub fn retire(&mut self, id: &RecordId, at: Moment) -> bool {
        self.present(id).is_some_and(|present| set_state(present, State::Retired, at.now))
    }

    /// Puts `version` into use again and retires what was in use. `None`: there is no such version any more.
    pub fn restore(&mut self, id: &RecordId, version: u64, at: Moment) -> Option<bool> {
        let wanted = self.records.iter().position(|r| r.id == *id && r.version == version)?;
        if self.records.get(wanted)?.state != State::Retired {
            return Some(false);
        }
        self.retire(id, at);
        Some(set_state(self.records.get_mut(wanted)?, State::Active, at.now))
    }

    /// Marks what is in use as refused by its server, if it is this value. Another value's refusal is nothing to us.
    pub fn mark_suspect(&mut self, id: &RecordId, refused: &Secret, at: Moment) -> bool {
        self.present(id).is_some_and(|present| {
            present.entry.secret.same_as(refused.expose()) && set_state(present, State::Suspect, at.now)
        })
    }

    /// Lifts a suspicion.
    pub fn clear_suspect(&mut self, id: &RecordId, at: Moment) -> bool {
        self.present(id).is_some_and(|present| set_state(present, State::Active, at.now))
    }

    /// Notes what is known of the version in use beside its value, if what was noted is still `before`: the way back of a
    /// change that never happened must not touch another version.
    pub fn describe(&mut self, id: &RecordId, before: &Companions, after: &Companions) -> bool {
        self.present(id).is_some_and(|present| {
            let fits = present.companions() == *before && before != after;
            if fits {
                present.entry.expires = after.expires;
                present.entry.note.clone_from(&after.note);
            }
            fits
        })
    }

    /// Drops what has been retired for longer than [`KEPT`].
    pub fn forget_old(&mut self, now: i64) -> bool {
        let before = self.records.len();
        self.records.retain(|r| r.state != State::Retired || now.saturating_sub(r.since) <= KEPT);
        self.records.len() != before
    }

    fn present(&mut self, id: &RecordId) -> Option<&mut Record> {
        self.records.iter_mut().find(|r| r.id == *id && r.state != State::Retired)
    }
}

fn set_state(record: &mut Record, state: State, now: i64) -> bool {
    let changed = record.state != state;
    if changed {
        record.state = state;
        record.since = now;
    }
    changed
}
