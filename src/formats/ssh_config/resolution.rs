//! The question to the files of ssh_config(5) and the answer: what is asked for, and which values hold.

use super::expand::{self, NotExpanded, Tokens};
use super::{Fault, SshConfig};
use std::rc::Rc;

/// A file that ssh reads by itself, in its order: the user's (or the one of `-F`), then the system's.
#[derive(Debug, Clone, Copy)]
pub struct ConfigFile<'a> {
    /// Its path, for the origins.
    pub path: &'a str,
    /// What it holds.
    pub config: &'a SshConfig,
    /// The user's file or the one of `-F`, not the system's.
    pub user_config: bool,
}

/// What is asked for, and on which machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<'a> {
    /// The host as it stands on the command line.
    pub host: &'a str,
    /// `user@`, `-l`.
    pub user: Option<&'a str>,
    /// `-p`.
    pub port: Option<u16>,
    /// Who runs ssh.
    pub local_user: &'a str,
    /// That user's number, where it is known.
    pub local_uid: Option<u32>,
    /// This machine's name, where it is known.
    pub local_host: Option<&'a str>,
    /// The user's home folder.
    pub home: &'a str,
    /// The command to be run there.
    pub command: Option<&'a str>,
    /// `-P`: the tag.
    pub tag: Option<&'a str>,
    /// What `Match version` sees, such as `OpenSSH_10.0`.
    pub version: Option<&'a str>,
    /// The environment, for `${NAME}` in `Include`.
    pub environment: &'a [(String, String)],
}

/// What the command of a `Match exec` answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecAnswer {
    /// Exit code 0.
    Yes,
    /// Another exit code.
    No,
    /// It was not run.
    Unknown,
}

/// Where a line stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The path as it was handed in.
    pub file: Rc<str>,
    /// 1-based.
    pub line: usize,
}

/// A value that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// In lower case.
    pub keyword: String,
    /// As written, without quotes; tokens and `~` are not expanded.
    pub args: Vec<String>,
    /// Where it comes from; `None` for what the query gave.
    pub origin: Option<Origin>,
}

/// A line for which ssh refuses to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it stands.
    pub origin: Origin,
    /// What is wrong.
    pub fault: Fault,
}

/// What holds for the host.
#[derive(Debug, Clone, Default)]
pub struct Resolution {
    /// Every value that holds, in the order in which ssh took them.
    pub settings: Vec<Setting>,
    /// The `Match` lines that could not be decided. Their blocks were left out.
    pub undecided: Vec<Origin>,
    /// If there is one, ssh does not connect at all. The other lines were read nevertheless.
    pub refusals: Vec<Refusal>,
    /// The host name may yet be changed by DNS (`CanonicalizeHostname`).
    pub canonicalizes: bool,
    pub(super) host: String,
    pub(super) local_user: String,
    pub(super) original_host: String,
    pub(super) home: String,
    pub(super) local_uid: Option<u32>,
    pub(super) local_host: Option<String>,
    pub(super) environment: Vec<(String, String)>,
}

impl Resolution {
    /// The setting of an option (lower case) that ssh uses, or the first of several.
    #[must_use]
    pub fn first(&self, keyword: &str) -> Option<&Setting> {
        self.settings.iter().find(|s| s.keyword == keyword)
    }

    /// The first argument of that setting. `proxycommand`, `proxyjump` and `controlpath` that say `none` are none.
    #[must_use]
    pub fn value(&self, keyword: &str) -> Option<&str> {
        let value = self.first(keyword)?.args.first()?.as_str();
        let none = matches!(keyword, "proxycommand" | "proxyjump" | "controlpath")
            && value.eq_ignore_ascii_case("none");
        (!none).then_some(value)
    }

    /// Every setting of an option, in order: `identityfile`, `certificatefile`, `sendenv`, the forwards.
    pub fn all<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a Setting> {
        self.settings.iter().filter(move |s| s.keyword == keyword)
    }

    /// A yes or no; `None` where it is not set or says something else, such as `ask` or a path.
    #[must_use]
    pub fn flag(&self, keyword: &str) -> Option<bool> {
        let value = self.value(keyword)?.to_ascii_lowercase();
        match value.as_str() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            "off" if keyword == "stricthostkeychecking" => Some(false),
            _ => None,
        }
    }

    /// The name that is connected to: `HostName` with `%h` filled in, in lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The remote user: the setting, otherwise the local user. Not expanded (OpenSSH 10 does).
    #[must_use]
    pub fn user(&self) -> &str {
        self.value("user").unwrap_or(&self.local_user)
    }

    /// The port, 22 where none is set. `None` where it is the name of a service.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.value("port").map_or(Some(22), |text| text.parse().ok())
    }

    /// Expands `~`, `${NAME}` and the tokens in the value of a path option for this host.
    ///
    /// # Errors
    /// Something in it is not known here.
    pub fn expand_path(&self, text: &str) -> Result<String, NotExpanded> {
        expand::path(text, &self.tokens())
    }

    /// Fills in the tokens and `${NAME}` alone.
    ///
    /// # Errors
    /// Something in it is not known here.
    pub fn expand_tokens(&self, text: &str) -> Result<String, NotExpanded> {
        expand::percent(text, &self.tokens())
    }

    fn tokens(&self) -> Tokens<'_> {
        Tokens {
            home: Some(&self.home),
            host: Some(&self.host),
            original_host: Some(&self.original_host),
            key_alias: Some(self.value("hostkeyalias").unwrap_or(&self.original_host)),
            port: self.port(),
            user: Some(self.user()),
            local_user: Some(&self.local_user),
            local_uid: self.local_uid,
            local_host: self.local_host.as_deref(),
            jump: Some(self.value("proxyjump").unwrap_or("")),
            environment: &self.environment,
        }
    }
}
