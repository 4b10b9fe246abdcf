//! A sealed session: programs run with one profile's credentials, and cannot reach another's.
//!
//! A session is a folder as a generation is, for one profile alone, below `<state>/sessions`; its name is that of the
//! process that becomes the user's command. git, ssh and the other tools are led there by their own variables, so
//! nothing of the user's changes. No secret lies in it: who asks for one gets it from the helper, which knows by the
//! folder's table whose session it is. npm, which asks nobody, gets its tokens in variables.

pub mod agent;
mod files;
mod npm;
mod shells;
mod walls;

use super::closed::with_closed;
use super::generation;
use super::in_force::{self, InForceError};
use crate::model::name::ProfileName;
use crate::model::profile::Profile;
use crate::secret::Secret;
use crate::stores::{self, StoreKind};
use crate::sys::Sys;
use crate::sys::fs::{FsError, Laid};
use crate::sys::process;
use files::PROGRAMS;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The variable that names a session's folder to the programs in it.
pub const VARIABLE: &str = "DOORKEY_SESSION";

/// How many sessions must have ended before their folders are cleared away.
const ENOUGH: usize = 16;

/// A session that is ready.
#[derive(Debug)]
pub struct Session {
    /// Its folder.
    pub folder: PathBuf,
    /// All that a program in it finds in its environment.
    pub environment: BTreeMap<OsString, OsString>,
    /// Why it has no agent, though the user has one with keys of the profile.
    pub without_agent: Option<FsError>,
    /// Why npm gets no token, in words.
    pub without_npm: Vec<String>,
}

/// Files by their names below the session's folder.
type Files = Vec<(String, Laid)>;

/// What a session is made of.
#[derive(Debug)]
pub struct Made {
    files: Files,
    folder: PathBuf,
    environment: BTreeMap<OsString, OsString>,
    /// The variables among them that the session sets.
    set: Vec<OsString>,
    /// Variables that are secret.
    secrets: Vec<(String, Secret)>,
    /// Why npm gets no token, in words.
    without_npm: Vec<String>,
    has_agent: bool,
}

impl Made {
    /// The arguments for the user's shell, which gets files of its own in the session where its kind is known.
    pub fn for_shell(&mut self, sys: &Sys, program: &Path, profile: &ProfileName) -> Vec<OsString> {
        shells::arguments(sys, program, profile, self)
    }

    /// Adds a file; where it will be.
    fn add(&mut self, name: &str, text: String) -> PathBuf {
        self.files.push((name.into(), Laid::File(text.into_bytes())));
        self.place(name)
    }

    /// Where a file of that name will be.
    fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The session's own program of that name, if it brings one.
    #[must_use]
    pub fn program(&self, name: &OsStr) -> Option<PathBuf> {
        let own = Path::new(PROGRAMS).join(name);
        let is_own = self.files.iter().any(|(file, _)| Path::new(file) == own);
        is_own.then(|| self.folder.join(own))
    }

    /// What the session sets, and no user's variable among it; a secret is masked.
    pub fn walls(&self) -> impl Iterator<Item = (String, String)> {
        let masked = self.secrets.iter().map(|(name, _)| (name.clone(), "***".to_owned()));
        let plain = self.set.iter().filter_map(|name| {
            let value = self.environment.get(name)?;
            Some((name.to_str()?.to_owned(), value.to_str()?.to_owned()))
        });
        plain.chain(masked)
    }
}

/// The folder of all sessions.
fn all_of(state: &Path) -> PathBuf {
    state.join("sessions")
}

/// The profile of the session that this process runs in; `None` outside of sessions.
///
/// # Errors
/// The folder that the environment names is no session of this machine, or is gone.
pub fn here(sys: &Sys) -> Result<Option<ProfileName>, PathBuf> {
    let Some(folder) = sys.env(VARIABLE).map(PathBuf::from) else { return Ok(None) };
    let is_one = sys.places().state().is_some_and(|state| folder.parent() == Some(&all_of(state)));
    let name = if is_one { in_force::profile_of(sys, &folder) } else { None };
    name.map(Some).ok_or(folder)
}

/// All that a session of `profile` would be, without making it. `kept` are variables that are let in beside the usual.
///
/// # Errors
/// Its files cannot be made.
pub fn plan(sys: &Sys, all: &[Profile], profile: &Profile, kept: &[String]) -> Result<Made, InForceError> {
    let state = sys.places().state().ok_or(InForceError::NoHome)?;
    let folder = all_of(state).join(process::own_name().unwrap_or_else(|| "session".into()));
    let routes = with_closed(sys, all, None)?;
    let rendered = in_force::made(
        sys,
        std::slice::from_ref(profile),
        Some(&profile.name),
        &folder,
        &in_force::Pending::new(),
    )?;
    let keeps_keyring = matches!(stores::describe(sys), Ok(Some(StoreKind::Keyring)));
    let asked = files::Asked { sys, state, folder: &folder, profile, routes: &routes };
    let (mut files, roots) = files::all(&asked, rendered)?;
    let npm::Npm { settings, given: secrets, without: without_npm } = npm::of(sys, profile);
    files.push((files::NPMRC.into(), Laid::File(settings.into_bytes())));
    let mut environment = walls::let_in(sys, kept, keeps_keyring);
    let has_java = files.iter().any(|(name, _)| name == files::JAVA);
    let mut walls = walls::set(&asked, roots.as_deref(), has_java);
    let keys = agent::keys(sys, profile);
    let has_agent = !keys.is_empty();
    if has_agent {
        files.push((agent::KEYS.into(), Laid::File(keys.into_bytes())));
        walls.insert(agent::SOCKET.into(), folder.join(files::AGENT).into());
    }
    let set = walls.keys().cloned().collect();
    environment.extend(walls);
    Ok(Made { files, folder, environment, set, secrets, without_npm, has_agent })
}

/// Makes the session, and clears away those that ended.
///
/// # Errors
/// Its files cannot be written.
pub fn open(sys: &mut Sys, made: Made) -> Result<Session, FsError> {
    let state = sys.places().state().map(Path::to_path_buf).unwrap_or_default();
    clear_ended(sys, &state);
    // A process of this number and time that came to nothing here.
    sys.remove_own_dir(&made.folder)?;
    sys.lay_out(&made.folder, &made.files)?;
    sys.make_dir(&state.join("known_hosts"), 0o700)?;
    let launcher = generation::launcher(&state);
    if !sys.launcher_is_fresh(&launcher)? {
        sys.refresh_launcher(&launcher)?;
    }
    let Made { folder, mut environment, secrets, without_npm, .. } = made;
    // Nowhere but into the environment of the process that this one becomes.
    let words = secrets.iter().filter_map(|(name, secret)| Some((name.into(), secret.expose_str()?.into())));
    environment.extend(words);
    let started = if made.has_agent { agent::start(sys, &folder) } else { Ok(()) };
    let without_agent = started.err();
    if without_agent.is_some() {
        environment.remove(OsStr::new(agent::SOCKET));
    }
    Ok(Session { folder, environment, without_agent, without_npm })
}

/// Removes the folders of sessions in which nothing runs any more. All processes are looked at for that, so not each time.
fn clear_ended(sys: &mut Sys, state: &Path) {
    let lives = |folder: &Path| folder.file_name().and_then(OsStr::to_str).is_some_and(process::lives);
    let mut ended = sys.list(&all_of(state)).unwrap_or_default();
    ended.retain(|folder| !lives(folder));
    if ended.len() < ENOUGH {
        return;
    }
    // A command may leave programs behind that go on in the session: an editor's window, a server.
    let in_use = process::values_in_use(VARIABLE);
    for folder in ended.iter().filter(|folder| !in_use.contains(folder.as_os_str())) {
        let _ = sys.remove_own_dir(folder);
    }
}
