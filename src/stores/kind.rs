//! `store.toml`: which store this user has. No secret in it.

use super::StoreError;
use crate::sys::Sys;
use crate::sys::fs::Write;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item, value};

/// The form of `store.toml` and of the files beside it.
const VERSION: i64 = 1;

/// Where this user's secrets are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreKind {
    /// The vault, opened by whoever reads the file at this path.
    KeyFile {
        /// The key file: an age identity, as `age-keygen` writes it.
        path: PathBuf,
    },
    /// The vault, opened by a passphrase once per session.
    Passphrase,
    /// The keyring of the desktop session (the Secret Service on Linux).
    Keyring,
    /// The user's password store: the program `pass` over GnuPG.
    Pass,
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyFile { path } => write!(f, "the vault with the key file {}", path.display()),
            Self::Passphrase => f.write_str("the vault with a passphrase"),
            Self::Keyring => f.write_str("the OS keyring"),
            Self::Pass => f.write_str("the password store of pass"),
        }
    }
}

impl StoreKind {
    /// The word for it in `store.toml` and in JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::KeyFile { .. } => "key-file",
            Self::Passphrase => "passphrase",
            Self::Keyring => "keyring",
            Self::Pass => "pass",
        }
    }
}

/// What `store.toml` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) kind: StoreKind,
    /// The age recipient of the vault's master; tells a wrong key file from a damaged vault.
    pub(super) recipient: Option<String>,
    /// Whether the vault came here by a move: then its files lie in a folder that its recipient names.
    pub(super) moved: bool,
}

#[derive(Deserialize)]
struct AnyVersion {
    version: i64,
}

/// An unknown key is refused: a damaged one must not be read as one that is not there.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Form {
    version: i64,
    kind: String,
    key_file: Option<PathBuf>,
    recipient: Option<String>,
    folder: Option<String>,
}

/// The folder of `store.toml`, of the lock, and of a vault that was never moved: `<state>/vault`.
pub(super) fn folder(sys: &Sys) -> Result<PathBuf, StoreError> {
    beside(sys, "vault")
}

/// A folder in doorkey's state folder.
pub(super) fn beside(sys: &Sys, name: &str) -> Result<PathBuf, StoreError> {
    sys.places().state().map(|state| state.join(name)).ok_or(StoreError::NoStateFolder)
}

pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("store.toml")
}

impl Settings {
    /// Reads `store.toml`; `None` when there is no store yet.
    pub(super) fn read(sys: &Sys) -> Result<Option<Self>, StoreError> {
        let path = file(&folder(sys)?);
        let Some(bytes) = sys.read_trusted(&path)? else { return Ok(None) };
        Self::parse(&bytes, &path).map(Some)
    }

    /// Reads the text of `store.toml`; `path` is for errors.
    pub(super) fn parse(bytes: &[u8], path: &Path) -> Result<Self, StoreError> {
        let damaged = || StoreError::damaged(path, "is not what doorkey wrote");
        let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
        // A newer version may have other keys, so its number is looked for where the form does not fit either.
        let form = toml_edit::de::from_str::<Form>(text);
        let version = || toml_edit::de::from_str::<AnyVersion>(text).map(|any| any.version);
        if form.as_ref().map(|form| form.version).or_else(|_| version()).is_ok_and(|v| v > VERSION) {
            return Err(StoreError::Newer { path: path.into() });
        }
        let form = form.map_err(|_| damaged())?;
        let kind = match (form.kind.as_str(), form.key_file) {
            ("key-file", Some(path)) if path.is_absolute() => StoreKind::KeyFile { path },
            ("passphrase", None) => StoreKind::Passphrase,
            ("keyring", None) => StoreKind::Keyring,
            ("pass", None) => StoreKind::Pass,
            _ => return Err(damaged()),
        };
        let is_recipient = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        match (&kind, &form.recipient) {
            (StoreKind::Keyring | StoreKind::Pass, None) => {}
            (StoreKind::KeyFile { .. } | StoreKind::Passphrase, Some(recipient))
                if is_recipient(recipient) => {}
            _ => return Err(damaged()),
        }
        let settings = Self { kind, recipient: form.recipient, moved: form.folder.is_some() };
        match form.folder {
            Some(folder) if settings.recipient.is_none() || folder != settings.folder_name() => {
                Err(damaged())
            }
            _ => Ok(settings),
        }
    }

    /// The name of the vault's folder. The recipient is in it, so that no damage of `store.toml` leads to an empty one.
    fn folder_name(&self) -> String {
        match &self.recipient {
            Some(recipient) if self.moved => format!("vault-{}", last_eight(recipient)),
            _ => "vault".into(),
        }
    }

    /// Where the vault's files lie.
    pub(super) fn vault_folder(&self, sys: &Sys) -> Result<PathBuf, StoreError> {
        beside(sys, &self.folder_name())
    }

    /// Where the numbers of its files lie.
    pub(super) fn counters_folder(&self, sys: &Sys) -> Result<PathBuf, StoreError> {
        beside(sys, &format!("{}{COUNTERS}", self.folder_name()))
    }

    /// The text of `store.toml`.
    pub(super) fn to_text(&self) -> Result<String, StoreError> {
        let mut document = DocumentMut::new();
        let mut set = |key: &str, item: Item| {
            document.insert(key, item);
        };
        set("version", value(VERSION));
        set("kind", value(self.kind.word()));
        if let StoreKind::KeyFile { path } = &self.kind {
            let Some(text) = path.to_str() else {
                return Err(StoreError::BadKeyFile {
                    path: path.clone(),
                    problem: "has a name that is not UTF-8",
                });
            };
            set("key-file", value(text));
        }
        if let Some(recipient) = &self.recipient {
            set("recipient", value(recipient));
        }
        if self.moved {
            set("folder", value(self.folder_name()));
        }
        Ok(document.to_string())
    }

    /// Writes `store.toml`, durably. From then on this is the store.
    pub(super) fn write(&self, sys: &mut Sys) -> Result<(), StoreError> {
        let text = self.to_text()?;
        let folder = folder(sys)?;
        sys.write_atomic(&file(&folder), text.as_bytes(), Write::with_mode(0o600))?;
        Ok(())
    }
}

/// How the folder of a vault's numbers is called after the vault's own.
pub(super) const COUNTERS: &str = "-counters";

/// The end of a recipient, which tells vaults apart.
pub(super) fn last_eight(recipient: &str) -> &str {
    recipient.get(recipient.len().saturating_sub(8)..).unwrap_or(recipient)
}
