//! Moves everything into another store: written and read back there first, then one write of `store.toml` switches.
//!
//! ```text
//! 1  vault/move.json             both stores by name, durably: what a killed run leaves is known
//! 2  the new store               all records, as they are; opened anew, read and compared
//! 3  vault/store.toml            names the new store: the one moment of the change
//! 4  the old store               emptied, and vault/move.json removed
//! ```
//!
//! Until 3 the old store is whole and in use, from 3 on the new one. Doorkey's lock is held all the time, so that no
//! change goes to the old store meanwhile. A run that was killed is cleared up by the next one ([`finish`]).

use super::kind::{self, Settings};
use super::vault::{UNLOCKED, Vault};
use super::{How, Record, State, Store, StoreError, StoreKind};
use crate::model::name::ProfileName;
use crate::sys::Sys;
use crate::sys::fs::Write;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

const SCHEMA: &str = "doorkey/store-move/v1";

/// What a store must know beside [`Store`] to be moved from or into.
pub(super) trait Movable: Store {
    /// The profiles of which it may hold something, past versions too, whether they still have a file or not.
    fn profiles(&self, sys: &Sys) -> Result<Vec<ProfileName>, StoreError>;

    /// Makes these the records of a profile, with their versions, states and times. Only for a store that is not in
    /// use yet; the caller holds the lock.
    fn carry(&self, sys: &mut Sys, profile: &ProfileName, records: &[Record]) -> Result<(), StoreError>;

    /// Writes what belongs to a new store itself and not to a profile.
    fn lay_foundation(&self, _sys: &mut Sys, _how: &How) -> Result<(), StoreError> {
        Ok(())
    }
}

/// What is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Out of this store.
    pub from: StoreKind,
    /// Into this one.
    pub to: StoreKind,
    /// Of so many profiles.
    pub profiles: usize,
    /// Tokens in use, those that a server refused among them.
    pub in_use: usize,
    /// Past versions, sealed for 30 days.
    pub retired: usize,
}

/// A move that was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Out of this store.
    pub from: StoreKind,
    /// Into this one.
    pub to: StoreKind,
    /// Whether it came to the switch: then the new store is in use and the old one is still to be emptied.
    pub switched: bool,
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, switched } = self;
        if *switched {
            write!(f, "a move from {from} was interrupted after the switch, so that store is not emptied yet")
        } else {
            write!(f, "a move into {to} was interrupted before the switch; what it left there is not in use")
        }
    }
}

/// How a move ended.
#[derive(Debug)]
pub struct Done {
    /// What was moved.
    pub load: Load,
    /// Whether git finds the new store open: a vault with a passphrase needs a place for its unlocked master.
    pub open: bool,
    /// Why the old store, which is not in use any more, could not be emptied; [`finish`] tries again.
    pub not_emptied: Option<StoreError>,
}

type Books = Vec<(ProfileName, Vec<Record>)>;

/// Reads everything that [`carry_over`] would move; changes nothing. `None`: this is the store already.
///
/// # Errors
/// What cannot be read could not be moved either.
pub fn look_ahead(sys: &Sys, how: &How) -> Result<Option<Load>, StoreError> {
    let settings = Settings::read(sys)?.ok_or(StoreError::NoStore)?;
    if is_there(sys, &settings, how)? {
        return Ok(None);
    }
    let old = super::open_as(sys, settings)?;
    Ok(Some(load(old.kind(), how, &everything(sys, old.as_ref())?)))
}

/// Moves everything. `None`: this is the store already.
///
/// # Errors
/// The old store is whole and in use, unless `store.toml` itself could not be made durable.
pub fn carry_over(sys: &mut Sys, how: &How) -> Result<Option<Done>, StoreError> {
    let _lock = sys.lock(&kind::folder(sys)?)?;
    finish_locked(sys)?;
    let from = Settings::read(sys)?.ok_or(StoreError::NoStore)?;
    if is_there(sys, &from, how)? {
        return Ok(None);
    }
    let old = super::open_as(sys, from.clone())?;
    let books = everything(sys, old.as_ref())?;
    let load = load(old.kind(), how, &books);
    let (new, to) = prepare(sys, how)?;
    if to.recipient.is_some() && to.recipient == from.recipient {
        return same_key(sys, &from, &to, load).map(Some);
    }
    Intent::of(&from, &to)?.write(sys)?;
    match fill(sys, new.as_ref(), &to, how, &books).and_then(|open| to.write(sys).map(|()| open)) {
        Ok(open) => {
            let not_emptied = vacate(sys, &from).and_then(|()| Intent::remove(sys)).err();
            Ok(Some(Done { load, open, not_emptied }))
        }
        Err(error) => {
            // A service that does not answer would only be waited for once more; the next run clears up.
            let silent = matches!(&error, StoreError::OsKeyring(super::KeyringProblem::TimedOut { .. }));
            if !silent && Settings::read(sys)? == Some(from) {
                vacate(sys, &to)?;
                Intent::remove(sys)?;
            }
            Err(error)
        }
    }
}

/// The move that a killed run left; `None` when there is none.
///
/// # Errors
/// The files cannot be read.
pub fn unfinished(sys: &Sys) -> Result<Option<Unfinished>, StoreError> {
    let Some((from, to)) = Intent::read(sys)? else { return Ok(None) };
    let switched = Settings::read(sys)?.as_ref() == Some(&to);
    Ok(Some(Unfinished { from: from.kind, to: to.kind, switched }))
}

/// Clears up after a killed run: before the switch the half-filled new store goes, after it the old one. Says what it
/// found.
///
/// # Errors
/// May be repeated.
pub fn finish(sys: &mut Sys) -> Result<Option<Unfinished>, StoreError> {
    let Some(found) = unfinished(sys)? else { return Ok(None) };
    let _lock = sys.lock(&kind::folder(sys)?)?;
    finish_locked(sys)?;
    Ok(Some(found))
}

fn finish_locked(sys: &mut Sys) -> Result<(), StoreError> {
    let Some((from, to)) = Intent::read(sys)? else { return Ok(()) };
    let present = Settings::read(sys)?;
    if present.as_ref() == Some(&to) {
        // The killed run may have come to the rename and not to the sync of the folder.
        to.write(sys)?;
        vacate(sys, &from)?;
    } else if present.as_ref() == Some(&from) {
        vacate(sys, &to)?;
    }
    Intent::remove(sys)
}

/// Whether the store is already what `how` asks for.
fn is_there(sys: &Sys, settings: &Settings, how: &How) -> Result<bool, StoreError> {
    Ok(match (&settings.kind, how) {
        (StoreKind::KeyFile { path }, How::KeyFile(wanted)) => path == wanted,
        (StoreKind::Keyring, How::Keyring) | (StoreKind::Pass, How::Pass) => true,
        (StoreKind::Passphrase, How::Passphrase(wanted)) => match Vault::open_with_passphrase(sys, wanted) {
            Ok(_) => true,
            Err(StoreError::WrongPassphrase { .. }) => false,
            Err(error) => return Err(error),
        },
        _ => false,
    })
}

fn everything(sys: &Sys, store: &dyn Movable) -> Result<Books, StoreError> {
    let mut books = Books::new();
    for profile in store.profiles(sys)? {
        let records = store.records(sys, &profile)?;
        if !records.is_empty() {
            books.push((profile, records));
        }
    }
    Ok(books)
}

fn load(from: &StoreKind, how: &How, books: &Books) -> Load {
    let records = || books.iter().flat_map(|(_, records)| records);
    Load {
        from: from.clone(),
        to: how.kind(),
        profiles: books.len(),
        in_use: records().filter(|r| r.state != State::Retired).count(),
        retired: records().filter(|r| r.state == State::Retired).count(),
    }
}

/// The new store, not in use, and what `store.toml` will say of it.
fn prepare(sys: &mut Sys, how: &How) -> Result<(Box<dyn Movable>, Settings), StoreError> {
    match how {
        How::KeyFile(_) | How::Passphrase(_) => {
            let vault = Vault::prepare(sys, how)?;
            let settings = vault.settings().clone();
            Ok((Box::new(vault), settings))
        }
        How::Keyring | How::Pass => {
            let settings = Settings { kind: how.kind(), recipient: None, moved: false };
            super::try_out(sys, &settings.kind)?;
            Ok((super::open_as(sys, settings.clone())?, settings))
        }
    }
}

/// Fills the new store, opens it anew, and compares. Says whether git will find it open.
fn fill(
    sys: &mut Sys,
    new: &dyn Movable,
    to: &Settings,
    how: &How,
    books: &Books,
) -> Result<bool, StoreError> {
    new.lay_foundation(sys, how)?;
    for (profile, records) in books {
        new.carry(sys, profile, records)?;
    }
    let mut open = true;
    let again: Box<dyn Movable> = match how {
        How::Passphrase(passphrase) => {
            let vault = Vault::open_prepared(sys, to.clone(), passphrase)?;
            open = vault.keep_unlocked(sys, UNLOCKED).is_ok();
            Box::new(vault)
        }
        _ => super::open_as(sys, to.clone())?,
    };
    for (profile, records) in books {
        let mut found = again.records(sys, profile)?;
        let mut wanted: Vec<&Record> = records.iter().collect();
        found.sort_by(|a, b| (&a.id, a.version).cmp(&(&b.id, b.version)));
        wanted.sort_by(|a, b| (&a.id, a.version).cmp(&(&b.id, b.version)));
        if found.len() != wanted.len() || !found.iter().zip(wanted).all(|(a, b)| a.same_as(b)) {
            return Err(StoreError::NotTheSame { profile: profile.clone() });
        }
    }
    Ok(open)
}

/// The key file of the vault that is in use, under another path: its files stay where they are.
fn same_key(sys: &mut Sys, from: &Settings, to: &Settings, load: Load) -> Result<Done, StoreError> {
    let (StoreKind::KeyFile { .. }, StoreKind::KeyFile { path }) = (&from.kind, &to.kind) else {
        return Err(StoreError::OtherKind { kind: from.kind.clone() });
    };
    let settings = Settings { kind: StoreKind::KeyFile { path: path.clone() }, ..from.clone() };
    Vault::open_as(sys, settings.clone())?;
    settings.write(sys)?;
    Ok(Done { load, open: true, not_emptied: None })
}

/// Removes everything from a store that is not in use.
fn vacate(sys: &mut Sys, settings: &Settings) -> Result<(), StoreError> {
    match settings.kind {
        StoreKind::KeyFile { .. } | StoreKind::Passphrase => Vault::vacate(sys, settings),
        #[cfg(feature = "os-keyring")]
        StoreKind::Keyring => super::keyring::Keyring::vacate(sys),
        #[cfg(not(feature = "os-keyring"))]
        StoreKind::Keyring => Err(super::KeyringProblem::NotBuilt.into()),
        StoreKind::Pass => super::pass::Pass::vacate(sys),
    }
}

/// `vault/move.json`: the texts of both `store.toml`s. No secret in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Intent {
    schema: String,
    from: String,
    to: String,
}

impl Intent {
    fn path(sys: &Sys) -> Result<PathBuf, StoreError> {
        Ok(kind::folder(sys)?.join("move.json"))
    }

    fn of(from: &Settings, to: &Settings) -> Result<Self, StoreError> {
        Ok(Self { schema: SCHEMA.into(), from: from.to_text()?, to: to.to_text()? })
    }

    fn write(&self, sys: &mut Sys) -> Result<(), StoreError> {
        let path = Self::path(sys)?;
        let text = serde_json::to_vec(self).map_err(|_| StoreError::Seal { path: path.clone() })?;
        Ok(sys.write_atomic(&path, &text, Write::with_mode(0o600))?)
    }

    fn read(sys: &Sys) -> Result<Option<(Settings, Settings)>, StoreError> {
        let path = Self::path(sys)?;
        let Some(bytes) = sys.read_trusted(&path)? else { return Ok(None) };
        let damaged = || StoreError::damaged(&path, "is not what doorkey wrote");
        let intent: Self = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        if intent.schema != SCHEMA {
            return Err(damaged());
        }
        let settings = |text: &str| Settings::parse(text.as_bytes(), &path);
        Ok(Some((settings(&intent.from)?, settings(&intent.to)?)))
    }

    fn remove(sys: &mut Sys) -> Result<(), StoreError> {
        let path = Self::path(sys)?;
        Ok(sys.remove_file(&path)?)
    }
}
