//! What a store keeps: one record per token, with its past versions.

use crate::model::plan::{Companions, RecordId};
use crate::secret::Secret;

/// A secret and what is known about it.
#[derive(Debug, Clone)]
pub struct Record {
    /// Which token it is: origin, path, user.
    pub id: RecordId,
    /// Tells the versions of one record apart; a later [`put`](super::Store::put) has a greater number.
    pub version: u64,
    /// The value with its companions.
    pub entry: Entry,
    /// When this version was put, seconds since 1970.
    pub added: i64,
    /// Whether it may be handed out.
    pub state: State,
    /// Since when the state holds, seconds since 1970.
    pub since: i64,
}

impl Record {
    /// Whether everything of them is equal: value, companions, version, state and times.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        (&self.id, self.version, self.added, self.state, self.since)
            == (&other.id, other.version, other.added, other.state, other.since)
            && self.entry.same_as(&other.entry)
    }

    /// What is known of it beside its value, as far as people change it.
    #[must_use]
    pub fn companions(&self) -> Companions {
        Companions { expires: self.entry.expires, note: self.entry.note.clone() }
    }
}

/// What is put into a store under a [`RecordId`].
#[derive(Debug, Clone)]
pub struct Entry {
    /// The token or password.
    pub secret: Secret,
    /// When it stops working, seconds since 1970, if that is known.
    pub expires: Option<i64>,
    /// A word of the user's or the provider's: the token's name at the host.
    pub note: Option<String>,
    /// `password_expiry_utc` of git's credential protocol (git-credential(1)), as git gave it.
    pub password_expiry_utc: Option<i64>,
    /// `oauth_refresh_token` of git's credential protocol (git-credential(1)).
    pub oauth_refresh_token: Option<Secret>,
}

impl Entry {
    /// A secret of which nothing more is known.
    #[must_use]
    pub fn new(secret: Secret) -> Self {
        Self { secret, expires: None, note: None, password_expiry_utc: None, oauth_refresh_token: None }
    }

    /// Whether value and companions are all equal.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let refresh_tokens_agree = match (&self.oauth_refresh_token, &other.oauth_refresh_token) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => ours.same_as(theirs.expose()),
            _ => false,
        };
        refresh_tokens_agree
            && self.secret.same_as(other.secret.expose())
            && self.expires == other.expires
            && self.note == other.note
            && self.password_expiry_utc == other.password_expiry_utc
    }
}

/// Whether a record may be handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In use.
    Active,
    /// In use, but a server refused it: not handed out until a command has tested it again.
    Suspect,
    /// Out of use; kept sealed for 30 days so that undo can bring it back (SECURITY rule 27).
    Retired,
}

/// The version of `id` that is in use, active or suspect. There is never more than one.
#[must_use]
pub fn in_use<'a>(records: &'a [Record], id: &RecordId) -> Option<&'a Record> {
    records.iter().find(|r| r.id == *id && r.state != State::Retired)
}

/// The version of `id` that went out of use last: the one that undoes a `put` or a `retire` by
/// [`restore`](super::Store::restore).
#[must_use]
pub fn last_retired<'a>(records: &'a [Record], id: &RecordId) -> Option<&'a Record> {
    records.iter().filter(|r| r.id == *id && r.state == State::Retired).max_by_key(|r| (r.since, r.version))
}
