//! One lock for everything that changes: the operating system frees it when the process dies.

use super::Sys;
use super::fs::FsError;
use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt;
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
    /// Where many wait, the ten seconds begin again when the lock goes from one of them to the next: the queue moves.
    ///
    /// # Errors
    /// [`FsError::Locked`] when one and the same process held it for ten seconds; otherwise what the file system says.
    pub fn lock(&mut self, folder: &Path) -> Result<Lock, FsError> {
        self.make_dir(folder, 0o700)?;
        let path = folder.join("lock");
        let file = super::fs::open_private(&path)?;
        let mut end = Instant::now() + WAIT;
        let mut holder = None;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) => {
                    let now = holder_of(&file);
                    if now.is_some() && now != holder {
                        holder = now;
                        end = Instant::now() + WAIT;
                    } else if Instant::now() >= end {
                        return Err(FsError::Locked { path });
                    }
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::Error(source)) => return Err(FsError::io("lock", &path, source)),
            }
        }
    }
}

/// The process that holds a lock on a file, by proc_locks(5); `None` where that cannot be told.
#[expect(clippy::disallowed_methods, reason = "this floor is where the machine is looked at")]
fn holder_of(file: &File) -> Option<u32> {
    let meta = file.metadata().ok()?;
    let (major, minor) = (rustix::fs::major(meta.dev()), rustix::fs::minor(meta.dev()));
    let id = format!("{major:02x}:{minor:02x}:{}", meta.ino());
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    // "1: FLOCK  ADVISORY  WRITE 4711 fd:00:1234 0 EOF"; those that wait for it have "->" behind the number.
    let held = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find(|fields| {
        fields.get(1).is_some_and(|kind| *kind == "FLOCK") && fields.get(5).is_some_and(|file| *file == id)
    })?;
    held.get(4)?.parse().ok()
}
