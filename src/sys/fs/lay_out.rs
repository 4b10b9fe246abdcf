//! A folder of files that lives no longer than what runs in it: private, and not synced.

use super::FsError;
use crate::sys::Sys;
use rustix::fs::{Mode, OFlags};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file of such a folder.
#[derive(Debug)]
pub enum Laid {
    /// What is in it; for the user alone.
    File(Vec<u8>),
    /// A program: what is in it.
    Program(Vec<u8>),
    /// A link: where it leads.
    Link(PathBuf),
}

impl Sys {
    /// Makes `folder`, which must not be there yet, with these files in it; a name may lead into a folder below.
    ///
    /// # Errors
    /// Something stands there, or what the operating system says; what was made until then stays.
    pub fn lay_out(&mut self, folder: &Path, files: &[(String, Laid)]) -> Result<(), FsError> {
        if let Some(parent) = folder.parent() {
            self.make_dir(parent, 0o700)?;
            self.check_trusted(parent)?;
        }
        make(folder)?;
        for (name, laid) in files {
            let path = folder.join(name);
            if let Some(inner) = path.parent().filter(|p| !p.is_dir()) {
                make(inner)?;
            }
            match laid {
                Laid::File(bytes) => write(&path, bytes, 0o600)?,
                Laid::Program(bytes) => write(&path, bytes, 0o700)?,
                Laid::Link(to) => {
                    std::os::unix::fs::symlink(to, &path).map_err(|e| FsError::io("link", &path, e))?;
                }
            }
        }
        Ok(())
    }
}

fn make(folder: &Path) -> Result<(), FsError> {
    rustix::fs::mkdir(folder, Mode::from_raw_mode(0o700)).map_err(|e| FsError::io("make", folder, e.into()))
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), FsError> {
    let fail = |e| FsError::io("write", path, e);
    let flags = (OFlags::NOFOLLOW | OFlags::CLOEXEC).bits().cast_signed();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .custom_flags(flags)
        .open(path)
        .map_err(fail)?;
    file.write_all(bytes).map_err(fail)
}
