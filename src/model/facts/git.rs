//! git's configuration outside repositories, in the order in which git reads it.

use super::{Region, Spot, as_text, as_text_if_any};
use serde::Serialize;
use std::path::PathBuf;

/// What git's configuration says.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Git {
    /// The files that git reads, in its order. Included ones stand where they are read.
    pub files: Vec<GitFile>,
    /// Files that git reads, and that could not be read.
    #[serde(skip)]
    pub passed_over: Vec<PathBuf>,
    /// The settings that matter here, in file order.
    pub settings: Vec<GitSetting>,
    /// Who is asked for a password, for each managed origin.
    pub chains: Vec<Chain>,
    /// The first setting below doorkey's include in the same file.
    pub after_include: Option<Spot>,
    /// Whether doorkey's include is a section of its own, so that it can be moved.
    #[serde(skip)]
    pub include_movable: bool,
    /// `user.name` and `user.email` that hold outside repositories.
    pub identity: (Option<String>, Option<String>),
}

/// A file that git reads.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GitFile {
    /// Where.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// By which rule git reads it.
    pub scope: Scope,
    /// Whether git reads it only in some repositories (`includeIf`).
    pub conditional: bool,
    /// Why git cannot read it: then no git command works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// `/etc/gitconfig`
    System,
    /// `~/.gitconfig` and the XDG file.
    Global,
    /// A file that doorkey generated.
    Doorkey,
    /// `GIT_CONFIG_COUNT` and its pairs, and `GIT_CONFIG_PARAMETERS`.
    Environment,
    /// `.git/config` of a repository.
    Repository,
}

/// A setting that matters here.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GitSetting {
    /// `credential.https://git.test.helper`; passwords in URLs are masked.
    pub name: String,
    /// The subsection, masked: for most a URL.
    #[serde(skip)]
    pub place: Option<String>,
    /// Where it comes from.
    pub scope: Scope,
    /// Where it stands; for a variable of the environment line 0.
    pub spot: Spot,
    /// Whether it counts only in some repositories (`includeIf`).
    pub conditional: bool,
    /// Its bytes, where a fix may take them away.
    #[serde(skip)]
    pub region: Option<Region>,
    /// What it says.
    pub about: About,
}

/// What a setting says, as far as it is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "about")]
pub enum About {
    /// Reads another file.
    Include {
        /// Which.
        #[serde(serialize_with = "as_text")]
        path: PathBuf,
        /// Whether it is there.
        there: bool,
        /// Whether it is doorkey's.
        ours: bool,
    },
    /// A credential helper.
    Helper(ChainLink),
    /// An empty `helper =`, which forgets those before it.
    HelperReset,
    /// `credential.username`
    User {
        /// Which; `***` for a token.
        name: String,
    },
    /// `useHttpPath`
    UseHttpPath {
        /// Its value.
        on: bool,
    },
    /// `http.sslVerify = false`
    VerifyOff,
    /// `http.sslCAInfo`, `http.sslCAPath`
    Roots {
        /// Which file or folder.
        #[serde(serialize_with = "as_text")]
        path: PathBuf,
        /// Whether it is there.
        there: bool,
    },
    /// `http.extraHeader`: its value is not kept.
    ExtraHeader,
    /// `core.sshCommand`
    SshCommand(Program),
    /// `core.askPass`
    AskPass,
    /// `url.<to>.insteadOf = <from>`
    InsteadOf {
        /// What is written in a remote.
        from: String,
        /// What git takes in its place.
        to: String,
    },
    /// A URL with a password in it: in `url.*.insteadOf`, `http.proxy`, `remote.*.url`, or a subsection.
    Password {
        /// For which host.
        host: Option<String>,
        /// For which user, where that is no token.
        user: Option<String>,
    },
}

/// A program that is run instead of ssh.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Program {
    /// Its name, without arguments: they may hold a password (`sshpass -p`).
    pub name: String,
    /// Whether it names a key itself (`-i`).
    pub names_key: bool,
    /// Whether it reads another configuration (`-F`).
    pub other_config: bool,
    /// Whether it shares a connection (`ControlPath`).
    pub shares_connection: bool,
    /// Whether it switches off the check of the host's key.
    pub trusts_any_host: bool,
}

/// A helper, as far as its line is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChainLink {
    /// `store`, `osxkeychain`, a path, or `a shell snippet`.
    pub name: String,
    /// Whether it is doorkey's.
    pub ours: bool,
    /// Whether its line holds a password.
    pub password: bool,
    /// Whether it writes what it is given to a file in plain text (`store`).
    pub plain_text: bool,
    /// The file that its line names (`store --file`, `cache --socket`).
    #[serde(serialize_with = "as_text_if_any", skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Whether its program is there; `None` = that cannot be told.
    pub installed: Option<bool>,
}

/// Who is asked for a password for an origin: file order over all blocks that fit, an empty helper forgets those before.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Chain {
    /// `https://git.test`
    pub origin: String,
    /// The helpers, in the order in which git asks them, with the place of their line.
    pub helpers: Vec<(ChainLink, Spot)>,
    /// Whether they see the path of the repository.
    pub use_http_path: bool,
    /// The user that git asks for, and where it is set.
    pub user: Option<(String, Spot)>,
}
