//! What was found on the machine: one struct per source, each filled by one function of `engine::inspect`.
//!
//! No secret is ever in it: of a secret only that there is one, where it stands, and for whom.

mod at_host;
mod environment;
mod git;
mod own;
mod proxies;
mod ssh;
mod tokens;
mod trust;
mod walk;

pub use at_host::{AtHost, Barrier, Ends, Known, RepositoryAccess, TokenText, Wanted};
pub use environment::{Environment, Shell, Variable};
pub use git::{About, Chain, ChainLink, Git, GitFile, GitSetting, Program, Scope};
pub use own::{
    BorrowedToken, BrokenProfile, Conflict, Include, Launcher, Own, ProfileKey, ProfileRoot, StoreFacts,
    StoredToken, TokenState,
};
pub use proxies::{OneWay, ProxyWays, ToolWay};
pub use ssh::{
    Agent, BadConfigLine, BlockKind, DeadInclude, FileFacts, HeldIdentity, HostKeyProblem, HostKeyTrouble,
    Pair, Ssh, SshFile, SshKey, SshSetting,
};
pub use tokens::{Keeper, PlainToken, Remote, Repository, Tokens};
pub use trust::{Certificate, Trust, TrustPlace, TrustVariable, Unverified};
pub use walk::{Asked, Before, Expected, Forgotten, Walk};

use super::text::Text;
use serde::{Serialize, Serializer};
use std::path::{Path, PathBuf};

/// Everything that was found.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Facts {
    /// When it was found, seconds since 1970.
    pub now: i64,
    /// The home folder; empty when HOME is not set.
    #[serde(serialize_with = "as_text")]
    pub home: PathBuf,
    /// Files that are there but gave nothing: what is in them was not looked at.
    pub unreadable: Vec<Unreadable>,
    /// doorkey itself.
    pub own: Own,
    /// `~/.ssh` and the agent.
    pub ssh: Ssh,
    /// git's configuration.
    pub git: Git,
    /// Tokens in plain text, and the repositories they were looked for in.
    pub tokens: Tokens,
    /// Roots.
    pub trust: Trust,
    /// Variables.
    pub environment: Environment,
    /// Which way requests go, by server.
    pub proxies: Vec<ProxyWays>,
}

/// A file that is there but could not be read or understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unreadable {
    /// The file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// What is wrong, in words that follow the path.
    pub problem: String,
    /// The kind of trouble.
    #[serde(skip)]
    pub hidden: Hidden,
}

/// Why a file gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// It is a folder, a pipe or a device.
    NotAFile,
    /// This user may not read it.
    Denied,
    /// Only some of it was left out, since there is too much of it.
    Partly,
    /// Something else.
    Other,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spot {
    /// The file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// From 1.
    pub line: usize,
}

/// Bytes of a file that a fix may replace. Kept only where no secret can be in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Where they start.
    pub offset: usize,
    /// What they are.
    pub text: Text,
}

impl Facts {
    /// A path as people write it: `~` for the home folder.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if !self.home.as_os_str().is_empty() && rest.as_os_str().is_empty() => "~".into(),
            Ok(rest) if !self.home.as_os_str().is_empty() => format!("~/{}", rest.display()),
            _ => path.display().to_string(),
        }
    }

    /// `~/.ssh/config:12`
    #[must_use]
    pub fn at(&self, spot: &Spot) -> String {
        format!("{}:{}", self.shown(&spot.path), spot.line)
    }

    /// Whether a file could not be looked at, or a folder above it.
    #[must_use]
    pub fn is_hidden(&self, path: &Path) -> bool {
        self.unreadable.iter().any(|u| u.hidden != Hidden::Partly && path.starts_with(&u.path))
    }

    /// Whether git and ssh read doorkey's settings now.
    #[must_use]
    pub fn in_force(&self) -> bool {
        self.own.generation.is_some()
    }
}

/// A path in JSON; bytes that are not UTF-8 are shown as `\u{fffd}`.
pub(crate) fn as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// As [`as_text`].
pub(crate) fn as_text_if_any<S: Serializer>(
    path: &Option<PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match path {
        Some(path) => as_text(path, serializer),
        None => serializer.serialize_none(),
    }
}
