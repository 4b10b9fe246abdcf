//! The agent of a session: the user's own, of which it shows this profile's keys alone.
//!
//! No key leaves the user's agent, and none is added: a socket of the session stands before it.

use super::VARIABLE;
use super::files::AGENT;
use crate::engine::inspect::public_path;
use crate::engine::render::key_path;
use crate::formats::{ssh_agent, ssh_key};
use crate::model::profile::Profile;
use crate::secret::Secret;
use crate::sys::agent_door::{self, Guard};
use crate::sys::fs::FsError;
use crate::sys::{Sys, process};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The command by which doorkey starts itself as that agent.
pub const COMMAND: &str = "session-agent";

/// Its first argument in the process that hands the socket on.
const FIRST: &str = "start";

/// Where ssh finds its agent.
pub(super) const SOCKET: &str = "SSH_AUTH_SOCK";

/// The file of a session with the fingerprints of the keys that are shown.
pub(super) const KEYS: &str = "agent-keys";

/// The fingerprints of the profile's keys, one a line; empty where no agent answers or there are no keys.
pub(super) fn keys(sys: &Sys, profile: &Profile) -> String {
    if sys.env(SOCKET).is_none() {
        return String::new();
    }
    let home = sys.places().home().unwrap_or(Path::new("/"));
    let named =
        profile.hosts.iter().filter(|host| host.transport.ssh()).filter_map(|host| host.ssh_key.as_deref());
    let mut found: Vec<String> = named.filter_map(|key| fingerprint(sys, &key_path(home, key))).collect();
    found.sort();
    found.dedup();
    found.into_iter().map(|print| print + "\n").collect()
}

/// By the public half beside the key, or by the key itself: one of them may be in the agent alone.
fn fingerprint(sys: &Sys, key: &Path) -> Option<String> {
    let read = |path: &Path| {
        let bytes = Secret::take(sys.read(path).ok().flatten()?);
        ssh_key::read(bytes.expose()).public.ok().map(|half| half.fingerprint)
    };
    read(&public_path(key)).or_else(|| read(key))
}

/// Starts the agent of a session; it ends by itself when nothing runs in the session any more.
pub(super) fn start(sys: &mut Sys, folder: &Path) -> Result<(), FsError> {
    let arguments = [OsStr::new(COMMAND), OsStr::new(FIRST), folder.as_os_str()];
    sys.listen_for(&folder.join(AGENT), &arguments, &[SOCKET])
}

struct OwnKeys(Vec<String>);

impl Guard for OwnKeys {
    fn longest(&self) -> usize {
        ssh_agent::LONGEST
    }

    fn lets_in(&self, request: &[u8]) -> bool {
        ssh_agent::may_ask(request, &self.0)
    }

    fn gives_out(&self, answer: &[u8]) -> Option<Vec<u8>> {
        ssh_agent::shown(answer, &self.0)
    }

    fn refusal(&self) -> &'static [u8] {
        ssh_agent::FAILURE
    }
}

/// Runs as doorkey was started by [`start`], with these words after [`COMMAND`]; says whether it could.
#[must_use]
pub fn run(sys: &mut Sys, words: &[&OsStr]) -> bool {
    match words {
        [first, folder] if *first == FIRST => sys.hand_on(&[OsStr::new(COMMAND), folder]).is_ok(),
        [folder] => serve(sys, Path::new(folder)),
        _ => false,
    }
}

fn serve(sys: &Sys, folder: &Path) -> bool {
    let keys = sys.read_trusted(&folder.join(KEYS)).ok().flatten().unwrap_or_default();
    let keys = String::from_utf8_lossy(&keys).lines().map(str::to_owned).collect();
    let Some(agent) = sys.env(SOCKET).map(PathBuf::from) else { return false };
    let name = folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let needed = || process::lives(name) || process::values_in_use(VARIABLE).contains(folder.as_os_str());
    agent_door::serve(agent, sys.uid(), OwnKeys(keys), needed).is_ok()
}
