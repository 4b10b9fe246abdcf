//! The agent: keeps the unlocked master in its own memory where the kernel's keyring is refused (containers).
//!
//! ```text
//! $XDG_RUNTIME_DIR/doorkey/vault-XXXXXXXX.sock     XXXXXXXX = the end of the vault's recipient
//! get RECIPIENT     answer: the kept master        lock RECIPIENT     answer: "locked", and the agent ends
//! ```

use super::Vault;
use super::session::{kept_text, refuse_other_kinds};
use crate::secret::Secret;
use crate::stores::StoreError;
use crate::stores::kind::last_eight;
use crate::sys::Sys;
use std::path::PathBuf;
use std::time::Duration;

/// How often a waiting agent looks at the clock: a machine that slept must not keep the vault open longer.
const LOOK: Duration = Duration::from_secs(30);

/// How an agent came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The time was over.
    TimedOut,
    /// Somebody locked the vault.
    Locked,
}

impl Vault {
    /// Keeps this vault open for all processes of this user for so long, by serving it; returns at the end of that time,
    /// or when the vault is locked. For a process of its own (`doorkey agent`).
    ///
    /// # Errors
    /// [`StoreError::NoRuntimeFolder`], [`StoreError::AgentRuns`], [`StoreError::OtherKind`] with a key file, which is
    /// never cached, and whatever is wrong with the socket's folder.
    pub fn serve(&self, sys: &mut Sys, time: Duration) -> Result<Ended, StoreError> {
        refuse_other_kinds(&self.settings.kind)?;
        let recipient = self.master.recipient().to_string();
        let path = socket(sys, &recipient)?;
        let (text, until) = kept_text(sys, &self.master, time);
        let door = sys.listen_locally(&path)?.ok_or(StoreError::AgentRuns { path: path.clone() })?;
        let (get, lock) = (request("get", &recipient), request("lock", &recipient));
        let ended = loop {
            let left = until.saturating_sub(sys.now());
            if left <= 0 {
                break Ok(Ended::TimedOut);
            }
            let mut locked = false;
            let answered = door.answer(LOOK.min(Duration::from_secs(left.unsigned_abs())), |question| {
                if sys.now() >= until {
                    None
                } else if question == get.as_bytes() {
                    Some(text.clone())
                } else if question == lock.as_bytes() {
                    locked = true;
                    Some(Secret::copy_of(b"locked"))
                } else {
                    None
                }
            });
            match answered {
                Err(source) => break Err(StoreError::Agent { path, source }),
                Ok(_) if locked => break Ok(Ended::Locked),
                Ok(_) => {}
            }
        };
        door.close(sys)?;
        ended
    }
}

/// What an agent keeps for the vault of this recipient; `None` when there is no agent.
pub(super) fn ask(sys: &Sys, recipient: &str) -> Result<Option<Secret>, StoreError> {
    let Ok(path) = socket(sys, recipient) else { return Ok(None) };
    Ok(sys.ask_locally(&path, request("get", recipient).as_bytes())?)
}

/// Ends the agent of this vault; says whether there was one.
pub(super) fn lock(sys: &Sys, recipient: &str) -> Result<bool, StoreError> {
    let Ok(path) = socket(sys, recipient) else { return Ok(false) };
    Ok(sys.ask_locally(&path, request("lock", recipient).as_bytes())?.is_some())
}

fn request(verb: &str, recipient: &str) -> String {
    format!("{verb} {recipient}\n")
}

/// One socket for each vault.
fn socket(sys: &Sys, recipient: &str) -> Result<PathBuf, StoreError> {
    let folder = sys.places().runtime().ok_or(StoreError::NoRuntimeFolder)?.join("doorkey");
    Ok(folder.join(format!("vault-{}.sock", last_eight(recipient))))
}
