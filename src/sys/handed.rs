//! A file in memory for a program that reads more than one and takes names alone (memfd_create(2)).

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::PathBuf;

/// It is there for programs that are started while this lives.
#[derive(Debug)]
pub struct Handed(File);

impl Handed {
    /// Holds these bytes, which are no secret: every program that is started sees them.
    ///
    /// # Errors
    /// The system has no such files.
    pub fn new(bytes: &[u8]) -> io::Result<Self> {
        // Without CLOEXEC, so that the program has it under the same number.
        let file = rustix::fs::memfd_create(c"doorkey", rustix::fs::MemfdFlags::empty())?;
        let mut file = File::from(file);
        file.write_all(bytes)?;
        Ok(Self(file))
    }

    /// Its name, as the program sees it.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        format!("/dev/fd/{}", self.0.as_raw_fd()).into()
    }
}
