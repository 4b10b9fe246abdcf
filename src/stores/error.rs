//! Why a store could not be used.

use super::StoreKind;
use crate::model::name::ProfileName;
use crate::sys::fs::FsError;
use crate::sys::keys::KeysRefused;
use std::path::PathBuf;
use std::time::Duration;

/// Every way in which a store says no. No variant carries a secret.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No store was set up yet.
    #[error("no store is set up on this machine")]
    NoStore,
    /// A store is set up already.
    #[error("a store is set up already, in {}", path.display())]
    Exists {
        /// Its `store.toml`.
        path: PathBuf,
    },
    /// The store was moved to another place after it was opened here. Nothing was changed.
    #[error("the store was moved meanwhile")]
    Moved,
    /// What was written into the new store did not come back the same.
    #[error("the records of {profile} did not come back from the new store as they were written")]
    NotTheSame {
        /// Whose.
        profile: ProfileName,
    },
    /// The program `pass` did not do what was asked.
    #[error(transparent)]
    Pass(#[from] PassProblem),
    /// The vault is locked, or its time ran out.
    #[error("the vault is locked")]
    Locked,
    /// What was asked for belongs to another kind of store.
    #[error("this user's store is {kind}")]
    OtherKind {
        /// The kind this user has.
        kind: StoreKind,
    },
    /// An empty passphrase, or one that is not UTF-8, which age demands.
    #[error("the passphrase {problem}")]
    BadPassphrase {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The passphrase does not open the master. Cryptography cannot tell this from a change of the salt or of the
    /// wrapped key in the file (SECURITY rule 40).
    #[error("the passphrase does not open {}", path.display())]
    WrongPassphrase {
        /// `master.age`.
        path: PathBuf,
    },
    /// The key file is a good one, but another than this vault was made with.
    #[error("{} is not the key of this vault", path.display())]
    WrongKeyFile {
        /// The key file.
        path: PathBuf,
    },
    /// The key file cannot serve.
    #[error("the key file {} {problem}", path.display())]
    BadKeyFile {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The work factor of `master.age` is outside what doorkey accepts (SECURITY rule 37). Nothing was computed.
    #[error("{} has scrypt work factor {found}; only {floor} to {ceiling} are accepted", path.display())]
    WorkFactor {
        /// `master.age`.
        path: PathBuf,
        /// log2 of scrypt's N in the file.
        found: u8,
        /// The least.
        floor: u8,
        /// The greatest.
        ceiling: u8,
    },
    /// A file of the store is missing, cut short, or changed.
    #[error("{} {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The file opens, but its MAC is not this vault's: whoever knows a recipient can encrypt to it.
    #[error("{} was not written by this vault", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A newer doorkey wrote the file.
    #[error("{} was written by a newer doorkey", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
    },
    /// An older file than the last one doorkey wrote, or another one with the same number (SECURITY rule 39).
    #[error("{} is not the last one doorkey wrote (number {found}, last {known})", path.display())]
    Rollback {
        /// Whose file it is.
        profile: ProfileName,
        /// The file.
        path: PathBuf,
        /// Its number; 0 = it is not there.
        found: u64,
        /// The number of the last one doorkey wrote.
        known: u64,
    },
    /// The version that is to come back is not in the store any more.
    #[error("version {version} of the token is not in the store any more")]
    NoSuchVersion {
        /// The version that was asked for.
        version: u64,
    },
    /// Owned or writable by somebody else (SECURITY rule 30).
    #[error("{} {reason}", path.display())]
    Unsafe {
        /// The file or one of the folders above it.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The machine does not say where doorkey's state lies.
    #[error("there is no folder for doorkey's state: neither HOME nor DOORKEY_STATE_DIR is set")]
    NoStateFolder,
    /// What age or JSON could not express. Cannot happen with the values doorkey makes.
    #[error("could not seal {}", path.display())]
    Seal {
        /// The file.
        path: PathBuf,
    },
    /// The OS keyring did not do what was asked.
    #[error(transparent)]
    OsKeyring(#[from] KeyringProblem),
    /// The kernel's keyring cannot be used, so there is no place for the unlocked master.
    #[error(transparent)]
    Keys(#[from] KeysRefused),
    /// There is no private folder for the agent's socket.
    #[error("XDG_RUNTIME_DIR is not set: there is no place for the agent's socket")]
    NoRuntimeFolder,
    /// An agent serves this vault already.
    #[error("an agent serves {} already", path.display())]
    AgentRuns {
        /// Its socket.
        path: PathBuf,
    },
    /// The agent's socket does not work any more.
    #[error("the agent could not go on serving {}", path.display())]
    Agent {
        /// Its socket.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    Fs(FsError),
}

/// What is wrong with the OS keyring (the Secret Service on Linux).
///
/// `said` is the library's own text, for `--verbose`; it is not part of the message.
#[derive(Debug, thiserror::Error)]
pub enum KeyringProblem {
    /// No session bus, or no keyring service on it.
    #[error("there is no OS keyring in this session")]
    NoService {
        /// What the library said.
        said: String,
    },
    /// Locked, and the question for its password was dismissed or could not be shown; or it has no collection yet.
    #[error("the OS keyring is locked")]
    Locked,
    /// No answer; perhaps it asks for its password where nobody sees it.
    #[error("the OS keyring did not answer within {} s", limit.as_secs())]
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// doorkey stored an entry that is not there now: deleted, or a new, empty keyring was started in the place of the
    /// user's own.
    #[error("the OS keyring has no entry {entry:?}, though doorkey stored one")]
    Lost {
        /// The user field of the entry.
        entry: String,
    },
    /// The entry is there, but not in doorkey's form.
    #[error("the entry {entry:?} of the OS keyring was not written by this doorkey")]
    NotOurs {
        /// The user field of the entry.
        entry: String,
    },
    /// Something else.
    #[error("the OS keyring failed")]
    Failed {
        /// What the library said.
        said: String,
    },
    /// This doorkey was built without it (Cargo feature `os-keyring`).
    #[error("this doorkey was built without the OS keyring")]
    NotBuilt,
}

/// What is wrong with the password store of `pass`. `said` is the program's own text; it is not part of the message.
#[derive(Debug, thiserror::Error)]
pub enum PassProblem {
    /// The program is not there.
    #[error("pass is not installed, or not in PATH")]
    Missing,
    /// It has no GnuPG key to seal for.
    #[error("the password store of pass is not initialised")]
    NotInitialised,
    /// gpg could not ask for the passphrase of its key, or it was not given.
    #[error("gpg does not open the entry {entry} of pass")]
    Locked {
        /// The entry, as `pass` has it.
        entry: String,
        /// What was said.
        said: String,
    },
    /// Perhaps gpg asks for the passphrase of its key where nobody sees it.
    #[error("pass did not end within {} s", limit.as_secs())]
    TimedOut {
        /// The entry, as `pass` has it.
        entry: String,
        /// The limit.
        limit: Duration,
    },
    /// The entry was not made by this doorkey, or was changed or moved.
    #[error("the entry {entry} of pass was not written by this doorkey for this profile")]
    NotOurs {
        /// The entry, as `pass` has it.
        entry: String,
    },
    /// There are entries of doorkey, but not of this machine.
    #[error("the entry {entry} is in pass, and this machine did not write it")]
    Unknown {
        /// The entry, as `pass` has it.
        entry: String,
    },
    /// Something else.
    #[error("pass failed")]
    Failed {
        /// What was said.
        said: String,
    },
}

impl From<FsError> for StoreError {
    fn from(error: FsError) -> Self {
        match error {
            FsError::Unsafe { path, reason } => Self::Unsafe { path, reason },
            other => Self::Fs(other),
        }
    }
}

impl StoreError {
    /// A stable word for each trouble that has a repair of its own; empty where another floor's error is passed on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoStore => "store-missing",
            Self::Exists { .. } => "store-exists",
            Self::Moved => "store-moved",
            Self::NotTheSame { .. } => "store-not-same",
            Self::Locked => "store-locked",
            Self::OtherKind { .. } => "store-of-other-kind",
            Self::BadPassphrase { .. } => "passphrase-unusable",
            Self::WrongPassphrase { .. } => "passphrase-wrong",
            Self::WrongKeyFile { .. } => "key-file-wrong",
            Self::BadKeyFile { .. } => "key-file-unusable",
            Self::WorkFactor { .. } => "passphrase-work-unusual",
            Self::Damaged { .. } => "store-damaged",
            Self::NotOurs { .. } => "store-forged",
            Self::Newer { .. } => "store-newer",
            Self::Rollback { .. } => "store-rolled-back",
            Self::NoSuchVersion { .. } => "token-version-gone",
            Self::Unsafe { .. } => "store-open-to-others",
            Self::Keys(_) => "kernel-keyring-refused",
            Self::AgentRuns { .. } => "agent-runs",
            Self::OsKeyring(problem) => match problem {
                KeyringProblem::NoService { .. }
                | KeyringProblem::Locked
                | KeyringProblem::TimedOut { .. } => "store-unreachable",
                KeyringProblem::Lost { .. } => "store-rolled-back",
                KeyringProblem::NotOurs { .. } => "store-forged",
                KeyringProblem::Failed { .. } | KeyringProblem::NotBuilt => "keyring-failed",
            },
            Self::Pass(problem) => match problem {
                PassProblem::Missing
                | PassProblem::NotInitialised
                | PassProblem::Locked { .. }
                | PassProblem::TimedOut { .. } => "store-unreachable",
                PassProblem::NotOurs { .. } => "store-forged",
                PassProblem::Unknown { .. } => "pass-of-other-machine",
                PassProblem::Failed { .. } => "pass-failed",
            },
            Self::NoStateFolder
            | Self::Seal { .. }
            | Self::NoRuntimeFolder
            | Self::Agent { .. }
            | Self::Fs(_) => "",
        }
    }

    pub(super) fn damaged(path: impl Into<PathBuf>, problem: &'static str) -> Self {
        Self::Damaged { path: path.into(), problem }
    }
}
