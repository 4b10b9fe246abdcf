//! Every loose secret below some folders: found by meaning where a program's file is known, by its own bytes elsewhere.
//!
//! Threads walk and read; findings come through a channel while the walk goes on. Nothing is changed. A finding has no
//! value, but says where it stands, so that it can be read there again; values leave this module only where they were
//! asked for ([`Wanted::values`]).

mod content;
mod environment;
mod keepers;
mod queue;
mod same;
mod walk;

pub use keepers::{ALL, Keeper};
pub use same::Stored;

use crate::formats::token::Token;
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::fs::{FsError, Kind};
use content::Candidate;
use keepers::TEXT;
use queue::Queue;
use same::{Digest, Digests, Store};
use std::collections::{HashMap, HashSet};
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use walk::{Counts, File, Job, Message, Walk};

/// Where a secret stands.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a file.
    File {
        /// The file, by the name under which its program knows it.
        path: PathBuf,
        /// 1-based.
        line: usize,
        /// The value as written, in bytes from the start of the file.
        span: Range<usize>,
        /// The file's permission bits.
        mode: u32,
    },
    /// In a variable of the environment.
    Variable {
        /// Its name.
        name: String,
    },
}

/// A loose secret, without its value.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Where it stands.
    pub place: Place,
    /// Whose file it is.
    pub keeper: &'static Keeper,
    /// What it stands under there: `_authToken`, `password`, `URL`.
    pub setting: String,
    /// `host[:port]` that it is for, where that is known.
    pub host: Option<String>,
    /// The user that goes with it, where that is known and no token itself.
    pub user: Option<String>,
    /// What it is, where its bytes say so.
    pub token: Option<Token>,
    /// Equal for equal values, from 1, in the order in which they are found.
    pub number: usize,
    /// The record of the store with the same value.
    pub stored: Option<Stored>,
}

/// A loose secret with its value, for those who are to be asked whether it still lives.
#[derive(Debug)]
pub struct Loose {
    /// As [`Finding::number`].
    pub number: usize,
    /// As [`Finding::host`], of the first place that has one.
    pub host: Option<String>,
    /// The user beside that host.
    pub user: Option<String>,
    /// As [`Finding::token`].
    pub token: Option<Token>,
    /// The value.
    pub secret: Secret,
}

/// What a scan tells while it goes on.
#[derive(Debug)]
pub enum Event {
    /// A secret.
    Found(Finding),
    /// A folder or file that could not be looked at.
    Unreadable(PathBuf, FsError),
    /// A file that is larger than [`crate::sys::fs::LIMIT`], which was not read.
    TooLarge(PathBuf),
    /// So many files were read so far. Comes about ten times a second.
    Progress(u64),
}

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Folders and files. None: the home folder, what the environment names beside it, and the environment.
    pub paths: Vec<PathBuf>,
    /// Also folders that only hold what was fetched or built.
    pub everything: bool,
    /// How many threads.
    pub threads: usize,
    /// Whether [`Summary::loose`] is wanted.
    pub values: bool,
}

/// What a scan came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// Files that were read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that hold no text.
    pub no_text: u64,
    /// Folders of fetched or built things that were not looked into.
    pub folders_passed_over: u64,
    /// Folders and files that could not be looked at.
    pub unreadable: usize,
    /// Places with a secret.
    pub places: usize,
    /// Different secrets.
    pub secrets: usize,
    /// Why the store could not be compared with.
    pub store_trouble: Option<String>,
    /// Whether the caller ended it early.
    pub stopped: bool,
    /// Each different secret once, by its number; empty unless it was asked for.
    pub loose: Vec<Loose>,
}

/// A path to be scanned that is not there.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Nothing stands there.
    #[error("{} is not there", .0.display())]
    Absent(PathBuf),
    /// Neither a path nor a home folder.
    #[error("there is no home folder")]
    NoHome,
}

/// Looks through everything that is wanted and tells `on` of each thing as it is found. `Break` ends the scan.
///
/// # Errors
/// A path that was asked for is not there, or none was and there is no home.
pub fn scan(
    sys: &Sys,
    wanted: &Wanted,
    on: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Result<Summary, ScanError> {
    let roots = roots(sys, wanted)?;
    let digests = Digests::default();
    let mut store = Store::open(sys, &digests);
    let store_trouble = store.trouble.take();
    let counts = Counts::default();
    let queue = Queue::new(roots.iter().map(|root| first_job(sys, root)).collect());
    let walk = Walk { sys, queue: &queue, counts: &counts, roots: &roots, everything: wanted.everything };
    let mut told = Told {
        digests: &digests,
        store: &store,
        numbers: HashMap::new(),
        seen: HashSet::new(),
        values: wanted.values,
        summary: Summary::default(),
    };
    let mut flow =
        if wanted.paths.is_empty() { told.environment(sys, on) } else { ControlFlow::Continue(()) };
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..wanted.threads.max(1) {
            let (walk, send) = (&walk, send.clone());
            scope.spawn(move || walk.work(&send));
        }
        drop(send);
        while flow.is_continue() {
            flow = match receive.recv_timeout(Duration::from_millis(100)) {
                Ok(message) => told.message(message, on),
                Err(RecvTimeoutError::Timeout) => on(Event::Progress(counts.files.load(Ordering::Relaxed))),
                Err(RecvTimeoutError::Disconnected) => break,
            };
        }
        queue.stop();
    });
    let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    Ok(Summary {
        files: count(&counts.files),
        bytes: count(&counts.bytes),
        no_text: count(&counts.no_text),
        folders_passed_over: count(&counts.folders_passed_over),
        secrets: told.numbers.len(),
        store_trouble,
        stopped: flow.is_break(),
        ..told.summary
    })
}

/// The places to start at, every link resolved, none inside another.
fn roots(sys: &Sys, wanted: &Wanted) -> Result<Vec<PathBuf>, ScanError> {
    let mut asked = Vec::new();
    for path in &wanted.paths {
        asked.push(sys.real_path(path).ok_or_else(|| ScanError::Absent(path.clone()))?);
    }
    if wanted.paths.is_empty() {
        let home = sys.places().home().ok_or(ScanError::NoHome)?;
        asked.push(sys.real_path(home).ok_or(ScanError::NoHome)?);
        asked.extend(environment::places(sys).filter_map(|path| sys.real_path(&path)));
    }
    let inside = |path: &Path| asked.iter().any(|other| other != path && path.starts_with(other));
    let mut roots: Vec<PathBuf> = asked.iter().filter(|path| !inside(path)).cloned().collect();
    roots.sort();
    roots.dedup();
    Ok(roots)
}

fn first_job(sys: &Sys, root: &Path) -> Job {
    match sys.look(root) {
        Ok(Some(look)) if look.kind != Kind::Dir => Job::Files(vec![File::at(root.into())]),
        _ => Job::Folder { path: root.into(), depth: 0 },
    }
}

/// What was told so far.
struct Told<'a> {
    digests: &'a Digests,
    store: &'a Store,
    numbers: HashMap<Digest, usize>,
    /// A file with several names is told once.
    seen: HashSet<((u64, u64), usize)>,
    /// Whether values are kept.
    values: bool,
    summary: Summary,
}

impl Told<'_> {
    fn message(&mut self, message: Message, on: &mut dyn FnMut(Event) -> ControlFlow<()>) -> ControlFlow<()> {
        match message {
            Message::Unreadable(path, error) => {
                self.summary.unreadable += 1;
                on(Event::Unreadable(path, error))
            }
            Message::TooLarge(path) => on(Event::TooLarge(path)),
            Message::Secrets { path, mode, id, keeper, found } => {
                for one in found {
                    if !self.seen.insert((id, one.span.start)) {
                        continue;
                    }
                    let (line, span) = (one.line, one.span.clone());
                    let place = Place::File { path: path.clone(), line, span, mode };
                    on(Event::Found(self.finding(place, keeper.unwrap_or(&TEXT), one)))?;
                }
                ControlFlow::Continue(())
            }
        }
    }

    fn environment(&mut self, sys: &Sys, on: &mut dyn FnMut(Event) -> ControlFlow<()>) -> ControlFlow<()> {
        for (name, one) in environment::secrets(sys) {
            on(Event::Found(self.finding(Place::Variable { name }, &keepers::ENVIRONMENT, one)))?;
        }
        ControlFlow::Continue(())
    }

    fn finding(&mut self, place: Place, keeper: &'static Keeper, one: Candidate) -> Finding {
        let digest = self.digests.of(&one.value);
        let next = self.numbers.len() + 1;
        let number = *self.numbers.entry(digest).or_insert(next);
        self.summary.places += 1;
        let Candidate { setting, host, user, token, value, .. } = one;
        if self.values {
            let known = self.summary.loose.get_mut(number - 1);
            match known {
                Some(known) if known.host.is_none() => {
                    (known.host, known.user) = (host.clone(), user.clone())
                }
                Some(_) => {}
                None => {
                    let (host, user, token) = (host.clone(), user.clone(), token.clone());
                    self.summary.loose.push(Loose { number, host, user, token, secret: value });
                }
            }
        }
        Finding {
            place,
            keeper,
            setting,
            host,
            user,
            token,
            number,
            stored: self.store.holds(digest).cloned(),
        }
    }
}
