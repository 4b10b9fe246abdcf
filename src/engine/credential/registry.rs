//! Answers docker, podman and skopeo: by exactly the registry (host and port, by https), of the profile that speaks for it.
//!
//! A registry that nobody speaks for gets "not found", with which docker goes on without a login; every other refusal is
//! an error, with which it stops.

use super::ground::{Ground, Machine};
use super::read_only;
use crate::engine::when;
use crate::engine::withdrawn::{still_claims, still_claims_registry};
use crate::formats::docker_credential as protocol;
use crate::model::plan::RecordId;
use crate::model::profile::RegistryKind;
use crate::model::route::{Claim, Decision, Origin, Scheme};
use crate::secret::Secret;
use crate::stores::{self, Entry, Record, State};
use crate::sys::Sys;
use std::path::Path;

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub enum NoLogin {
    /// There is none; a word for people may go with it.
    NotFound(Option<String>),
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

/// Answers `get`: the document for standard output.
///
/// # Errors
/// [`NoLogin`].
pub fn get(sys: &Sys, generation: &Path, input: &[u8]) -> Result<Secret, NoLogin> {
    let registry = protocol::registry(input).map_err(NoLogin::refused)?;
    let ground = Machine { sys, generation };
    let asked = asked(&ground, registry)?.ok_or(NoLogin::NotFound(None))?;
    let (profile, origin) = (&asked.claim.profile, &asked.claim.origin);
    let records = ground.records(profile).map_err(NoLogin::Refused)?;
    let record = match kept(&records, &asked).as_slice() {
        [] => {
            let said = format!(
                "profile {profile} has no login for {}; run: docker login {}",
                origin.authority(),
                origin.authority()
            );
            return Err(NoLogin::NotFound(Some(said)));
        }
        [one] => *one,
        _ => {
            return Err(NoLogin::refused(format!(
                "profile {profile} has several logins for {origin}, and docker names no user; take the others out of \
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
        return Err(NoLogin::refused(format!("{text}; log in again: docker login {}", origin.authority())));
    }
    protocol::answer(&origin.authority(), &record.id.user, &record.entry.secret).ok_or_else(|| {
        NoLogin::refused(format!("the token for {origin} is nothing that docker's protocol carries"))
    })
}

/// Who speaks for `host[:port]`; `Ok(None)` = nobody.
fn asked(ground: &Machine<'_>, registry: &str) -> Result<Option<Asked>, NoLogin> {
    let origin = Origin::from_authority(Scheme::Https, registry).map_err(NoLogin::refused)?;
    let routes = ground.routes(&origin).map_err(NoLogin::Refused)?;
    let claim = match routes.registry(RegistryKind::Docker) {
        Decision::Claimed(claim) => claim.clone(),
        Decision::Unmanaged => return Ok(None),
        Decision::NoPath | Decision::Unclaimed => {
            return Err(NoLogin::refused(format!(
                "{origin} is shared by several, and docker says no more than its name; name it in one profile: \
                 [registries] docker = [\"{}\"]",
                origin.authority()
            )));
        }
    };
    if let Some((_, from)) = routes.bridges.iter().find(|(name, _)| *name == claim.profile) {
        let text =
            format!("profile {} gets its token for {origin} from {from}, for git alone", claim.profile);
        return Err(NoLogin::refused(text));
    }
    let still = if routes.is_registry(RegistryKind::Docker, &claim) {
        still_claims_registry(ground.sys, &claim, RegistryKind::Docker)
    } else {
        still_claims(ground.sys, &claim)
    };
    still.map_err(NoLogin::refused)?;
    Ok(Some(Asked { claim, of_git: !routes.claims.is_empty() }))
}

/// The records in use that are for the whole origin and, where the profile names one, its user.
fn kept<'a>(records: &'a [Record], asked: &Asked) -> Vec<&'a Record> {
    let origin = asked.claim.origin.to_string();
    let user = asked.claim.user.as_deref();
    let fits = |r: &&Record| {
        r.state != State::Retired
            && r.id.origin == origin
            && r.id.path.is_empty()
            && user.is_none_or(|u| u == r.id.user)
    };
    records.iter().filter(fits).collect()
}

/// Handles `store`: somebody ran `docker login`. Another login that was kept is retired.
///
/// # Errors
/// In words.
pub fn store(sys: &mut Sys, generation: &Path, input: &[u8]) -> Result<(), String> {
    let login = protocol::login(input).map_err(|e| format!("refused to keep a login: {e}"))?;
    if read_only(sys) {
        return Ok(());
    }
    let asked = for_change(sys, generation, &login.registry)?;
    let Some(asked) = asked else {
        return Err(format!(
            "refused: no profile speaks for {}; name it in one: [registries] docker = [{:?}], then: doorkey use PROFILE",
            login.registry, login.registry
        ));
    };
    let Claim { profile, origin, user, .. } = &asked.claim;
    if user.as_ref().is_some_and(|user| *user != login.user) {
        return Err(format!("refused: profile {profile} has another user on {origin}"));
    }
    let store = stores::open(sys).map_err(|e| e.to_string())?;
    let records = store.records(sys, profile).map_err(|e| e.to_string())?;
    let present = kept(&records, &asked);
    let same = |r: &&&Record| r.id.user == login.user && r.entry.secret.same_as(login.secret.expose());
    if present.iter().any(|r| same(&r) && r.state == State::Active) && present.len() == 1 {
        return Ok(());
    }
    if asked.of_git && !present.is_empty() {
        return Err(format!(
            "refused: git uses the token of {profile} for {origin} too; replace it with: doorkey token add {profile}"
        ));
    }
    let record = RecordId { origin: origin.to_string(), path: String::new(), user: login.user.clone() };
    // One login a registry, as in docker's own file.
    let others: Vec<RecordId> = present.iter().map(|r| r.id.clone()).filter(|id| *id != record).collect();
    store.put(sys, profile, &record, &Entry::new(login.secret)).map_err(|e| e.to_string())?;
    for id in others {
        store.retire(sys, profile, &id).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Handles `erase`: somebody ran `docker logout`. What was kept stays sealed for 30 days.
///
/// # Errors
/// In words.
pub fn erase(sys: &mut Sys, generation: &Path, input: &[u8]) -> Result<(), String> {
    let registry = protocol::registry(input).map_err(|e| format!("refused to forget a login: {e}"))?;
    if read_only(sys) {
        return Ok(());
    }
    let Some(asked) = for_change(sys, generation, registry)? else { return Ok(()) };
    let Claim { profile, origin, .. } = &asked.claim;
    let store = stores::open(sys).map_err(|e| e.to_string())?;
    let records = store.records(sys, profile).map_err(|e| e.to_string())?;
    let present: Vec<RecordId> = kept(&records, &asked).into_iter().map(|r| r.id.clone()).collect();
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

fn for_change(sys: &Sys, generation: &Path, registry: &str) -> Result<Option<Asked>, String> {
    asked(&Machine { sys, generation }, registry).map_err(|refusal| match refusal {
        NoLogin::Refused(said) => said,
        NoLogin::NotFound(said) => said.unwrap_or_default(),
    })
}
