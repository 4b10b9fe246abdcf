//! A root that is a mount point, without which a mount namespace cannot be made private.
//!
//! In a plain chroot (a tree that debootstrap made in a folder) `/` is a folder of some mount outside. Root can look
//! outside, make that mount private in its own namespace, and mount the tree on itself.

use rustix::fs::{Mode, OFlags, open, stat};
use rustix::mount::{MountPropagationFlags, mount_bind_recursive, mount_change};
use rustix::process::{chdir, chroot, fchdir};
use std::io;
use std::os::unix::fs::MetadataExt;

/// Makes this process's mounts private, also where its root is no mount point.
pub(crate) fn make_private() -> io::Result<()> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    if mount_change("/", private).is_ok() {
        return Ok(());
    }
    let root = open("/", OFlags::DIRECTORY | OFlags::PATH, Mode::empty())?;
    let tree = rustix::fs::fstat(&root)?;
    // With a root further down, `..` is no longer stopped at the tree's own.
    chroot("/tmp")?;
    fchdir(&root)?;
    while stat(".")?.st_ino != stat("..")?.st_ino || stat(".")?.st_dev != stat("..")?.st_dev {
        chdir("..")?;
    }
    chroot(".")?;
    mount_change("/", private)?;
    fchdir(&root)?;
    mount_bind_recursive(".", ".")?;
    // This folder is still the one below the new mount; by its name it is the mount.
    chdir("..")?;
    let is_tree = |meta: &std::fs::Metadata| meta.ino() == tree.st_ino && meta.dev() == tree.st_dev;
    let mut entries = std::fs::read_dir(".")?.filter_map(Result::ok);
    let found =
        entries.find(|entry| std::fs::symlink_metadata(entry.path()).is_ok_and(|meta| is_tree(&meta)));
    chdir(found.ok_or(io::ErrorKind::NotFound)?.path())?;
    chroot(".")?;
    chdir("/")?;
    Ok(())
}
