//! `keyring-index.json`: which entries doorkey has in the OS keyring. No secret in it.
//!
//! The keyring cannot be asked for all entries of a profile, and an entry that is not there may mean that a new, empty
//! keyring was started in the place of the user's own: the index tells that from "never stored".

use crate::model::name::ProfileName;
use crate::model::plan::RecordId;
use crate::stores::StoreError;
use crate::sys::Sys;
use crate::sys::fs::Write;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SCHEMA: &str = "doorkey/keyring-index/v1";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Index {
    schema: String,
    profiles: BTreeMap<ProfileName, BTreeSet<RecordId>>,
}

fn file(folder: &Path) -> PathBuf {
    folder.join("keyring-index.json")
}

impl Index {
    pub(super) fn read(sys: &Sys, folder: &Path) -> Result<Self, StoreError> {
        let path = file(folder);
        let Some(bytes) = sys.read_trusted(&path)? else {
            return Ok(Self { schema: SCHEMA.into(), profiles: BTreeMap::new() });
        };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(index) if index.schema == SCHEMA => Ok(index),
            _ => Err(StoreError::damaged(path, "is not what doorkey wrote")),
        }
    }

    pub(super) fn write(&self, sys: &mut Sys, folder: &Path) -> Result<(), StoreError> {
        let path = file(folder);
        let text = serde_json::to_vec(self).map_err(|_| StoreError::Seal { path: path.clone() })?;
        Ok(sys.write_atomic(&path, &text, Write::with_mode(0o600))?)
    }

    pub(super) fn profiles(&self) -> impl Iterator<Item = &ProfileName> {
        self.profiles.keys()
    }

    pub(super) fn of(&self, profile: &ProfileName) -> impl Iterator<Item = &RecordId> {
        self.profiles.get(profile).into_iter().flatten()
    }

    pub(super) fn has(&self, profile: &ProfileName, id: &RecordId) -> bool {
        self.profiles.get(profile).is_some_and(|ids| ids.contains(id))
    }

    pub(super) fn add(&mut self, profile: &ProfileName, id: &RecordId) {
        self.profiles.entry(profile.clone()).or_default().insert(id.clone());
    }

    pub(super) fn remove(&mut self, profile: &ProfileName, id: &RecordId) {
        if let Some(ids) = self.profiles.get_mut(profile) {
            ids.remove(id);
            if ids.is_empty() {
                self.profiles.remove(profile);
            }
        }
    }
}
