//! Generations: everything doorkey writes for git and ssh, in one immutable folder; `current` points at one.
//!
//! A switch is one `rename(2)` of one link (SECURITY rules 21 and 22). Generated lines name their own generation,
//! never `current`, and a generation stays for a day after it went out of force, for programs that are still running.

use crate::engine::apply::ApplyError;
use crate::model::text::Text;
use crate::sys::Sys;
use crate::sys::fs::{FsError, Write};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How long a generation outlives its time in force, in seconds.
const KEEP: i64 = 24 * 3600;

/// The file of a generation that names the profile whose identity is in force.
pub(super) const IN_FORCE: &str = "in-force";

/// The file of a generation that names doorkey's configuration folder.
pub(super) const CONFIG: &str = "config-folder";

/// The machine with doorkey's folders as they were when the generation was made: a program that runs git need not
/// have the variables (XDG, `DOORKEY_*_DIR`) of the shell in which doorkey was set up.
#[must_use]
pub fn with_its_folders(sys: Sys, generation: &Path) -> Sys {
    let state = generation.parent().and_then(Path::parent).map(Path::to_path_buf);
    let config = sys.read(&generation.join(CONFIG)).ok().flatten().and_then(|b| String::from_utf8(b).ok());
    let (Some(state), Some(config)) = (state, config.map(PathBuf::from)) else { return sys };
    if sys.places().state() == Some(&state) && sys.places().config() == Some(&config) {
        return sys;
    }
    let folders = [("DOORKEY_STATE_DIR", state), ("DOORKEY_CONFIG_DIR", config)];
    let folders = folders.map(|(name, folder)| (name.into(), folder.into_os_string()));
    let env: Vec<_> = sys.env_all().map(|(name, value)| (name.clone(), value.clone())).collect();
    Sys::with_env(env.into_iter().chain(folders))
}

/// The folder of a generation.
#[must_use]
pub fn folder(state: &Path, name: &str) -> PathBuf {
    state.join("generations").join(name)
}

/// The folder that holds for this process: that of the session it runs in, else of the generation in force. `None` when
/// doorkey is off or was never on.
#[must_use]
pub fn folder_in_force(sys: &Sys) -> Option<PathBuf> {
    if let Some(session) = sys.env(super::session::VARIABLE) {
        return Some(session.into());
    }
    Some(folder(sys.places().state()?, &current(sys)?))
}

/// The link that git's and ssh's includes go through.
#[must_use]
pub fn current_link(state: &Path) -> PathBuf {
    state.join("current")
}

/// Where `off` keeps the generation for `on`.
fn off_link(state: &Path) -> PathBuf {
    state.join("off")
}

/// The path under which git and ssh call doorkey, whatever happens to the file the user started.
#[must_use]
pub fn launcher(state: &Path) -> PathBuf {
    state.join("bin").join("doorkey")
}

fn linked(sys: &Sys, link: &Path) -> Option<String> {
    Some(sys.link_target(link)?.file_name()?.to_str()?.to_owned())
}

/// The generation in force; `None` when doorkey is off or was never on.
#[must_use]
pub fn current(sys: &Sys) -> Option<String> {
    linked(sys, &current_link(sys.places().state()?))
}

/// The generation that was in force when doorkey was switched off.
#[must_use]
pub fn before_off(sys: &Sys) -> Option<String> {
    linked(sys, &off_link(sys.places().state()?))
}

/// The name for the next generation.
///
/// # Errors
/// The folder cannot be listed.
pub fn next_name(sys: &Sys, state: &Path) -> Result<String, FsError> {
    let names = sys.list(&state.join("generations"))?;
    let newest = names.iter().filter_map(|p| p.file_name()?.to_str()?.parse::<u64>().ok()).max();
    Ok(format!("{:06}", newest.unwrap_or(0) + 1))
}

/// The files of a generation, by name.
///
/// # Errors
/// One cannot be read.
pub fn files(sys: &Sys, state: &Path, name: &str) -> Result<BTreeMap<String, Text>, FsError> {
    let mut found = BTreeMap::new();
    for path in sys.list(&folder(state, name))? {
        if let (Some(file), Some(bytes)) = (path.file_name().and_then(|n| n.to_str()), sys.read(&path)?) {
            found.insert(file.to_owned(), bytes.into());
        }
    }
    Ok(found)
}

/// Takes the generation in force out of force. `keep` is the one that `on` goes back to.
pub(super) fn switch_off(sys: &mut Sys, keep: Option<&str>) -> Result<(), ApplyError> {
    let state = sys.places().state().map(Path::to_path_buf).ok_or(ApplyError::NoState)?;
    match keep {
        Some(name) => sys.point_link(&off_link(&state), &folder(&state, name))?,
        None => sys.remove_file(&off_link(&state))?,
    }
    Ok(sys.remove_file(&current_link(&state))?)
}

/// Takes the generation in force out of force when nothing can be written.
pub(super) fn drop_current(sys: &mut Sys) -> Result<(), ApplyError> {
    let state = sys.places().state().map(Path::to_path_buf).ok_or(ApplyError::NoState)?;
    Ok(sys.remove_file(&current_link(&state))?)
}

/// Writes a new generation, if it brings files, and makes it the one in force.
pub(super) fn switch(sys: &mut Sys, to: &str, files: &BTreeMap<String, Text>) -> Result<(), ApplyError> {
    let state = sys.places().state().map(Path::to_path_buf).ok_or(ApplyError::NoState)?;
    let current = current_link(&state);
    let off = off_link(&state);
    let dir = folder(&state, to);
    if !files.is_empty() {
        // Never into a folder that is there: a generation in force does not change.
        sys.make_new_dir(&dir, 0o700)?;
        for (name, text) in files {
            sys.write_atomic(&dir.join(name), text.bytes(), Write::with_mode(0o600))?;
        }
        // ssh notes accepted host keys there; it makes the file, but not the folder.
        sys.make_dir(&state.join("known_hosts"), 0o700)?;
        sys.refresh_launcher(&launcher(&state))?;
    } else if sys.look(&dir)?.is_none() {
        return Err(ApplyError::GenerationGone(to.into()));
    }
    sys.point_link(&current, &dir)?;
    Ok(sys.remove_file(&off)?)
}

/// Puts the links back that [`switch_off`] and [`switch`] may have begun with, and clears away what they left
/// unfinished: for a switch that did not happen.
pub(super) fn clear_unfinished(
    sys: &mut Sys,
    from: Option<&str>,
    to: Option<&str>,
    new: bool,
) -> Result<(), ApplyError> {
    let state = sys.places().state().map(Path::to_path_buf).ok_or(ApplyError::NoState)?;
    if let Some(name) = to.filter(|_| new) {
        sys.remove_own_dir(&folder(&state, name))?;
    }
    // While a generation is in force there is none that `on` goes back to.
    if from.is_some() {
        sys.remove_file(&off_link(&state))?;
    }
    for path in [current_link(&state), off_link(&state), launcher(&state)] {
        sys.heal(&path);
    }
    Ok(())
}

/// Removes generations that are older than a day, but for the one in force and those that `undo` may go back to.
///
/// Only after the change counts: what it took out of force is named by its entry in the journal then.
pub(super) fn clear_old(sys: &mut Sys, state: &Path) -> Result<(), ApplyError> {
    let now = sys.now();
    let kept = [current(sys), before_off(sys)];
    let mut wanted = super::journal::Journal::below(state).generations(sys)?;
    wanted.extend(kept.into_iter().flatten());
    for dir in sys.list(&state.join("generations"))? {
        let Some(name) = dir.file_name().and_then(|n| n.to_str()) else { continue };
        let old = sys.look(&dir)?.is_some_and(|l| now - l.modified > KEEP);
        if old && !wanted.iter().any(|w| w == name) {
            sys.remove_own_dir(&dir)?;
        }
    }
    Ok(())
}
