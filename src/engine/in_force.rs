//! Plans what puts the profiles in force: one generation, and one line in git's and ssh's files that reads it.
//!
//! The lines come first: until `current` points at a generation they read nothing, so the change happens in the one
//! rename at its end.

use super::apply::make_dirs;
use super::closed::with_closed;
use super::generation;
use super::include_line::Reader;
use super::profiles::{self, ProfilesError};
use super::render::{RenderError, Wanted, render};
use super::trusted_hosts;
use crate::formats::{cert::Cert, pem};
use crate::model::name::ProfileName;
use crate::model::plan::{Anchor, Step};
use crate::model::profile::Profile;
use crate::model::text::Text;
use crate::sys::Sys;
use crate::sys::fs::FsError;
use crate::trust;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Why the profiles cannot be put in force.
#[derive(Debug, thiserror::Error)]
pub enum InForceError {
    /// HOME is not set.
    #[error("there is no home folder to work in")]
    NoHome,
    /// A file cannot be read.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// A profile cannot be used.
    #[error(transparent)]
    Profiles(#[from] ProfilesError),
    /// A generation cannot be made.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A profile's CA cannot be used.
    #[error("the CA file {} of profile {profile} {problem}", path.display())]
    Root {
        /// Whose it is.
        profile: ProfileName,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// The profile whose identity is in force, by the generation that is.
#[must_use]
pub fn profile_in_force(sys: &Sys) -> Option<ProfileName> {
    let state = sys.places().state()?;
    let name = generation::current(sys).or_else(|| generation::before_off(sys))?;
    profile_of(sys, &generation::folder(state, &name))
}

/// The profile whose identity is in force by the files of a generation or session.
pub(super) fn profile_of(sys: &Sys, folder: &Path) -> Option<ProfileName> {
    let bytes = sys.read_trusted(&folder.join(generation::IN_FORCE)).ok()??;
    ProfileName::new(std::str::from_utf8(&bytes).ok()?).ok()
}

/// How doorkey is put in force, and what is to be said while it is not: it is off, or was never on.
#[must_use]
pub fn way_on(sys: &Sys) -> (&'static str, &'static str) {
    match generation::before_off(sys) {
        Some(_) => ("doorkey is off", "doorkey on"),
        None => ("no profile was put in force yet", "doorkey use PROFILE"),
    }
}

/// The steps that put `profiles` in force with the identity of `in_force`. None when all of it is so already.
///
/// # Errors
/// Nothing has changed.
pub fn steps(
    sys: &Sys,
    profiles: &[Profile],
    in_force: Option<&ProfileName>,
) -> Result<Vec<Step>, InForceError> {
    profiles::check_routes(profiles)?;
    let mut steps = include_steps(sys)?;
    steps.extend(switch_step(sys, &with_closed(sys, profiles, None)?, in_force, &Pending::new())?);
    Ok(steps)
}

/// As [`steps`], for a change of profiles while doorkey is on; nothing while it is off.
///
/// # Errors
/// Nothing has changed.
pub fn refresh(sys: &Sys, profiles: &[Profile]) -> Result<Vec<Step>, InForceError> {
    refresh_with(sys, profiles, &Pending::new())
}

/// Files that the steps before will have made: their paths and contents.
pub type Pending = BTreeMap<PathBuf, Vec<u8>>;

/// As [`refresh`], after steps that make CA files.
///
/// # Errors
/// Nothing has changed.
pub fn refresh_with(sys: &Sys, profiles: &[Profile], pending: &Pending) -> Result<Vec<Step>, InForceError> {
    profiles::check_routes(profiles)?;
    if generation::current(sys).is_none() {
        return Ok(Vec::new());
    }
    let all = with_closed(sys, profiles, None)?;
    Ok(switch_step(sys, &all, profile_in_force(sys).as_ref(), pending)?.into_iter().collect())
}

/// As [`refresh`], while `removed` is taken away. Two others that claim one route do not stand in the way of that.
///
/// # Errors
/// Nothing has changed.
pub fn refresh_without(
    sys: &Sys,
    profiles: &[Profile],
    removed: Option<&ProfileName>,
) -> Result<Vec<Step>, InForceError> {
    if generation::current(sys).is_none() {
        return Ok(Vec::new());
    }
    let all = with_closed(sys, profiles, removed)?;
    let step = switch_step(sys, &all, profile_in_force(sys).as_ref(), &Pending::new())?;
    Ok(step.into_iter().collect())
}

/// Whether git and ssh read what the profiles' files say now. While doorkey is off nothing is read, and that is so.
///
/// # Errors
/// It cannot be told.
pub fn is_up_to_date(sys: &Sys, profiles: &[Profile]) -> Result<bool, InForceError> {
    let Some(current) = generation::current(sys) else { return Ok(true) };
    let state = sys.places().state().ok_or(InForceError::NoHome)?;
    let all = with_closed(sys, profiles, None)?;
    let now = made(
        sys,
        &all,
        profile_in_force(sys).as_ref(),
        &generation::folder(state, &current),
        &Pending::new(),
    )?;
    // Host keys that the user accepts elsewhere are no change of the profiles.
    let of_profiles = |mut files: BTreeMap<String, Text>| {
        files.retain(|name, _| !name.starts_with(trusted_hosts::PREFIX));
        files
    };
    Ok(of_profiles(now) == of_profiles(generation::files(sys, state, &current)?))
}

/// The files of a generation that lies in this folder.
pub(super) fn made(
    sys: &Sys,
    profiles: &[Profile],
    in_force: Option<&ProfileName>,
    folder: &Path,
    pending: &Pending,
) -> Result<BTreeMap<String, Text>, InForceError> {
    let places = sys.places();
    let (Some(state), Some(config), Some(home)) = (places.state(), places.config(), places.home()) else {
        return Err(InForceError::NoHome);
    };
    let in_force = in_force.filter(|name| profiles.iter().any(|p| p.name == **name));
    let (roots, trusted) = (roots(sys, profiles, pending)?, trusted_hosts::of(sys, profiles)?);
    let wanted = Wanted { state, config, home, folder, profiles, in_force, roots: &roots, trusted: &trusted };
    Ok(render(&wanted)?)
}

fn switch_step(
    sys: &Sys,
    profiles: &[Profile],
    in_force: Option<&ProfileName>,
    pending: &Pending,
) -> Result<Option<Step>, InForceError> {
    let state = sys.places().state().ok_or(InForceError::NoHome)?;
    let from = generation::current(sys);
    if let Some(current) = &from {
        let fresh = sys.launcher_is_fresh(&generation::launcher(state))?;
        if fresh
            && made(sys, profiles, in_force, &generation::folder(state, current), pending)?
                == generation::files(sys, state, current)?
        {
            return Ok(None);
        }
    }
    let to = generation::next_name(sys, state)?;
    let files = made(sys, profiles, in_force, &generation::folder(state, &to), pending)?;
    let off = if from.is_none() { generation::before_off(sys) } else { None };
    Ok(Some(Step::Switch { from, to: Some(to), off, files }))
}

fn include_steps(sys: &Sys) -> Result<Vec<Step>, InForceError> {
    let git = sys.places().git_config().ok_or(InForceError::NoHome)?;
    let ssh = sys.places().ssh().ok_or(InForceError::NoHome)?;
    let mut steps = Vec::new();
    // ssh refuses a configuration that others may write (readconf.c), so a new one is private.
    steps.extend(make_dirs(sys, &ssh, 0o700)?);
    steps.extend(include_step(sys, &ssh.join("config"), Reader::Ssh, Anchor::Start)?);
    steps.extend(include_step(sys, &git, Reader::Git, Anchor::End)?);
    Ok(steps)
}

fn include_step(sys: &Sys, path: &Path, reader: Reader, at: Anchor) -> Result<Vec<Step>, InForceError> {
    let line = &reader.line(sys.places().state().ok_or(InForceError::NoHome)?)?;
    let splice = |at, new: &str| Step::Splice { path: path.into(), at, old: "".into(), new: new.into() };
    let Some(bytes) = sys.read(path)? else {
        // Made empty, then filled: so undo takes back our line alone, and the file with it only if nobody wrote to it.
        return Ok(vec![Step::Create { path: path.into(), text: "".into(), mode: 0o600 }, splice(at, line)]);
    };
    if reader.find(&bytes, line).is_some() {
        return Ok(Vec::new());
    }
    // The added text holds the line end that the file's last line lacks, so that undo gives back exactly what was.
    Ok(vec![match at {
        Anchor::End => splice(Anchor::Near(bytes.len()), &(missing_ends(&bytes).to_owned() + line)),
        other => splice(other, line),
    }])
}

/// The line ends that git needs before a new section: one where the last line has none, and one more where a
/// backslash continues it (git-config(1), "a `\` at the end of a line").
fn missing_ends(bytes: &[u8]) -> &'static str {
    let ended = bytes.is_empty() || bytes.ends_with(b"\n");
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let body = body.strip_suffix(b"\r").unwrap_or(body);
    let continued = body.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1;
    match (ended, continued) {
        (true, false) => "",
        (true, true) | (false, false) => "\n",
        (false, true) => "\n\n",
    }
}

/// The roots of each profile that brings a CA: its own and the system's, since `http.sslCAInfo` replaces the system's
/// roots in most builds of git (libcurl, CURLOPT_CAINFO). A profile whose CA cannot be used has none at all: git then
/// connects to none of its hosts, and the other tenants' work goes on.
fn roots(
    sys: &Sys,
    profiles: &[Profile],
    pending: &Pending,
) -> Result<BTreeMap<ProfileName, Vec<u8>>, InForceError> {
    let mut found = BTreeMap::new();
    let mut system: Option<Vec<u8>> = None;
    for profile in profiles.iter().filter(|p| !p.trust.ca.is_empty()) {
        let bundle = match roots_of(sys, profile, pending) {
            Ok(mut bundle) => {
                let system = match &system {
                    Some(bytes) => bytes,
                    None => system.insert(trust::system::public_bundle(sys)?.unwrap_or_default()),
                };
                bundle.extend_from_slice(system);
                bundle
            }
            Err(error) => format!("# No root: {error}\n").into_bytes(),
        };
        found.insert(profile.name.clone(), bundle);
    }
    Ok(found)
}

/// The roots that a profile brings, as one PEM file.
///
/// # Errors
/// One of its CA files cannot be used.
pub fn own_roots(sys: &Sys, profile: &Profile) -> Result<Vec<u8>, InForceError> {
    roots_of(sys, profile, &Pending::new())
}

fn roots_of(sys: &Sys, profile: &Profile, pending: &Pending) -> Result<Vec<u8>, InForceError> {
    let mut bundle = Vec::new();
    for file in &profile.trust.ca {
        let path = ca_path(sys, file)?;
        let bad = |problem: String| InForceError::Root {
            profile: profile.name.clone(),
            path: path.clone(),
            problem,
        };
        let bytes = match pending.get(&path) {
            Some(bytes) => bytes.clone(),
            None => sys.read(&path)?.ok_or_else(|| bad("is not there".into()))?,
        };
        check_root(&bytes, sys.now()).map_err(bad)?;
        bundle.extend_from_slice(&bytes);
        if !bundle.ends_with(b"\n") {
            bundle.push(b'\n');
        }
    }
    Ok(bundle)
}

/// A CA file as a profile writes it: a name beside the profile, `~/path`, or a path.
///
/// # Errors
/// HOME is not set.
pub fn ca_path(sys: &Sys, file: &str) -> Result<PathBuf, ProfilesError> {
    let expanded = sys.expanded(file);
    if expanded.is_absolute() { Ok(expanded) } else { Ok(profiles::folder(sys)?.join(file)) }
}

/// Refuses what is no CA certificate that may be trusted (SECURITY rule 46).
///
/// # Errors
/// What is wrong with it, in words that follow the file's name.
pub fn check_root(bytes: &[u8], now: i64) -> Result<Vec<Cert>, String> {
    let pem = pem::read(bytes);
    if pem.holds_private_key() {
        return Err("holds a private key, which does not belong there".into());
    }
    if let Some(damage) = pem.damage.first() {
        return Err(format!("is damaged in line {}", damage.line));
    }
    let mut found = Vec::new();
    for der in pem.certs() {
        let cert = Cert::read(der).map_err(|_| "holds something that is not a certificate".to_owned())?;
        if !cert.is_ca {
            return Err(format!("holds {}, which is not a CA certificate", cert.subject));
        }
        if cert.not_after <= now {
            return Err(format!("holds {}, which has expired", cert.subject));
        }
        found.push(cert);
    }
    if found.is_empty() { Err("holds no certificate".into()) } else { Ok(found) }
}
