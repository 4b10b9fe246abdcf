//! Which places hold the same value, told by digests under a key that dies with this run: neither a value nor something
//! that could be compared with one later is kept.

use crate::engine::profiles;
use crate::secret::Secret;
use crate::stores::{self, State, StoreError};
use crate::sys::Sys;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// 128 bits of SipHash under two random keys.
pub(super) type Digest = (u64, u64);

/// Makes digests.
#[derive(Debug, Default)]
pub(super) struct Digests(RandomState, RandomState);

impl Digests {
    pub(super) fn of(&self, value: &Secret) -> Digest {
        (self.0.hash_one(value.expose()), self.1.hash_one(value.expose()))
    }
}

/// A record of the store that holds the value too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Whose it is.
    pub profile: String,
    /// `https://host[:port]`
    pub origin: String,
    /// The user that goes with it.
    pub user: String,
}

/// What the store holds, and why it could not be asked.
pub(super) struct Store {
    records: HashMap<Digest, Stored>,
    pub(super) trouble: Option<String>,
}

impl Store {
    /// Reads the store without asking anybody. A machine without one has nothing in it.
    pub(super) fn open(sys: &Sys, digests: &Digests) -> Self {
        let mut records = HashMap::new();
        let trouble = match fill(sys, digests, &mut records) {
            Ok(()) | Err(StoreError::NoStore) => None,
            Err(error) => Some(error.to_string()),
        };
        Self { records, trouble }
    }

    pub(super) fn holds(&self, digest: Digest) -> Option<&Stored> {
        self.records.get(&digest)
    }
}

fn fill(sys: &Sys, digests: &Digests, records: &mut HashMap<Digest, Stored>) -> Result<(), StoreError> {
    let store = stores::open(sys)?;
    // A profile that cannot be read is doctor's to tell.
    for profile in profiles::all(sys).map(|all| all.good).unwrap_or_default() {
        for record in store.records(sys, &profile.name)?.into_iter().filter(|r| r.state != State::Retired) {
            let stored =
                Stored { profile: profile.name.to_string(), origin: record.id.origin, user: record.id.user };
            records.insert(digests.of(&record.entry.secret), stored);
        }
    }
    Ok(())
}
