//! Answers docker, podman, skopeo and cargo: by exactly the registry (host and port, by https), of the profile that speaks
//! for it.
//!
//! A registry that nobody speaks for gets "not found", with which they go on without a login; every other refusal is
//! an error, with which they stop.

use super::ground::{Ground, Machine};
use super::read_only;
use crate::engine::when;
use crate::engine::withdrawn::{still_claims, still_claims_registry};
use crate::formats::{cargo_credential, docker_credential as protocol};
use crate::model::plan::RecordId;
use crate::model::profile::RegistryKind;
use crate::model::route::{Claim, Decision, Origin, Scheme, https_place};
use crate::redact;
use crate::secret::Secret;
use crate::stores::{self, Entry, Record, State};
use crate::sys::Sys;
use std::path::Path;

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub enum NoLogin {
    /// Nobody here speaks for that registry.
    NotOurs,
    /// There is none; what helps.
    NotFound(String),
    /// The client must not go on.
    Refused(String),
}

impl NoLogin {
    fn refused(text: impl std::fmt::Display) -> Self {
        Self::Refused(format!("refused: {text}"))
    }
}

/// Who speaks for a registry.
struct Asked {
    claim: Claim,
    /// Whether git asks for tokens of the same origin.
    of_git: bool,
}

/// Answers docker's `get`: the document for standard output.
///
/// # Errors
/// [`NoLogin`].
pub fn get(sys: &Sys, generation: &Path, input: &[u8]) -> Result<Secret, NoLogin> {
    let place = docker_place(input).map_err(NoLogin::refused)?;
    let record = login(sys, generation, &place)?;
    protocol::answer(&place.origin.authority(), &record.id.user, &record.entry.secret).ok_or_else(|| {
        NoLogin::refused(format!("the token for {} is nothing that docker carries", place.origin))
    })
}

/// The token for a registry's index, as the line for cargo.
///
/// # Errors
/// [`NoLogin`].
pub fn cargo_token(sys: &Sys, generation: &Path, index: &str) -> Result<Secret, NoLogin> {
    let place = Place::of_cargo(index).map_err(NoLogin::refused)?;
    let record = login(sys, generation, &place)?;
    cargo_credential::token(&record.entry.secret).ok_or_else(|| {
        NoLogin::refused(format!("the token for {} is nothing that cargo carries", place.origin))
    })
}

/// A registry, as its programs name it.
#[derive(Debug)]
pub struct Place {
    kind: RegistryKind,
    /// Where it is.
    pub origin: Origin,
    /// cargo's index below it, which may be one of several on a host; empty for docker.
    pub path: String,
}

/// cargo's tokens have no user.
pub const CARGO_USER: &str = "cargo";

impl Place {
    /// The place of an index: `https://host[:port]/path`.
    ///
    /// # Errors
    /// In words.
    pub fn of_cargo(index: &str) -> Result<Self, String> {
        let place = https_place(index).map_err(|why| format!("the index {:?}: {why}", redact::urls(index)));
        let (origin, path) = place?;
        Ok(Self { kind: RegistryKind::Cargo, origin, path })
    }

    /// How people log in there.
    fn log_in(&self) -> String {
        match self.kind {
            RegistryKind::Docker => format!("docker login {}", self.origin.authority()),
            RegistryKind::Cargo => "cargo login --registry NAME < FILE".into(),
        }
    }
}

fn docker_place(input: &[u8]) -> Result<Place, String> {
    let registry = protocol::registry(input).map_err(|e| e.to_string())?;
    let origin = Origin::from_authority(Scheme::Https, registry).map_err(|e| e.to_string())?;
    Ok(Place { kind: RegistryKind::Docker, origin, path: String::new() })
}

/// The record that is handed out.
fn login(sys: &Sys, generation: &Path, place: &Place) -> Result<Record, NoLogin> {
    let ground = Machine { sys, generation };
    let asked = asked(&ground, place)?.ok_or(NoLogin::NotOurs)?;
    let (profile, origin) = (&asked.claim.profile, &asked.claim.origin);
    let records = ground.records(profile).map_err(NoLogin::Refused)?;
    let record = match kept(&records, &asked, place).as_slice() {
        [] => {
            let said = format!("profile {profile} has no login for {origin}; run: {}", place.log_in());
            return Err(NoLogin::NotFound(said));
        }
        [one] => *one,
        _ => {
            return Err(NoLogin::refused(format!(
                "profile {profile} has several logins for {origin}, and no user is named; take the others out of \
                 use: doorkey token remove {profile}"
            )));
        }
    };
    if record.state == State::Suspect {
        return Err(NoLogin::refused(format!(
            "{origin} refused this token of {profile} {}; test it with: doorkey token check {profile}",
            when::date_time(record.since)
        )));
    }
    let expiry = record.entry.password_expiry_utc.or(record.entry.expires);
    if let Some(end) = expiry.filter(|end| *end <= ground.now()) {
        let text = format!("the token of {profile} for {origin} expired {}", when::date_time(end));
        return Err(NoLogin::refused(format!("{text}; log in again: {}", place.log_in())));
    }
    Ok(record.clone())
}

/// Who speaks for a registry; `Ok(None)` = nobody.
fn asked(ground: &Machine<'_>, place: &Place) -> Result<Option<Asked>, NoLogin> {
    let Place { kind, origin, path } = place;
    let routes = ground.routes(origin).map_err(NoLogin::Refused)?;
    let claim = match routes.registry(*kind) {
        Decision::Claimed(claim) => claim.clone(),
        Decision::Unmanaged => return Ok(None),
        Decision::NoPath | Decision::Unclaimed => {
            return Err(NoLogin::refused(format!(
                "{origin} is shared by several, and nothing more is said; name it in one profile: \
                 [registries] {} = [\"{}\"]",
                kind.as_str(),
                origin.authority()
            )));
        }
    };
    routes.in_session(&claim.profile, origin).map_err(NoLogin::Refused)?;
    if let Some((_, from)) = routes.bridges.iter().find(|(name, _)| *name == claim.profile) {
        let text =
            format!("profile {} gets its token for {origin} from {from}, for git alone", claim.profile);
        return Err(NoLogin::refused(text));
    }
    let still = if routes.is_registry(*kind, &claim) {
        still_claims_registry(ground.sys, &claim, *kind)
    } else {
        still_claims(ground.sys, &claim)
    };
    still.map_err(NoLogin::refused)?;
    Ok(Some(Asked { claim, of_git: path.is_empty() && !routes.claims.is_empty() }))
}

/// The records in use that are for the whole origin and, where the profile names one, its user.
fn kept<'a>(records: &'a [Record], asked: &Asked, place: &Place) -> Vec<&'a Record> {
    let origin = place.origin.to_string();
    let user = match place.kind {
        RegistryKind::Docker => asked.claim.user.as_deref(),
        RegistryKind::Cargo => Some(CARGO_USER),
    };
    let fits = |r: &&Record| {
        r.state != State::Retired
            && r.id.origin == origin
            && r.id.path == place.path
            && user.is_none_or(|u| u == r.id.user)
    };
    records.iter().filter(fits).collect()
}

/// Handles docker's `store`: somebody ran `docker login`.
///
/// # Errors
/// In words.
pub fn store(sys: &mut Sys, generation: &Path, input: &[u8]) -> Result<(), String> {
    let login = protocol::login(input).map_err(|e| format!("refused to keep a login: {e}"))?;
    let place =
        docker_place(login.registry.as_bytes()).map_err(|e| format!("refused to keep a login: {e}"))?;
    keep(sys, generation, &place, &login.user, login.secret)
}

/// Somebody ran `cargo login`.
///
/// # Errors
/// In words.
pub fn cargo_login(sys: &mut Sys, generation: &Path, index: &str, token: Secret) -> Result<(), String> {
    let place = Place::of_cargo(index).map_err(|e| format!("refused to keep a token: {e}"))?;
    cargo_credential::token(&token).ok_or("refused to keep a token: it is nothing that cargo carries")?;
    keep(sys, generation, &place, CARGO_USER, token)
}

/// Keeps a login; another one that was kept is retired.
fn keep(sys: &mut Sys, generation: &Path, place: &Place, name: &str, secret: Secret) -> Result<(), String> {
    if read_only(sys) {
        return Ok(());
    }
    let Some(asked) = for_change(sys, generation, place)? else {
        let (kind, authority) = (place.kind.as_str(), place.origin.authority());
        return Err(format!(
            "refused: no profile speaks for {authority}; name it in one: [registries] {kind} = [{authority:?}], then: \
             doorkey use PROFILE"
        ));
    };
    let Claim { profile, origin, user, .. } = &asked.claim;
    if place.kind == RegistryKind::Docker && user.as_ref().is_some_and(|user| user != name) {
        return Err(format!("refused: profile {profile} has another user on {origin}"));
    }
    let store = stores::open(sys).map_err(|e| e.to_string())?;
    let records = store.records(sys, profile).map_err(|e| e.to_string())?;
    let present = kept(&records, &asked, place);
    let same =
        |r: &Record| r.id.user == name && r.entry.secret.same_as(secret.expose()) && r.state == State::Active;
    if present.len() == 1 && present.iter().all(|r| same(r)) {
        return Ok(());
    }
    if asked.of_git && (!present.is_empty() || place.kind == RegistryKind::Cargo) {
        return Err(format!(
            "refused: git uses the tokens of {profile} for {origin} too; replace one with: doorkey token add {profile}"
        ));
    }
    let record = RecordId { origin: origin.to_string(), path: place.path.clone(), user: name.into() };
    // One login a registry, as in docker's own file.
    let others: Vec<RecordId> = present.iter().map(|r| r.id.clone()).filter(|id| *id != record).collect();
    store.put(sys, profile, &record, &Entry::new(secret)).map_err(|e| e.to_string())?;
    for id in others {
        store.retire(sys, profile, &id).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Handles docker's `erase`: somebody ran `docker logout`.
///
/// # Errors
/// In words.
pub fn erase(sys: &mut Sys, generation: &Path, input: &[u8]) -> Result<(), String> {
    let place = docker_place(input).map_err(|e| format!("refused to forget a login: {e}"))?;
    forget(sys, generation, &place)
}

/// Somebody ran `cargo logout`.
///
/// # Errors
/// In words.
pub fn cargo_logout(sys: &mut Sys, generation: &Path, index: &str) -> Result<(), String> {
    let place = Place::of_cargo(index).map_err(|e| format!("refused to forget a token: {e}"))?;
    forget(sys, generation, &place)
}

/// Takes a login out of use; it stays sealed for 30 days.
fn forget(sys: &mut Sys, generation: &Path, place: &Place) -> Result<(), String> {
    if read_only(sys) {
        return Ok(());
    }
    let Some(asked) = for_change(sys, generation, place)? else { return Ok(()) };
    let Claim { profile, origin, .. } = &asked.claim;
    let store = stores::open(sys).map_err(|e| e.to_string())?;
    let records = store.records(sys, profile).map_err(|e| e.to_string())?;
    let present: Vec<RecordId> = kept(&records, &asked, place).into_iter().map(|r| r.id.clone()).collect();
    if asked.of_git && !present.is_empty() {
        return Err(format!(
            "refused: git uses the token of {profile} for {origin} too; to take it out of use: doorkey token remove {profile}"
        ));
    }
    for id in present {
        store.retire(sys, profile, &id).map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn for_change(sys: &Sys, generation: &Path, place: &Place) -> Result<Option<Asked>, String> {
    asked(&Machine { sys, generation }, place).map_err(|refusal| match refusal {
        NoLogin::Refused(said) | NoLogin::NotFound(said) => said,
        NoLogin::NotOurs => String::new(),
    })
}
