//! The key file: an age identity in a file the user chose. Whoever reads it reads all; it is never cached.

use super::master::{Master, NoIdentity};
use crate::stores::StoreError;
use crate::sys::Sys;
use crate::sys::fs::{Look, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Reads the identity. The file must be ours alone, and so must every folder above it, links resolved.
pub(super) fn read(sys: &Sys, path: &Path) -> Result<Master, StoreError> {
    read_present(sys, path)?.ok_or_else(|| bad(path, "is not there"))
}

/// For a new vault: uses the identity in the file, or makes the file with a new one.
pub(super) fn read_or_make(sys: &mut Sys, path: &Path) -> Result<Master, StoreError> {
    check_place(sys, path)?;
    if let Some(master) = read_present(sys, path)? {
        return Ok(master);
    }
    if let Some(folder) = path.parent() {
        sys.make_dir(folder, 0o700)?;
        sys.check_trusted(folder)?;
        check_place(sys, path)?;
    }
    let master = Master::generate();
    let text = master.to_text("the key of a doorkey vault: whoever reads this file reads the vault");
    sys.write_atomic(path, &text, Write::with_mode(0o600))?;
    Ok(master)
}

fn read_present(sys: &Sys, path: &Path) -> Result<Option<Master>, StoreError> {
    let Some(look) = sys.look_through(path)? else { return Ok(None) };
    check_private(path, &look)?;
    sys.check_trusted(path)?;
    if let Some(real) = sys.real_path(path).filter(|real| real != path) {
        sys.check_trusted(&real)?;
    }
    let Some(text) = sys.read(path)?.map(Zeroizing::new) else { return Ok(None) };
    Master::parse(&text).map(Some).map_err(|e| match e {
        NoIdentity::Empty => bad(path, "holds no age identity"),
        NoIdentity::Several => bad(path, "holds several age identities; exactly one is wanted"),
        NoIdentity::Unreadable => bad(path, "holds no X25519 identity of age in plain text"),
    })
}

/// As ssh treats a private key: not for others to read.
fn check_private(path: &Path, look: &Look) -> Result<(), StoreError> {
    if look.mode & 0o077 == 0 {
        return Ok(());
    }
    let reason = format!("may be read by others (mode {:04o})", look.mode);
    Err(StoreError::Unsafe { path: path.into(), reason })
}

/// Outside doorkey's own folders: there a backup of the vault would hold its key too.
fn check_place(sys: &Sys, path: &Path) -> Result<(), StoreError> {
    if !path.is_absolute() || path.file_name().is_none() {
        return Err(bad(path, "must be an absolute path"));
    }
    let resolved = resolve(sys, path);
    let ours = [sys.places().state(), sys.places().config()];
    if ours.into_iter().flatten().any(|own| resolved.starts_with(resolve(sys, own))) {
        return Err(bad(path, "must lie outside doorkey's own folders"));
    }
    Ok(())
}

/// The path with the links of what exists of it resolved.
fn resolve(sys: &Sys, path: &Path) -> PathBuf {
    for existing in path.ancestors() {
        if let (Some(real), Ok(rest)) = (sys.real_path(existing), path.strip_prefix(existing)) {
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path.into()
}

fn bad(path: &Path, problem: &'static str) -> StoreError {
    StoreError::BadKeyFile { path: path.into(), problem }
}
