//! The encrypted vault: one age file per profile, which the stock `age` program opens with the exported identity.
//!
//! ```text
//! <state>/vault/store.toml            which kind of store
//!               master.age            the master, sealed with the passphrase (kind `passphrase` only)
//!               identities/NAME.age   the profile's own identity, sealed for the master
//!               profiles/NAME.age     its records, sealed for the master and for the profile's identity
//! <state>/vault-counters/NAME         number and hash of the last file written
//! ```
//!
//! Two folders, because a profile may be called `master` or `acme.identity`. A vault that came by a move lies in
//! `<state>/vault-XXXXXXXX`, its numbers in `vault-XXXXXXXX-counters`; XXXXXXXX = the end of its recipient.

mod agent;
mod key_file;
mod master;
mod passphrase;
mod sealed;
mod session;
mod stanza;

use super::book::{Book, NotABook};
use super::counter::{self, Known};
use super::kind::Settings;
use super::moving::Movable;
use super::{Change, How, Ledger, Moment, Record, Store, StoreError, StoreKind};
use crate::model::name::ProfileName;
use crate::model::plan::RecordId;
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::fs::Write;
use master::Master;
use sealed::Closed;
use std::fmt;
use std::path::{Path, PathBuf};

pub use agent::Ended;
pub use session::{Access, UNLOCKED};

/// An open vault. Profiles are separated from each other's readers, not from whoever holds the master.
pub struct Vault {
    settings: Settings,
    folder: PathBuf,
    counters: PathBuf,
    master: Master,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("folder", &self.folder)
            .field("kind", &self.settings.kind)
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// Makes a vault that is opened by a key file at an absolute path outside doorkey's folders. A file that is there
    /// must hold one age identity and is used; otherwise it is made, mode 0600.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is a store already; what is wrong with the key file.
    pub fn init_with_key_file(sys: &mut Sys, path: &Path) -> Result<Self, StoreError> {
        let folder = super::new_folder(sys)?;
        let _lock = sys.lock(&folder)?;
        super::check_absent(sys, &folder)?;
        let master = key_file::read_or_make(sys, path)?;
        Self::found(sys, StoreKind::KeyFile { path: path.into() }, master)
    }

    /// Writes `store.toml`, which makes the folder a vault.
    fn found(sys: &mut Sys, kind: StoreKind, master: Master) -> Result<Self, StoreError> {
        let settings = Settings { kind, recipient: Some(master.recipient().to_string()), moved: false };
        settings.write(sys)?;
        Self::with(sys, settings, master)
    }

    /// The vault that the settings describe, opened by its master.
    fn with(sys: &Sys, settings: Settings, master: Master) -> Result<Self, StoreError> {
        let (folder, counters) = (settings.vault_folder(sys)?, settings.counters_folder(sys)?);
        Ok(Self { settings, folder, counters, master })
    }

    /// Opens the vault, without any work on a passphrase: it is called for every answer to git.
    ///
    /// # Errors
    /// [`StoreError::NoStore`], [`StoreError::Locked`], what is wrong with the key file, or
    /// [`StoreError::OtherKind`] when this user's store is no vault.
    pub fn open(sys: &Sys) -> Result<Self, StoreError> {
        Self::open_as(sys, Settings::read(sys)?.ok_or(StoreError::NoStore)?)
    }

    pub(super) fn open_as(sys: &Sys, settings: Settings) -> Result<Self, StoreError> {
        let vault = Self::open_to_read(sys, settings)?;
        vault.check_key()?;
        Ok(vault)
    }

    /// As [`Vault::open_as`], where nothing is written: whether the key file is the right one shows when it opens a file.
    pub(super) fn open_to_read(sys: &Sys, settings: Settings) -> Result<Self, StoreError> {
        let master = match &settings.kind {
            StoreKind::KeyFile { path } => key_file::read(sys, path)?,
            StoreKind::Passphrase => session::master(sys, &settings)?.ok_or(StoreError::Locked)?.0,
            StoreKind::Keyring | StoreKind::Pass => {
                return Err(StoreError::OtherKind { kind: settings.kind });
            }
        };
        Self::with(sys, settings, master)
    }

    /// Whether the key file holds the key that the vault was made with.
    fn check_key(&self) -> Result<(), StoreError> {
        match &self.settings.kind {
            StoreKind::KeyFile { path }
                if self.settings.recipient != Some(self.master.recipient().to_string()) =>
            {
                Err(StoreError::WrongKeyFile { path: path.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The profile's own identity in the form of `age-keygen`: with it the stock `age -d -i FILE` opens the profile's
    /// file. Whoever has it reads this profile, now and later; it opens no other profile and forges no file.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the profile has no identity or it does not open.
    pub fn export_identity(&self, sys: &Sys, profile: &ProfileName) -> Result<Secret, StoreError> {
        let identity = self.identity(sys, profile)?.ok_or_else(|| {
            StoreError::damaged(
                self.identity_file(profile),
                "is not there: nothing was stored for the profile yet",
            )
        })?;
        Ok(Secret::copy_of(&identity.to_text(&format!("doorkey profile {profile}"))))
    }

    /// The file with the profile's sealed records.
    #[must_use]
    pub fn profile_file(&self, profile: &ProfileName) -> PathBuf {
        self.folder.join("profiles").join(format!("{profile}.age"))
    }

    fn identity_file(&self, profile: &ProfileName) -> PathBuf {
        self.folder.join("identities").join(format!("{profile}.age"))
    }

    fn identity(&self, sys: &Sys, profile: &ProfileName) -> Result<Option<Master>, StoreError> {
        let path = self.identity_file(profile);
        let Some(bytes) = sys.read_trusted(&path)? else { return Ok(None) };
        let text = sealed::open(self.master.identity(), &bytes).map_err(|e| closed(&path, e))?;
        let identity = Master::parse(&text)
            .map_err(|_| StoreError::damaged(&path, "opens, but holds no identity of age"))?;
        Ok(Some(identity))
    }

    /// Opens and proves a profile's file, whatever its number.
    fn load(&self, sys: &Sys, profile: &ProfileName) -> Result<Option<Loaded>, StoreError> {
        let path = self.profile_file(profile);
        let Some(bytes) = sys.read_trusted(&path)? else { return Ok(None) };
        let text = match sealed::open_by_master(&self.master, &bytes) {
            // Sealed for the profile alone, as whoever knows its recipient can: opened, so that its MAC tells.
            Err(Closed::OtherKey) => {
                self.check_key()?;
                let missing = || StoreError::damaged(self.identity_file(profile), "is not there");
                let identity = self.identity(sys, profile)?.ok_or_else(missing)?;
                sealed::open(identity.identity(), &bytes)
            }
            other => other,
        };
        let text = text.map_err(|e| closed(&path, e))?;
        let book = Book::from_text(&text, profile, self.master.mac(profile)).map_err(|e| match e {
            NotABook::NotOurs => StoreError::NotOurs { path: path.clone() },
            NotABook::Newer => StoreError::Newer { path: path.clone() },
            NotABook::Unreadable => StoreError::damaged(&path, "opens, but its records cannot be read"),
        })?;
        let known = Known::of(book.counter, &bytes);
        Ok(Some(Loaded { book, known }))
    }

    /// As [`Vault::load`], and not older than the last one written.
    ///
    /// The known number is read first: a writer replaces the file before the number, so a reader between the two sees
    /// a newer file, never an older one.
    fn load_current(
        &self,
        sys: &Sys,
        profile: &ProfileName,
    ) -> Result<(Option<Known>, Option<Loaded>), StoreError> {
        let known = Known::read(sys, &self.counters, profile)?;
        let loaded = self.load(sys, profile)?;
        if let Some(known) = &known
            && !known.allows(loaded.as_ref().map(|l| &l.known))
        {
            return Err(StoreError::Rollback {
                profile: profile.clone(),
                path: self.profile_file(profile),
                found: loaded.map_or(0, |l| l.known.counter),
                known: known.counter,
            });
        }
        Ok((known, loaded))
    }

    /// The identity for a profile's first record; one that a killed run left behind is used.
    fn make_identity(&self, sys: &mut Sys, profile: &ProfileName) -> Result<Master, StoreError> {
        if let Some(identity) = self.identity(sys, profile)? {
            return Ok(identity);
        }
        let identity = Master::generate();
        let text = identity.to_text(&format!("doorkey profile {profile}"));
        let path = self.identity_file(profile);
        write_sealed(sys, &path, sealed::seal(&self.master.recipient(), &text))?;
        Ok(identity)
    }

    /// Seals and writes a profile's records, then their number.
    fn write_book(&self, sys: &mut Sys, profile: &ProfileName, book: &Book) -> Result<(), StoreError> {
        let identity = self.make_identity(sys, profile)?;
        let path = self.profile_file(profile);
        let seal = || StoreError::Seal { path: path.clone() };
        let text = book.to_text(profile, self.master.mac(profile)).ok_or_else(seal)?;
        let bytes = sealed::seal_for_profile(&self.master, &identity, &text);
        let bytes = write_sealed(sys, &path, bytes)?;
        Known::of(book.counter, &bytes).write(sys, &self.counters, profile)
    }

    /// Makes the vault that another store is to move into; nobody uses it before `store.toml` names it.
    pub(super) fn prepare(sys: &mut Sys, how: &How) -> Result<Self, StoreError> {
        let (kind, master) = match how {
            How::Passphrase(passphrase) => {
                passphrase::check(passphrase)?;
                (StoreKind::Passphrase, Master::generate())
            }
            How::KeyFile(path) => {
                (StoreKind::KeyFile { path: path.clone() }, key_file::read_or_make(sys, path)?)
            }
            How::Keyring => return Err(StoreError::OtherKind { kind: StoreKind::Keyring }),
            How::Pass => return Err(StoreError::OtherKind { kind: StoreKind::Pass }),
        };
        let settings = Settings { kind, recipient: Some(master.recipient().to_string()), moved: true };
        Self::with(sys, settings, master)
    }

    /// Opens it anew from what is on the disk.
    pub(super) fn open_prepared(
        sys: &Sys,
        settings: Settings,
        passphrase: &Secret,
    ) -> Result<Self, StoreError> {
        let master = passphrase::read(sys, &settings.vault_folder(sys)?, passphrase)?;
        Self::with(sys, settings, master)
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Removes all of a vault that is not in use any more, or not yet; it need not be open for that. The numbers stay,
    /// so that a file put back later is seen to be old.
    pub(super) fn vacate(sys: &mut Sys, settings: &Settings) -> Result<(), StoreError> {
        let (folder, counters) = (settings.vault_folder(sys)?, settings.counters_folder(sys)?);
        for profile in counter::profiles(sys, &counters)? {
            if let Some(known) = Known::read(sys, &counters, &profile)? {
                known.accepting(None).write(sys, &counters, &profile)?;
            }
        }
        for inner in ["profiles", "identities"].map(|name| folder.join(name)) {
            for file in sys.list(&inner)? {
                sys.remove_file(&file)?;
            }
            sys.remove_empty_dir(&inner)?;
        }
        sys.remove_file(&passphrase::file(&folder))?;
        if settings.moved {
            sys.remove_empty_dir(&folder)?;
        }
        session::forget(sys, settings);
        Ok(())
    }
}

impl Movable for Vault {
    fn profiles(&self, sys: &Sys) -> Result<Vec<ProfileName>, StoreError> {
        let mut names = counter::profiles(sys, &self.counters)?;
        for file in sys.list(&self.folder.join("profiles"))? {
            let name = file.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".age"));
            names.extend(name.and_then(|n| ProfileName::new(n).ok()));
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn carry(&self, sys: &mut Sys, profile: &ProfileName, records: &[Record]) -> Result<(), StoreError> {
        let counter = counter::greatest(sys, profile)?.saturating_add(1);
        self.write_book(sys, profile, &Book { counter, records: records.to_vec() })
    }

    fn lay_foundation(&self, sys: &mut Sys, how: &How) -> Result<(), StoreError> {
        sys.make_dir(&self.folder, 0o700)?;
        sys.check_trusted(&self.folder)?;
        match how {
            How::Passphrase(passphrase) => passphrase::write(sys, &self.folder, &self.master, passphrase),
            _ => Ok(()),
        }
    }
}

/// A profile's file, opened and proved.
struct Loaded {
    book: Book,
    known: Known,
}

impl Store for Vault {
    fn kind(&self) -> &StoreKind {
        &self.settings.kind
    }

    fn records(&self, sys: &Sys, profile: &ProfileName) -> Result<Vec<Record>, StoreError> {
        let (_, loaded) = self.load_current(sys, profile)?;
        Ok(loaded.map(|l| l.book.records).unwrap_or_default())
    }

    fn change(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        _id: &RecordId,
        change: Change<'_>,
    ) -> Result<bool, StoreError> {
        let _lock = super::lock(sys, &self.settings)?;
        let (known, loaded) = self.load_current(sys, profile)?;
        let (book, present) = match loaded {
            Some(l) => (l.book, Some(l.known)),
            None => (Book::default(), None),
        };
        let counter =
            known.as_ref().map_or(0, |k| k.counter).max(book.counter).checked_add(1).ok_or_else(|| {
                StoreError::damaged(self.profile_file(profile), "has a number that no run of doorkey gave")
            })?;
        let now = sys.now();
        // Records that were moved here keep the versions they had.
        let last = book.records.iter().map(|r| r.version).max().unwrap_or(0);
        let version = counter.max(last.saturating_add(1));
        let mut ledger = Ledger::new(book.records);
        if !change(&mut ledger, Moment { now, version }) {
            // A run that was killed after its first write is finished here.
            if let Some(present) = present.filter(|p| known.is_none_or(|k| k.hash != p.hash)) {
                present.write(sys, &self.counters, profile)?;
            }
            return Ok(false);
        }
        ledger.forget_old(now);
        self.write_book(sys, profile, &Book { counter, records: ledger.into_records() })?;
        Ok(true)
    }

    fn accept_as_is(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        let _lock = super::lock(sys, &self.settings)?;
        let found = self.load(sys, profile)?.map(|l| l.known);
        match Known::read(sys, &self.counters, profile)? {
            Some(known) if !known.allows(found.as_ref()) => {
                known.accepting(found.as_ref()).write(sys, &self.counters, profile)
            }
            _ => Ok(()),
        }
    }

    fn erase_profile(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        let _lock = super::lock(sys, &self.settings)?;
        // The number first: a file without a number is still a file, a number without its file is an alarm.
        sys.remove_file(&self.counters.join(profile.as_str()))?;
        sys.remove_file(&self.profile_file(profile))?;
        sys.remove_file(&self.identity_file(profile))?;
        Ok(())
    }
}

/// Seals for the recipients of identities and writes; gives back what was written. The master comes first: it is the
/// one that every answer to git tries, and then no other stanza costs a multiplication.
fn write_sealed(sys: &mut Sys, path: &Path, sealed: Option<Vec<u8>>) -> Result<Vec<u8>, StoreError> {
    let bytes = sealed.ok_or_else(|| StoreError::Seal { path: path.into() })?;
    if let Some(folder) = path.parent() {
        sys.make_dir(folder, 0o700)?;
    }
    sys.check_trusted(path)?;
    sys.write_atomic(path, &bytes, Write::with_mode(0o600))?;
    Ok(bytes)
}

fn closed(path: &Path, why: Closed) -> StoreError {
    StoreError::damaged(
        path,
        match why {
            Closed::OtherKey => "was sealed for another key, or its header was changed",
            Closed::Damaged => "is damaged: cut short or changed",
        },
    )
}
