//! The user's password store (<https://www.passwordstore.org>) as a store: the program `pass`, over GnuPG.
//!
//! ```text
//! doorkey/NAME/N                 in the password store: the key of the MAC, then the book ([`super::book`])
//! <state>/pass-counters/NAME     N and the hash of that key
//! ```
//!
//! Whoever knows a GnuPG public key can seal an entry for it; the MAC's key lies sealed beside what it covers, and
//! its hash here, so what others sealed, or moved from one profile to another, is refused. Each change makes a new
//! entry, reads it back, and only then removes the one before: `pass` writes in place, and may be killed.

use super::book::{Book, NotABook, keyed};
use super::counter::{self, Known};
use super::kind::{self, Settings};
use super::moving::Movable;
use super::{Change, Ledger, Moment, PassProblem, Record, Store, StoreError, StoreKind};
use crate::model::name::ProfileName;
use crate::model::plan::RecordId;
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::run::{Ask, Ran, RunError, With};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a call may take: gpg may ask for a passphrase where nobody sees it.
const LIMIT: Duration = Duration::from_secs(3);

/// How long it may take while somebody types a passphrase.
const TYPING: Duration = Duration::from_secs(120);

/// Bytes of a MAC's key.
const KEY: usize = 32;

/// Names what the derived keys are for.
const MAC_LABEL: &[u8] = b"doorkey pass mac v1\0";

/// The password store with doorkey's numbers of its entries.
#[derive(Debug)]
pub struct Pass {
    folder: PathBuf,
    counters: PathBuf,
}

/// An entry, opened and proved.
struct Loaded {
    key: Secret,
    book: Book,
}

impl Pass {
    pub(super) fn at(sys: &Sys) -> Result<Self, StoreError> {
        let folder = folder(sys).ok_or(StoreError::NoStateFolder)?;
        Ok(Self { folder, counters: kind::beside(sys, "pass-counters")? })
    }

    /// Puts, reads and removes an entry.
    pub(super) fn try_out(sys: &mut Sys) -> Result<(), StoreError> {
        ready(sys)?;
        let (entry, trial) = ("doorkey/@trial", Secret::copy_of(b"trial\n"));
        insert(sys, entry, &trial)?;
        let read = show(sys, entry, LIMIT)?;
        remove(sys, entry)?;
        if read.same_as(trial.expose()) {
            Ok(())
        } else {
            Err(PassProblem::Failed { said: "what was stored did not come back".into() }.into())
        }
    }

    /// Lets the user type the passphrase of the GnuPG key, which gpg-agent then keeps. `false`: there is no entry yet.
    ///
    /// # Errors
    /// What `pass` complains about, or nobody typed it within two minutes.
    pub fn unlock(sys: &Sys) -> Result<bool, StoreError> {
        let store = Self::at(sys)?;
        for profile in Movable::profiles(&store, sys)? {
            if let Some(known) = Known::read(sys, &store.counters, &profile)?
                && known.has_file()
            {
                show(sys, &entry(&profile, known.counter), TYPING)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes every entry of a store that is not in use any more, or not yet. The numbers stay.
    pub(super) fn vacate(sys: &mut Sys) -> Result<(), StoreError> {
        let store = Self::at(sys)?;
        for profile in counter::profiles(sys, &store.counters)? {
            store.erase(sys, &profile)?;
        }
        Ok(())
    }

    fn erase(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        if let Some(known) = Known::read(sys, &self.counters, profile)? {
            let last = self.numbers(sys, profile)?.into_iter().max().unwrap_or(0).max(known.counter);
            Known { counter: last, ..known.accepting(None) }.write(sys, &self.counters, profile)?;
        }
        for number in self.numbers(sys, profile)? {
            remove(sys, &entry(profile, number))?;
        }
        Ok(())
    }

    /// The numbers of a profile's entries that are there.
    fn numbers(&self, sys: &Sys, profile: &ProfileName) -> Result<Vec<u64>, StoreError> {
        let files = sys.list(&self.folder.join("doorkey").join(profile.as_str()))?;
        let number = |file: &PathBuf| file.file_name()?.to_str()?.strip_suffix(".gpg")?.parse().ok();
        Ok(files.iter().filter_map(number).collect())
    }

    /// What is in force of a profile: the entry that was written last here or, where another machine that shares the
    /// password store replaced it, a later one under the same key.
    fn load(&self, sys: &Sys, profile: &ProfileName) -> Result<(Known, Option<Loaded>), StoreError> {
        let known = Known::read(sys, &self.counters, profile)?;
        let numbers = self.numbers(sys, profile)?;
        let Some(known) = known else {
            // Not ours as far as we know, and not to be written over.
            return match numbers.first() {
                Some(number) => Err(PassProblem::Unknown { entry: entry(profile, *number) }.into()),
                None => Ok((Known::none(), None)),
            };
        };
        if !known.has_file() {
            return Ok((known, None));
        }
        let later = || numbers.iter().copied().filter(|n| *n > known.counter).max();
        let present = numbers.contains(&known.counter).then_some(known.counter);
        let Some(number) = present.or_else(later) else {
            return Err(StoreError::Rollback {
                profile: profile.clone(),
                path: self.folder.join(format!("{}.gpg", entry(profile, known.counter))),
                found: numbers.into_iter().max().unwrap_or(0),
                known: known.counter,
            });
        };
        let loaded = self.open(sys, profile, number)?;
        if Known::of(0, loaded.key.expose()).hash != known.hash {
            return Err(PassProblem::NotOurs { entry: entry(profile, number) }.into());
        }
        Ok((known, Some(loaded)))
    }

    /// Opens an entry and proves that its key made its MAC, for this profile and number.
    fn open(&self, sys: &Sys, profile: &ProfileName, number: u64) -> Result<Loaded, StoreError> {
        let name = entry(profile, number);
        let text = show(sys, &name, LIMIT)?;
        let not_ours = || PassProblem::NotOurs { entry: name.clone() };
        let (digits, book) = text.expose().split_at_checked(2 * KEY).ok_or_else(not_ours)?;
        let key = unhex(digits).ok_or_else(not_ours)?;
        let book = book.strip_prefix(b"\n").and_then(|b| b.strip_suffix(b"\n")).ok_or_else(not_ours)?;
        let book = Book::from_text(book, profile, mac(&key, profile)).map_err(|problem| match problem {
            NotABook::Newer => StoreError::Newer { path: self.folder.join(format!("{name}.gpg")) },
            NotABook::NotOurs | NotABook::Unreadable => not_ours().into(),
        })?;
        if book.counter == number { Ok(Loaded { key, book }) } else { Err(not_ours().into()) }
    }

    /// Writes the next entry, reads it back, notes its number, and removes what was before it.
    fn write(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        known: &Known,
        key: Option<Secret>,
        records: Vec<Record>,
    ) -> Result<(), StoreError> {
        let seal = || StoreError::Seal { path: self.folder.clone() };
        let counter = known.counter.checked_add(1).ok_or_else(seal)?;
        let key = match key {
            Some(key) => key,
            None => {
                // From now on an entry under this name is what a killed run of ours left.
                known.accepting(None).write(sys, &self.counters, profile)?;
                sys.random_secret(KEY).ok_or_else(seal)?
            }
        };
        let book = Book { counter, records };
        let body = book.to_text(profile, mac(&key, profile)).ok_or_else(seal)?;
        let mut text = Zeroizing::new(Vec::with_capacity(2 * KEY + body.len() + 2));
        text.extend_from_slice(&super::book::hex_wiped(key.expose()));
        text.push(b'\n');
        text.extend_from_slice(&body);
        text.push(b'\n');
        let name = entry(profile, counter);
        insert(sys, &name, &Secret::copy_of(&text))?;
        self.sync(sys, &name)?;
        if !show(sys, &name, LIMIT)?.same_as(&text) {
            return Err(StoreError::NotTheSame { profile: profile.clone() });
        }
        Known::of(0, key.expose()).at(counter).write(sys, &self.counters, profile)?;
        for number in self.numbers(sys, profile)? {
            if number < counter {
                remove(sys, &entry(profile, number))?;
            }
        }
        Ok(())
    }

    /// The entry and the names that lead to it, onto the disk: `pass` does not.
    fn sync(&self, sys: &mut Sys, name: &str) -> Result<(), StoreError> {
        let file = self.folder.join(format!("{name}.gpg"));
        for path in file.ancestors() {
            sys.sync(path)?;
            if path == self.folder {
                break;
            }
        }
        Ok(())
    }
}

/// Where `pass` keeps its entries (pass(1), ENVIRONMENT VARIABLES).
fn folder(sys: &Sys) -> Option<PathBuf> {
    match sys.env("PASSWORD_STORE_DIR") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => sys.places().home().map(|home| home.join(".password-store")),
    }
}

/// Whether `pass` could be used here, without asking it.
///
/// # Errors
/// [`PassProblem::Missing`] or [`PassProblem::NotInitialised`].
pub fn ready(sys: &Sys) -> Result<(), PassProblem> {
    if sys.program("pass").is_none() {
        return Err(PassProblem::Missing);
    }
    let there = |path: PathBuf| sys.look_through(&path).ok().flatten().is_some();
    match folder(sys) {
        Some(folder) if there(folder.join(".gpg-id")) || there(folder.join("doorkey/.gpg-id")) => Ok(()),
        _ => Err(PassProblem::NotInitialised),
    }
}

fn entry(profile: &ProfileName, number: u64) -> String {
    format!("doorkey/{profile}/{number}")
}

fn mac(key: &Secret, profile: &ProfileName) -> Hmac<Sha256> {
    let key = keyed(key.expose()).chain_update(MAC_LABEL).chain_update(profile.as_str());
    keyed(&key.finalize().into_bytes())
}

fn unhex(digits: &[u8]) -> Option<Secret> {
    let mut bytes = Zeroizing::new([0u8; KEY]);
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(Secret::copy_of(&*bytes))
}

/// The terminal of this process, for pinentry: `pass` finds none, since its standard input is ours.
fn with_terminal(sys: &Sys) -> With<'static> {
    let terminal = sys.link_target(std::path::Path::new("/proc/self/fd/0"));
    let terminal = terminal.filter(|t| t.starts_with("/dev/pts") || t.starts_with("/dev/tty"));
    match terminal {
        Some(path) if sys.env("GPG_TTY").is_none() => {
            With { set: vec![("GPG_TTY", path.into_os_string())], ..With::default() }
        }
        _ => With::default(),
    }
}

fn show(sys: &Sys, entry: &str, limit: Duration) -> Result<Secret, PassProblem> {
    let ran = sys.ask(&Ask::PassEntry { entry: entry.into() }, with_terminal(sys), limit);
    Ok(Secret::take(fine(entry, ran)?.stdout))
}

fn insert(sys: &mut Sys, entry: &str, secret: &Secret) -> Result<(), PassProblem> {
    let words = ["insert", "--multiline", "--force", "--", entry].map(OsString::from);
    let with = With { input: Some(secret.expose()), ..with_terminal(sys) };
    fine(entry, sys.run("pass", &words, with, LIMIT)).map(|_| ())
}

fn remove(sys: &mut Sys, entry: &str) -> Result<(), PassProblem> {
    let words = ["rm", "--force", "--", entry].map(OsString::from);
    let with = with_terminal(sys);
    fine(entry, sys.run("pass", &words, with, LIMIT)).map(|_| ())
}

fn fine(entry: &str, ran: Result<Ran, RunError>) -> Result<Ran, PassProblem> {
    match ran {
        Ok(ran) if ran.ok() => Ok(ran),
        Ok(ran) => {
            let said = ran.said();
            // What gpg says when no pinentry could ask, or somebody dismissed it, or the key is not there.
            let locked = ["pinentry", "ioctl", "cancelled", "canceled", "No secret key", "Timeout"];
            if locked.iter().any(|word| said.contains(word)) {
                Err(PassProblem::Locked { entry: entry.into(), said })
            } else {
                Err(PassProblem::Failed { said })
            }
        }
        Err(RunError::Missing(_)) => Err(PassProblem::Missing),
        Err(RunError::TooSlow { limit, .. }) => Err(PassProblem::TimedOut { entry: entry.into(), limit }),
        Err(error) => Err(PassProblem::Failed { said: error.to_string() }),
    }
}

fn settings() -> Settings {
    Settings { kind: StoreKind::Pass, recipient: None, moved: false }
}

impl Movable for Pass {
    fn profiles(&self, sys: &Sys) -> Result<Vec<ProfileName>, StoreError> {
        counter::profiles(sys, &self.counters)
    }

    fn carry(&self, sys: &mut Sys, profile: &ProfileName, records: &[Record]) -> Result<(), StoreError> {
        let (known, _) = self.load(sys, profile)?;
        self.write(sys, profile, &known, None, records.to_vec())
    }
}

impl Store for Pass {
    fn kind(&self) -> &StoreKind {
        &StoreKind::Pass
    }

    fn records(&self, sys: &Sys, profile: &ProfileName) -> Result<Vec<Record>, StoreError> {
        let before = Known::read(sys, &self.counters, profile)?;
        let found = self.load(sys, profile);
        // A writer beside us may have removed the entry after the number of the next one was there.
        let found = match found {
            Err(_) if Known::read(sys, &self.counters, profile)? != before => self.load(sys, profile),
            other => other,
        };
        Ok(found?.1.map(|l| l.book.records).unwrap_or_default())
    }

    fn change(
        &self,
        sys: &mut Sys,
        profile: &ProfileName,
        _id: &RecordId,
        change: Change<'_>,
    ) -> Result<bool, StoreError> {
        let _lock = super::lock(sys, &settings())?;
        let (mut known, loaded) = self.load(sys, profile)?;
        let (key, records) = match loaded {
            Some(Loaded { key, book }) => {
                known.counter = known.counter.max(book.counter);
                (Some(key), book.records)
            }
            None => (None, Vec::new()),
        };
        let now = sys.now();
        let last = records.iter().map(|r| r.version).max().unwrap_or(0);
        let version = known.counter.max(last).saturating_add(1);
        let mut ledger = Ledger::new(records);
        if !change(&mut ledger, Moment { now, version }) {
            return Ok(false);
        }
        ledger.forget_old(now);
        self.write(sys, profile, &known, key, ledger.into_records())?;
        Ok(true)
    }

    fn accept_as_is(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        let _lock = super::lock(sys, &settings())?;
        if let Ok((_, Some(_))) = self.load(sys, profile) {
            return Ok(());
        }
        let known = Known::read(sys, &self.counters, profile)?.unwrap_or_else(Known::none);
        match self.numbers(sys, profile)?.into_iter().max() {
            Some(number) => {
                let loaded = self.open(sys, profile, number)?;
                Known::of(0, loaded.key.expose()).at(number).write(sys, &self.counters, profile)
            }
            None if known == known.accepting(None) => Ok(()),
            None => known.accepting(None).write(sys, &self.counters, profile),
        }
    }

    fn erase_profile(&self, sys: &mut Sys, profile: &ProfileName) -> Result<(), StoreError> {
        let _lock = super::lock(sys, &settings())?;
        self.erase(sys, profile)
    }
}
