//! The passphrase: it opens `master.age`, once per unlock, by scrypt (SECURITY rules 37 and 38).

use super::Vault;
use super::master::Master;
use super::sealed::{self, Closed, WORK_CEILING, WORK_FLOOR};
use crate::secret::Secret;
use crate::stores::kind::Settings;
use crate::stores::{StoreError, StoreKind, check_absent, lock, new_folder};
use crate::sys::Sys;
use crate::sys::fs::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

impl Vault {
    /// Makes a vault that is opened by a passphrase. It is open in what is returned, and locked for everybody else
    /// until [`Vault::unlock`] or [`Vault::keep_unlocked`]. Takes about a second.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is a store already; [`StoreError::BadPassphrase`].
    pub fn init_with_passphrase(sys: &mut Sys, passphrase: &Secret) -> Result<Self, StoreError> {
        check(passphrase)?;
        let folder = new_folder(sys)?;
        let _lock = sys.lock(&folder)?;
        check_absent(sys, &folder)?;
        let master = Master::generate();
        write(sys, &folder, &master, passphrase)?;
        Self::found(sys, StoreKind::Passphrase, master)
    }

    /// Opens the vault with its passphrase and keeps it open for this user's processes for so long
    /// ([`UNLOCKED`](super::UNLOCKED) by default). Takes about a second.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`], [`StoreError::WorkFactor`] before any work, [`StoreError::OtherKind`], and
    /// [`StoreError::Keys`] when there is no place to keep it.
    pub fn unlock(sys: &mut Sys, passphrase: &Secret, time: Duration) -> Result<Self, StoreError> {
        let vault = Self::open_with_passphrase(sys, passphrase)?;
        vault.keep_unlocked(sys, time)?;
        Ok(vault)
    }

    /// Opens the vault with its passphrase for this process alone. Takes about a second.
    ///
    /// # Errors
    /// As [`Vault::unlock`].
    pub fn open_with_passphrase(sys: &Sys, passphrase: &Secret) -> Result<Self, StoreError> {
        let settings = passphrase_settings(sys)?;
        let folder = settings.vault_folder(sys)?;
        let master = read(sys, &folder, passphrase)?;
        if settings.recipient != Some(master.recipient().to_string()) {
            return Err(StoreError::damaged(file(&folder), "belongs to another vault"));
        }
        Self::with(sys, settings, master)
    }

    /// Seals the master with a new passphrase. The vault's content and its state, locked or unlocked, stay. Takes about
    /// two seconds.
    ///
    /// Whoever has an old copy of `master.age` and the old passphrase still opens the vault.
    ///
    /// # Errors
    /// As [`Vault::unlock`]; the old passphrase stays after any error.
    pub fn change_passphrase(sys: &mut Sys, old: &Secret, new: &Secret) -> Result<(), StoreError> {
        check(new)?;
        let settings = passphrase_settings(sys)?;
        let _lock = lock(sys, &settings)?;
        let vault = Self::open_with_passphrase(sys, old)?;
        write(sys, &vault.folder, &vault.master, new)
    }
}

/// The settings of a vault with a passphrase.
pub(super) fn passphrase_settings(sys: &Sys) -> Result<Settings, StoreError> {
    let settings = Settings::read(sys)?.ok_or(StoreError::NoStore)?;
    match settings.kind {
        StoreKind::Passphrase => Ok(settings),
        kind => Err(StoreError::OtherKind { kind }),
    }
}

pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("master.age")
}

pub(super) fn check(passphrase: &Secret) -> Result<(), StoreError> {
    match passphrase.expose_str() {
        None => Err(StoreError::BadPassphrase { problem: "is not UTF-8 text" }),
        Some("") => Err(StoreError::BadPassphrase { problem: "is empty" }),
        Some(_) => Ok(()),
    }
}

pub(super) fn write(
    sys: &mut Sys,
    folder: &Path,
    master: &Master,
    passphrase: &Secret,
) -> Result<(), StoreError> {
    let path = file(folder);
    let text = master.to_text("the master of a doorkey vault");
    let bytes = sealed::seal_with_passphrase(passphrase, &text)
        .ok_or_else(|| StoreError::Seal { path: path.clone() })?;
    Ok(sys.write_atomic(&path, &bytes, Write::with_mode(0o600))?)
}

pub(super) fn read(sys: &Sys, folder: &Path, passphrase: &Secret) -> Result<Master, StoreError> {
    check(passphrase)?;
    let path = file(folder);
    let bytes = sys.read_trusted(&path)?.ok_or_else(|| StoreError::damaged(&path, "is not there"))?;
    let found = sealed::work_factor(&bytes)
        .ok_or_else(|| StoreError::damaged(&path, "is not an age file with a passphrase"))?;
    if !(WORK_FLOOR..=WORK_CEILING).contains(&found) {
        return Err(StoreError::WorkFactor { path, found, floor: WORK_FLOOR, ceiling: WORK_CEILING });
    }
    let text = sealed::open_with_passphrase(passphrase, &bytes).map_err(|e| match e {
        Closed::OtherKey => StoreError::WrongPassphrase { path: path.clone() },
        Closed::Damaged => StoreError::damaged(&path, "is damaged: cut short or changed"),
    })?;
    Master::parse(&text).map_err(|_| StoreError::damaged(path, "opens, but holds no identity of age"))
}
