//! Files: looking with limits. `change` holds the other half, changing.

mod attributes;
mod change;
mod launcher;
mod lay_out;
mod tree;
mod trusted;

pub use change::Write;
pub use launcher::PART_FOR_GIT_AND_SSH;
pub use lay_out::Laid;
pub use tree::{Content, Entry, Opened};
pub(super) use trusted::Sound;

use super::Sys;
use rustix::fs::OFlags;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The largest file that is read whole: 16 MiB.
pub const LIMIT: u64 = 16 << 20;

/// Why a file could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum FsError {
    /// The operating system said no.
    #[error("could not {what} {}", path.display())]
    Io {
        /// The verb: read, write, rename...
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A folder, a socket, a pipe or a device where a file was expected.
    #[error("{} is {kind}, not a file", path.display())]
    NotAFile {
        /// What was found.
        path: PathBuf,
        /// What it is, with article.
        kind: &'static str,
    },
    /// Larger than [`LIMIT`].
    #[error("{} is larger than {} MiB", path.display(), LIMIT >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Owned or writable by somebody else (SECURITY rule 30).
    #[error("{} {reason}", path.display())]
    Unsafe {
        /// The file or one of the folders above it.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Owned by another user, and about to be replaced or made in a folder of theirs.
    #[error("{} belongs to user {uid}, and doorkey runs as user {own}", path.display())]
    Foreign {
        /// The file or folder.
        path: PathBuf,
        /// Its owner.
        uid: u32,
        /// Who runs doorkey.
        own: u32,
    },
    /// An extended attribute or ACL that a changed file would lose (SECURITY rule 26).
    #[error("could not keep the extended attribute {name} of {}", path.display())]
    Attribute {
        /// The file.
        path: PathBuf,
        /// The attribute.
        name: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another program changed the file between our look at it and our change of it.
    #[error("{} was changed meanwhile", path.display())]
    Meanwhile {
        /// The file.
        path: PathBuf,
    },
    /// Another doorkey holds the lock.
    #[error("{} is held by another doorkey", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// git holds its lock on the file that is to be changed.
    #[error("{} is there: another program is changing the file", path.display())]
    GitLocked {
        /// The `.lock` file.
        path: PathBuf,
    },
}

impl FsError {
    /// An error of the operating system.
    #[must_use]
    pub fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { what, path: path.into(), source }
    }

    /// The operating system's error kind, if it was one.
    #[must_use]
    pub fn kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }
}

/// What stands at a path, without following a link there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link.
    Link,
    /// A pipe, socket or device.
    Other,
}

/// What `lstat(2)` says.
#[derive(Debug, Clone)]
pub struct Look {
    /// What it is.
    pub kind: Kind,
    /// Permission bits, without the file type.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// Bytes.
    pub size: u64,
    /// Last change of the content, seconds since 1970.
    pub modified: i64,
    /// Device and inode: which file it is.
    pub id: (u64, u64),
}

fn look_of(meta: &std::fs::Metadata) -> Look {
    let file_type = meta.file_type();
    let kind = if file_type.is_symlink() {
        Kind::Link
    } else if file_type.is_dir() {
        Kind::Dir
    } else if file_type.is_file() {
        Kind::File
    } else {
        Kind::Other
    };
    Look {
        kind,
        mode: meta.mode() & 0o7777,
        uid: meta.uid(),
        size: meta.size(),
        modified: meta.mtime(),
        id: (meta.dev(), meta.ino()),
    }
}

/// Absent is an answer, not an error.
fn absent_is_none<T>(what: &'static str, path: &Path, result: io::Result<T>) -> Result<Option<T>, FsError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        // A file where a folder was expected: the thing asked for is not there.
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(e) => Err(FsError::io(what, path, e)),
    }
}

/// Opens (making it when missing) a file of mode 0600 that nobody else can read; used for locks.
pub(super) fn open_private(path: &Path) -> Result<File, FsError> {
    std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
        .map_err(|e| FsError::io("open", path, e))
}

#[expect(clippy::disallowed_methods, reason = "this file is where files are looked at")]
impl Sys {
    /// What stands at `path`; `None` when nothing does. Links are not followed.
    ///
    /// # Errors
    /// Any answer of the operating system but "not there".
    pub fn look(&self, path: &Path) -> Result<Option<Look>, FsError> {
        Ok(absent_is_none("look at", path, std::fs::symlink_metadata(path))?.map(|m| look_of(&m)))
    }

    /// As [`Sys::look`], but through links.
    ///
    /// # Errors
    /// Any answer of the operating system but "not there".
    pub fn look_through(&self, path: &Path) -> Result<Option<Look>, FsError> {
        Ok(absent_is_none("look at", path, std::fs::metadata(path))?.map(|m| look_of(&m)))
    }

    /// A file's bytes, through links; `None` when it is not there.
    ///
    /// # Errors
    /// Not a regular file, larger than [`LIMIT`], or unreadable: never taken for an empty file.
    pub fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, FsError> {
        let Some((file, length)) = self.open(path)? else { return Ok(None) };
        if length > LIMIT {
            return Err(FsError::TooLarge { path: path.into() });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|e| FsError::io("read", path, e))?;
        if bytes.len() as u64 > LIMIT {
            return Err(FsError::TooLarge { path: path.into() });
        }
        Ok(Some(bytes))
    }

    /// A regular file of any size, through links, to be read piece by piece, and its length; `None` when it is not there.
    ///
    /// # Errors
    /// Not a regular file, or it cannot be opened.
    pub fn open(&self, path: &Path) -> Result<Option<(File, u64)>, FsError> {
        // O_NONBLOCK: a pipe planted under the name must not make us wait.
        let opened = std::fs::OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(path);
        let Some(file) = absent_is_none("read", path, opened)? else { return Ok(None) };
        let meta = file.metadata().map_err(|e| FsError::io("read", path, e))?;
        if !meta.is_file() {
            let kind = if meta.is_dir() {
                "a folder"
            } else if meta.file_type().is_fifo() {
                "a pipe"
            } else {
                "a device or socket"
            };
            return Err(FsError::NotAFile { path: path.into(), kind });
        }
        Ok(Some((file, meta.len())))
    }

    /// The entries of a folder, sorted by name; empty when it is not there.
    ///
    /// # Errors
    /// It cannot be listed.
    pub fn list(&self, dir: &Path) -> Result<Vec<PathBuf>, FsError> {
        let Some(entries) = absent_is_none("list", dir, std::fs::read_dir(dir))? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for entry in entries {
            found.push(entry.map_err(|e| FsError::io("list", dir, e))?.path());
        }
        found.sort();
        Ok(found)
    }

    /// An open file descriptor of ours, for reading, at the place where it stands.
    ///
    /// It is duplicated: opened anew by its name it would begin at its start, and a socket or a file that only a more
    /// privileged parent may open would not open at all. Kernels before 5.6 can only do the latter.
    ///
    /// # Errors
    /// It is not open, or not for reading.
    pub fn open_descriptor(&self, number: i32) -> Result<File, FsError> {
        use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
        let path = PathBuf::from(format!("/dev/fd/{number}"));
        // Before a descriptor of our own may take the number.
        if std::fs::symlink_metadata(&path).is_err() {
            return Err(FsError::io("open", &path, rustix::io::Errno::BADF.into()));
        }
        let ours = pidfd_open(getpid(), PidfdFlags::empty());
        match ours.and_then(|own| pidfd_getfd(own, number, PidfdGetfdFlags::empty())) {
            Ok(copy) => {
                let flags =
                    rustix::fs::fcntl_getfl(&copy).map_err(|e| FsError::io("open", &path, e.into()))?;
                if flags & OFlags::RWMODE == OFlags::WRONLY {
                    return Err(FsError::io("open", &path, io::ErrorKind::PermissionDenied.into()));
                }
                Ok(File::from(copy))
            }
            Err(_) => File::open(&path).map_err(|e| FsError::io("open", &path, e)),
        }
    }

    /// The target of a symbolic link; `None` when there is no link.
    #[must_use]
    pub fn link_target(&self, path: &Path) -> Option<PathBuf> {
        std::fs::read_link(path).ok()
    }

    /// The path with every link resolved; `None` when it does not exist.
    #[must_use]
    pub fn real_path(&self, path: &Path) -> Option<PathBuf> {
        std::fs::canonicalize(path).ok()
    }
}
