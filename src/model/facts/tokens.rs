//! Tokens in plain text, and the repositories that were found below the home folder.

use super::{FileFacts, GitSetting, Spot, as_text};
use serde::Serialize;
use std::path::PathBuf;

/// Tokens that anybody who reads a file has.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tokens {
    /// Where they stand.
    pub plain: Vec<PlainToken>,
    /// The files with secrets in them: where tokens stand, and the store's key file.
    #[serde(skip)]
    pub files: Vec<FileFacts>,
    /// The repositories that were found.
    pub repositories: Vec<Repository>,
}

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeper {
    /// `~/.git-credentials`, of git's helper `store`.
    GitCredentials,
    /// `~/.netrc`, which git, curl and others read by themselves.
    Netrc,
    /// `~/.npmrc`
    Npmrc,
}

/// A secret in plain text. The value is not kept.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlainToken {
    /// In whose file.
    pub keeper: Keeper,
    /// Where.
    pub spot: Spot,
    /// The file's permission bits.
    #[serde(skip)]
    pub mode: u32,
    /// `None` = for every host (`default` in .netrc).
    pub host: Option<String>,
    /// The port, where one is written.
    pub port: Option<u16>,
    /// For which user, where that is no token itself.
    pub user: Option<String>,
}

/// A repository.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Repository {
    /// Its folder.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// Its remotes.
    pub remotes: Vec<Remote>,
    /// The settings in its own configuration that matter here.
    pub settings: Vec<GitSetting>,
}

/// A remote of a repository.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Remote {
    /// `origin`
    pub name: String,
    /// As git shows it, without password.
    pub url: String,
    /// `https`, `ssh`...
    pub scheme: &'static str,
    /// An HTTP URL without user and password, for git; only where one of them is in it.
    #[serde(skip)]
    pub clean: Option<String>,
    /// Whether it is a `pushurl`.
    #[serde(skip)]
    pub push: bool,
    /// Its host.
    pub host: Option<String>,
    /// Its port, also when it is the scheme's own.
    pub port: Option<u16>,
    /// The user, where that is no token.
    pub user: Option<String>,
    /// The first segment of its path.
    pub owner: Option<String>,
    /// Whether a password or token is in the URL.
    pub password: bool,
    /// Where the URL stands.
    pub spot: Spot,
}
