//! doorkey itself: profiles, what is in force, the store.

use super::{AtHost, Certificate, as_text, as_text_if_any};
use crate::model::expiry::{DAY, Rule};
use crate::model::profile::Profile;
use crate::model::route::{Origin, Scheme};
use serde::Serialize;
use std::path::PathBuf;

/// What doorkey has on this machine.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Own {
    /// The profiles that can be used.
    #[serde(skip)]
    pub profiles: Vec<Profile>,
    /// Those that cannot.
    pub broken: Vec<BrokenProfile>,
    /// Routes that two profiles claim.
    pub conflicts: Vec<Conflict>,
    /// The generation in force; `None` = off.
    pub generation: Option<String>,
    /// Whether the profiles' files say something else than what git and ssh read.
    pub outdated: bool,
    /// The profile whose identity is in force, also while doorkey is off.
    pub identity: Option<String>,
    /// The include in git's configuration.
    pub git_include: Include,
    /// The include in ssh's configuration.
    pub ssh_include: Include,
    /// The program that git and ssh call.
    pub launcher: Launcher,
    /// The title of a change that was killed in between.
    pub interrupted: Option<String>,
    /// Where secrets are kept.
    pub store: StoreFacts,
    /// A move of the store that was killed, in words.
    pub unfinished_move: Option<String>,
    /// What is in the store, without values. Empty while it is locked.
    pub tokens: Vec<StoredToken>,
    /// The tokens that other programs give.
    pub borrowed: Vec<BorrowedToken>,
    /// The SSH keys that profiles name.
    pub keys: Vec<ProfileKey>,
    /// The CA files that profiles name.
    pub roots: Vec<ProfileRoot>,
}

/// A profile's file that cannot be used.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BrokenProfile {
    /// The file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// What is wrong, with the line.
    pub problem: String,
}

/// Two profiles that claim one route.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Conflict {
    /// One.
    pub first: String,
    /// The other.
    pub second: String,
    /// `https://git.test/acme`
    pub route: String,
}

/// doorkey's line in a file of the user.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Include {
    /// The file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// What must stand there.
    #[serde(skip)]
    pub text: String,
    /// The offset at which it stands; `None` = it does not.
    #[serde(skip)]
    pub offset: Option<usize>,
    /// Whether it stands there.
    pub there: bool,
    /// Whether the file itself is there.
    pub file_there: bool,
    /// Bytes in the file.
    #[serde(skip)]
    pub file_length: usize,
    /// Whether the last line of the file has no line end.
    #[serde(skip)]
    pub open_end: bool,
}

/// The state of the program that git and ssh call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Launcher {
    /// It is this program.
    Fresh,
    /// It is another version.
    Outdated,
    /// It is not there.
    #[default]
    Missing,
}

/// The store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum StoreFacts {
    /// None was made yet.
    #[default]
    Missing,
    /// It waits for its passphrase.
    Locked,
    /// It can be read.
    Open {
        /// Which, in words.
        kind: String,
    },
    /// It cannot be read.
    Broken {
        /// A stable word for the trouble; empty where there is none.
        code: &'static str,
        /// Why, in words.
        problem: String,
        /// Whose records it is about, if it is about one profile's.
        profile: Option<String>,
    },
}

/// A token that another program gives, without its value.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BorrowedToken {
    /// Whose.
    pub profile: String,
    /// `https://host[:port]`
    pub origin: String,
    /// The user name that goes with it.
    pub user: String,
    /// `gh`, or `helper:NAME`.
    pub from: String,
    /// Why it is not given, and what to do.
    pub problem: Option<(String, String)>,
}

/// A token in the store, without its value.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StoredToken {
    /// Whose.
    pub profile: String,
    /// `https://host[:port]`
    pub origin: String,
    /// The owner it is limited to, or empty.
    pub path: String,
    /// The user name that goes with it.
    pub user: String,
    /// The scope of the npm registry that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub npm: Option<String>,
    /// When it was put there, seconds since 1970.
    pub added: i64,
    /// Whether it may be handed out.
    pub state: TokenState,
    /// Since when that holds.
    pub since: i64,
    /// When it stops working, if that is known.
    pub expires: Option<i64>,
    /// By whose word that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_by: Option<Rule>,
    /// The longest life that the profile allows it, in days.
    pub max_age_days: Option<u32>,
    /// What is wanted of it at its host, and what that said.
    pub host: AtHost,
}

impl StoredToken {
    /// The day from which on it is older than its profile allows, seconds since 1970; `None` without a limit.
    #[must_use]
    pub fn renew_by(&self) -> Option<i64> {
        self.max_age_days.map(|days| self.added.saturating_add(i64::from(days) * DAY))
    }
}

/// Whether a token may be handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenState {
    /// Yes.
    Active,
    /// A server refused it.
    Suspect,
}

/// An SSH key that a profile names.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProfileKey {
    /// Whose.
    pub profile: String,
    /// For which host.
    pub host: String,
    /// The private key's file; `None` when the profile names none.
    #[serde(serialize_with = "as_text_if_any")]
    pub path: Option<PathBuf>,
    /// Whether it is there.
    pub there: bool,
    /// Until when the certificate beside it holds, seconds since 1970; `None` = there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_until: Option<i64>,
    /// Why that is not known although a file is there, in words that follow its path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_problem: Option<&'static str>,
}

/// A CA file that a profile names.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProfileRoot {
    /// Whose.
    pub profile: String,
    /// The file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// Why it cannot be used, in words that follow the path.
    pub problem: Option<String>,
    /// The certificates that can be read in it, whether they may be used or not.
    pub certificates: Vec<Certificate>,
}

impl Own {
    /// The HTTP origins that profiles claim something on, each once.
    #[must_use]
    pub fn http_origins(&self) -> Vec<Origin> {
        let mut found: Vec<Origin> = self
            .profiles
            .iter()
            .flat_map(Profile::claims)
            .map(|c| c.origin)
            .filter(|o| o.scheme != Scheme::Ssh)
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// The profiles that speak for something on `host` over HTTP, in words: `acme`, `acme and globex`.
    #[must_use]
    pub fn speakers(&self, host: &str, port: Option<u16>) -> Vec<String> {
        let mut found: Vec<String> = self
            .profiles
            .iter()
            .filter(|p| {
                p.claims().iter().any(|c| {
                    c.origin.scheme != Scheme::Ssh
                        && c.origin.host.as_str().eq_ignore_ascii_case(host)
                        && port.is_none_or(|port| port == c.origin.port)
                })
            })
            .map(|p| p.name.to_string())
            .collect();
        found.dedup();
        found
    }

    /// The hosts for which a profile brings an SSH key.
    #[must_use]
    pub fn ssh_hosts(&self) -> Vec<String> {
        let mut found: Vec<String> =
            self.keys.iter().filter(|k| k.path.is_some()).map(|k| k.host.clone()).collect();
        found.sort();
        found.dedup();
        found
    }
}
