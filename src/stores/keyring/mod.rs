//! The OS keyring as a store: one service name per profile (SECURITY rule 14), one entry per record.
//!
//! ```text
//! service  doorkey/NAME
//! user     USER@ORIGIN/PATH
//! value    {"schema":"doorkey/keyring/v1","profile":"NAME","records":[...]}   all versions of the record
//! ```
//!
//! All versions lie in one entry, so that each change is one call. What the keyring says is believed: a process that
//! can talk to an unlocked keyring can read and write every entry in it.

mod index;
mod service;
mod state;

pub(super) use state::state;

use super::kind::{self, Settings};
use super::moving::Movable;
use super::record_json::{self, RecordForm};
use super::{Change, KeyringProblem, Ledger, Moment, Record, Store, StoreError, StoreKind};
use crate::model::name::ProfileName;
use crate::model::plan::RecordId;
use crate::secret::Secret;
use crate::sys::Sys;
use index::Index;
use serde::{Deserialize, Serialize};
use service::Calls;
use std::collections::BTreeSet;
use std::path::PathBuf;

const SCHEMA: &str = "doorkey/keyring/v1";

/// The OS keyring with doorkey's index of it.
#[derive(Debug)]
pub struct Keyring {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Form<'a> {
    schema: &'a str,
    profile: &'a str,
    #[serde(borrow)]
    records: Vec<RecordForm<'a>>,
}

impl Keyring {
    /// The store; the keyring itself is not asked yet.
    pub(super) fn at(sys: &Sys) -> Result<Self, StoreError> {
        Ok(Self { folder: kind::folder(sys)? })
    }

    /// Sets, reads and deletes an entry.
    pub(super) fn try_out() -> Result<(), StoreError> {
        let (service, user, trial) = ("doorkey", "trial", Secret::copy_of(b"trial"));
        let calls = Calls::begin();
        calls.set(service, user, &trial)?;
        let read = calls.get(service, user)?;
        calls.delete(service, user)?;
        if !read.is_some_and(|secret| secret.same_as(trial.expose())) {
            let said = "what was stored did not come back".into();
            return Err(KeyringProblem::Failed { said }.into());
        }
        Ok(())
    }

    /// Deletes every entry that the index knows, of a store that is not in use any more, or not yet.
    pub(super) fn vacate(sys: &mut Sys) -> Result<(), StoreError> {
        let store = Self::at(sys)?;
        let index = Index::read(sys, &store.folder)?;
        for profile in index.profiles() {
            store.erase(sys, profile)?;
        }
        Ok(())
    }

    /// Deletes what there is of a profile; the caller holds the lock.
    fn erase(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        let mut index = Index::read(sys, &self.folder)?;
        let ids: Vec<RecordId> = index.of(profile).cloned().collect();
        for id in &ids {
            Calls::begin().delete(&entry_service(profile), &entry_user(id))?;
            index.remove(profile, id);
        }
        if !ids.is_empty() {
            index.write(sys, &self.folder)?;
        }
        Ok(())
    }

    /// The versions of one record; empty when there is no entry and the index knows of none.
    fn load(
        calls: &Calls,
        index: &Index,
        profile: &ProfileName,
        id: &RecordId,
    ) -> Result<Vec<Record>, StoreError> {
        let user = entry_user(id);
        let Some(text) = calls.get(&entry_service(profile), &user)? else {
            return if index.has(profile, id) {
                Err(KeyringProblem::Lost { entry: user }.into())
            } else {
                Ok(Vec::new())
            };
        };
        let form = serde_json::from_slice::<Form<'_>>(text.expose()).ok();
        let records: Option<Vec<Record>> = form
            .filter(|f| f.schema == SCHEMA && f.profile == profile.as_str())
            .map(|f| f.records.into_iter().map(Record::from).collect());
        match records {
            Some(records) if records.iter().all(|r| r.id == *id) => Ok(records),
            _ => Err(KeyringProblem::NotOurs { entry: user }.into()),
        }
    }

    fn save(
        &self,
        calls: &Calls,
        profile: &ProfileName,
        id: &RecordId,
        records: &[Record],
    ) -> Result<(), StoreError> {
        let form = Form {
            schema: SCHEMA,
            profile: profile.as_str(),
            records: records.iter().map(RecordForm::from).collect(),
        };
        let text =
            record_json::write(&form, 0).ok_or_else(|| StoreError::Seal { path: self.folder.clone() })?;
        calls.set(&entry_service(profile), &entry_user(id), &Secret::copy_of(&text))?;
        Ok(())
    }
}

fn entry_service(profile: &ProfileName) -> String {
    format!("doorkey/{profile}")
}

fn entry_user(id: &RecordId) -> String {
    let slash = if id.path.is_empty() || id.path.starts_with('/') { "" } else { "/" };
    format!("{}@{}{slash}{}", id.user, id.origin, id.path)
}

/// What `store.toml` says of this store.
fn settings() -> Settings {
    Settings { kind: StoreKind::Keyring, recipient: None, moved: false }
}

impl Movable for Keyring {
    fn profiles(&self, sys: &Sys) -> Result<Vec<ProfileName>, StoreError> {
        Ok(Index::read(sys, &self.folder)?.profiles().cloned().collect())
    }

    fn carry(&self, sys: &mut Sys, profile: &ProfileName, records: &[Record]) -> Result<(), StoreError> {
        let ids: BTreeSet<&RecordId> = records.iter().map(|r| &r.id).collect();
        // The index first: an entry that a killed run made is then known, and goes.
        let mut index = Index::read(sys, &self.folder)?;
        ids.iter().for_each(|id| index.add(profile, id));
        index.write(sys, &self.folder)?;
        for id in ids {
            let versions: Vec<Record> = records.iter().filter(|r| r.id == *id).cloned().collect();
            self.save(&Calls::begin(), profile, id, &versions)?;
        }
        Ok(())
    }
}

impl Store for Keyring {
    fn kind(&self) -> &StoreKind {
        &StoreKind::Keyring
    }

    fn records(&self, sys: &Sys, profile: &ProfileName) -> Result<Vec<Record>, StoreError> {
        let index = Index::read(sys, &self.folder)?;
        let (calls, mut records) = (Calls::begin(), Vec::new());
        for id in index.of(profile) {
            records.extend(Self::load(&calls, &index, profile, id)?);
        }
        Ok(records)
    }

    fn change(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        id: &RecordId,
        change: Change<'_>,
    ) -> Result<bool, StoreError> {
        let _lock = super::lock(sys, &settings())?;
        let mut index = Index::read(sys, &self.folder)?;
        let now = sys.now();
        let calls = Calls::begin();
        let mut ledger = Ledger::new(Self::load(&calls, &index, profile, id)?);
        let last = ledger.records().iter().map(|r| r.version).max().unwrap_or(0);
        let version = u64::try_from(now).unwrap_or(0).max(last.saturating_add(1));
        let changed = change(&mut ledger, Moment { now, version });
        if changed {
            ledger.forget_old(now);
            self.save(&calls, profile, id, ledger.records())?;
        }
        // Also what a run left that was killed before it came here.
        if !ledger.records().is_empty() && !index.has(profile, id) {
            index.add(profile, id);
            index.write(sys, &self.folder)?;
        }
        Ok(changed)
    }

    fn accept_as_is(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        let _lock = super::lock(sys, &settings())?;
        let mut index = Index::read(sys, &self.folder)?;
        let ids: Vec<RecordId> = index.of(profile).cloned().collect();
        let before = ids.len();
        for id in ids {
            if Calls::begin().get(&entry_service(profile), &entry_user(&id))?.is_none() {
                index.remove(profile, &id);
            }
        }
        if index.of(profile).count() != before {
            index.write(sys, &self.folder)?;
        }
        Ok(())
    }

    fn erase_profile(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        let _lock = super::lock(sys, &settings())?;
        self.erase(sys, profile)
    }
}
