//! The launcher: the copy of doorkey's program that git and ssh call.

use super::change::sync_dir;
use super::{FsError, Kind, Sys};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What the part for git and ssh says of itself. It stands in that program, so it also tells which version that is.
pub const PART_FOR_GIT_AND_SSH: &str = concat!(
    "doorkey ",
    env!("CARGO_PKG_VERSION"),
    ": this part only answers git and ssh; run the program itself: doorkey"
);

/// The file of that part, beside the program. By this name git finds it as a helper too (gitcredentials(7)).
const PART: &str = "git-credential-doorkey";

/// How much of it is read at once.
const PIECE: u64 = 256 << 10;

impl Sys {
    /// Makes `launcher` a copy of the part for git and ssh that lies beside the program that runs now, or of the program
    /// itself where there is none of the same version.
    ///
    /// It goes on working when the file the user started is moved, removed, or written over in place, by which a hard
    /// link would change too.
    ///
    /// # Errors
    /// What the operating system says; the old launcher stays.
    #[expect(clippy::disallowed_methods, reason = "part of sys::fs: the one place that changes files")]
    pub fn refresh_launcher(&mut self, launcher: &Path) -> Result<(), FsError> {
        let Some(from) = self.launcher_source() else { return Ok(()) };
        if from == launcher || self.is_copy(&from, launcher)? {
            return Ok(());
        }
        let dir = launcher.parent().unwrap_or(Path::new("/"));
        self.make_dir(dir, 0o700)?;
        let fresh = dir.join(".doorkey.doorkey-new");
        let _ = std::fs::remove_file(&fresh);
        let fail = |e: io::Error| FsError::io("copy", &from, e);
        std::fs::copy(&from, &fresh).map_err(fail)?;
        let file = std::fs::OpenOptions::new().write(true).open(&fresh).map_err(fail)?;
        let modified = std::fs::metadata(&from).and_then(|m| m.modified()).map_err(fail)?;
        file.set_modified(modified).map_err(fail)?;
        file.sync_all().map_err(fail)?;
        drop(file);
        std::fs::rename(&fresh, launcher).map_err(|e| FsError::io("rename to", launcher, e))?;
        sync_dir(dir)
    }

    /// Whether `launcher` is what [`Sys::refresh_launcher`] would put there.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn launcher_is_fresh(&self, launcher: &Path) -> Result<bool, FsError> {
        let Some(from) = self.launcher_source() else { return Ok(true) };
        self.is_copy(&from, launcher)
    }

    /// A program of another version, left there by an upgrade of the other one alone, would not be this doorkey.
    #[expect(clippy::disallowed_methods, reason = "part of sys::fs, which opens files")]
    fn launcher_source(&self) -> Option<PathBuf> {
        let own = self.own_program()?;
        let part = own.with_file_name(PART);
        let usable = || {
            let look = self.look(&part).ok()?.filter(|look| look.kind == Kind::File)?;
            self.check_trusted(&part).ok().filter(|()| look.mode & 0o111 != 0)?;
            says(std::fs::File::open(&part).ok()?, PART_FOR_GIT_AND_SSH.as_bytes()).ok()
        };
        Some(if usable() == Some(true) { part } else { own })
    }

    fn is_copy(&self, from: &Path, launcher: &Path) -> Result<bool, FsError> {
        let (Some(ours), Some(theirs)) = (self.look_through(from)?, self.look(launcher)?) else {
            return Ok(false);
        };
        // One file under two names is how launchers were made before; it changes with the user's own.
        let linked = ours.id == theirs.id;
        Ok(!linked && ours.size == theirs.size && ours.modified == theirs.modified)
    }
}

/// Whether the text stands in a program. Read in pieces: constants lie near the start of a large file.
fn says(mut program: impl Read, text: &[u8]) -> io::Result<bool> {
    let mut window = Vec::new();
    loop {
        if program.by_ref().take(PIECE).read_to_end(&mut window)? == 0 {
            return Ok(false);
        }
        if memchr::memmem::find(&window, text).is_some() {
            return Ok(true);
        }
        // The end of what was searched may be the start of the text.
        window.drain(..window.len().saturating_sub(text.len()));
    }
}
