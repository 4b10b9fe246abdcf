//! Errors of the lower floors in words for people: what, why, do; and the exit code. The only place that does this.

use super::Exit;
use crate::engine::apply::ApplyError;
use crate::engine::in_force::InForceError;
use crate::engine::journal::JournalError;
use crate::engine::profiles::{ProfilesError, route_text};
use crate::formats::shell;
use crate::model::name::BadName;
use crate::sys::fs::FsError;
use crate::sys::run::RunError;
use std::io;

/// An error as it is shown.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// Stable, as a finding's; empty where the exit code says all.
    pub(crate) code: &'static str,
    pub(crate) what: String,
    pub(crate) why: String,
    pub(crate) fix: String,
}

impl Failure {
    pub(crate) fn new(
        exit: Exit,
        what: impl Into<String>,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { exit, code: "", what: what.into(), why: why.into(), fix: fix.into() }
    }

    pub(crate) fn coded(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    pub(crate) fn usage(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, "", fix)
    }
}

pub(super) fn no_home() -> Failure {
    Failure::new(
        Exit::CouldNot,
        "there is no place for settings and state: HOME is not set, or a folder that was given is not an absolute path",
        "git reads its global configuration from $HOME too, and would find none",
        "set HOME, or both DOORKEY_CONFIG_DIR and DOORKEY_STATE_DIR, to absolute paths",
    )
}

/// What an I/O error means, without the library's words.
fn io_reason(source: &io::Error) -> (&'static str, &'static str) {
    match source.kind() {
        io::ErrorKind::StorageFull => ("the disk is full", "free some space; nothing was lost"),
        io::ErrorKind::QuotaExceeded => ("your disk quota is used up", "free some space; nothing was lost"),
        io::ErrorKind::PermissionDenied => (
            "you may not do this with it",
            "look at its owner and mode, and those of the folders above it: ls -ld",
        ),
        io::ErrorKind::ReadOnlyFilesystem => {
            ("the file system is mounted read-only", "use a home folder that can be written")
        }
        io::ErrorKind::NotFound => ("it is not there", "look at the path for a spelling mistake"),
        io::ErrorKind::AlreadyExists => ("that name is taken already", "move the other file away first"),
        io::ErrorKind::IsADirectory => ("it is a folder", "name a file"),
        io::ErrorKind::NotADirectory => ("a part of the path is a file, not a folder", "move that file away"),
        io::ErrorKind::FileTooLarge => ("a limit on file sizes is in the way", "raise it: ulimit -f"),
        _ => ("the operating system reported an input/output error", "look at the disk: dmesg, df"),
    }
}

impl From<FsError> for Failure {
    fn from(error: FsError) -> Self {
        let what = error.to_string();
        let (why, fix): (String, String) = match &error {
            FsError::Io { source, path, .. } => {
                let (why, fix) = io_reason(source);
                let owner = source.kind() == io::ErrorKind::PermissionDenied;
                let fix = if owner { format!("{fix} {}", word(path)) } else { fix.into() };
                (why.into(), fix)
            }
            FsError::NotAFile { .. } => ("doorkey reads and writes files only".into(), "move it away".into()),
            FsError::TooLarge { .. } => {
                ("no settings file is that large".into(), "look at what the file is".into())
            }
            FsError::Unsafe { path, .. } => (
                "whoever may write it could change where your credentials go".into(),
                format!("make it yours alone: chown \"$(id -u)\" {0} && chmod go-w {0}", word(path)),
            ),
            FsError::Foreign { uid, .. } => (
                "what doorkey writes would be its own, and its owner could not change it any more".into(),
                format!("run doorkey as user {uid}, without sudo; or set HOME to a folder of your own"),
            ),
            FsError::Attribute { path, source, .. } => (
                format!("{}; the changed file would be without it", io_reason(source).0),
                format!("look at it: getfattr -d -m - {0}; getfacl {0}", path.display()),
            ),
            FsError::Meanwhile { .. } => (
                "another program wrote it at the same moment; nothing was changed".into(),
                "run the same command again".into(),
            ),
            FsError::Locked { .. } => (
                "it waited ten seconds for it".into(),
                "wait for the other command to end, then try again".into(),
            ),
            FsError::GitLocked { path } => (
                "git makes this file while it writes, and removes it afterwards".into(),
                format!("wait for the other git; if none is running, remove it: rm {}", word(path)),
            ),
        };
        Self::new(Exit::CouldNot, what, why, fix)
    }
}

impl From<BadName> for Failure {
    fn from(error: BadName) -> Self {
        let (why, fix) = match error.what {
            "profile name" => (
                "it becomes a file's name, and a word in git's and ssh's settings",
                "take one such as acme: a-z and 0-9 first, then also '.', '_' and '-'",
            ),
            "host name" | "port" | "origin" => (
                "a credential goes to exactly one host and port",
                "write it as HOST or HOST:PORT, such as git.acme.example:8443",
            ),
            "owner" => (
                "an owner is the first part of a repository's path, and must be readable in one way only",
                "write it as in the URL, such as acme or group/sub",
            ),
            _ => ("git, ssh or a shell would read it as something else", "write it as the host knows it"),
        };
        Self::new(Exit::Usage, error.to_string(), why, fix)
    }
}

/// A path as a word for a shell.
fn word(path: &std::path::Path) -> String {
    shell::word(&path.display().to_string())
}

impl From<ProfilesError> for Failure {
    fn from(error: ProfilesError) -> Self {
        let what = error.to_string();
        match error {
            ProfilesError::NoConfig => no_home(),
            ProfilesError::Fs(error) => error.into(),
            ProfilesError::Broken { path, .. } => Self::new(
                Exit::CouldNot,
                what,
                "a profile that cannot be read speaks for nobody",
                format!("correct that line in {}, then: doorkey profile check", word(&path)),
            ),
            ProfilesError::BadName { path, .. } => Self::new(
                Exit::CouldNot,
                what,
                "the file's name is the profile's name",
                format!("rename it: mv {} {}", word(&path), word(&path.with_file_name("NAME.toml"))),
            ),
            ProfilesError::Conflict(a, b) => Self::new(
                Exit::Usage,
                what,
                "one repository must have one profile, or nobody knows whose credential is sent",
                format!(
                    "take {} out of one of them: doorkey profile edit {} (or {})",
                    route_text(&a),
                    a.profile,
                    b.profile
                ),
            ),
            ProfilesError::NotAFolder { path, .. } => Self::new(
                Exit::CouldNot,
                what,
                "the profiles are the .toml files in the folder of that name, and none of them can be seen",
                format!("move it away: mv {0} {0}.old", shell::word(&path.display().to_string())),
            ),
            ProfilesError::Unknown(_) => {
                Self::new(Exit::Usage, what, "", "see which there are: doorkey profile list")
            }
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let what = error.to_string();
        match error {
            JournalError::Fs(error) => error.into(),
            JournalError::Damaged { path } => Self::new(
                Exit::CouldNot,
                what,
                "an entry of the journal is not what doorkey wrote, so what it says cannot be undone safely",
                format!("move it away: mv {0} {0}.damaged", path.display()),
            ),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let what = error.to_string();
        let (why, fix) = match error {
            RunError::Missing(program) => ("doorkey needs it for this", format!("install {program}")),
            RunError::Failed { source, .. } => {
                let (why, fix) = io_reason(&source);
                (why, fix.into())
            }
            RunError::Ended { .. } => ("nothing was changed", "look at what it said, and try again".into()),
            RunError::TooSlow { .. } => ("it was stopped", "try it by hand to see what it waits for".into()),
        };
        Self::new(Exit::CouldNot, what, why, fix)
    }
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        let what = error.to_string();
        match error {
            ApplyError::NoState => no_home(),
            ApplyError::Fs(error) => error.into(),
            ApplyError::Journal(error) => error.into(),
            ApplyError::Store(error) => error.into(),
            ApplyError::Changed { expected, found, .. } => {
                let flat = |text: &str| text.trim().lines().map(str::trim).collect::<Vec<_>>().join(" | ");
                let why = if expected.is_empty() {
                    "it is not as doorkey left or found it".into()
                } else if found.is_empty() {
                    format!("doorkey's own lines there were changed; it expected: {}", flat(&expected))
                } else {
                    format!(
                        "doorkey's own lines there were changed; it expected: {}; there is: {}",
                        flat(&expected),
                        flat(&found)
                    )
                };
                Self::new(
                    Exit::CouldNot,
                    what,
                    why,
                    "nothing was changed; edit the file by hand, or look at: doorkey diff",
                )
            }
            ApplyError::NoKey(_) => {
                Self::new(Exit::CouldNot, what, "", "try it by hand: ssh-keygen -t ed25519")
            }
            ApplyError::StoodOn { later, .. } => Self::new(
                Exit::Usage,
                what,
                "the later one was made from what the earlier one did, and would be lost or wrong without it",
                format!("take that back first: doorkey undo {later}"),
            ),
            ApplyError::SealGone => Self::new(
                Exit::CouldNot,
                what,
                "what leaves a file is sealed in the store for 30 days, and goes with its profile",
                "give the token to its program once more by hand; see it: doorkey token show PROFILE --reveal",
            ),
            ApplyError::NothingToUndo => {
                Self::new(Exit::Usage, what, "", "see what was changed: doorkey history")
            }
            ApplyError::Meanwhile(_) => Self::new(
                Exit::CouldNot,
                what,
                "another program changed it while this change was being made; nothing was changed",
                "run the same command again",
            ),
            ApplyError::RootStore(_) => Self::new(
                Exit::CouldNot,
                what,
                "everything is as it was before",
                "close the programs that use that store (a browser), and run the same command again",
            ),
            ApplyError::GenerationGone(_) => Self::new(
                Exit::CouldNot,
                what,
                "old generations are kept for a day, and as long as one of the last fifty changes needs them",
                "make a new one: doorkey use PROFILE",
            ),
        }
    }
}

impl From<InForceError> for Failure {
    fn from(error: InForceError) -> Self {
        let what = error.to_string();
        match error {
            InForceError::NoHome => no_home(),
            InForceError::Fs(error) => error.into(),
            InForceError::Profiles(error) => error.into(),
            InForceError::Render(_) => Self::new(
                Exit::CouldNot,
                what,
                "a file of git or ssh could not name it safely",
                "use a path without that character (HOME, DOORKEY_STATE_DIR, or the key's path)",
            ),
            InForceError::Root { profile, .. } => Self::new(
                Exit::CouldNot,
                what,
                "a profile's CA must be readable certificates of a CA",
                format!("put the file in place, or edit [trust]: doorkey profile edit {profile}"),
            ),
        }
    }
}
