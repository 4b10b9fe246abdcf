//! The places of this user that lead tools to roots of one's choice. One file a place, the same three verbs in each:
//! look, add, remove. They describe steps; nothing here changes anything.
//!
//! Each is led to one merged file, the public roots and the installed ones: a file with a private root alone takes the
//! public ones away from most tools.

mod curl;
mod fish;
mod git;
mod one_line;
mod pip;
mod shells;
mod wget;

use crate::model::plan::{Anchor, Step};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use serde::Serialize;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

/// The files that places are led to.
#[derive(Debug, Clone)]
pub struct Files {
    /// Their folder, of doorkey's own.
    pub folder: PathBuf,
}

impl Files {
    /// Below doorkey's state folder.
    #[must_use]
    pub fn below(state: &Path) -> Self {
        Self { folder: state.join("trust") }
    }

    /// The public roots and the installed ones, PEM.
    #[must_use]
    pub fn bundle(&self) -> PathBuf {
        self.folder.join("ca-bundle.pem")
    }

    /// The installed ones alone, PEM: for what adds to the public roots.
    #[must_use]
    pub fn extra(&self) -> PathBuf {
        self.folder.join("extra.pem")
    }

    /// What a shell reads.
    #[must_use]
    pub fn environment(&self) -> PathBuf {
        self.folder.join("env.sh")
    }

    /// What fish reads.
    #[must_use]
    pub fn fish_environment(&self) -> PathBuf {
        self.folder.join("env.fish")
    }

    /// The installed roots, each a file by its SHA-256.
    #[must_use]
    pub fn roots(&self) -> PathBuf {
        self.folder.join("roots")
    }
}

/// How a place stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "standing")]
pub enum Standing {
    /// Its tool is not on this machine.
    NotHere,
    /// It is not led to doorkey's file.
    Off,
    /// It is.
    On {
        /// By which file.
        file: PathBuf,
    },
    /// It is led elsewhere, by a setting of the user's that is left alone.
    Own {
        /// The file with the setting.
        file: PathBuf,
        /// Where it leads.
        to: String,
    },
    /// The file with its settings cannot be read or understood.
    Unreadable {
        /// Which.
        file: PathBuf,
    },
}

/// One place that keeps its own roots.
pub trait Target: Debug + Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// Whom it leads, in words.
    fn leads(&self) -> &'static str;

    /// How it stands.
    fn look(&self, sys: &Sys, files: &Files) -> Standing;

    /// The texts that lead it to the files, each with the file that it belongs in.
    fn texts(&self, sys: &Sys, files: &Files) -> Vec<Text>;

    /// The steps that lead it to the files. Asked only while it is off.
    ///
    /// # Errors
    /// A file cannot be read.
    fn add(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        let mut steps = Vec::new();
        for text in self.texts(sys, files) {
            if !text.is_there(sys)? {
                steps.extend(text.add(sys)?);
            }
        }
        Ok(steps)
    }

    /// The steps that take exactly that away.
    ///
    /// # Errors
    /// A file cannot be read.
    fn remove(&self, sys: &Sys, files: &Files) -> Result<Vec<Step>, FsError> {
        let mut steps = Vec::new();
        for text in self.texts(sys, files) {
            steps.extend(text.remove(sys)?);
        }
        Ok(steps)
    }
}

/// All of them, in the order in which they are shown.
pub const ALL: &[&dyn Target] =
    &[&shells::Shells, &fish::Fish, &git::Git, &curl::CURL, &wget::WGET, &pip::Pip];

/// A file of lines with settings, and the text of ours in it: before everything else, as what follows a last line
/// without an end could not be taken away again without a trace.
#[derive(Debug)]
pub struct Text {
    path: PathBuf,
    /// Whole lines.
    ours: String,
}

impl Text {
    fn new(path: PathBuf, ours: String) -> Self {
        Self { path, ours }
    }

    fn is_there(&self, sys: &Sys) -> Result<bool, FsError> {
        let Some(bytes) = sys.read(&self.path)? else { return Ok(false) };
        Ok(memchr::memmem::find(&bytes, self.ours.as_bytes()).is_some())
    }

    fn add(&self, sys: &Sys) -> Result<Vec<Step>, FsError> {
        let (mut steps, mut new) = (Vec::new(), self.ours.clone());
        if sys.read(&self.path)?.is_none() {
            // Made empty, then filled: so undo takes back our text alone, and the file only if nobody wrote to it.
            steps.extend(folders(sys, &self.path)?);
            steps.push(Step::Create { path: self.path.clone(), text: "".into(), mode: 0o644 });
            new.insert_str(0, MADE);
        }
        let path = self.path.clone();
        steps.push(Step::Splice { path, at: Anchor::Start, old: "".into(), new: new.into() });
        Ok(steps)
    }

    /// Takes the text away, and a file that was made for it and holds nothing else.
    fn remove(&self, sys: &Sys) -> Result<Vec<Step>, FsError> {
        let Some(bytes) = sys.read(&self.path)? else { return Ok(Vec::new()) };
        let with_head = MADE.to_owned() + &self.ours;
        if bytes == with_head.as_bytes() {
            let mode = sys.look_through(&self.path)?.map_or(0o644, |look| look.mode);
            return Ok(vec![Step::Remove { path: self.path.clone(), text: bytes.into(), mode }]);
        }
        let found = [with_head.as_str(), self.ours.as_str()]
            .into_iter()
            .find_map(|text| Some((memchr::memmem::find(&bytes, text.as_bytes())?, text)));
        let Some((at, old)) = found else { return Ok(Vec::new()) };
        let (path, at) = (self.path.clone(), Anchor::Near(at));
        Ok(vec![Step::Splice { path, at, old: old.into(), new: "".into() }])
    }
}

/// The first line of a file that was not there before. All of these files take it for a comment.
const MADE: &str = "# Made by doorkey ca install.\n";

/// The folders above a file that are not there yet.
fn folders(sys: &Sys, file: &Path) -> Result<Vec<Step>, FsError> {
    let mut steps = Vec::new();
    for folder in file.ancestors().skip(1) {
        if sys.look_through(folder)?.is_some() {
            break;
        }
        steps.insert(0, Step::MakeDir { path: folder.into(), mode: 0o755 });
    }
    Ok(steps)
}
