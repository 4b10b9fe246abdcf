//! Walking over many files: folders with the kinds of their entries, and files into a buffer that is used again.

use super::{FsError, Kind};
use crate::sys::Sys;
use rustix::fs::OFlags;
use std::ffi::OsString;
use std::fs::{FileType, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use zeroize::Zeroize;

/// An entry of a folder, as the folder itself tells it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: OsString,
    /// What it is; links are not followed.
    pub kind: Kind,
}

/// A file that was opened.
#[derive(Debug, Clone, Copy)]
pub struct Opened {
    /// Permission bits.
    pub mode: u32,
    /// Device and inode: which file it is.
    pub id: (u64, u64),
    /// What is in the buffer.
    pub content: Content,
}

/// How much of a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Whole,
    /// Nothing, as its beginning holds a NUL byte.
    Binary,
    /// Nothing: it is larger than the limit, which is in bytes.
    TooLarge,
    /// Nothing: a pipe, a socket or a device.
    NoFile,
}

/// How much of the beginning is looked at to tell text from other things; git looks at as much.
const BEGINNING: u64 = 8000;

impl Sys {
    /// The entries of a folder, in no order.
    ///
    /// # Errors
    /// It cannot be listed, or is not there.
    #[expect(clippy::disallowed_methods, reason = "this floor is where folders are listed")]
    pub fn entries(&self, dir: &Path) -> Result<Vec<Entry>, FsError> {
        let list = std::fs::read_dir(dir).map_err(|e| FsError::io("list", dir, e))?;
        let entry = |entry: io::Result<std::fs::DirEntry>| {
            let entry = entry?;
            Ok(Entry { name: entry.file_name(), kind: kind_of(entry.file_type()?) })
        };
        list.map(entry).collect::<io::Result<_>>().map_err(|e| FsError::io("list", dir, e))
    }

    /// Reads a file into `buffer`, whose former content is gone afterwards. A link is not followed; a pipe does not
    /// make us wait.
    ///
    /// # Errors
    /// It cannot be opened or read.
    pub fn read_into(
        &self,
        path: &Path,
        buffer: &mut Vec<u8>,
        limit: u64,
        text_only: bool,
    ) -> Result<Opened, FsError> {
        let failed = |e| FsError::io("read", path, e);
        buffer.clear();
        let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
        let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
        let mut file = opened.map_err(failed)?;
        let meta = file.metadata().map_err(failed)?;
        let answer = |content| Opened { mode: meta.mode() & 0o7777, id: (meta.dev(), meta.ino()), content };
        if !meta.is_file() {
            return Ok(answer(Content::NoFile));
        }
        if meta.len() > limit {
            return Ok(answer(Content::TooLarge));
        }
        // A buffer that grows leaves what it held behind.
        let needed = usize::try_from(meta.len()).unwrap_or_default() + 1;
        if buffer.capacity() < needed {
            buffer.zeroize();
            *buffer = Vec::with_capacity(needed.next_power_of_two());
        }
        (&mut file).take(BEGINNING).read_to_end(buffer).map_err(failed)?;
        if text_only && memchr::memchr(0, buffer).is_some() {
            buffer.clear();
            return Ok(answer(Content::Binary));
        }
        if buffer.len() as u64 == BEGINNING {
            file.take(limit - BEGINNING.min(limit) + 1).read_to_end(buffer).map_err(failed)?;
        }
        if buffer.len() as u64 > limit {
            buffer.clear();
            return Ok(answer(Content::TooLarge));
        }
        Ok(answer(Content::Whole))
    }
}

fn kind_of(kind: FileType) -> Kind {
    match kind {
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_dir() => Kind::Dir,
        kind if kind.is_file() => Kind::File,
        _ => Kind::Other,
    }
}
