//! From folder to folder, with several threads: what is looked into, what is passed over, and what each file holds.

use super::content::{Candidate, secrets};
use super::keepers::{At, Keeper};
use super::queue::Queue;
use crate::sys::Sys;
use crate::sys::fs::{Content, Entry, FsError, Kind, LIMIT};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use zeroize::Zeroize;

/// Folders that only hold what was fetched or built. `--all` looks into them too.
const PASSED_OVER: &[&str] = &[
    "node_modules",
    "bower_components",
    "site-packages",
    "dist-packages",
    "__pycache__",
    "_cacache",
    ".rustup",
    ".tox",
];

/// The same, where the folder above has this name.
const PASSED_OVER_BELOW: &[(&str, &str)] = &[
    (".cargo", "registry"),
    (".cargo", "git"),
    ("pkg", "mod"),
    (".m2", "repository"),
    (".gradle", "caches"),
    (".gradle", "wrapper"),
    (".nuget", "packages"),
    (".yarn", "cache"),
    (".pnpm-store", "v3"),
];

/// Files that hold no text, by their ends.
const NO_TEXT: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "ico", "pdf", "zip", "gz", "xz", "bz2", "zst", "tgz", "jar",
    "class", "so", "a", "o", "rlib", "rmeta", "wasm", "woff", "woff2", "ttf", "otf", "mp3", "mp4", "mkv",
    "mov", "pyc", "pack", "idx",
];

/// In a repository's own folder: what people and tools write into. Not objects, not packs.
const OF_A_REPOSITORY: &[&str] = &["hooks", "modules", "worktrees", "config", "config.worktree"];

/// Folders that lie deeper are not looked into: a loop of mounts must end.
const DEEPEST: usize = 100;

/// How many files one job has.
const AT_ONCE: usize = 64;

/// Something to look at.
#[derive(Debug)]
pub(super) enum Job {
    Folder { path: PathBuf, depth: usize },
    Files(Vec<File>),
}

/// A file, and the name under which it is known where that is a link to it.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) known_as: Option<PathBuf>,
}

impl File {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path, known_as: None }
    }
}

/// What a thread tells.
pub(super) enum Message {
    Secrets {
        path: PathBuf,
        mode: u32,
        id: (u64, u64),
        keeper: Option<&'static Keeper>,
        found: Vec<Candidate>,
    },
    Unreadable(PathBuf, FsError),
    TooLarge(PathBuf),
}

/// How much was looked at.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) files: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) no_text: AtomicU64,
    pub(super) folders_passed_over: AtomicU64,
}

fn add(count: &AtomicU64, more: u64) {
    count.fetch_add(more, Ordering::Relaxed);
}

/// What all threads share.
pub(super) struct Walk<'a> {
    pub(super) sys: &'a Sys,
    pub(super) queue: &'a Queue<Job>,
    pub(super) counts: &'a Counts,
    /// With every link resolved. Nothing outside is read, but for what a worktree points to below the home folder.
    pub(super) roots: &'a [PathBuf],
    pub(super) everything: bool,
}

impl Walk<'_> {
    /// Works until there is nothing left. What was read is wiped at the end.
    pub(super) fn work(&self, send: &Sender<Message>) {
        let mut buffer = Vec::new();
        while let Some(job) = self.queue.next() {
            let alive = match job {
                Job::Folder { path, depth } => self.folder(&path, depth, send),
                Job::Files(files) => files.iter().all(|file| self.file(file, &mut buffer, send)),
            };
            if !alive {
                self.queue.stop();
            }
            self.queue.done();
        }
        buffer.zeroize();
    }

    /// Whether somebody still listens.
    fn folder(&self, folder: &Path, depth: usize, send: &Sender<Message>) -> bool {
        let entries = match self.sys.entries(folder) {
            Ok(entries) => entries,
            Err(error) => return tell(send, folder, error),
        };
        let has = |name: &str| entries.iter().any(|e| e.name == name);
        // https://bford.info/cachedir: a folder that says itself that it is a cache.
        if !self.everything && has("CACHEDIR.TAG") {
            add(&self.counts.folders_passed_over, 1);
            return true;
        }
        let is_repository = has("HEAD") && has("objects") && has("refs");
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        for Entry { name, kind } in entries {
            if is_repository && !OF_A_REPOSITORY.iter().any(|known| name == *known) {
                continue;
            }
            let path = folder.join(&name);
            match kind {
                Kind::Dir if self.passes_over(folder, &name, &path) => {
                    add(&self.counts.folders_passed_over, 1)
                }
                Kind::Dir if depth < DEEPEST => folders.push(Job::Folder { path, depth: depth + 1 }),
                Kind::File if name == ".git" => files.extend(self.of_worktree(folder, &path)),
                Kind::File if holds_no_text(&path) => add(&self.counts.no_text, 1),
                Kind::File => files.push(File::at(path)),
                Kind::Link => files.extend(self.link(path)),
                Kind::Dir | Kind::Other => {}
            }
        }
        let mut files = files.into_iter();
        let batches = std::iter::from_fn(|| {
            let batch: Vec<File> = files.by_ref().take(AT_ONCE).collect();
            (!batch.is_empty()).then_some(Job::Files(batch))
        });
        self.queue.push(folders.into_iter().chain(batches));
        true
    }

    fn passes_over(&self, folder: &Path, name: &OsStr, path: &Path) -> bool {
        let below = folder.file_name();
        let known = PASSED_OVER.iter().any(|known| name == *known)
            || PASSED_OVER_BELOW
                .iter()
                .any(|(above, known)| name == *known && below == Some(OsStr::new(above)));
        let ours = self.sys.places().state().is_some_and(|state| state == path);
        // What the kernel shows there are no files.
        let kernels = ["/proc", "/sys", "/dev"].iter().any(|k| path == Path::new(k));
        (known && !self.everything) || ours || kernels
    }

    /// A link is followed only to a file below the roots, and only where its name says that a program reads it.
    fn link(&self, path: PathBuf) -> Option<File> {
        keeper(&path)?;
        let real = self.sys.real_path(&path).filter(|real| self.is_inside(real))?;
        let is_file = self.sys.look(&real).ok().flatten().is_some_and(|look| look.kind == Kind::File);
        is_file.then_some(File { path: real, known_as: Some(path) })
    }

    fn is_inside(&self, path: &Path) -> bool {
        self.roots.iter().any(|root| path.starts_with(root))
    }

    /// gitrepository-layout(5): a worktree's `.git` names its folder, and that one the folder with the configuration.
    /// What lies below the roots is walked anyway.
    fn of_worktree(&self, folder: &Path, pointer: &Path) -> Vec<File> {
        let first_line = |path: &Path| {
            let bytes = self.sys.read(path).ok().flatten()?;
            Some(String::from_utf8(bytes).ok()?.lines().next()?.trim().to_owned())
        };
        let Some(target) = first_line(pointer) else { return Vec::new() };
        let Some(target) = target.strip_prefix("gitdir:") else { return Vec::new() };
        let own = folder.join(target.trim());
        let common = first_line(&own.join("commondir")).map(|common| own.join(common));
        let of_home = |path: &PathBuf| self.sys.places().home().is_some_and(|home| path.starts_with(home));
        [
            common.map(|common| common.join("config")),
            Some(own.join("config.worktree")),
            Some(own.join("config")),
        ]
        .into_iter()
        .flatten()
        .filter_map(|path| self.sys.real_path(&path))
        .filter(|path| of_home(path) && !self.is_inside(path))
        .map(File::at)
        .collect()
    }

    fn file(&self, file: &File, buffer: &mut Vec<u8>, send: &Sender<Message>) -> bool {
        let name = file.known_as.as_ref().unwrap_or(&file.path);
        let keeper = keeper(name);
        let opened = match self.sys.read_into(&file.path, buffer, LIMIT, keeper.is_none()) {
            Ok(opened) => opened,
            Err(error) => return tell(send, name, error),
        };
        match opened.content {
            Content::Binary => add(&self.counts.no_text, 1),
            Content::NoFile => {}
            Content::TooLarge => return send.send(Message::TooLarge(name.clone())).is_ok(),
            Content::Whole => {
                add(&self.counts.files, 1);
                add(&self.counts.bytes, buffer.len() as u64);
                let found = secrets(buffer, keeper);
                if !found.is_empty() {
                    let (mode, id) = (opened.mode, opened.id);
                    return send
                        .send(Message::Secrets { path: name.clone(), mode, id, keeper, found })
                        .is_ok();
                }
            }
        }
        true
    }
}

/// What vanished while we walked is no trouble.
fn tell(send: &Sender<Message>, path: &Path, error: FsError) -> bool {
    error.kind() == Some(io::ErrorKind::NotFound)
        || send.send(Message::Unreadable(path.into(), error)).is_ok()
}

fn keeper(path: &Path) -> Option<&'static Keeper> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().map(Path::to_string_lossy).unwrap_or_default();
    At { name, folder: &folder }.keeper()
}

fn holds_no_text(path: &Path) -> bool {
    path.extension().and_then(OsStr::to_str).is_some_and(|end| NO_TEXT.contains(&end))
}
