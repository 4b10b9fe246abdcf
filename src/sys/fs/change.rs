//! Files: changing atomically and durably.
//!
//! A change goes to a new file beside the old one, is synced, and takes the name by one `rename(2)`; then the
//! folder is synced (SECURITY rules 21 to 26). Nothing is ever truncated in place.

use super::{FsError, Kind, absent_is_none, attributes};
use crate::sys::Sys;
use rustix::fs::{Mode, OFlags};
use std::fs::{File, Metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "this file is where files are changed")]
impl Sys {
    /// Makes a folder and those above it. New ones get `mode`, whatever the umask says; old ones stay as they are.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn make_dir(&mut self, path: &Path, mode: u32) -> Result<(), FsError> {
        if self.look_through(path)?.is_some_and(|l| l.kind == Kind::Dir) {
            return Ok(());
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(parent) = parent {
            self.make_dir(parent, mode)?;
            self.check_own_folder(parent)?;
        }
        match rustix::fs::mkdir(path, Mode::from_raw_mode(mode)) {
            Ok(()) => {
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
                    .map_err(|e| FsError::io("make", path, e))?;
                sync_dir(path)?;
                if let Some(parent) = parent {
                    sync_dir(parent)?;
                }
                Ok(())
            }
            Err(rustix::io::Errno::EXIST)
                if self.look_through(path)?.is_some_and(|l| l.kind == Kind::Dir) =>
            {
                Ok(())
            }
            Err(e) => Err(FsError::io("make", path, e.into())),
        }
    }

    /// Makes a folder that is not there yet; otherwise as [`Sys::make_dir`].
    ///
    /// # Errors
    /// Something stands there, or what the operating system says.
    pub fn make_new_dir(&mut self, path: &Path, mode: u32) -> Result<(), FsError> {
        if self.look(path)?.is_some() {
            return Err(FsError::Meanwhile { path: path.into() });
        }
        self.make_dir(path, mode)
    }

    /// Writes a file whole: new file beside it, sync, rename, sync of the folder.
    ///
    /// An existing file keeps its mode (unless `force_mode`), group, ACLs and extended attributes, and a symbolic link
    /// is written through to its target. `how` says which lock the owner of the format expects.
    ///
    /// # Errors
    /// The old file is untouched after any error, but for one of the last sync.
    pub fn write_atomic(&mut self, path: &Path, bytes: &[u8], how: Write) -> Result<(), FsError> {
        self.write_if(path, bytes, how, |_| Ok(()))
    }

    /// As [`Sys::write_atomic`], but only over what was read there before: `None` = nothing stood there.
    ///
    /// # Errors
    /// [`FsError::Meanwhile`] when something else stands there by now.
    pub fn write_over(
        &mut self,
        path: &Path,
        before: Option<&[u8]>,
        bytes: &[u8],
        how: Write,
    ) -> Result<(), FsError> {
        self.write_if(path, bytes, how, |sys| {
            if sys.read(path)?.as_deref() == before {
                Ok(())
            } else {
                Err(FsError::Meanwhile { path: path.into() })
            }
        })
    }

    /// `last_look` is asked when the new file is ready, and git's lock held.
    fn write_if(
        &mut self,
        path: &Path,
        bytes: &[u8],
        how: Write,
        last_look: impl FnOnce(&Self) -> Result<(), FsError>,
    ) -> Result<(), FsError> {
        let target = self.write_target(path)?;
        let dir = target.parent().unwrap_or(Path::new("/")).to_path_buf();
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let temporary = dir.join(format!(".{name}.doorkey-new"));
        let old = absent_is_none("look at", &target, std::fs::symlink_metadata(&target))?;
        let mode = match &old {
            Some(meta) if !how.force_mode => meta.mode() & 0o7777,
            _ => how.mode,
        };
        self.heal(&target);
        let like = old.as_ref().map(|meta| (target.as_path(), meta));
        let result = write_new(&temporary, bytes, mode, like).and_then(|()| {
            if how.git_lock {
                replace_under_git_lock(&temporary, &target, || last_look(self))
            } else {
                last_look(self)?;
                std::fs::rename(&temporary, &target).map_err(|e| FsError::io("rename to", &target, e))
            }
        });
        if result.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        result?;
        sync_dir(&dir)
    }

    /// Clears away what a killed run left beside `path`, or beside the file that a link there leads to: the new file,
    /// and git's lock when it is provably ours.
    ///
    /// The caller holds doorkey's lock, so a new file under our name belongs to nobody who is alive.
    pub fn heal(&mut self, path: &Path) {
        let target = self.write_target(path).unwrap_or_else(|_| path.into());
        let Some(name) = target.file_name().map(|n| n.to_string_lossy().into_owned()) else { return };
        let temporary = target.with_file_name(format!(".{name}.doorkey-new"));
        let lock = PathBuf::from(format!("{}.lock", target.display()));
        let id = |p: &Path| std::fs::symlink_metadata(p).ok().map(|m| (m.dev(), m.ino()));
        let locked = id(&lock);
        if locked.is_some() && (locked == id(&temporary) || locked == id(&target)) {
            let _ = std::fs::remove_file(&lock);
        }
        let _ = std::fs::remove_file(&temporary);
    }

    /// Where a write to `path` goes: through symbolic links, if they lead to a file of ours inside the home folder.
    ///
    /// A file of somebody else is refused even where we could replace it (`sudo` with HOME kept): the new one would be
    /// ours, and they could not write it any more (SECURITY rule 26).
    fn write_target(&self, path: &Path) -> Result<PathBuf, FsError> {
        let Some(look) = self.look(path)? else {
            self.check_own_folder(path.parent().unwrap_or(Path::new("/")))?;
            return Ok(path.into());
        };
        if look.kind != Kind::Link {
            self.check_owner(path, look.uid)?;
            return Ok(path.into());
        }
        let Some(target) = self.real_path(path) else {
            return Err(FsError::Unsafe { path: path.into(), reason: "is a link that leads nowhere".into() });
        };
        let home = self.places().home().and_then(|h| self.real_path(h));
        let found = self.look(&target)?;
        let is_file = found.as_ref().is_some_and(|l| l.kind == Kind::File);
        if !is_file || !home.is_some_and(|h| target.starts_with(h)) {
            let reason =
                format!("is a link to {}, which is outside your home folder or not a file", target.display());
            return Err(FsError::Unsafe { path: path.into(), reason });
        }
        if let Some(look) = found {
            self.check_owner(&target, look.uid)?;
        }
        Ok(target)
    }

    fn check_owner(&self, path: &Path, uid: u32) -> Result<(), FsError> {
        let own = self.uid();
        if uid == own { Ok(()) } else { Err(FsError::Foreign { path: path.into(), uid, own }) }
    }

    /// Root can make files in everybody's folders, and they would be root's.
    fn check_own_folder(&self, folder: &Path) -> Result<(), FsError> {
        match self.look_through(folder)? {
            Some(look) if self.uid() == 0 => self.check_owner(folder, look.uid),
            _ => Ok(()),
        }
    }

    /// Makes `link` point at `target` in one step, whatever was there.
    ///
    /// # Errors
    /// What the operating system says; the old link stays.
    pub fn point_link(&mut self, link: &Path, target: &Path) -> Result<(), FsError> {
        let dir = link.parent().unwrap_or(Path::new("/"));
        let temporary =
            dir.join(format!(".{}.doorkey-new", link.file_name().unwrap_or_default().to_string_lossy()));
        let _ = std::fs::remove_file(&temporary);
        std::os::unix::fs::symlink(target, &temporary).map_err(|e| FsError::io("link", link, e))?;
        if let Err(e) = std::fs::rename(&temporary, link) {
            let _ = std::fs::remove_file(&temporary);
            return Err(FsError::io("rename to", link, e));
        }
        sync_dir(dir)
    }

    /// Renames, and syncs both folders. Refuses to replace.
    ///
    /// # Errors
    /// The new name is taken, or what the operating system says.
    pub fn rename(&mut self, from: &Path, to: &Path) -> Result<(), FsError> {
        if self.look(to)?.is_some() {
            return Err(FsError::io("rename to", to, io::ErrorKind::AlreadyExists.into()));
        }
        std::fs::rename(from, to).map_err(|e| FsError::io("rename", from, e))?;
        for path in [from, to] {
            sync_dir(path.parent().unwrap_or(Path::new("/")))?;
        }
        Ok(())
    }

    /// Makes a file that another program wrote durable.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn sync(&mut self, path: &Path) -> Result<(), FsError> {
        let file = File::open(path).map_err(|e| FsError::io("sync", path, e))?;
        file.sync_all().map_err(|e| FsError::io("sync", path, e))
    }

    /// Removes one file or link. Absent is fine.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn remove_file(&mut self, path: &Path) -> Result<(), FsError> {
        if absent_is_none("remove", path, std::fs::remove_file(path))?.is_some() {
            sync_dir(path.parent().unwrap_or(Path::new("/")))?;
        }
        Ok(())
    }

    /// Removes a folder if it is empty; says whether it did. Absent, or not empty, is fine.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn remove_empty_dir(&mut self, path: &Path) -> Result<bool, FsError> {
        match std::fs::remove_dir(path) {
            Ok(()) => sync_dir(path.parent().unwrap_or(Path::new("/"))).map(|()| true),
            Err(e) if [io::ErrorKind::NotFound, io::ErrorKind::DirectoryNotEmpty].contains(&e.kind()) => {
                Ok(false)
            }
            Err(e) => Err(FsError::io("remove", path, e)),
        }
    }

    /// Removes a folder of doorkey's own with everything in it. Never called with a path of the user's.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn remove_own_dir(&mut self, path: &Path) -> Result<(), FsError> {
        let inside = self.places().state().is_some_and(|s| path.starts_with(s) && path != s);
        if !inside {
            return Err(FsError::Unsafe { path: path.into(), reason: "is not doorkey's to remove".into() });
        }
        if absent_is_none("remove", path, std::fs::remove_dir_all(path))?.is_some() {
            sync_dir(path.parent().unwrap_or(Path::new("/")))?;
        }
        Ok(())
    }

    /// Sets the permission bits of a file or folder of ours, durably.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn set_mode(&mut self, path: &Path, mode: u32) -> Result<(), FsError> {
        let fail = |e: io::Error| FsError::io("change the mode of", path, e);
        // Whatever mode it has and gets, it is open for reading on one side of the change, or on none.
        let open = || {
            let flags = OFlags::NONBLOCK.bits().cast_signed();
            std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
        };
        let before = open();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(fail)?;
        match before.or_else(|_| open()) {
            Ok(file) => file.sync_all().map_err(fail),
            Err(_) => {
                let folder = File::open(path.parent().unwrap_or(Path::new("/"))).map_err(fail)?;
                rustix::fs::syncfs(&folder).map_err(|e| fail(e.into()))
            }
        }
    }
}

/// How [`Sys::write_atomic`] treats the file.
#[derive(Debug, Clone, Copy)]
pub struct Write {
    mode: u32,
    force_mode: bool,
    git_lock: bool,
}

impl Write {
    /// A new file gets `mode`; an old one keeps its own.
    #[must_use]
    pub fn keeping_mode(mode: u32) -> Self {
        Self { mode, force_mode: false, git_lock: false }
    }

    /// The file has `mode` afterwards, whatever it had.
    #[must_use]
    pub fn with_mode(mode: u32) -> Self {
        Self { mode, force_mode: true, git_lock: false }
    }

    /// Holds `FILE.lock` meanwhile, as git does for its configuration (lockfile.h), so that none of two changes is lost.
    #[must_use]
    pub fn under_git_lock(mut self) -> Self {
        self.git_lock = true;
        self
    }
}

fn write_new(path: &Path, bytes: &[u8], mode: u32, like: Option<(&Path, &Metadata)>) -> Result<(), FsError> {
    let fail = |e: io::Error| FsError::io("write", path, e);
    let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode & 0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .map_err(fail)?;
    let meta = file.metadata().map_err(fail)?;
    let ours = meta.uid() == rustix::process::geteuid().as_raw();
    if !ours || meta.nlink() != 1 || meta.mode() & 0o077 != 0 {
        let reason = "could not be made private: this file system keeps no owners or modes".into();
        return Err(FsError::Unsafe { path: path.into(), reason });
    }
    file.write_all(bytes).map_err(fail)?;
    if let Some((old, meta)) = like {
        attributes::keep(old, meta, &file)?;
    }
    file.set_permissions(std::fs::Permissions::from_mode(mode)).map_err(fail)?;
    file.sync_all().map_err(fail)
}

/// Gives `new` the name `target` while holding git's `target.lock`.
///
/// What the file holds is looked at once more under the lock, so that a change that another git made since is not lost.
/// The lock is a hard link to `new`, and takes the target's name as git's own lock does: so it is there over one call
/// only. Should this process be killed before that call, the next doorkey can tell by the inode that the lock is its
/// own, and removes it.
#[expect(clippy::disallowed_methods, reason = "this file is where files are changed")]
fn replace_under_git_lock(
    new: &Path,
    target: &Path,
    last_look: impl FnOnce() -> Result<(), FsError>,
) -> Result<(), FsError> {
    let lock = PathBuf::from(format!("{}.lock", target.display()));
    let mut tries = 0;
    while let Err(e) = std::fs::hard_link(new, &lock) {
        if e.kind() != io::ErrorKind::AlreadyExists {
            return Err(FsError::io("lock", &lock, e));
        }
        if tries == 100 {
            return Err(FsError::GitLocked { path: lock });
        }
        tries += 1;
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let replaced = last_look()
        .and_then(|()| std::fs::rename(&lock, target).map_err(|e| FsError::io("rename to", target, e)));
    if let Err(error) = replaced {
        let _ = std::fs::remove_file(&lock);
        return Err(error);
    }
    // The other name of what is the target now.
    std::fs::remove_file(new).map_err(|e| FsError::io("remove", new, e))
}

/// Makes a rename or a new name in `dir` durable.
#[expect(clippy::disallowed_methods, reason = "this file is where files are changed")]
pub(super) fn sync_dir(dir: &Path) -> Result<(), FsError> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let file = File::open(dir).map_err(|e| FsError::io("sync", dir, e))?;
    file.sync_all().map_err(|e| FsError::io("sync", dir, e))
}
