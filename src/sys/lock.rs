//! One lock for everything that changes: the operating system frees it when the process dies.

use super::Sys;
use super::fs::FsError;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a second doorkey waits for the first (SECURITY rule 25).
const WAIT: Duration = Duration::from_secs(10);

/// Holds doorkey's lock until it is dropped or the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Sys {
    /// Takes the lock in `folder`, which is made when missing.
    ///
    /// # Errors
    /// [`FsError::Locked`] after ten seconds; otherwise what the file system says.
    pub fn lock(&mut self, folder: &Path) -> Result<Lock, FsError> {
        self.make_dir(folder, 0o700)?;
        let path = folder.join("lock");
        let file = super::fs::open_private(&path)?;
        let end = Instant::now() + WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < end => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => return Err(FsError::Locked { path }),
                Err(TryLockError::Error(source)) => return Err(FsError::io("lock", &path, source)),
            }
        }
    }
}
