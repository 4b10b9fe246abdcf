//! npm's tokens: they leave `.npmrc`, and npm gets them in a session of their profile (`doorkey exec`).

use super::Kind;
use super::claimed::{Nobody, Owner};
use super::login::{Found, Login, Stays, lines_around};
use crate::engine::profiles;
use crate::formats::npmrc::{self, Value};
use crate::model::npm::{self, NpmRegistry};
use crate::model::profile::Profile;
use crate::model::route::{Claim, OwnerPath, https_place};
use crate::secret::Secret;
use crate::sys::Sys;

/// The tokens of a file.
pub(super) fn logins(bytes: &[u8]) -> Vec<Found> {
    let all = npmrc::logins(bytes);
    let secret = |one: &&npmrc::Login| one.kind != npmrc::Kind::Username;
    all.iter().filter(secret).filter_map(|one| login(bytes, &all, one)).collect()
}

/// `None` for what is no literal secret.
fn login(bytes: &[u8], all: &[npmrc::Login], one: &npmrc::Login) -> Option<Found> {
    let Value::Literal(value) = &one.value else { return None };
    let stays = |why: &str| Some(Err(Stays { line: one.line, why: why.into() }));
    let Some(key) = one.registry.as_ref().filter(|_| one.is_used) else {
        return stays("npm does not use it: it takes one for //HOST/ only, above the first [section]");
    };
    if one.kind != npmrc::Kind::AuthToken {
        return stays("only an _authToken is moved; npm makes one in its place: npm login");
    }
    let same = |other: &&npmrc::Login| other.registry == one.registry && other.kind == one.kind;
    if all.iter().filter(same).count() > 1 {
        return stays("the registry has several, and without this one npm would take another");
    }
    let region = lines_around(bytes, &one.span);
    let text = bytes.get(region.clone()).unwrap_or_default();
    let line = text.strip_suffix(b"\n").unwrap_or(text);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let sign = memchr::memchr(b'=', line).filter(|_| !line.contains(&b'\r'));
    let half = memchr::memmem::find(value.expose(), b"${").is_some();
    let Some(sign) = sign.filter(|_| !half) else {
        return stays("it is written in a form that is not moved");
    };
    let head = text.get(..=sign).unwrap_or_default();
    let end = text.get(line.len()..).unwrap_or_default();
    Some(Ok(Login {
        kind: Kind::Npm,
        line: one.line,
        url: format!("https:{key}"),
        user: Some(npm::USER.into()),
        value: value.clone(),
        old: Secret::copy_of(text),
        shown: [head, b"***", end].concat(),
        region,
        bare: Vec::new(),
        broad: true,
    }))
}

/// Who speaks for a registry, and under which folder of it the token is kept.
pub(super) fn owner(sys: &Sys, url: &str) -> Result<Owner, Nobody> {
    let (origin, path) = https_place(url).map_err(|why| Nobody::of(format!("its registry: {why}"), ""))?;
    let all = profiles::all_good(sys).map_err(|e| Nobody::of(e.to_string(), "doorkey profile check"))?;
    let name = || {
        let line = format!("[registries] npm = {{ \"@SCOPE\" = \"{url}\" }}");
        format!("name it in its profile ({line}): doorkey profile edit PROFILE")
    };
    let kept = NpmRegistry { scope: npm::EVERY.into(), origin: origin.clone(), path: path.clone() }.record();
    let served = |profile: &Profile| -> Vec<String> {
        let mine = profile.npm.iter().filter(|registry| registry.takes(&kept));
        let mut paths: Vec<String> = mine.map(|registry| registry.path.clone()).collect();
        paths.sort();
        paths.dedup();
        paths
    };
    let mut found =
        all.iter().map(|profile| (profile, served(profile))).filter(|(_, paths)| !paths.is_empty());
    let Some((profile, paths)) = found.next() else {
        return Err(Nobody::of(format!("no profile speaks for npm's registry {url}"), name()));
    };
    if let Some((other, _)) = found.next() {
        let why = format!(
            "{} and {} both speak for npm's registry {url}, and it names neither",
            profile.name, other.name
        );
        let fix = format!("keep each its own: doorkey token add {} --npm SCOPE", profile.name);
        return Err(Nobody::of(why, fix));
    }
    // One registry below it is the only one that the token is for.
    let path = match <[String; 1]>::try_from(paths) {
        Ok([only]) => only,
        Err(_) => path,
    };
    let is_gits = all.iter().flat_map(Profile::claims).any(|claim| claim.origin == origin);
    if path.is_empty() && is_gits {
        let why = format!("git asks for tokens of {origin} too, and the registry has no path of its own");
        return Err(Nobody::of(why, "doorkey route list"));
    }
    let owner = OwnerPath::whole_host();
    let claim = Claim { profile: profile.name.clone(), origin, owner, fold_case: false, user: None };
    Ok(Owner { profile: profile.clone(), claim, path, is_gits })
}
