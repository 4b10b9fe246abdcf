//! A token of the store as a fact: without its value, with what its profile wants of it.

use crate::formats::token::{Checksum, recognise};
use crate::model::expiry::Rule;
use crate::model::facts::{AtHost, StoredToken, TokenState, TokenText, Wanted};
use crate::model::plan::RecordId;
use crate::model::profile::{Host, Profile};
use crate::model::profile_file::repo_route;
use crate::model::route::{Origin, OwnerPath};
use crate::providers::facts;
use crate::secret::Secret;
use crate::stores::{Record, State};

/// How long a token may live where the profile does not say, in days.
pub const MAX_AGE_DAYS: u32 = 90;

/// The fact; `None` for what is out of use.
#[must_use]
pub fn of(profile: &Profile, record: &Record) -> Option<StoredToken> {
    let state = match record.state {
        State::Active => TokenState::Active,
        State::Suspect => TokenState::Suspect,
        State::Retired => return None,
    };
    let origin = Origin::parse(&record.id.origin).ok()?;
    let host = host_at(profile, &origin);
    let text = text_of(&record.entry.secret);
    let end = end_of(record, text.as_ref());
    Some(StoredToken {
        profile: profile.name.to_string(),
        origin: record.id.origin.clone(),
        path: record.id.path.clone(),
        user: record.id.user.clone(),
        npm: profile.npm_for(&record.id).map(|registry| registry.scope.clone()),
        added: record.added,
        state,
        since: record.since,
        expires: end.map(|(end, _)| end),
        expires_by: end.map(|(_, rule)| rule),
        max_age_days: Some(max_age_days(host)),
        host: AtHost {
            provider: provider_at(profile, &origin),
            wanted: wanted(profile, &record.id),
            allowed_scopes: host.map(|h| h.token_scopes.clone()).unwrap_or_default(),
            text,
            said: None,
        },
    })
}

/// When a token ends, seconds since 1970, and by whose word: what was noted last counts most.
fn end_of(record: &Record, text: Option<&TokenText>) -> Option<(i64, Rule)> {
    let noted = record.entry.expires.map(|end| (end, Rule::Noted));
    let git = || record.entry.password_expiry_utc.map(|end| (end, Rule::Git));
    let own = || text.and_then(|text| text.expires).map(|end| (end, Rule::Text));
    noted.or_else(git).or_else(own)
}

/// What a token's own text says.
#[must_use]
pub fn text_of(secret: &Secret) -> Option<TokenText> {
    let token = recognise(secret.expose())?;
    Some(TokenText {
        kind: token.kind.code,
        title: format!("{} {}", token.issuer.name, token.kind.title),
        damaged: token.checksum == Checksum::Invalid,
        expires: token.expires(),
    })
}

/// The host entry of a profile for an origin, or for another origin of the same name: a single route may use one that no
/// host entry has.
#[must_use]
pub fn host_at<'a>(profile: &'a Profile, origin: &Origin) -> Option<&'a Host> {
    profile.host_for(origin).or_else(|| profile.hosts.iter().find(|h| h.name == origin.host))
}

/// The longest life of a token there, in days.
#[must_use]
pub fn max_age_days(host: Option<&Host>) -> u32 {
    host.and_then(|h| h.token_max_age_days).unwrap_or(MAX_AGE_DAYS)
}

/// The kind of host, where the profile or its name says it.
#[must_use]
pub fn provider_at(profile: &Profile, origin: &Origin) -> Option<String> {
    let said = host_at(profile, origin).and_then(|h| h.provider.clone());
    said.or_else(|| facts::by_host(&origin.host).map(|f| f.name.clone()))
}

/// Whether a record is for the repository at a URL.
#[must_use]
pub fn is_for(profile: &Profile, id: &RecordId, url: &str) -> bool {
    let Ok(scope) = OwnerPath::of_clean(&id.path) else { return false };
    repo_route(url).is_ok_and(|route| {
        let folds = profile.host_for(&route.origin).is_some_and(Host::folds_case);
        route.origin.to_string() == id.origin && scope.covers(route.path.as_str(), folds)
    })
}

/// The repositories under `[[verify]]` that a record is for, with the access that is wanted there.
pub fn repositories<'a>(profile: &'a Profile, id: &RecordId) -> impl Iterator<Item = (&'a str, &'a str)> {
    let each = profile.verify.iter().map(|v| (v.repo.as_str(), v.access.as_str()));
    each.filter(|(repo, _)| is_for(profile, id, repo))
}

/// The access that a profile wants of a record.
#[must_use]
pub fn wanted(profile: &Profile, id: &RecordId) -> Wanted {
    let each = repositories(profile, id)
        .map(|(_, access)| if access == "write" { Wanted::Write } else { Wanted::Read });
    each.max().unwrap_or_default()
}
