//! Messages of the SSH agent protocol (draft-ietf-sshm-ssh-agent), as far as an agent is shown in part.
//!
//! A message is a length (`uint32`, big-endian) and as many bytes, of which the first is its type. The functions here
//! take and give the bytes after the length.

use sha2::{Digest, Sha256};

/// The longest message, as in OpenSSH (authfd.h, `MAX_AGENT_REPLY_LEN`).
pub const LONGEST: usize = 256 * 1024;

/// `SSH_AGENT_FAILURE` (section 6.1).
pub const FAILURE: &[u8] = &[5];

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const EXTENSION: u8 = 27;

/// Whether a request may reach an agent of which only these keys are shown, by their `SHA256:` fingerprints: to list, to
/// sign with one of them, and to bind the session to its host (OpenSSH, PROTOCOL.agent, section 1), which only
/// narrows. Not what changes the agent.
#[must_use]
pub fn may_ask(request: &[u8], keys: &[String]) -> bool {
    match request.split_first() {
        Some((&REQUEST_IDENTITIES, rest)) => rest.is_empty(),
        Some((&SIGN_REQUEST, rest)) => string(rest).is_some_and(|(blob, _)| is_of(blob, keys)),
        Some((&EXTENSION, rest)) => string(rest).is_some_and(|(name, _)| name == b"session-bind@openssh.com"),
        _ => false,
    }
}

/// An agent's answer with those of its keys that are shown. What is no list is given as it is; `None` for a list that
/// cannot be read.
#[must_use]
pub fn shown(answer: &[u8], keys: &[String]) -> Option<Vec<u8>> {
    let Some((&IDENTITIES_ANSWER, rest)) = answer.split_first() else { return Some(answer.to_vec()) };
    let (count, mut rest) = number(rest)?;
    let mut found = Vec::new();
    let mut shown = 0_u32;
    for _ in 0..count {
        let (blob, after) = string(rest)?;
        let (_, after) = string(after)?;
        let entry = rest.get(..rest.len() - after.len())?;
        if is_of(blob, keys) {
            found.extend_from_slice(entry);
            shown += 1;
        }
        rest = after;
    }
    let mut out = vec![IDENTITIES_ANSWER];
    out.extend_from_slice(&shown.to_be_bytes());
    out.extend_from_slice(&found);
    Some(out)
}

fn is_of(blob: &[u8], keys: &[String]) -> bool {
    use base64::Engine;
    let digest = base64::engine::general_purpose::STANDARD_NO_PAD.encode(Sha256::digest(blob));
    keys.iter().any(|key| key.strip_prefix("SHA256:") == Some(digest.as_str()))
}

/// `uint32` (RFC 4251, section 5).
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*head), rest))
}

/// `string` (RFC 4251, section 5).
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = number(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}
