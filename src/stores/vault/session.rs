//! Between unlock and lock: the master in the kernel's keyring (or an agent), for this user's processes, until a time.

use super::master::Master;
use super::passphrase::passphrase_settings;
use super::{Vault, agent};
use crate::secret::Secret;
use crate::stores::kind::Settings;
use crate::stores::{StoreError, StoreKind};
use crate::sys::Sys;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a vault stays unlocked unless the user says otherwise: eight hours.
pub const UNLOCKED: Duration = Duration::from_secs(8 * 3600);

/// The comment in which the kept master says how long it is kept; the kernel does not tell.
const UNTIL: &str = "# kept until ";

/// Whether the vault can be opened now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// By whoever reads the key file.
    KeyFile,
    /// Only with the passphrase.
    Locked,
    /// By every process of this user.
    Unlocked {
        /// Until then, seconds since 1970.
        until: i64,
    },
}

impl Vault {
    /// Whether the vault can be opened now, without opening it.
    ///
    /// # Errors
    /// [`StoreError::NoStore`] or [`StoreError::OtherKind`]: there is no vault.
    pub fn access(sys: &Sys) -> Result<Access, StoreError> {
        let settings = Settings::read(sys)?.ok_or(StoreError::NoStore)?;
        match settings.kind {
            StoreKind::KeyFile { .. } => Ok(Access::KeyFile),
            StoreKind::Passphrase => {
                Ok(master(sys, &settings)?.map_or(Access::Locked, |(_, until)| Access::Unlocked { until }))
            }
            kind @ (StoreKind::Keyring | StoreKind::Pass) => Err(StoreError::OtherKind { kind }),
        }
    }

    /// Keeps this vault open for all processes of this user for so long. Replaces an earlier time.
    ///
    /// # Errors
    /// [`StoreError::OtherKind`] with a key file, which is never cached; [`StoreError::Keys`] when the kernel refuses.
    pub fn keep_unlocked(&self, sys: &mut Sys, time: Duration) -> Result<(), StoreError> {
        refuse_other_kinds(&self.settings.kind)?;
        let (text, _) = kept_text(sys, &self.master, time);
        Ok(sys.keep_key(&name(&self.master.recipient().to_string()), &text, time)?)
    }

    /// Locks the vault for all processes; says whether it was unlocked.
    ///
    /// # Errors
    /// [`StoreError::OtherKind`] when there is nothing to lock; [`StoreError::Keys`] when the kernel refuses.
    pub fn lock(sys: &mut Sys) -> Result<bool, StoreError> {
        let settings = passphrase_settings(sys)?;
        let recipient = settings.recipient.as_deref().unwrap_or_default();
        let agent_ended = agent::lock(sys, recipient)?;
        match sys.drop_key(&name(recipient)) {
            Ok(dropped) => Ok(dropped || agent_ended),
            // Where the kernel refuses, nothing was kept there.
            Err(_) if agent_ended => Ok(true),
            Err(refused) => Err(refused.into()),
        }
    }
}

/// Forgets the kept master of a vault that is gone. What cannot be forgotten opens nothing any more.
pub(super) fn forget(sys: &mut Sys, settings: &Settings) {
    if let (StoreKind::Passphrase, Some(recipient)) = (&settings.kind, &settings.recipient) {
        let _ = agent::lock(sys, recipient);
        let _ = sys.drop_key(&name(recipient));
    }
}

/// A key file is never cached; the OS keyring has its own lock.
pub(super) fn refuse_other_kinds(kind: &StoreKind) -> Result<(), StoreError> {
    match kind {
        StoreKind::Passphrase => Ok(()),
        kind => Err(StoreError::OtherKind { kind: kind.clone() }),
    }
}

/// The name of the kernel's key: one for each vault.
fn name(recipient: &str) -> String {
    format!("doorkey:{recipient}")
}

/// What is kept, and until when (seconds since 1970).
pub(super) fn kept_text(sys: &Sys, master: &Master, time: Duration) -> (Secret, i64) {
    let until = sys.now().saturating_add(i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
    let body = master.to_text("doorkey");
    let head = format!("{UNTIL}{until}\n");
    let mut text = Zeroizing::new(Vec::with_capacity(head.len() + body.len()));
    text.extend_from_slice(head.as_bytes());
    text.extend_from_slice(&body);
    (Secret::copy_of(&text), until)
}

/// The unlocked master and until when it is kept: by the kernel, or by an agent where the kernel's keyring has nothing
/// or cannot be used. `None`: the vault is locked.
pub(super) fn master(sys: &Sys, settings: &Settings) -> Result<Option<(Master, i64)>, StoreError> {
    let Some(recipient) = &settings.recipient else { return Ok(None) };
    let kept = match sys.kept_key(&name(recipient)) {
        Ok(Some(text)) => Some(text),
        Ok(None) | Err(_) => agent::ask(sys, recipient)?,
    };
    let found = kept.and_then(|text| read_kept(&text));
    Ok(found.filter(|(master, _)| master.recipient().to_string() == *recipient))
}

fn read_kept(text: &Secret) -> Option<(Master, i64)> {
    let until = text.expose_str()?.lines().next()?.strip_prefix(UNTIL)?.parse().ok()?;
    Some((Master::parse(text.expose()).ok()?, until))
}
