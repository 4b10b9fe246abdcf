//! `~/.ssh`, the agent, and what ssh_config comes to.

use super::{Region, Spot, as_text};
use crate::model::weakness::Weakness;
use serde::Serialize;
use std::path::PathBuf;

/// What ssh finds.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ssh {
    /// `~/.ssh`, when it is there.
    pub folder: Option<FileFacts>,
    /// The home folder of the password file, when it is another than `$HOME`: ssh reads `~/.ssh` there.
    pub passwd_home: Option<String>,
    /// The private keys in `~/.ssh`, and those that profiles name elsewhere.
    pub keys: Vec<SshKey>,
    /// The configuration, with included files, doorkey's left out.
    pub files: Vec<SshFile>,
    /// The settings in it that matter here, in order.
    pub settings: Vec<SshSetting>,
    /// The first line above doorkey's include: it counts before ours, or limits ours to a block.
    pub before_include: Option<Spot>,
    /// Files that are included by name and not there.
    pub dead_includes: Vec<DeadInclude>,
    /// Lines for which ssh refuses to start.
    pub bad_lines: Vec<BadConfigLine>,
    /// Keys that ssh would offer to a managed host beside the profile's own.
    pub other_identities: Vec<HeldIdentity>,
    /// Troubles in known_hosts.
    pub host_keys: Vec<HostKeyProblem>,
    /// How many lines known_hosts has that ssh reads.
    pub known_hosts: usize,
    /// The agent.
    pub agent: Agent,
}

/// Mode and owner of a file or folder.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileFacts {
    /// Where.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// The file itself, where `path` is a link.
    #[serde(skip)]
    pub real: PathBuf,
    /// Permission bits.
    #[serde(serialize_with = "octal")]
    pub mode: u32,
    /// Whether it belongs to this user.
    pub ours: bool,
}

fn octal<S: serde::Serializer>(mode: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{mode:04o}"))
}

/// A private key.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SshKey {
    /// The file.
    #[serde(flatten)]
    pub file: FileFacts,
    /// `ed25519`, `rsa`, `ecdsa`, `dsa`, `sk-ed25519`...; `None` when it cannot be told without the passphrase.
    pub kind: Option<String>,
    /// Bits of the modulus or curve.
    pub bits: Option<u32>,
    /// Whether a passphrase is needed.
    pub encrypted: bool,
    /// `SHA256:...`
    pub fingerprint: Option<String>,
    /// The state of the public half.
    pub pair: Pair,
    /// What is wrong with it by its numbers, the worst first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weaknesses: Vec<Weakness>,
    /// Until when the certificate beside it holds, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_until: Option<i64>,
    /// Whether what it holds cannot be read as a key.
    pub damaged: bool,
    /// What keeps ssh from reading it, in words that follow the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bad_bytes: Option<String>,
    /// Whether only the ends of lines are wrong.
    #[serde(skip)]
    pub line_ends_only: bool,
}

/// Whether `KEY.pub` is the other half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pair {
    /// It is.
    Same,
    /// It belongs to another key.
    Other,
    /// It is not there.
    Missing,
    /// It cannot be told.
    Unknown,
}

/// A file of the configuration.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SshFile {
    /// The file.
    #[serde(flatten)]
    pub file: FileFacts,
    /// Whether the user's own file reads it by `Include`.
    pub included: bool,
}

/// For which hosts a setting holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// Every host: the top of the file, `Host *`, `Match all`.
    All,
    /// Some.
    Some,
}

/// A setting in ssh's configuration.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SshSetting {
    /// In lower case.
    pub keyword: String,
    /// Its first argument.
    pub value: String,
    /// For whom it holds.
    pub holds: BlockKind,
    /// The line that opens the block, as written; `None` at the top of the file.
    pub block: Option<String>,
    /// Where it stands.
    pub spot: Spot,
    /// Whether it stands in the user's own file, before doorkey's include.
    pub before_include: bool,
    /// The whole line with its line end.
    #[serde(skip)]
    pub region: Option<Region>,
}

impl SshSetting {
    /// The line as it is written.
    #[must_use]
    pub fn said(&self) -> String {
        let text = self.region.as_ref().map(|r| String::from_utf8_lossy(r.text.bytes()).trim().to_owned());
        text.unwrap_or_else(|| format!("{} {}", self.keyword, self.value))
    }
}

/// A line for which ssh refuses to start.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BadConfigLine {
    /// Where.
    pub spot: Spot,
    /// What is wrong, in words.
    pub problem: String,
}

/// An `Include` of a file that is not there.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DeadInclude {
    /// Where it stands.
    pub spot: Spot,
    /// The file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// The whole line with its line end, where it names no other file.
    #[serde(skip)]
    pub region: Option<Region>,
}

/// An identity of the user's that ssh offers to a managed host.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HeldIdentity {
    /// The hosts.
    pub hosts: Vec<String>,
    /// Whether a command of the user's decides it (`Match exec`), which is not run here.
    pub depends: bool,
    /// The setting.
    #[serde(flatten)]
    pub setting: SshSetting,
}

/// Something wrong in known_hosts.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HostKeyProblem {
    /// Where.
    pub spot: Spot,
    /// The host as written; hashed ones are not told.
    pub host: Option<String>,
    /// What.
    pub trouble: HostKeyTrouble,
    /// The whole line with its line end.
    #[serde(skip)]
    pub region: Option<Region>,
}

/// What is wrong with a line of known_hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostKeyTrouble {
    /// The same line stands above.
    Repeated {
        /// In line.
        first: usize,
    },
    /// Another key of the same kind for the same host stands above.
    Contradicts {
        /// In line.
        first: usize,
    },
    /// Marked as revoked, and accepted in another line.
    Revoked {
        /// In line.
        accepted: usize,
    },
    /// ssh skips the line.
    Bad {
        /// Why.
        problem: String,
    },
}

/// The agent.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Agent {
    /// Whether `SSH_AUTH_SOCK` names one.
    pub named: bool,
    /// Whether it answers.
    pub answers: bool,
    /// Its keys: `SHA256:...`
    pub keys: Vec<String>,
}
