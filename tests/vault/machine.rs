//! A machine of its own for each test: home, state, configuration and runtime folders in a temporary folder.

use doorkey::model::name::ProfileName;
use doorkey::model::plan::RecordId;
use doorkey::secret::Secret;
use doorkey::stores::vault::Vault;
use doorkey::stores::{Entry, Record, Store, in_use};
use doorkey::sys::Sys;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// This program where every user may start it: its own folder may lie in somebody's home.
pub(crate) fn program_for_all() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("vault-tests");
    let this = std::env::current_exe().unwrap();
    // A link is enough, and no time is spent on a copy; it fails from one file system to another.
    if fs::hard_link(&this, &program).is_err() {
        crate::executable::write(&program, fs::read(&this).unwrap());
    }
    (folder, program)
}

pub(crate) struct Machine {
    pub(crate) root: TempDir,
    pub(crate) sys: Sys,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let root = TempDir::new().unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let sys = sys_at(root.path());
        Self { root, sys }
    }

    pub(crate) fn with_key_file() -> (Self, Vault) {
        let mut machine = Self::new();
        let key = machine.key_file();
        let vault = Vault::init_with_key_file(&mut machine.sys, &key).unwrap();
        (machine, vault)
    }

    /// A second view of the same folders: what a later process sees.
    pub(crate) fn later(&self) -> Sys {
        sys_at(self.root.path())
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.path("home/keys/vault.txt")
    }

    pub(crate) fn profile_file(&self, profile: &str) -> PathBuf {
        self.path(&format!("state/vault/profiles/{profile}.age"))
    }

    pub(crate) fn identity_file(&self, profile: &str) -> PathBuf {
        self.path(&format!("state/vault/identities/{profile}.age"))
    }

    pub(crate) fn counter_file(&self, profile: &str) -> PathBuf {
        self.path(&format!("state/vault-counters/{profile}"))
    }

    /// Content, inode and time of change of every file of the state: equal only if nothing was written.
    pub(crate) fn state(&self) -> BTreeMap<PathBuf, (Vec<u8>, u64, i64, i64)> {
        let mut found = BTreeMap::new();
        walk(&self.path("state"), &mut found);
        found
    }
}

pub(crate) fn sys_at(root: &Path) -> Sys {
    let variables = [
        ("HOME", root.join("home")),
        ("DOORKEY_STATE_DIR", root.join("state")),
        ("DOORKEY_CONFIG_DIR", root.join("config")),
        ("XDG_RUNTIME_DIR", root.join("run")),
    ];
    Sys::with_env(variables.map(|(name, value)| (OsString::from(name), value.into_os_string())))
}

fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, (Vec<u8>, u64, i64, i64)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        let bytes = if meta.is_dir() {
            walk(&path, found);
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        found.insert(path, (bytes, meta.ino(), meta.mtime(), meta.mtime_nsec()));
    }
}

pub(crate) fn profile(name: &str) -> ProfileName {
    ProfileName::new(name).unwrap()
}

pub(crate) fn token_of(user: &str) -> RecordId {
    RecordId { origin: "https://github.com".into(), path: "acme".into(), user: user.into() }
}

pub(crate) fn entry(secret: &str) -> Entry {
    Entry::new(Secret::copy_of(secret.as_bytes()))
}

/// The secret in use, as text.
pub(crate) fn secret_in_use(records: &[Record], id: &RecordId) -> Option<String> {
    in_use(records, id).map(|r| r.entry.secret.expose_str().unwrap().to_owned())
}

pub(crate) fn version_in_use(store: &dyn Store, sys: &Sys, name: &ProfileName, id: &RecordId) -> u64 {
    in_use(&store.records(sys, name).unwrap(), id).unwrap().version
}

/// Runs a program with bytes on standard input; its output, or what it complained about.
pub(crate) fn run(program: &str, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{program}: {e}"));
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&[output.stderr, output.stdout].concat()).into_owned())
    }
}
