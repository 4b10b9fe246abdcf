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
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyFile { path } => write!(f, "the vault with the key file {}", path.display()),
            Self::Passphrase => f.write_str("the vault with a passphrase"),
            Self::Keyring => f.write_str("the OS keyring"),
        }
    }
}

/// What `store.toml` says.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) kind: StoreKind,
    /// The age recipient of the vault's master; tells a wrong key file from a damaged vault.
    pub(super) recipient: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Form {
    version: i64,
    kind: String,
    key_file: Option<PathBuf>,
    recipient: Option<String>,
}

/// The folder of the store: `<state>/vault`.
pub(super) fn folder(sys: &Sys) -> Result<PathBuf, StoreError> {
    sys.places().state().map(|state| state.join("vault")).ok_or(StoreError::NoStateFolder)
}

pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("store.toml")
}

impl Settings {
    /// Reads `store.toml`; `None` when there is no store yet.
    pub(super) fn read(sys: &Sys) -> Result<Option<Self>, StoreError> {
        let path = file(&folder(sys)?);
        let Some(bytes) = sys.read_trusted(&path)? else { return Ok(None) };
        let damaged = || StoreError::damaged(&path, "is not what doorkey wrote");
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged())?;
        let form: Form = toml_edit::de::from_str(text).map_err(|_| damaged())?;
        if form.version > VERSION {
            return Err(StoreError::Newer { path });
        }
        let kind = match (form.kind.as_str(), form.key_file) {
            ("key-file", Some(path)) if path.is_absolute() => StoreKind::KeyFile { path },
            ("passphrase", None) => StoreKind::Passphrase,
            ("keyring", None) => StoreKind::Keyring,
            _ => return Err(damaged()),
        };
        if form.recipient.is_none() && kind != StoreKind::Keyring {
            return Err(damaged());
        }
        Ok(Some(Self { kind, recipient: form.recipient }))
    }

    /// Writes `store.toml`. From then on there is a store.
    pub(super) fn write(&self, sys: &mut Sys) -> Result<(), StoreError> {
        let mut document = DocumentMut::new();
        let mut set = |key: &str, item: Item| {
            document.insert(key, item);
        };
        set("version", value(VERSION));
        match &self.kind {
            StoreKind::KeyFile { path } => {
                let Some(text) = path.to_str() else {
                    return Err(StoreError::BadKeyFile {
                        path: path.clone(),
                        problem: "has a name that is not UTF-8",
                    });
                };
                set("kind", value("key-file"));
                set("key-file", value(text));
            }
            StoreKind::Passphrase => set("kind", value("passphrase")),
            StoreKind::Keyring => set("kind", value("keyring")),
        }
        if let Some(recipient) = &self.recipient {
            set("recipient", value(recipient));
        }
        let folder = folder(sys)?;
        sys.write_atomic(&file(&folder), document.to_string().as_bytes(), Write::with_mode(0o600))?;
        Ok(())
    }
}
