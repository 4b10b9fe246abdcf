//! One key file: what it is, and who names it on this machine.

use super::ssh_keys::{pair, public_path};
use crate::formats::ssh_key::{self, Half, KeyFile};
use crate::model::facts::Pair;
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::fs::{FsError, Look};
use std::path::Path;

/// What is known of a key file.
#[derive(Debug)]
pub struct KeyLook {
    /// What its bytes are.
    pub key: KeyFile,
    /// The file.
    pub look: Look,
    /// Whether it belongs to this user.
    pub ours: bool,
    /// Whether `KEY.pub` is the other half; `None` for a public half.
    pub pair: Option<Pair>,
    /// The settings of ssh_config that name it, as `Host work (~/.ssh/config:3)`.
    pub named_by: Vec<String>,
    /// The profiles that name it, as `acme for git.test`.
    pub profiles: Vec<String>,
    /// Whether the agent has it; `None` where no agent answers, or the key's fingerprint is not known.
    pub in_agent: Option<bool>,
}

/// Looks at one; `None` when it is not there.
///
/// # Errors
/// It is no file, or cannot be read.
pub fn key_file(sys: &Sys, path: &Path) -> Result<Option<KeyLook>, FsError> {
    let Some(look) = sys.look_through(path)? else { return Ok(None) };
    let Some(bytes) = sys.read(path)? else { return Ok(None) };
    let bytes = Secret::take(bytes);
    let key = ssh_key::read(bytes.expose());
    let facts = super::machine(sys);
    let real = sys.real_path(path);
    let is_it = |named: &Path| sys.real_path(named).is_some_and(|named| Some(named) == real);
    let named_by = facts
        .ssh
        .settings
        .iter()
        .filter(|s| s.keyword == "identityfile" && is_it(&sys.expanded(&s.value)))
        .map(|s| format!("{} ({})", s.block.as_deref().unwrap_or("every host"), facts.at(&s.spot)))
        .collect();
    let profiles = facts
        .own
        .keys
        .iter()
        .filter(|k| k.path.as_deref().is_some_and(is_it))
        .map(|k| format!("{} for {}", k.profile, k.host))
        .collect();
    let print = key.public.as_ref().ok().map(|half| &half.fingerprint);
    let in_agent =
        print.filter(|_| facts.ssh.agent.answers).map(|print| facts.ssh.agent.keys.contains(print));
    let other = sys.read(&public_path(path)).ok().flatten().map(|bytes| ssh_key::read(&bytes));
    let pair = (key.half() == Some(Half::Private)).then(|| pair(&key, other.as_ref()));
    Ok(Some(KeyLook { ours: look.uid == sys.uid(), key, look, pair, named_by, profiles, in_agent }))
}
