//! The kernel's keyring (keyrings(7)): a secret for the processes of this user, until a time runs out or the machine
//! does.
//!
//! The user keyring is used and not the session keyring: a key must be there for git in every terminal, and a process
//! without a session keyring of its own gets a key in the shared `_uid_ses` without the right to set it up.

use super::Sys;
use crate::secret::Secret;
use std::time::Duration;

/// The kernel, or what stands before it (a container's seccomp filter), does not let us use its keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kernel's keyring did not let doorkey {what}: {why}")]
pub struct KeysRefused {
    /// What was tried: `keep a key`, `find a key`...
    pub what: &'static str,
    /// What the kernel said, in words.
    pub why: &'static str,
}

impl Sys {
    /// The bytes kept under `name`; `None` when there are none or their time ran out.
    ///
    /// # Errors
    /// The keyring cannot be used here.
    pub fn kept_key(&self, name: &str) -> Result<Option<Secret>, KeysRefused> {
        kernel::read(name)
    }

    /// Keeps bytes (at most 32 KiB) under `name`, for this user's processes only, for so many seconds (at least one).
    /// Replaces what was there.
    ///
    /// # Errors
    /// The keyring cannot be used here; nothing was kept.
    pub fn keep_key(&mut self, name: &str, secret: &Secret, time: Duration) -> Result<(), KeysRefused> {
        kernel::keep(name, secret, time)
    }

    /// Forgets the bytes under `name` at once; says whether there were any.
    ///
    /// # Errors
    /// The keyring cannot be used here.
    pub fn drop_key(&mut self, name: &str) -> Result<bool, KeysRefused> {
        kernel::forget(name)
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    use super::KeysRefused;
    use crate::secret::Secret;
    use linux_keyutils::{Key, KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};
    use std::time::Duration;
    use zeroize::Zeroizing;

    /// The most that a key of type `user` holds (keyrings(7)).
    const LARGEST: usize = 32767;

    fn refused(what: &'static str, error: KeyError) -> KeysRefused {
        let why = match error {
            KeyError::AccessDenied | KeyError::PermissionDenied => "permission denied",
            KeyError::QuotaExceeded => "the quota of this user is used up",
            // 38 is ENOSYS on every Linux but alpha, hppa, mips and sparc, where it is only named less exactly.
            KeyError::OperationNotSupported | KeyError::Unknown(38) => "not supported here",
            KeyError::InvalidArguments => "the bytes are too many",
            _ => "it failed",
        };
        KeysRefused { what, why }
    }

    fn find(name: &str) -> Result<Option<Key>, KeysRefused> {
        let what = "find a key";
        let ring = KeyRing::from_special_id(KeyRingIdentifier::User, false).map_err(|e| refused(what, e))?;
        none_if_gone(what, ring.search(name))
    }

    fn none_if_gone<T>(what: &'static str, result: Result<T, KeyError>) -> Result<Option<T>, KeysRefused> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(
                KeyError::KeyDoesNotExist
                | KeyError::KeyExpired
                | KeyError::KeyRevoked
                | KeyError::KeyRejected
                | KeyError::KeyringDoesNotExist,
            ) => Ok(None),
            Err(error) => Err(refused(what, error)),
        }
    }

    pub(super) fn read(name: &str) -> Result<Option<Secret>, KeysRefused> {
        let what = "read a key";
        let Some(key) = find(name)? else { return Ok(None) };
        let mut buffer = Zeroizing::new(vec![0u8; LARGEST]);
        let Some(length) = none_if_gone(what, key.read(&mut *buffer))? else { return Ok(None) };
        Ok(buffer.get(..length).map(Secret::copy_of))
    }

    /// The key is made in a keyring of this process alone, where we possess it and may set it up; it comes into the
    /// user's keyring with its permissions and its end already fixed. Added there directly, it could not be set up from
    /// a session keyring that does not lead there (keyctl answers "Permission denied" to `timeout` and `setperm`).
    pub(super) fn keep(name: &str, secret: &Secret, time: Duration) -> Result<(), KeysRefused> {
        let what = "keep a key";
        let fail = |e| refused(what, e);
        let user = KeyRing::from_special_id(KeyRingIdentifier::User, false).map_err(fail)?;
        let own = KeyRing::from_special_id(KeyRingIdentifier::Process, true).map_err(fail)?;
        let key = own.add_key(name, secret.expose()).map_err(fail)?;
        // Without these, only a possessor may read: a process whose session keyring does not lead to the user's
        // keyring (as under `keyctl session`) would find the key and not be let in.
        let permissions = KeyPermissionsBuilder::builder()
            .posessor(Permission::ALL)
            .user(Permission::VIEW | Permission::READ | Permission::SEARCH)
            .build();
        let seconds = usize::try_from(time.as_secs()).unwrap_or(usize::MAX).clamp(1, u32::MAX as usize);
        let result = key
            .set_perms(permissions)
            .and_then(|()| key.set_timeout(seconds))
            .and_then(|()| user.link_key(key))
            .map_err(fail);
        let _ = own.unlink_key(key);
        result
    }

    pub(super) fn forget(name: &str) -> Result<bool, KeysRefused> {
        let what = "forget a key";
        let Some(key) = find(name)? else { return Ok(false) };
        Ok(none_if_gone(what, key.invalidate())?.is_some())
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    use super::KeysRefused;
    use crate::secret::Secret;
    use std::time::Duration;

    const REFUSED: KeysRefused = KeysRefused { what: "keep a key", why: "there is none on this system" };

    pub(super) fn read(_: &str) -> Result<Option<Secret>, KeysRefused> {
        Err(REFUSED)
    }

    pub(super) fn keep(_: &str, _: &Secret, _: Duration) -> Result<(), KeysRefused> {
        Err(REFUSED)
    }

    pub(super) fn forget(_: &str) -> Result<bool, KeysRefused> {
        Err(REFUSED)
    }
}
