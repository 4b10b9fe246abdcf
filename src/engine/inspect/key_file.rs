//! Key files: what they are, what is wrong with them, and who names them on this machine.

use super::key_judged::judge;
use super::ssh_keys::{pair, public_path};
use super::{own, ssh};
use crate::formats::ssh_key::{self, Half, KeyFile};
use crate::model::facts::{Agent, Facts, Pair};
use crate::model::weakness::Weakness;
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::fs::{FsError, Look};
use crate::weak_keys::Blacklists;
use ::ssh_key::PrivateKey;
use std::path::{Path, PathBuf};

/// What is known of a key file.
#[derive(Debug)]
pub struct KeyLook {
    /// What its bytes are.
    pub key: KeyFile,
    /// What is wrong with the key.
    pub weaknesses: Vec<Weakness>,
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

/// What is known of the machine around key files, looked at once for all of them.
#[derive(Debug)]
pub struct Surroundings {
    agent: Agent,
    /// Files that are named, as they lie on the disk, and by whom: by a setting, or by a profile.
    named: Vec<(PathBuf, Namer)>,
    lists: Blacklists,
}

#[derive(Debug)]
enum Namer {
    Setting(String),
    Profile(String),
}

impl Surroundings {
    /// Looks at the profiles, ssh's configuration and the agent.
    #[must_use]
    pub fn look(sys: &Sys) -> Self {
        let home = sys.places().home().map(Path::to_path_buf).unwrap_or_default();
        let own = own::with_keys(sys);
        let facts = Facts { home, ssh: ssh::settings(sys, &own), own, ..Facts::default() };
        let settings = facts.ssh.settings.iter().filter(|s| s.keyword == "identityfile").map(|s| {
            let block = s.block.as_deref().unwrap_or("every host");
            (sys.expanded(&s.value), Namer::Setting(format!("{block} ({})", facts.at(&s.spot))))
        });
        let profiles =
            facts.own.keys.iter().filter_map(|k| {
                Some((k.path.clone()?, Namer::Profile(format!("{} for {}", k.profile, k.host))))
            });
        let real = |(path, namer): (PathBuf, Namer)| Some((sys.real_path(&path)?, namer));
        let named = settings.chain(profiles).filter_map(real).collect();
        Self { agent: facts.ssh.agent, named, lists: Blacklists::default() }
    }

    /// Looks at one file; `None` when it is not there.
    ///
    /// # Errors
    /// It is no file, or cannot be read.
    pub fn key_file(&self, sys: &Sys, path: &Path) -> Result<Option<KeyLook>, FsError> {
        let Some(look) = sys.look_through(path)? else { return Ok(None) };
        let Some(bytes) = sys.read(path)? else { return Ok(None) };
        let bytes = Secret::take(bytes);
        let (key, opened) = ssh_key::read_whole(bytes.expose());
        let real = if self.named.is_empty() { None } else { sys.real_path(path) };
        let (mut named_by, mut profiles) = (Vec::new(), Vec::new());
        for (_, namer) in self.named.iter().filter(|(named, _)| Some(named) == real.as_ref()) {
            match namer {
                Namer::Setting(text) => named_by.push(text.clone()),
                Namer::Profile(text) => profiles.push(text.clone()),
            }
        }
        let agent = &self.agent;
        let print = key.public.as_ref().ok().map(|half| &half.fingerprint);
        let in_agent = print.filter(|_| agent.answers).map(|print| agent.keys.contains(print));
        let pair = (key.half() == Some(Half::Private)).then(|| {
            let other = sys.read(&public_path(path)).ok().flatten().map(|bytes| ssh_key::read(&bytes));
            pair(&key, other.as_ref())
        });
        let weaknesses = judge(sys, &self.lists, &key, opened.as_ref());
        Ok(Some(KeyLook {
            ours: look.uid == sys.uid(),
            key,
            weaknesses,
            look,
            pair,
            named_by,
            profiles,
            in_agent,
        }))
    }

    /// What is wrong with a key that is no file, or that a passphrase opened.
    #[must_use]
    pub fn judge(&self, sys: &Sys, key: &KeyFile, opened: Option<&PrivateKey>) -> Vec<Weakness> {
        judge(sys, &self.lists, key, opened)
    }
}
