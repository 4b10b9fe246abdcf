//! Whose a found login is: decided by the routes in force, as git's next request will be.

use crate::engine::withdrawn::{still_claims, still_claims_registry};
use crate::engine::{generation, profiles, stored_token};
use crate::formats::remote_url::RemoteUrl;
use crate::formats::shell;
use crate::model::name::{HostName, check_user};
use crate::model::profile::{Profile, RegistryKind};
use crate::model::route::{Claim, Decision, Origin, Scheme, decide};
use crate::model::route_table;
use crate::providers::facts;
use crate::redact;
use crate::sys::Sys;
use std::collections::BTreeSet;

/// The profile that speaks for a place.
pub(super) struct Owner {
    pub(super) profile: Profile,
    pub(super) claim: Claim,
    /// The repository's path; empty for a whole host.
    pub(super) path: String,
    /// Whether git asks for tokens of the same origin.
    pub(super) is_gits: bool,
}

/// Why a place is nobody's, and what helps.
pub(super) struct Nobody {
    pub(super) why: String,
    pub(super) fix: String,
}

/// Why, and what helps.
impl From<(String, String)> for Nobody {
    fn from((why, fix): (String, String)) -> Self {
        Self { why, fix }
    }
}

impl Nobody {
    pub(super) fn of(why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { why: why.into(), fix: fix.into() }
    }
}

/// How much a setting speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// One repository, or a host whose other owners lose nothing.
    Narrow,
    /// Everything below its URL.
    Broad,
}

/// Who speaks for a URL without login. `user` is the name that stood in the login.
pub(super) fn owner(sys: &Sys, url: &str, user: Option<&str>, reach: Reach) -> Result<Owner, Nobody> {
    const SUGGEST: &str = "doorkey profile suggest";
    let odd = |problem: String| Nobody::of(format!("its URL is not followed: {problem}"), "");
    let parsed = RemoteUrl::parse(url).map_err(|e| odd(e.to_string()))?;
    let path = parsed.repo_path().map_err(|e| odd(e.to_string()))?;
    let scheme = Scheme::parse(parsed.scheme.name()).filter(|s| *s != Scheme::Ssh);
    let (Some(scheme), Some(host)) = (scheme, parsed.host.as_deref()) else {
        return Err(odd("no helper is asked there".into()));
    };
    let host = HostName::new(host).map_err(|e| odd(e.to_string()))?;
    let origin = Origin { scheme, host, port: parsed.port.unwrap_or(scheme.default_port()) };
    let routes = table(sys).and_then(|text| route_table::read(&text, &origin));
    let routes = routes.ok_or_else(|| Nobody::of("the routes cannot be read", "doorkey doctor"))?;
    let prefix = reach == Reach::Broad && !path.is_empty() && !url.ends_with('/');
    if prefix {
        return Err(odd("it may be the beginning of several owners' names".into()));
    }
    let claim = match decide(&routes.claims, Some(path.as_str()).filter(|p| !p.is_empty())) {
        Decision::Claimed(claim) => claim,
        Decision::NoPath if reach == Reach::Narrow => {
            let sure = only_profile(&routes.claims).or_else(|| profile_of(&routes.claims, user));
            sure.ok_or_else(|| shared(&origin))?
        }
        Decision::NoPath => return Err(shared(&origin)),
        Decision::Unclaimed => {
            let fix = format!("doorkey route add {} PROFILE", shell::word(&format!("{origin}/{path}")));
            return Err(Nobody::of(format!("no profile speaks for {path:?} on {origin}"), fix));
        }
        Decision::Unmanaged => return Err(Nobody::of(format!("no profile has {origin}"), SUGGEST)),
    };
    let broader = reach == Reach::Broad
        && routes
            .claims
            .iter()
            .any(|c| c.profile != claim.profile && claim.owner.covers(c.owner.as_str(), c.fold_case));
    if broader {
        return Err(shared(&origin));
    }
    let profile = still_claims(sys, claim).map_err(|e| Nobody::of(e.to_string(), ""))?;
    if let Some((_, from)) = routes.bridges.iter().find(|(name, _)| *name == claim.profile) {
        let fix = format!("take `token-from` out of it first: doorkey profile edit {}", claim.profile);
        return Err(Nobody::of(format!("profile {} gets its token from {from}", claim.profile), fix));
    }
    Ok(Owner { profile, claim: claim.clone(), path, is_gits: true })
}

/// Who speaks for a package registry. `url` is its origin.
pub(super) fn of_registry(sys: &Sys, url: &str, kind: RegistryKind) -> Result<Owner, Nobody> {
    let origin = Origin::parse(url).map_err(|e| Nobody::of(e.to_string(), ""))?;
    let routes = table(sys).and_then(|text| route_table::read(&text, &origin));
    let routes = routes.ok_or_else(|| Nobody::of("the routes cannot be read", "doorkey doctor"))?;
    let name = || {
        let line = format!("[registries] {} = [\"{}\"]", kind.as_str(), origin.authority());
        format!("name it in its profile ({line}): doorkey profile edit PROFILE, then: doorkey use PROFILE")
    };
    let claim = match routes.registry(kind) {
        Decision::Claimed(claim) => claim.clone(),
        Decision::Unmanaged => {
            return Err(Nobody::of(format!("no profile speaks for the registry {origin}"), name()));
        }
        Decision::NoPath | Decision::Unclaimed => {
            let why =
                format!("several speak for {origin}, and a registry's program says no more than its name");
            return Err(Nobody::of(why, name()));
        }
    };
    if routes.bridges.iter().any(|(profile, _)| *profile == claim.profile) {
        let why = format!("profile {} gets its token for {origin} from another program", claim.profile);
        return Err(Nobody::of(why, name()));
    }
    let profile = match routes.is_registry(kind, &claim) {
        true => still_claims_registry(sys, &claim, kind),
        false => still_claims(sys, &claim),
    };
    let profile = profile.map_err(|e| Nobody::of(e.to_string(), ""))?;
    Ok(Owner { profile, claim, path: String::new(), is_gits: !routes.claims.is_empty() })
}

fn shared(origin: &Origin) -> Nobody {
    Nobody::of(format!("{origin} is shared by owner, and it names none"), "doorkey route list")
}

/// The routes in force; before anything was put in force, those that the profiles would bring.
fn table(sys: &Sys) -> Option<String> {
    let Some(folder) = generation::folder_in_force(sys) else {
        return Some(route_table::write(&profiles::all_good(sys).ok()?, None));
    };
    let bytes = sys.read_trusted(&folder.join(route_table::FILE)).ok()??;
    String::from_utf8(bytes).ok()
}

/// A claim of the one profile that has anything on an origin.
fn only_profile(claims: &[Claim]) -> Option<&Claim> {
    let names: BTreeSet<_> = claims.iter().map(|claim| &claim.profile).collect();
    claims.first().filter(|_| names.len() == 1)
}

/// A claim of the one profile that has a login of that name on an origin, where all of them say which they have.
fn profile_of<'a>(claims: &'a [Claim], user: Option<&str>) -> Option<&'a Claim> {
    let mine: Vec<&Claim> = claims.iter().filter(|claim| claim.user.as_deref() == user).collect();
    let first = mine.first().copied()?;
    let sure = claims.iter().all(|claim| claim.user.is_some());
    (sure && mine.iter().all(|claim| claim.profile == first.profile)).then_some(first)
}

/// Names that hosts document for "whatever account the token has", beside those of the provider's table.
const NO_NAMES: &[&str] = &["x-access-token", "oauth2", "x-token-auth", "git", "token", "x-oauth-basic"];

impl Owner {
    /// The user name that goes with the token.
    pub(super) fn user(&self, given: Option<&str>) -> Result<String, Nobody> {
        let Claim { profile, origin, user: expected, .. } = &self.claim;
        let provider = stored_token::provider_at(&self.profile, origin);
        let facts = provider.as_deref().and_then(facts::of);
        // A host that takes every name (`*`) says nothing about this one.
        let of_table =
            |name: &str| facts.is_some_and(|f| f.takes_any_account(name) && !f.takes_any_account("-"));
        let name = given.filter(|name| !NO_NAMES.contains(name) && !of_table(name));
        let edit = format!("doorkey profile edit {profile}");
        let user = match (expected, name) {
            (Some(expected), Some(name)) if expected != name => {
                let why = format!(
                    "it is the login of {:?}, and profile {profile} is {:?} on {origin}",
                    redact::user_name(name),
                    redact::user_name(expected)
                );
                return Err(Nobody::of(why, edit));
            }
            (Some(expected), _) => expected.clone(),
            (None, _) => match name.or(given) {
                Some(name) => name.to_owned(),
                None => {
                    let why =
                        format!("no user name stands with it, and profile {profile} names none for {origin}");
                    return Err(Nobody::of(why, edit));
                }
            },
        };
        check_user(&user).map_err(|e| Nobody::of(e.to_string(), edit))?;
        Ok(user)
    }

    /// The user name that goes with a login at a package registry. Registries take more names than git's hosts.
    pub(super) fn registry_user(&self, given: &str) -> Result<String, Nobody> {
        let Claim { profile, origin, user, .. } = &self.claim;
        let edit = format!("doorkey profile edit {profile}");
        if let Some(user) = user.as_deref().filter(|user| *user != given) {
            let (given, user) = (redact::user_name(given), redact::user_name(user));
            let why = format!("it is the login of {given:?}, and profile {profile} is {user:?} on {origin}");
            return Err(Nobody::of(why, edit));
        }
        let odd = given.is_empty() || given.len() > 255 || given.contains(':');
        if odd || given.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Nobody::of("its user name is nothing that a credential helper carries", edit));
        }
        Ok(given.to_owned())
    }
}
