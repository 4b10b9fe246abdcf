//! What a store says no to, in words for people. What cryptography can tell apart has its own code and repair
//! (SECURITY rule 40).

use super::Exit;
use super::error::Failure;
use crate::stores::{KeyringProblem, PassProblem, StoreError};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (what, code) = (error.to_string(), error.code());
        let (why, fix) = match error {
            StoreError::Fs(error) => return Self::from(error),
            StoreError::OsKeyring(problem) => keyring(&problem),
            StoreError::Pass(problem) => pass(&problem),
            other => words(&other),
        };
        Self::new(Exit::CouldNot, what, why, fix).coded(code)
    }
}

fn words(error: &StoreError) -> (&'static str, String) {
    match error {
        StoreError::NoStore => (
            "secrets are kept encrypted, never in a plain file",
            "make one: doorkey store init (with a passphrase), or: doorkey store init --key-file PATH".into(),
        ),
        StoreError::Exists { .. } | StoreError::OtherKind { .. } => ("", "see: doorkey store status".into()),
        StoreError::Moved => ("another doorkey changed the place", "run the same command again".into()),
        StoreError::NotTheSame { .. } => (
            "the new store changes what it is given, or somebody else writes to it; the old one stays in use",
            "see which stores are possible here: doorkey store status --verbose".into(),
        ),
        StoreError::Locked => (
            "its passphrase was not given in this session, or its time ran out",
            "doorkey store unlock".into(),
        ),
        StoreError::Keys(_) => (
            "containers often forbid the kernel's keyring",
            "keep the vault open by a process of your own instead: doorkey agent".into(),
        ),
        StoreError::WrongPassphrase { .. } => {
            ("nothing was changed", "try again; the old passphrase stays in force".into())
        }
        StoreError::WrongKeyFile { .. } => {
            ("nothing was changed", "put back the key file that this vault was made with".into())
        }
        StoreError::BadKeyFile { path, .. } => (
            "a key file holds exactly one identity, as age-keygen writes it, and is yours alone",
            format!("put it back from your backup: {}", path.display()),
        ),
        StoreError::Rollback { profile, .. } => (
            "the file is older than the last one doorkey wrote: restored from a backup, or put there by somebody",
            format!("if you restored it yourself: doorkey store accept {profile}"),
        ),
        StoreError::NotOurs { .. } => (
            "it opens, but its MAC is wrong: whoever knows a public key can seal a file for it; no secret was used",
            "put the file back from your backup of the vault folder".into(),
        ),
        StoreError::Damaged { .. } => (
            "nothing was changed, and no secret was used",
            "put the file back from your backup of the vault folder".into(),
        ),
        StoreError::Newer { .. } => ("nothing was changed", "use the newer doorkey".into()),
        StoreError::Unsafe { path, .. } => (
            "whoever may read or write it could read or change your tokens",
            format!("make it yours alone: chown and chmod go-rwx {}", path.display()),
        ),
        _ => (
            "nothing was changed",
            "see: doorkey store status; a backup of the vault folder can be put back".into(),
        ),
    }
}

fn keyring(problem: &KeyringProblem) -> (&'static str, String) {
    let service = "the OS keyring is a service of your desktop session";
    match problem {
        KeyringProblem::NoService { .. } => (
            service,
            "log in to the desktop, or start one in this session: gnome-keyring-daemon --unlock".into(),
        ),
        KeyringProblem::Locked => (service, "unlock it in the desktop; its login password opens it".into()),
        KeyringProblem::TimedOut { .. } => (
            "it is waited for three seconds; perhaps it asks for its password where nobody sees it",
            "look for its question in the desktop, then try again".into(),
        ),
        KeyringProblem::Lost { .. } => (
            "it was deleted there, or a new, empty keyring took the place of yours",
            "if you deleted it yourself: doorkey store accept PROFILE".into(),
        ),
        KeyringProblem::NotOurs { .. } => (
            "another program wrote under doorkey's name; it is not used",
            "delete the entry in the desktop's keyring manager, then: doorkey store accept PROFILE".into(),
        ),
        KeyringProblem::Failed { .. } => (service, "see: doorkey store status".into()),
        KeyringProblem::NotBuilt => ("", "use a vault: doorkey store init".into()),
    }
}

fn pass(problem: &PassProblem) -> (&'static str, String) {
    match problem {
        PassProblem::Missing => ("the store is kept by it", "install it: apt-get install pass".into()),
        PassProblem::NotInitialised => ("it has no GnuPG key to seal for", "pass init YOUR-GPG-ID".into()),
        PassProblem::Locked { .. } => (
            "nobody could be asked for the passphrase of its GnuPG key, or it was not given",
            "let gpg ask in a terminal: doorkey store unlock".into(),
        ),
        PassProblem::TimedOut { .. } => (
            "perhaps gpg asks for the passphrase of its key where nobody sees it",
            "let gpg ask in a terminal: doorkey store unlock".into(),
        ),
        PassProblem::NotOurs { .. } => (
            "whoever knows a GnuPG public key can seal an entry for it, and entries can be moved; it is not used",
            "put the entry back from your backup of the password store".into(),
        ),
        PassProblem::Unknown { .. } => (
            "another machine that shares the password store did, or doorkey's state was lost; nothing is written over it",
            "if it is yours: doorkey store accept PROFILE".into(),
        ),
        PassProblem::Failed { .. } => ("nothing was changed", "try it by hand: pass ls doorkey".into()),
    }
}
