//! Where things lie: the home folder, doorkey's own folders, the files of git and ssh.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The folders of this user. `None` where the machine does not say.
#[derive(Debug, Clone)]
pub struct Places {
    home: Option<PathBuf>,
    xdg_config: Option<PathBuf>,
    passwd: OnceLock<Option<(String, PathBuf)>>,
    config: Option<PathBuf>,
    state: Option<PathBuf>,
    git_global: Option<PathBuf>,
    runtime: Option<PathBuf>,
}

impl Places {
    /// Reads HOME, XDG and the `DOORKEY_*_DIR` overrides.
    pub(super) fn find(env: &BTreeMap<OsString, OsString>) -> Self {
        let get = |name: &str| env.get(OsStr::new(name)).filter(|v| !v.is_empty()).map(PathBuf::from);
        // git looks at $HOME alone, so an unset HOME stays unset here: a home guessed from passwd would make doorkey
        // write a file that git does not read.
        let home = get("HOME").filter(|p| p.is_absolute());
        let dirs = home.as_ref().and_then(|_| directories::ProjectDirs::from("", "", "doorkey"));
        // A relative folder would be another one for each program that git starts; so there is none then.
        let own = |name: &str, usual: &dyn Fn(&directories::ProjectDirs) -> PathBuf| match get(name) {
            Some(folder) => Some(folder).filter(|p| p.is_absolute()),
            None => dirs.as_ref().map(usual),
        };
        let config = own("DOORKEY_CONFIG_DIR", &|d| d.config_dir().to_path_buf());
        let state =
            own("DOORKEY_STATE_DIR", &|d| d.state_dir().unwrap_or_else(|| d.data_local_dir()).to_path_buf());
        let xdg_config = get("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|h| h.join(".config")));
        let git_global =
            get("GIT_CONFIG_GLOBAL").or_else(|| git_of_xdg(home.as_deref()?, xdg_config.as_deref()?));
        let runtime = get("XDG_RUNTIME_DIR").filter(|p| p.is_absolute());
        Self { passwd: OnceLock::new(), home, xdg_config, config, state, git_global, runtime }
    }

    /// `$HOME`, when it is an absolute path.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The home folder that the password file names: ssh reads `~/.ssh` there, whatever `$HOME` says.
    #[must_use]
    pub fn passwd_home(&self) -> Option<&Path> {
        self.passwd.get_or_init(passwd).as_ref().map(|(_, home)| home.as_path())
    }

    /// The user's name there.
    #[must_use]
    pub fn passwd_user(&self) -> Option<&str> {
        self.passwd.get_or_init(passwd).as_ref().map(|(name, _)| name.as_str())
    }

    /// Where programs keep their settings: `$XDG_CONFIG_HOME`, else `~/.config`.
    #[must_use]
    pub fn xdg_config(&self) -> Option<&Path> {
        self.xdg_config.as_deref()
    }

    /// doorkey's configuration: `DOORKEY_CONFIG_DIR`, else `$XDG_CONFIG_HOME/doorkey`.
    #[must_use]
    pub fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// doorkey's state: `DOORKEY_STATE_DIR`, else `$XDG_STATE_HOME/doorkey`. Vault, journal, generations.
    #[must_use]
    pub fn state(&self) -> Option<&Path> {
        self.state.as_deref()
    }

    /// The user's git configuration that doorkey may edit: `$GIT_CONFIG_GLOBAL`, else `~/.gitconfig`.
    ///
    /// git reads `$XDG_CONFIG_HOME/git/config` first and `~/.gitconfig` after it (git-config(1), FILES), so what
    /// stands last in `~/.gitconfig` is read last.
    #[must_use]
    pub fn git_config(&self) -> Option<PathBuf> {
        self.git_global.clone().or_else(|| self.home.as_ref().map(|h| h.join(".gitconfig")))
    }

    /// The user's ssh folder below `$HOME`.
    #[must_use]
    pub fn ssh(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|h| h.join(".ssh"))
    }

    /// `XDG_RUNTIME_DIR`, when it is an absolute path.
    #[must_use]
    pub fn runtime(&self) -> Option<&Path> {
        self.runtime.as_deref()
    }
}

/// git's file below the XDG folder, where a user has it and no `~/.gitconfig`: making one would hide it from
/// `git config --global` (git-config(1), FILES).
#[expect(clippy::disallowed_methods, reason = "part of the machine's capture")]
fn git_of_xdg(home: &Path, xdg: &Path) -> Option<PathBuf> {
    let file = xdg.join("git").join("config");
    let there = |path: &Path| std::fs::symlink_metadata(path).is_ok();
    (!there(&home.join(".gitconfig")) && there(&file)).then_some(file)
}

/// The first and the sixth field of this user's line in /etc/passwd. Users that only a directory service knows are not found here.
#[expect(clippy::disallowed_methods, reason = "part of the machine's capture")]
fn passwd() -> Option<(String, PathBuf)> {
    let uid = rustix::process::geteuid().as_raw().to_string();
    let text = std::fs::read_to_string("/etc/passwd").ok()?;
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, found, home) = (fields.next()?, fields.nth(1)?, fields.nth(2)?);
        (found == uid && home.starts_with('/')).then(|| (name.to_owned(), PathBuf::from(home)))
    })
}
