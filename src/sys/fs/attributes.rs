//! What a file has beside its bytes and mode: owner, group, ACLs and other extended attributes.

use super::FsError;
use rustix::fs::XattrFlags;
use rustix::io::Errno;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The largest list of names, and the largest value, that Linux has (`XATTR_LIST_MAX`, `XATTR_SIZE_MAX` in limits.h).
const LARGEST: usize = 65536;

/// Gives `to` the group, the ACLs and the other extended attributes of the file it is about to replace.
///
/// # Errors
/// Something cannot be kept, so the file must not be replaced (SECURITY rule 26).
pub(super) fn keep(from: &Path, old: &Metadata, to: &File) -> Result<(), FsError> {
    keep_group(from, old, to)?;
    for name in names(from)? {
        let Some(value) = value(from, &name)? else { continue };
        let set = rustix::fs::fsetxattr(to.as_fd(), name.as_slice(), &value, XattrFlags::empty());
        match set {
            Ok(()) => {}
            // Labels of the system's policy, which gives the new file its own; only the privileged set them.
            Err(_) if name.starts_with(b"security.") || name.starts_with(b"trusted.") => {}
            Err(e) => return Err(lost(from, &String::from_utf8_lossy(&name), e)),
        }
    }
    Ok(())
}

fn keep_group(from: &Path, old: &Metadata, to: &File) -> Result<(), FsError> {
    let fail = |e| FsError::io("keep the group of", from, e);
    if to.metadata().map_err(fail)?.gid() == old.gid() {
        return Ok(());
    }
    let group = rustix::process::Gid::from_raw(old.gid());
    match rustix::fs::fchown(to.as_fd(), None, Some(group)) {
        Ok(()) => Ok(()),
        // A group that we are not in, and that may do no more than everybody: nothing hangs on it.
        Err(_) if (old.mode() >> 3) & 7 == old.mode() & 7 => Ok(()),
        Err(e) => Err(fail(e.into())),
    }
}

fn names(from: &Path) -> Result<Vec<Vec<u8>>, FsError> {
    let mut list = vec![0u8; LARGEST];
    match rustix::fs::listxattr(from, &mut list[..]) {
        Ok(length) => list.truncate(length),
        // A file system without such attributes has none to lose.
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(Vec::new()),
        Err(e) => return Err(lost(from, "list", e)),
    }
    Ok(list.split(|b| *b == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
}

/// `None` when the attribute went away meanwhile.
fn value(from: &Path, name: &[u8]) -> Result<Option<Vec<u8>>, FsError> {
    let mut value = vec![0u8; LARGEST];
    match rustix::fs::getxattr(from, name, &mut value[..]) {
        Ok(length) => {
            value.truncate(length);
            Ok(Some(value))
        }
        Err(Errno::NODATA) => Ok(None),
        Err(_) if name.starts_with(b"security.") || name.starts_with(b"trusted.") => Ok(None),
        Err(e) => Err(lost(from, &String::from_utf8_lossy(name), e)),
    }
}

fn lost(path: &Path, name: &str, source: Errno) -> FsError {
    FsError::Attribute { path: path.into(), name: name.into(), source: io::Error::from(source) }
}
