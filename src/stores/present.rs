//! The store that is in use, followed when another process moves it.

use super::kind::Settings;
use super::moving::Movable;
use super::{Change, Record, Store, StoreError, StoreKind};
use crate::model::name::ProfileName;
use crate::model::plan::RecordId;
use crate::sys::Sys;

/// What was opened, and what `store.toml` said then.
///
/// A store is emptied once `store.toml` names another one. Whoever opened it before that finds nothing in it, or an
/// error, and must not take that for an answer.
#[derive(Debug)]
pub(super) struct Present {
    pub(super) store: Box<dyn Movable>,
    pub(super) settings: Settings,
}

impl Present {
    /// The store as it is now, if it is another one than was opened.
    fn moved(&self, sys: &Sys) -> Result<Option<Box<dyn Store>>, StoreError> {
        if Settings::read(sys)?.as_ref() == Some(&self.settings) {
            return Ok(None);
        }
        super::open(sys).map(Some)
    }
}

impl Store for Present {
    fn kind(&self) -> &StoreKind {
        self.store.kind()
    }

    fn records(&self, sys: &Sys, profile: &ProfileName) -> Result<Vec<Record>, StoreError> {
        let found = self.store.records(sys, profile);
        if found.as_ref().is_ok_and(|records| !records.is_empty()) {
            return found;
        }
        match self.moved(sys)? {
            Some(now) => now.records(sys, profile),
            None => found,
        }
    }

    fn change(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        id: &RecordId,
        change: Change<'_>,
    ) -> Result<bool, StoreError> {
        match self.store.change(sys, profile, id, change) {
            // Found out under the lock, before anything was done.
            Err(StoreError::Moved) => super::open(sys)?.change(sys, profile, id, change),
            other => other,
        }
    }

    fn accept_as_is(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        self.store.accept_as_is(sys, profile)
    }

    fn erase_profile(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        self.store.erase_profile(sys, profile)
    }
}
