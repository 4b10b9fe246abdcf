//! Whether what holds or guards secrets could have been put there by somebody else (SECURITY rule 30).

use super::{FsError, Kind, Look, Sys};
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Component, Path};
use std::sync::{Mutex, PoisonError};

/// The folders that this process found sound, all real ones (no link leads to them): git asks for a credential in every
/// call, and what doorkey reads for it lies in few folders.
#[derive(Debug, Default)]
pub(in crate::sys) struct Sound(Mutex<HashSet<OsString>>);

impl Sound {
    fn has(&self, folder: &Path) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(folder.as_os_str())
    }

    fn note<'a>(&self, folders: impl Iterator<Item = &'a Path>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(folders.map(|folder| folder.as_os_str().to_owned()));
    }
}

impl Sys {
    /// Reads a file that holds or guards secrets: refused when it, or a folder above it, belongs to or may be
    /// written by somebody else (SECURITY rule 30). Sticky folders such as /tmp are fine.
    ///
    /// # Errors
    /// [`FsError::Unsafe`] names what is open; otherwise as [`Sys::read`].
    pub fn read_trusted(&self, path: &Path) -> Result<Option<Vec<u8>>, FsError> {
        self.check_trusted(path)?;
        self.read(path)
    }

    /// The test of [`Sys::read_trusted`] alone. What is not there yet is fine. A folder is looked at once in a process:
    /// whoever could open it meanwhile is this user.
    ///
    /// # Errors
    /// [`FsError::Unsafe`].
    pub fn check_trusted(&self, path: &Path) -> Result<(), FsError> {
        if self.check_without_links(path)? {
            return Ok(());
        }
        self.check_steps(path)?;
        // Through a link the real folders count as well: whoever may write there may put other files in place.
        let mut known = path.ancestors().skip_while(|step| step.as_os_str().is_empty() || !step.exists());
        match known.next().and_then(|step| Some((step, self.real_path(step)?))) {
            Some((step, real)) if real != step => self.check_steps(&real),
            _ => Ok(()),
        }
    }

    /// The check of a path that is its own real path. `false`: a link or `..` is in it, and nothing is said of it.
    fn check_without_links(&self, path: &Path) -> Result<bool, FsError> {
        if !path.is_absolute()
            || path.components().any(|c| !matches!(c, Component::RootDir | Component::Normal(_)))
        {
            return Ok(false);
        }
        let mut looked_at = Vec::new();
        for step in path.ancestors() {
            if self.sound.has(step) {
                break;
            }
            let look = self.look(step)?;
            if look.as_ref().is_some_and(|look| look.kind == Kind::Link) {
                return Ok(false);
            }
            looked_at.extend(look.map(|look| (step, look)));
        }
        for (number, (step, look)) in looked_at.iter().enumerate() {
            self.check_step(step, look, number == 0)?;
        }
        // The path itself may change by our own hand, and a sticky folder is sound on the way only.
        let noted = looked_at.iter().filter(|(step, look)| *step != path && look.mode & 0o022 == 0);
        self.sound.note(noted.map(|(step, _)| *step));
        Ok(true)
    }

    fn check_steps(&self, path: &Path) -> Result<(), FsError> {
        let mut is_the_end = true;
        for step in path.ancestors().take_while(|step| !step.as_os_str().is_empty()) {
            if let Some(look) = self.look_through(step)? {
                self.check_step(step, &look, is_the_end)?;
                is_the_end = false;
            }
        }
        Ok(())
    }

    /// One file or folder; `is_the_end`: the deepest that is there. In a sticky folder nobody can replace what is another's, so as a step on the way it is fine.
    fn check_step(&self, step: &Path, look: &Look, is_the_end: bool) -> Result<(), FsError> {
        let unsafe_because = |reason: &str| Err(FsError::Unsafe { path: step.into(), reason: reason.into() });
        if look.uid != self.uid() && look.uid != 0 {
            return unsafe_because(&format!("belongs to user {}", look.uid));
        }
        let sticky = look.kind == Kind::Dir && look.mode & 0o1000 != 0;
        if look.mode & 0o022 != 0 && (is_the_end || !sticky) {
            return unsafe_because(&format!("may be written by others (mode {:04o})", look.mode));
        }
        Ok(())
    }
}
