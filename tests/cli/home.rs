//! A home folder of its own for each test, and doorkey run in it with `env -i HOME PATH`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Stands in the store of every prepared home; must come out of `credential get` only.
pub(crate) const CANARY: &str = "glpat-Qx7vRt2mKd9sLw4pZc6nBh1jYf8g";

/// What doorkey printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(!self.err.contains("panicked"), "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.with_code(0)
    }
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) mode: u32,
    pub(crate) content: Vec<u8>,
    pub(crate) link: Option<PathBuf>,
    /// Inode and time of change: equal only if nothing was written.
    pub(crate) touched: (u64, i64, i64),
}

pub(crate) type Tree = BTreeMap<PathBuf, Found>;

pub(crate) struct Home {
    root: TempDir,
}

impl Home {
    pub(crate) fn empty() -> Self {
        Self::below(TempDir::with_prefix("doorkey-").unwrap())
    }

    /// As [`Home::empty`], in a folder where that is there and may be written, otherwise where temporary files go.
    pub(crate) fn empty_below(folder: &Path) -> Self {
        TempDir::with_prefix_in("doorkey-", folder).map_or_else(|_| Self::empty(), Self::below)
    }

    fn below(root: TempDir) -> Self {
        fs::create_dir(root.path().join("home")).unwrap();
        fs::set_permissions(root.path().join("home"), fs::Permissions::from_mode(0o700)).unwrap();
        Self { root }
    }

    /// A store with a key file outside the home, profile `acme` on git.test/acme with the canary as its token; off.
    pub(crate) fn prepared() -> Self {
        let home = Self::empty();
        home.prepare();
        home
    }

    pub(crate) fn prepare(&self) {
        self.store();
        self.run(&[
            "profile",
            "add",
            "acme",
            "--host",
            "git.test",
            "--owner",
            "acme",
            "--user",
            "ada",
            "--name",
            "Ada Lovelace",
            "--email",
            "ada@acme.test",
            "--yes",
        ])
        .ok();
        self.token("acme", CANARY);
    }

    pub(crate) fn store(&self) {
        let key = self.outside("vault-key");
        self.run(&["store", "init", "--key-file", key.to_str().unwrap()]).ok();
    }

    pub(crate) fn token(&self, profile: &str, token: &str) {
        let arguments = ["token", "add", profile, "--host", "git.test", "--user", "ada", "--stdin", "--yes"];
        self.run_with(&arguments, token.as_bytes()).ok();
    }

    /// As [`Home::prepared`], with `use acme`.
    pub(crate) fn in_force() -> Self {
        let home = Self::prepared();
        home.run(&["use", "acme", "--yes"]).ok();
        home
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// A path beside the home folder.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.dir().join(below)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path(".local/state/doorkey")
    }

    pub(crate) fn write(&self, below: &str, bytes: impl AsRef<[u8]>, mode: u32) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn read(&self, below: &str) -> Vec<u8> {
        fs::read(self.path(below)).unwrap_or_else(|e| panic!("{below}: {e}"))
    }

    pub(crate) fn text(&self, below: &str) -> String {
        String::from_utf8(self.read(below)).unwrap()
    }

    /// A program with only HOME and PATH in its environment.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("HOME", self.dir()).env("PATH", std::env::var_os("PATH").unwrap());
        command.current_dir(self.dir()).stdin(Stdio::null());
        command
    }

    pub(crate) fn doorkey(&self) -> Command {
        self.program(env!("CARGO_BIN_EXE_doorkey"))
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.doorkey().args(arguments).output().unwrap())
    }

    pub(crate) fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = self.doorkey();
        command.args(arguments);
        feed(command, input)
    }

    /// What git reads of a key, through its own includes.
    pub(crate) fn git(&self, key: &str) -> String {
        let output = self.program("git").args(["config", "--get-all", key]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn tree(&self) -> Tree {
        let mut found = Tree::new();
        walk(&self.dir(), &mut found);
        found
    }

    /// The user's own files: everything but doorkey's state.
    pub(crate) fn users_tree(&self) -> BTreeMap<PathBuf, (u32, Vec<u8>, Option<PathBuf>)> {
        let local = [".local", ".local/state"].map(|p| self.path(p));
        let mut tree = self.tree();
        tree.retain(|path, _| !path.starts_with(self.state()) && !local.contains(path));
        tree.into_iter().map(|(path, f)| (path, (f.mode, f.content, f.link))).collect()
    }
}

/// Runs a program with bytes on standard input.
pub(crate) fn feed(mut command: Command, input: &[u8]) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = pipe.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran::of(&output)
}

pub(crate) fn walk(folder: &Path, found: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        let (mut content, mut link) = (Vec::new(), None);
        if meta.is_dir() {
            walk(&path, found);
        } else if meta.is_symlink() {
            link = Some(fs::read_link(&path).unwrap());
        } else if meta.len() < 4 << 20 {
            // The launcher is this program, unstripped.
            content = fs::read(&path).unwrap();
        }
        let touched = (meta.ino(), meta.mtime(), meta.mtime_nsec());
        found.insert(path, Found { mode: meta.mode(), content, link, touched });
    }
}

/// The paths at which two trees differ, for messages.
pub(crate) fn differences(a: &Tree, b: &Tree) -> Vec<PathBuf> {
    let paths: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
    paths.into_iter().filter(|p| a.get(*p) != b.get(*p)).cloned().collect()
}
