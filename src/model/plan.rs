//! A plan: the steps that mend findings or carry out a wish. Its inverse is the undo.
//!
//! [`Step`] is the whole vocabulary of change, and only `engine::apply` performs steps. A step is an edit with an
//! inverse, applied to what is there then: two fixes in one file add up, and undo keeps what the user wrote since.

use super::name::ProfileName;
use super::text::Text;
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where an insertion goes when there is no old text to replace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// Before the first byte (after a byte order mark).
    Start,
    /// After the last byte; a missing final line end is added first.
    End,
    /// At this byte offset when the surroundings still fit, otherwise wherever the old text stands once.
    Near(usize),
}

/// One change with an inverse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Step {
    /// Makes a folder.
    MakeDir {
        /// The folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Removes a folder that [`Step::MakeDir`] made, if it is empty.
    RemoveDir {
        /// The folder.
        path: PathBuf,
        /// Its permission bits, for the way back.
        mode: u32,
    },
    /// Makes a file that was not there.
    Create {
        /// The file.
        path: PathBuf,
        /// Its content.
        text: Text,
        /// Its permission bits.
        mode: u32,
    },
    /// Removes a file that still has exactly this content.
    Remove {
        /// The file.
        path: PathBuf,
        /// What it must hold.
        text: Text,
        /// Its permission bits, for the way back.
        mode: u32,
    },
    /// Replaces `old` by `new` in a file; an empty `old` inserts.
    Splice {
        /// The file.
        path: PathBuf,
        /// Where.
        at: Anchor,
        /// The bytes that must be there.
        old: Text,
        /// The bytes that take their place.
        new: Text,
    },
    /// Changes permission bits.
    Mode {
        /// The file or folder.
        path: PathBuf,
        /// What they must be before.
        from: u32,
        /// What they are afterwards.
        to: u32,
    },
    /// Moves a file to a free name.
    Rename {
        /// The old name.
        from: PathBuf,
        /// The new name.
        to: PathBuf,
    },
    /// Makes an SSH key pair; neither the private half nor the passphrase enters the journal.
    MakeKey {
        /// The private key's file; `.pub` is added for the other half.
        path: PathBuf,
        /// `ed25519`, `ecdsa` or `rsa`.
        kind: String,
        /// The comment in the public key.
        comment: String,
        /// Index of the passphrase in [`Plan::secrets`]; `None` = the key is not encrypted.
        #[serde(skip)]
        passphrase: Option<usize>,
    },
    /// Points `current` at another generation. New ones bring their files.
    Switch {
        /// The generation in force before; `None` = doorkey was off.
        from: Option<String>,
        /// The generation in force afterwards; `None` = off.
        to: Option<String>,
        /// The one that `on` goes back to, on the side of the step where doorkey is off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        off: Option<String>,
        /// File name to content, for a generation that does not exist yet.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        files: BTreeMap<String, Text>,
    },
    /// Puts a secret into the store; a record it replaces is retired.
    PutSecret {
        /// Whose it is.
        profile: ProfileName,
        /// Which record.
        record: RecordId,
        /// The version that was in use before, for the way back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
        /// What is known of it beside its value.
        #[serde(default)]
        about: Companions,
        /// Index into [`Plan::secrets`]; the journal keeps no secret.
        #[serde(skip)]
        slot: usize,
    },
    /// Notes what is known of the token that is in use, if what was noted is still `before`.
    DescribeSecret {
        /// Whose it is.
        profile: ProfileName,
        /// Which record.
        record: RecordId,
        /// What was noted, for the way back.
        before: Companions,
        /// What is noted afterwards.
        after: Companions,
    },
    /// Takes a record out of use; its value stays sealed in the store for 30 days.
    RetireSecret {
        /// Whose it is.
        profile: ProfileName,
        /// Which record.
        record: RecordId,
        /// The version that is in use, for the way back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
    },
    /// Seals bytes that are about to leave a file. They are never in use, and go after 30 days.
    SealText {
        /// Under which name.
        seal: Seal,
        /// Index into [`Plan::secrets`]; the journal keeps no secret.
        #[serde(skip)]
        slot: usize,
    },
    /// Replaces bytes of a file that hold a secret, and that [`Step::SealText`] sealed before, by others.
    TakeOut {
        /// The file.
        path: PathBuf,
        /// Where they stand, in bytes from the start of the file.
        at: usize,
        /// Where they are sealed.
        seal: Seal,
        /// The same with the secret masked, for people.
        shown: Text,
        /// What takes their place.
        new: Text,
        /// Index into [`Plan::secrets`]; `None` = the store is asked.
        #[serde(skip)]
        slot: Option<usize>,
    },
    /// Puts sealed bytes into a file: the way back of [`Step::TakeOut`], and with it the way in which a file that is a
    /// secret as a whole is written anew.
    PutIn {
        /// The file.
        path: PathBuf,
        /// Where they stood, in bytes from the start of the file.
        at: usize,
        /// What stands in their place.
        old: Text,
        /// Where they are sealed.
        seal: Seal,
        /// The same with the secret masked, for people.
        shown: Text,
        /// Index into [`Plan::secrets`]; `None` = the store is asked.
        #[serde(skip)]
        slot: Option<usize>,
    },
    /// Puts a root into a store that another program keeps, or takes it out. Done twice, it is as done once.
    RootIn {
        /// Which store.
        store: RootStore,
        /// Under which name, of doorkey's own.
        name: String,
        /// The root, PEM.
        pem: Text,
        /// Whether it is there afterwards.
        present: bool,
    },
    /// Puts a retired version of a record into use again.
    RestoreSecret {
        /// Whose it is.
        profile: ProfileName,
        /// Which record.
        record: RecordId,
        /// Which version.
        version: u64,
        /// The version that is in use, for the way back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
    },
}

/// A store of roots that is changed by its own program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum RootStore {
    /// The system's, as Debian keeps it (update-ca-certificates(8)).
    Debian,
    /// A database of NSS (certutil of NSS): Chromium's, a Firefox profile's.
    Nss {
        /// Its folder.
        folder: PathBuf,
    },
}

/// What is known of a token beside its value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Companions {
    /// When it stops working, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
    /// A word of the user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Bytes of a file that are sealed in the store, beside the record whose secret is in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Seal {
    /// Whose record.
    pub profile: ProfileName,
    /// The record.
    pub record: RecordId,
    /// Tells the seals of a record apart.
    pub name: String,
    /// What is sealed.
    #[serde(default)]
    pub what: Sealed,
}

/// What is sealed, in people's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sealed {
    /// A piece of a file with a token in it.
    #[default]
    Token,
    /// The whole file of an SSH key.
    Key,
}

/// Which record of a profile's vault: a token for an origin and user. No secret in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RecordId {
    /// `https://host[:port]`, canonical.
    pub origin: String,
    /// The owner path the record is limited to; empty = every route of the profile on that origin.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The user name that goes with the token.
    pub user: String,
}

/// What is to be done, in order. Steps that other programs see come last.
#[derive(Debug, Default)]
pub struct Plan {
    /// What it is for, in the words of the command: `profile add acme`.
    pub title: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// The secrets that steps name by index.
    pub secrets: Vec<Secret>,
    /// The journal's entry that it takes back.
    pub undoes: Option<u64>,
}

impl Plan {
    /// An empty plan.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Adds a step.
    pub fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Adds a secret for a record of a profile.
    pub fn put_secret(
        &mut self,
        profile: ProfileName,
        record: RecordId,
        before: Option<u64>,
        secret: Secret,
    ) {
        self.put_described(profile, record, before, secret, Companions::default());
    }

    /// As [`Plan::put_secret`], with what is known of it.
    pub fn put_described(
        &mut self,
        profile: ProfileName,
        record: RecordId,
        before: Option<u64>,
        secret: Secret,
        about: Companions,
    ) {
        let slot = self.secrets.len();
        self.secrets.push(secret);
        self.steps.push(Step::PutSecret { profile, record, before, about, slot });
    }
}

impl Step {
    /// Changes a file from one text to another: the run of whole lines in which they differ, so that undo keeps what
    /// somebody wrote elsewhere in it meanwhile.
    #[must_use]
    pub fn edit(path: PathBuf, old: &[u8], new: &[u8]) -> Self {
        let (a, b): (Vec<&[u8]>, Vec<&[u8]>) =
            (old.split_inclusive(|c| *c == b'\n').collect(), new.split_inclusive(|c| *c == b'\n').collect());
        let same = |pairs: &mut dyn Iterator<Item = (&&[u8], &&[u8])>| {
            pairs.take_while(|(x, y)| x == y).map(|(x, _)| x.len()).sum::<usize>()
        };
        let head = same(&mut a.iter().zip(&b));
        let tail = same(&mut a.iter().rev().zip(b.iter().rev()));
        let tail = tail.min(old.len() - head).min(new.len() - head);
        let middle = |text: &[u8]| text.get(head..text.len() - tail).unwrap_or_default().to_vec();
        Self::Splice { path, at: Anchor::Near(head), old: middle(old).into(), new: middle(new).into() }
    }

    /// The file or folder it touches, if it touches one of the user's.
    #[must_use]
    pub fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::MakeDir { path, .. }
            | Self::RemoveDir { path, .. }
            | Self::Create { path, .. }
            | Self::Remove { path, .. }
            | Self::Splice { path, .. }
            | Self::Mode { path, .. }
            | Self::TakeOut { path, .. }
            | Self::PutIn { path, .. }
            | Self::MakeKey { path, .. } => Some(path),
            Self::Rename { from, .. } => Some(from),
            Self::Switch { .. }
            | Self::PutSecret { .. }
            | Self::DescribeSecret { .. }
            | Self::RetireSecret { .. }
            | Self::SealText { .. }
            | Self::RootIn { .. }
            | Self::RestoreSecret { .. } => None,
        }
    }
}
