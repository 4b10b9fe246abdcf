//! npm in a session: its settings name a variable for each token, since npm asks no helper, and the session sets it.

use crate::engine::when;
use crate::model::npm::NpmRegistry;
use crate::model::profile::Profile;
use crate::secret::Secret;
use crate::stores::{self, Record, State};
use crate::sys::Sys;

/// The beginning of the variables' names.
const VARIABLE: &str = "DOORKEY_NPM_TOKEN_";

/// What npm finds in a session.
#[derive(Debug, Default)]
pub(super) struct Npm {
    /// Its settings. No secret is in them.
    pub(super) settings: String,
    /// The variables with the tokens.
    pub(super) given: Vec<(String, Secret)>,
    /// Registries that get none, in words.
    pub(super) without: Vec<String>,
}

/// npm's part of a profile.
pub(super) fn of(sys: &Sys, profile: &Profile) -> Npm {
    let mut made = Npm::default();
    if profile.npm.is_empty() {
        return made;
    }
    // Not the look-up of git's helper: a store that is locked is said once, not for each registry.
    let records = stores::open(sys).and_then(|store| store.records(sys, &profile.name));
    let records = match records {
        Ok(records) => records,
        Err(error) => {
            made.without.push(format!("{error}; {}", "see: doorkey store status"));
            Vec::new()
        }
    };
    let is_open = made.without.is_empty();
    for (number, registry) in (1..).zip(&profile.npm) {
        made.settings += &registry.setting();
        made.settings.push('\n');
        match token(sys, profile, registry, &records) {
            Ok(token) => {
                let name = format!("{VARIABLE}{number}");
                made.settings += &format!("{}:_authToken=${{{name}}}\n", registry.key());
                made.given.push((name, token));
            }
            Err(why) if is_open => made.without.push(why),
            Err(_) => {}
        }
    }
    made
}

/// The token for a registry, by the same rules by which helpers are answered.
fn token(sys: &Sys, profile: &Profile, registry: &NpmRegistry, records: &[Record]) -> Result<Secret, String> {
    let url = registry.url();
    let add = registry.add_command(&profile.name);
    let mine = records.iter().filter(|r| r.state != State::Retired && registry.takes(&r.id));
    let Some(record) = mine.max_by_key(|r| r.id.path.len()) else {
        return Err(format!("the store has none for {url}; run: {add}"));
    };
    if record.state == State::Suspect {
        return Err(format!("{url} refused it {}; put in another: {add}", when::date_time(record.since)));
    }
    let expiry = record.entry.password_expiry_utc.or(record.entry.expires);
    if let Some(end) = expiry.filter(|end| *end <= sys.now()) {
        return Err(format!("the one for {url} expired {}; put in another: {add}", when::date_time(end)));
    }
    Ok(record.entry.secret.clone())
}
