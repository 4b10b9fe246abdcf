//! A home folder in a temporary folder, and the program run in it with nothing else in the environment.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What is planted wherever a secret stands, and must come out nowhere.
pub(crate) const CANARY: &str = "c4n4ry-5f0e9b7d2a";

pub(crate) struct Home {
    folder: TempDir,
    env: BTreeMap<String, String>,
}

/// What a run of the program gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}{}", self.out, self.err))
    }

    #[track_caller]
    pub(crate) fn fine(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Self { folder, env: BTreeMap::new() }
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.env.insert(name.into(), value.into());
    }

    /// Writes a file, with the folders above it private.
    pub(crate) fn write(&self, below: &str, text: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.path(below);
        let mut missing: Vec<&Path> = path.ancestors().skip(1).take_while(|p| !p.exists()).collect();
        while let Some(folder) = missing.pop() {
            fs::create_dir(folder).unwrap();
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
        }
        fs::write(&path, text).unwrap();
        self.mode(below, mode);
        path
    }

    pub(crate) fn mode(&self, below: &str, mode: u32) {
        fs::set_permissions(self.path(below), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn read(&self, below: &str) -> String {
        String::from_utf8(fs::read(self.path(below)).unwrap()).unwrap()
    }

    /// A key pair by ssh-keygen.
    pub(crate) fn key(&self, name: &str, kind: &[&str]) -> PathBuf {
        let path = self.path(".ssh").join(name);
        if !self.path(".ssh").exists() {
            fs::create_dir(self.path(".ssh")).unwrap();
            self.mode(".ssh", 0o700);
        }
        let made = Command::new("ssh-keygen")
            .args(["-q", "-N", "", "-C", name])
            .args(kind)
            .arg("-f")
            .arg(&path)
            .output();
        let made = made.unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        path
    }

    /// A repository with one remote, as `git init` and `git remote add` make it.
    pub(crate) fn repository(&self, below: &str, url: &str) {
        let path = self.path(below);
        fs::create_dir_all(&path).unwrap();
        self.program("git", &["init", "-q", path.to_str().unwrap()]).fine();
        self.program("git", &["-C", path.to_str().unwrap(), "remote", "add", "origin", url]).fine();
    }

    /// Runs a program with HOME, PATH and this home's own variables only.
    pub(crate) fn program(&self, program: &str, arguments: &[&str]) -> Ran {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C").envs(&self.env);
        let output = command.current_dir(self.folder.path()).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn doorkey(&self, arguments: &[&str]) -> Ran {
        let ran = self.program(env!("CARGO_BIN_EXE_doorkey"), arguments);
        for text in [&ran.out, &ran.err] {
            assert!(!text.contains(CANARY), "a secret came out of {arguments:?}:\n{text}");
        }
        ran
    }

    /// The codes that `doctor --json` finds, each once, sorted. `ssh-home-differs` is left out: these homes are never
    /// the one in the password file; and `key-without-passphrase`: hardly a key here has one.
    pub(crate) fn codes(&self) -> Vec<String> {
        let found = self.doorkey(&["doctor", "--json"]).json();
        let mut codes: Vec<String> = found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["code"].as_str().unwrap().to_owned())
            .filter(|code| code != "ssh-home-differs" && code != "key-without-passphrase")
            .collect();
        codes.sort();
        codes.dedup();
        codes
    }

    /// Content, mode and (without doorkey's own folders) presence of every file below the home.
    pub(crate) fn snapshot(&self) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
        let mut found = BTreeMap::new();
        let own = [self.path(".config/doorkey"), self.path(".local")];
        walk(self.folder.path(), &own, &mut |path, meta| {
            let bytes = if meta.is_file() { fs::read(path).unwrap() } else { Vec::new() };
            found.insert(path.into(), (bytes, meta.mode()));
        });
        found.remove(&self.path(".config"));
        found
    }

    /// doorkey's own files (journal, settings) that hold a text.
    pub(crate) fn own_files_with(&self, text: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for own in [".config/doorkey", ".local/state/doorkey"]
            .map(|own| self.path(own))
            .iter()
            .filter(|p| p.exists())
        {
            walk(own, &[], &mut |path, meta| {
                if meta.is_file() && fs::read(path).unwrap().windows(text.len()).any(|w| w == text.as_bytes())
                {
                    found.push(path.into());
                }
            });
        }
        found
    }

    /// Inode and times of every file: equal only when nothing was written.
    pub(crate) fn stamps(&self) -> BTreeMap<PathBuf, (u64, i64, i64, u32)> {
        let mut found = BTreeMap::new();
        walk(self.folder.path(), &[], &mut |path, meta| {
            found.insert(path.into(), (meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.mode()));
        });
        found
    }
}

fn walk(folder: &Path, without: &[PathBuf], take: &mut dyn FnMut(&Path, &fs::Metadata)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if without.contains(&path) {
            continue;
        }
        let meta = fs::symlink_metadata(&path).unwrap();
        take(&path, &meta);
        if meta.is_dir() {
            walk(&path, without, take);
        }
    }
}

#[track_caller]
pub(crate) fn same(found: &[String], wanted: &[&str]) {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}
