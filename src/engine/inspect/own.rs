//! doorkey itself.

use super::ssh_keys::certificate_until;
use super::{problem, unreadable};
use crate::engine::include_line::Reader;
use crate::engine::journal::Journal;
use crate::engine::profiles::{self, ProfilesError, route_text};
use crate::engine::{bridge, generation, in_force, render, stored_token};
use crate::formats::cert::Cert;
use crate::formats::pem;
use crate::model::facts::{
    BorrowedToken, BrokenProfile, Certificate, Conflict, Include, Launcher, Own, ProfileKey, ProfileRoot,
    StoreFacts, Unreadable,
};
use crate::model::name::ProfileName;
use crate::model::profile::claims_of;
use crate::model::route::conflicts;
use crate::stores::{self, Store, StoreError};
use crate::sys::Sys;
use std::path::{Path, PathBuf};

pub(super) fn look(sys: &Sys, troubles: &mut Vec<Unreadable>) -> Own {
    let mut own = Own::default();
    let Some(state) = sys.places().state() else { return own };
    profiles_of(sys, &mut own, troubles);
    own.generation = generation::current(sys);
    // With a broken profile or a conflict nothing could be made; those have findings of their own.
    own.outdated = own.broken.is_empty()
        && own.conflicts.is_empty()
        && in_force::is_up_to_date(sys, &own.profiles).is_ok_and(|same| !same);
    own.identity = in_force::profile_in_force(sys).map(|name| name.to_string());
    if let Some(path) = sys.places().git_config() {
        own.git_include = include(sys, path, Reader::Git, state, troubles);
    }
    if let Some(folder) = sys.places().ssh() {
        own.ssh_include = include(sys, folder.join("config"), Reader::Ssh, state, troubles);
    }
    own.launcher = launcher(sys, state);
    own.interrupted = Journal::below(state).interrupted(sys).ok().flatten().map(|entry| entry.title);
    store(sys, &mut own);
    own.unfinished_move = stores::moving::unfinished(sys).ok().flatten().map(|left| left.to_string());
    borrowed(sys, &mut own);
    keys(sys, &mut own);
    roots(sys, &mut own);
    own
}

/// The profiles and the keys that they name.
pub(super) fn with_keys(sys: &Sys) -> Own {
    let mut own = profiles(sys, &mut Vec::new());
    keys(sys, &mut own);
    own
}

/// What ends some day: the tokens of the store, and the keys and CA files that profiles name. No program is asked.
/// Of one profile alone, no other's records are opened (SECURITY rule 14).
pub(super) fn lasting(sys: &Sys, only: Option<&ProfileName>, troubles: &mut Vec<Unreadable>) -> Own {
    let mut own = profiles(sys, troubles);
    if let Some(only) = only {
        own.profiles.retain(|profile| profile.name == *only);
        own.broken.retain(|b| b.path.file_stem().is_some_and(|stem| stem == only.as_str()));
    }
    store(sys, &mut own);
    keys(sys, &mut own);
    roots(sys, &mut own);
    own
}

/// The profiles alone, without the store.
pub(super) fn profiles(sys: &Sys, troubles: &mut Vec<Unreadable>) -> Own {
    let mut own = Own::default();
    profiles_of(sys, &mut own, troubles);
    own
}

fn profiles_of(sys: &Sys, own: &mut Own, troubles: &mut Vec<Unreadable>) {
    match profiles::all(sys) {
        Ok(found) => {
            own.profiles = found.good;
            own.broken = found.bad.into_iter().filter_map(|error| broken(&error)).collect();
        }
        Err(ProfilesError::Fs(error)) => {
            let path = profiles::folder(sys).unwrap_or_default();
            troubles.push(unreadable(path, &error));
        }
        Err(ProfilesError::NotAFolder { path, problem }) => {
            own.broken.push(BrokenProfile { path, problem: format!("{problem}, not a folder") });
        }
        Err(_) => {}
    }
    let claims = claims_of(&own.profiles);
    own.conflicts = conflicts(&claims)
        .into_iter()
        .map(|(a, b)| Conflict {
            first: a.profile.to_string(),
            second: b.profile.to_string(),
            route: route_text(a),
        })
        .collect();
}

fn broken(error: &ProfilesError) -> Option<BrokenProfile> {
    Some(match error {
        ProfilesError::Broken { path, source } => {
            BrokenProfile { path: path.clone(), problem: source.to_string() }
        }
        ProfilesError::BadName { path, problem } => {
            BrokenProfile { path: path.clone(), problem: problem.clone() }
        }
        ProfilesError::Fs(error) => BrokenProfile { path: path_of(error)?, problem: reason(error) },
        _ => return None,
    })
}

fn path_of(error: &crate::sys::fs::FsError) -> Option<PathBuf> {
    use crate::sys::fs::FsError;
    match error {
        FsError::Io { path, .. }
        | FsError::NotAFile { path, .. }
        | FsError::TooLarge { path }
        | FsError::Unsafe { path, .. }
        | FsError::Foreign { path, .. }
        | FsError::Attribute { path, .. }
        | FsError::Meanwhile { path }
        | FsError::Locked { path }
        | FsError::GitLocked { path } => Some(path.clone()),
    }
}

fn reason(error: &crate::sys::fs::FsError) -> String {
    match error {
        crate::sys::fs::FsError::Unsafe { reason, .. } => reason.clone(),
        other => problem(other).into(),
    }
}

fn include(
    sys: &Sys,
    path: PathBuf,
    reader: Reader,
    state: &Path,
    troubles: &mut Vec<Unreadable>,
) -> Include {
    // A path that cannot be written is said by the command that would write it.
    let Ok(text) = reader.line(state) else { return Include::default() };
    let bytes = super::read(sys, &path, troubles);
    let file_there = bytes.is_some() || sys.look(&path).ok().flatten().is_some();
    let bytes = bytes.unwrap_or_default();
    let offset = reader.find(&bytes, &text);
    let open_end = !bytes.is_empty() && !bytes.ends_with(b"\n");
    Include { path, text, offset, there: offset.is_some(), file_there, file_length: bytes.len(), open_end }
}

fn launcher(sys: &Sys, state: &Path) -> Launcher {
    let path = generation::launcher(state);
    match sys.look(&path) {
        Ok(Some(_)) if sys.launcher_is_fresh(&path).unwrap_or(false) => Launcher::Fresh,
        Ok(Some(_)) => Launcher::Outdated,
        _ => Launcher::Missing,
    }
}

fn store(sys: &Sys, own: &mut Own) {
    own.store = match stores::describe(sys) {
        Ok(None) => StoreFacts::Missing,
        Ok(Some(kind)) => match stores::open(sys) {
            Ok(opened) => read_store(sys, opened.as_ref(), own)
                .map_or_else(|error| trouble(&error), |()| StoreFacts::Open { kind: kind.to_string() }),
            Err(error) => trouble(&error),
        },
        Err(error) => trouble(&error),
    };
}

fn trouble(error: &StoreError) -> StoreFacts {
    match error {
        StoreError::Locked => StoreFacts::Locked,
        StoreError::NoStore => StoreFacts::Missing,
        other => {
            let profile = match other {
                StoreError::Rollback { profile, .. } => Some(profile.to_string()),
                _ => None,
            };
            StoreFacts::Broken { code: other.code(), problem: other.to_string(), profile }
        }
    }
}

/// The records' companions; the values are dropped, and wiped with that, before the next profile is read.
fn read_store(sys: &Sys, store: &dyn Store, own: &mut Own) -> Result<(), StoreError> {
    for profile in &own.profiles {
        let records = store.records(sys, &profile.name)?;
        own.tokens.extend(records.iter().filter_map(|record| stored_token::of(profile, record)));
    }
    Ok(())
}

/// Asks each program that gives a token; the value is dropped, and wiped with that.
fn borrowed(sys: &Sys, own: &mut Own) {
    for profile in &own.profiles {
        for host in profile.hosts.iter().filter(|h| h.transport.https()) {
            let (Some(from), Some(user)) = (&host.token_from, &host.token_user) else { continue };
            let origin = host.https_origin();
            let problem = bridge::token(sys, from, &origin, user).err();
            own.borrowed.push(BorrowedToken {
                profile: profile.name.to_string(),
                origin: origin.to_string(),
                user: user.clone(),
                from: from.to_string(),
                problem: problem.map(|problem| (problem.to_string(), problem.fix())),
            });
        }
    }
}

fn keys(sys: &Sys, own: &mut Own) {
    let Some(home) = sys.places().home() else { return };
    for profile in &own.profiles {
        for host in profile.hosts.iter().filter(|h| h.transport.ssh()) {
            let path = host.ssh_key.as_deref().map(|key| render::key_path(home, key));
            let there = path.as_deref().is_some_and(|p| sys.look_through(p).ok().flatten().is_some());
            let certificate = path.as_deref().map_or(Ok(None), |p| certificate_until(sys, p));
            own.keys.push(ProfileKey {
                profile: profile.name.to_string(),
                host: host.name.to_string(),
                path,
                there,
                certificate_until: certificate.ok().flatten(),
                certificate_problem: certificate.err(),
            });
        }
    }
}

fn roots(sys: &Sys, own: &mut Own) {
    for profile in &own.profiles {
        for file in &profile.trust.ca {
            let Ok(path) = in_force::ca_path(sys, file) else { continue };
            let (problem, certificates) = match sys.read(&path) {
                Ok(Some(bytes)) => (in_force::check_root(&bytes, sys.now()).err(), certificates(&bytes)),
                Ok(None) => (Some("is not there".into()), Vec::new()),
                Err(error) => (Some(problem(&error).into()), Vec::new()),
            };
            own.roots.push(ProfileRoot { profile: profile.name.to_string(), path, problem, certificates });
        }
    }
}

fn certificates(bytes: &[u8]) -> Vec<Certificate> {
    let pem = pem::read(bytes);
    let read = pem.certs().filter_map(|der| Cert::read(der).ok());
    read.map(|cert| Certificate {
        name: cert.subject.to_string(),
        fingerprint: cert.fingerprint(),
        not_after: cert.not_after,
    })
    .collect()
}
