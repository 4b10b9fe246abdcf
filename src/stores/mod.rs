//! Where secrets are kept. `store.toml` says which store this user has; nothing falls back to plain text.

mod book;
mod counter;
mod error;
#[cfg(feature = "os-keyring")]
pub mod keyring;
mod kind;
mod ledger;
pub mod moving;
pub mod outlook;
pub mod pass;
mod present;
mod record;
mod record_json;
pub mod vault;

pub use error::{KeyringProblem, PassProblem, StoreError};
pub use kind::StoreKind;
pub use ledger::{KEPT, Ledger, Moment};
pub use record::{Entry, Record, State, in_use, last_retired};

use crate::model::name::ProfileName;
use crate::model::plan::{Companions, RecordId};
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::lock::Lock;
use kind::Settings;
use moving::Movable;
use present::Present;
use std::path::{Path, PathBuf};
use vault::Vault;

/// How a new store is opened.
#[derive(Debug)]
pub enum How {
    /// A vault, by the age identity in a file at this absolute path; made when it is not there.
    KeyFile(PathBuf),
    /// A vault, by a passphrase once per session. Takes about a second.
    Passphrase(Secret),
    /// The OS keyring.
    Keyring,
    /// The password store of `pass`.
    Pass,
}

impl How {
    /// The kind of store that comes of it.
    #[must_use]
    pub fn kind(&self) -> StoreKind {
        match self {
            Self::KeyFile(path) => StoreKind::KeyFile { path: path.clone() },
            Self::Passphrase(_) => StoreKind::Passphrase,
            Self::Keyring => StoreKind::Keyring,
            Self::Pass => StoreKind::Pass,
        }
    }
}

/// A change of a profile's records; says whether it changed anything.
pub type Change<'a> = &'a mut dyn FnMut(&mut Ledger, Moment) -> bool;

/// A place that keeps secrets, opened. The verbs say whether they changed anything; each may be repeated.
pub trait Store: std::fmt::Debug {
    /// Which kind it is.
    fn kind(&self) -> &StoreKind;

    /// The records of a profile, past versions too; empty when there are none.
    ///
    /// # Errors
    /// What cannot be read or proved to be ours is an error, never an empty list.
    fn records(&self, sys: &Sys, profile: &ProfileName) -> Result<Vec<Record>, StoreError>;

    /// Applies a change to the versions of one record: one atomic write, or none when nothing changes. Takes the
    /// store's own lock.
    ///
    /// # Errors
    /// The old state stays after any error.
    fn change(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        id: &RecordId,
        change: Change<'_>,
    ) -> Result<bool, StoreError>;

    /// Puts a value into use; another value that was in use is retired. The same value again lifts a suspicion.
    ///
    /// # Errors
    /// As [`Store::change`].
    fn put(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        id: &RecordId,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        self.change(sys, profile, id, &mut |ledger, at| ledger.put(id, entry, at))
    }

    /// Keeps a value that is never in use, for 30 days.
    ///
    /// # Errors
    /// As [`Store::change`].
    fn set_aside(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        id: &RecordId,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        self.change(sys, profile, id, &mut |ledger, at| ledger.set_aside(id, entry, at))
    }

    /// Takes what is in use out of use; it stays sealed for 30 days.
    ///
    /// # Errors
    /// As [`Store::change`].
    fn retire(&self, sys: &mut Sys, profile: &ProfileName, id: &RecordId) -> Result<bool, StoreError> {
        self.change(sys, profile, id, &mut |ledger, at| ledger.retire(id, at))
    }

    /// Puts a version into use again and retires what was in use: the undo of `put` and `retire`.
    ///
    /// The version is named, and must have been noted before the change that is undone ([`Record::version`] of
    /// [`in_use`]): "the one retired last" would be another one the second time, or when the change never happened.
    ///
    /// # Errors
    /// [`StoreError::NoSuchVersion`] when its 30 days are over; otherwise as [`Store::change`].
    fn restore(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        id: &RecordId,
        version: u64,
    ) -> Result<bool, StoreError> {
        let mut found = true;
        let changed = self.change(sys, profile, id, &mut |ledger, at| {
            let restored = ledger.restore(id, version, at);
            found = restored.is_some();
            restored.unwrap_or(false)
        })?;
        if found { Ok(changed) } else { Err(StoreError::NoSuchVersion { version }) }
    }

    /// Marks what is in use as refused by its server, if it is this value; another value's refusal changes nothing.
    ///
    /// # Errors
    /// As [`Store::change`].
    fn mark_suspect(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        id: &RecordId,
        refused: &Secret,
    ) -> Result<bool, StoreError> {
        self.change(sys, profile, id, &mut |ledger, at| ledger.mark_suspect(id, refused, at))
    }

    /// Lifts a suspicion, after a test.
    ///
    /// # Errors
    /// As [`Store::change`].
    fn clear_suspect(&self, sys: &mut Sys, profile: &ProfileName, id: &RecordId) -> Result<bool, StoreError> {
        self.change(sys, profile, id, &mut |ledger, at| ledger.clear_suspect(id, at))
    }

    /// Notes what is known of the token in use beside its value, if what was noted is still `before`.
    ///
    /// # Errors
    /// As [`Store::change`].
    fn describe(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        id: &RecordId,
        before: &Companions,
        after: &Companions,
    ) -> Result<bool, StoreError> {
        self.change(sys, profile, id, &mut |ledger, _| ledger.describe(id, before, after))
    }

    /// Retires every record of a profile. May be repeated after a crash in between.
    ///
    /// # Errors
    /// As [`Store::change`].
    fn retire_all(&self, sys: &mut Sys, profile: &ProfileName) -> Result<bool, StoreError> {
        let mut changed = false;
        for record in self.records(sys, profile)? {
            if record.state != State::Retired {
                changed |= self.retire(sys, profile, &record.id)?;
            }
        }
        Ok(changed)
    }

    /// Takes what the store holds of a profile now for good, after [`StoreError::Rollback`] or
    /// [`KeyringProblem::Lost`] and a question to the user. What is there must still open and be ours.
    ///
    /// # Errors
    /// As [`Store::records`], but for those two.
    fn accept_as_is(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError>;

    /// Removes everything of a profile, past versions too. This cannot be undone.
    ///
    /// # Errors
    /// What cannot be removed; may be repeated.
    fn erase_profile(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError>;
}

/// Which store this user has; `None` before [`init`].
///
/// # Errors
/// `store.toml` cannot be read or trusted.
pub fn describe(sys: &Sys) -> Result<Option<StoreKind>, StoreError> {
    Ok(Settings::read(sys)?.map(|settings| settings.kind))
}

/// Makes the store of this user.
///
/// # Errors
/// [`StoreError::Exists`] when there is one already; whatever stands in the way of the new one.
pub fn init(sys: &mut Sys, how: How) -> Result<Box<dyn Store>, StoreError> {
    match how {
        How::KeyFile(path) => Ok(Box::new(Vault::init_with_key_file(sys, &path)?)),
        How::Passphrase(passphrase) => Ok(Box::new(Vault::init_with_passphrase(sys, &passphrase)?)),
        How::Keyring | How::Pass => {
            let folder = new_folder(sys)?;
            let _lock = sys.lock(&folder)?;
            check_absent(sys, &folder)?;
            let settings = Settings { kind: how.kind(), recipient: None, moved: false };
            try_out(sys, &settings.kind)?;
            settings.write(sys)?;
            Ok(open_as(sys, settings)?)
        }
    }
}

/// The records of a profile, for an answer to git: from a store that is opened for no more than that.
///
/// # Errors
/// As [`open`], and what is wrong with the profile's records.
pub fn records(sys: &Sys, profile: &ProfileName) -> Result<Vec<Record>, StoreError> {
    let settings = Settings::read(sys)?.ok_or(StoreError::NoStore)?;
    let store: Box<dyn Movable> = match settings.kind {
        StoreKind::KeyFile { .. } | StoreKind::Passphrase => {
            Box::new(Vault::open_to_read(sys, settings.clone())?)
        }
        _ => open_as(sys, settings.clone())?,
    };
    Present { store, settings }.records(sys, profile)
}

/// Opens the store of this user, without any work on a passphrase.
///
/// # Errors
/// [`StoreError::NoStore`], [`StoreError::Locked`], and whatever is wrong with its files.
pub fn open(sys: &Sys) -> Result<Box<dyn Store>, StoreError> {
    let settings = Settings::read(sys)?.ok_or(StoreError::NoStore)?;
    Ok(Box::new(Present { store: open_as(sys, settings.clone())?, settings }))
}

/// Opens the store that the settings describe, whether it is in use or not.
fn open_as(sys: &Sys, settings: Settings) -> Result<Box<dyn Movable>, StoreError> {
    match settings.kind {
        #[cfg(feature = "os-keyring")]
        StoreKind::Keyring => Ok(Box::new(keyring::Keyring::at(sys)?)),
        #[cfg(not(feature = "os-keyring"))]
        StoreKind::Keyring => Err(KeyringProblem::NotBuilt.into()),
        StoreKind::Pass => Ok(Box::new(pass::Pass::at(sys)?)),
        StoreKind::KeyFile { .. } | StoreKind::Passphrase => Ok(Box::new(Vault::open_as(sys, settings)?)),
    }
}

/// Makes sure that a store outside doorkey's folders keeps what it is given: something is set, read and deleted.
fn try_out(sys: &mut Sys, kind: &StoreKind) -> Result<(), StoreError> {
    match kind {
        #[cfg(feature = "os-keyring")]
        StoreKind::Keyring => keyring::Keyring::try_out(),
        #[cfg(not(feature = "os-keyring"))]
        StoreKind::Keyring => Err(KeyringProblem::NotBuilt.into()),
        StoreKind::Pass => pass::Pass::try_out(sys),
        StoreKind::KeyFile { .. } | StoreKind::Passphrase => Ok(()),
    }
}

/// Takes the store's lock, and makes sure that it still is the store: it may have been moved since it was opened.
fn lock(sys: &mut Sys, settings: &Settings) -> Result<Lock, StoreError> {
    let folder = kind::folder(sys)?;
    let lock = sys.lock(&folder)?;
    if Settings::read(sys)?.as_ref() == Some(settings) { Ok(lock) } else { Err(StoreError::Moved) }
}

/// The store's folder, made when missing, private and ours.
fn new_folder(sys: &mut Sys) -> Result<PathBuf, StoreError> {
    let folder = kind::folder(sys)?;
    sys.make_dir(&folder, 0o700)?;
    sys.check_trusted(&folder)?;
    Ok(folder)
}

/// No store yet, and nothing sealed that a new master would make unreadable.
fn check_absent(sys: &Sys, folder: &Path) -> Result<(), StoreError> {
    let path = kind::file(folder);
    if sys.look(&path)?.is_some() {
        return Err(StoreError::Exists { path });
    }
    let mut vaults = sys.list(folder.parent().unwrap_or(folder))?;
    vaults.retain(|f| f.file_name().is_some_and(|n| n.to_string_lossy().starts_with("vault")));
    for vault in vaults {
        if !sys.list(&vault.join("identities"))?.is_empty() {
            return Err(StoreError::damaged(path, "is missing, though profiles are sealed beside it"));
        }
    }
    Ok(())
}
