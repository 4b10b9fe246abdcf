//! The only floor that touches the machine.
//!
//! [`Sys`] is the machine as a value: environment, folders, files, programs, clock. `&Sys` looks, `&mut Sys`
//! touches; what takes `&Sys` cannot write because it does not compile.

pub mod agent_door;
pub mod fs;
pub mod handed;
pub mod keys;
pub mod local_socket;
pub mod lock;
pub mod net;
pub mod new_key;
pub mod place;
pub mod process;
pub mod relay;
pub mod run;
pub mod tty;

use place::Places;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The machine: what was found at the start of the process, and the ways to look at it and to change it.
#[derive(Debug)]
pub struct Sys {
    env: BTreeMap<OsString, OsString>,
    places: Places,
    uid: u32,
    sound: fs::Sound,
}

impl Sys {
    /// Whether this process may do what only root may.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// Captures environment, user and folders. Nothing is created.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn capture() -> Self {
        Self::with_env(std::env::vars_os())
    }

    /// The same machine with another environment: for tests and sealed sessions.
    ///
    /// Set `DOORKEY_STATE_DIR` and `DOORKEY_CONFIG_DIR` too: without them the folders of the process's own
    /// environment are used.
    #[must_use]
    pub fn with_env(env: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let env: BTreeMap<OsString, OsString> = env.into_iter().collect();
        let uid = rustix::process::geteuid().as_raw();
        let places = Places::find(&env);
        Self { env, places, uid, sound: fs::Sound::default() }
    }

    /// An environment variable, if it is set, not empty and UTF-8.
    #[must_use]
    pub fn env(&self, name: &str) -> Option<&str> {
        self.env.get(std::ffi::OsStr::new(name)).and_then(|v| v.to_str()).filter(|v| !v.is_empty())
    }

    /// An environment variable as it is: set and empty is not the same as not set.
    #[must_use]
    pub fn env_raw(&self, name: &str) -> Option<String> {
        self.env.get(std::ffi::OsStr::new(name)).and_then(|v| v.to_str()).map(str::to_owned)
    }

    /// All environment variables, as they were at the start.
    pub fn env_all(&self) -> impl Iterator<Item = (&OsString, &OsString)> {
        self.env.iter()
    }

    /// The folders of the user and of doorkey.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The effective user id.
    #[must_use]
    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// Seconds since 1970-01-01 UTC.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn now(&self) -> i64 {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
    }

    /// This machine's name, where the system tells it in a file.
    #[must_use]
    pub fn host_name(&self) -> Option<String> {
        let bytes = self.read(Path::new("/proc/sys/kernel/hostname")).ok()??;
        Some(String::from_utf8(bytes).ok()?.trim_end().to_owned())
    }

    /// The folder the command was started in.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the working folder")]
    pub fn cwd(&self) -> Option<PathBuf> {
        std::env::current_dir().ok()
    }

    /// The file of the running program.
    #[must_use]
    pub fn own_program(&self) -> Option<PathBuf> {
        let path = std::env::current_exe().ok()?;
        // Linux adds this to the link's text when the file was replaced while it runs.
        let text = path.to_str()?;
        Some(PathBuf::from(text.strip_suffix(" (deleted)").unwrap_or(text)))
    }

    /// A path as people write it: `~` for the home folder.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        if let Some(home) = self.places.home()
            && let Ok(rest) = path.strip_prefix(home)
        {
            return if rest.as_os_str().is_empty() { "~".into() } else { format!("~/{}", rest.display()) };
        }
        path.display().to_string()
    }

    /// Replaces a leading `~/` by the home folder. Other paths stay as they are.
    #[must_use]
    pub fn expanded(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), self.places.home()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        }
    }
}
