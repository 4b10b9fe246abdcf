//! What the journal keeps of a file it must know again: no word of it, only keyed digests.
//!
//! A plain SHA-256 would let whoever sees the journal try short passwords against it (a `.netrc` is little but one).
//! So each digest is an HMAC (RFC 2104) under a key of this machine, which lies beside the journal and not in it.

use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::fs::{FsError, Write};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// Bytes.
    pub length: usize,
    /// HMAC-SHA256 in Base64.
    pub digest: String,
}

/// What stands around a region of a file, so that its place is found again after somebody else changed the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// The line before it, or what stands before it in its own line; `None` = nothing but blanks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The line after it, or the rest of its own line; `None` = nothing but blanks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether its text stood nowhere else in the file.
    pub alone: bool,
}

/// Makes digests with this machine's key.
#[derive(Debug)]
pub struct Prints {
    /// `None` when it was lost: then nothing is known again, and nothing is taken for what it may not be.
    key: Option<Secret>,
}

fn key_file(state: &Path) -> PathBuf {
    state.join("journal-key")
}

impl Prints {
    /// With the key that is there.
    ///
    /// # Errors
    /// It cannot be read or trusted.
    pub fn read(sys: &Sys, state: &Path) -> Result<Self, FsError> {
        let bytes = sys.read_trusted(&key_file(state))?;
        let key = bytes.and_then(|b| BASE64.decode(b.trim_ascii()).ok()).filter(|key| key.len() == 32);
        Ok(Self { key: key.map(Secret::take) })
    }

    /// With a key in any case, for a new entry.
    ///
    /// # Errors
    /// It cannot be read or made.
    pub(super) fn with_key(sys: &mut Sys, state: &Path) -> Result<Self, FsError> {
        let present = Self::read(sys, state)?;
        if present.key.is_some() {
            return Ok(present);
        }
        let key = sys.random_secret(32).ok_or_else(|| {
            let none = std::io::Error::other("the system gives no random bytes");
            FsError::Io { what: "make", path: key_file(state), source: none }
        })?;
        let text = BASE64.encode(key.expose()) + "\n";
        sys.write_atomic(&key_file(state), text.as_bytes(), Write::with_mode(0o600))?;
        Ok(Self { key: Some(key) })
    }

    fn digest(&self, bytes: &[u8], length: usize) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_ref()?.expose()).ok()?;
        mac.update(bytes);
        Some(BASE64.encode(mac.finalize().into_bytes().get(..length)?))
    }

    /// A file's print; `None` when it is not there.
    #[must_use]
    pub fn of(&self, bytes: Option<&[u8]>) -> Option<Print> {
        let bytes = bytes?;
        Some(Print { length: bytes.len(), digest: self.digest(bytes, 32)? })
    }

    /// Whether a file is the one of that print; `None` = not there.
    #[must_use]
    pub fn fits(&self, print: Option<&Print>, bytes: Option<&[u8]>) -> bool {
        match (print, bytes) {
            (None, None) => true,
            (Some(print), Some(_)) => self.of(bytes).as_ref() == Some(print),
            _ => false,
        }
    }

    /// What stands around a region.
    #[must_use]
    pub fn around(&self, bytes: &[u8], region: &Range<usize>) -> Around {
        let text = bytes.get(region.clone()).unwrap_or_default();
        Around {
            before: self.line(line_before(bytes, region.start)),
            after: self.line(line_after(bytes, region.end)),
            alone: !text.is_empty() && bytes.windows(text.len()).filter(|w| *w == text).count() == 1,
        }
    }

    fn line(&self, line: &[u8]) -> Option<String> {
        if line.trim_ascii().is_empty() { None } else { self.digest(line, 16) }
    }

    /// Where a region's text stands now, or, when it is empty, where it belongs; `None` when that is not certain.
    #[must_use]
    pub fn find(&self, bytes: &[u8], text: &[u8], near: usize, around: &Around) -> Option<usize> {
        let places: Vec<usize> = if text.is_empty() {
            let lines = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1);
            let mut places: Vec<usize> =
                [0, near.min(bytes.len()), bytes.len()].into_iter().chain(lines).collect();
            places.sort_unstable();
            places.dedup();
            places
        } else {
            let all = bytes.windows(text.len()).enumerate();
            all.filter(|(_, w)| *w == text).map(|(at, _)| at).collect()
        };
        let before = |at: usize| self.line(line_before(bytes, at)) == around.before;
        let after = |at: usize| self.line(line_after(bytes, at + text.len())) == around.after;
        let whole: Vec<usize> = places.iter().copied().filter(|at| before(*at) && after(*at)).collect();
        if whole.contains(&near) {
            return Some(near);
        }
        if !whole.is_empty() {
            return only(&whole);
        }
        if around.alone && places.len() == 1 {
            return only(&places);
        }
        // One of the two neighbours was changed. Blanks say nothing: they are everywhere.
        let half =
            |at: &usize| (around.before.is_some() && before(*at)) || (around.after.is_some() && after(*at));
        only(&places.into_iter().filter(half).collect::<Vec<_>>())
    }
}

fn only(places: &[usize]) -> Option<usize> {
    match places {
        [one] => Some(*one),
        _ => None,
    }
}

fn line_before(bytes: &[u8], at: usize) -> &[u8] {
    let head = bytes.get(..at).unwrap_or(bytes);
    let head = head.strip_suffix(b"\n").unwrap_or(head);
    head.rsplit(|b| *b == b'\n').next().unwrap_or_default()
}

fn line_after(bytes: &[u8], at: usize) -> &[u8] {
    let tail = bytes.get(at..).unwrap_or_default();
    tail.split(|b| *b == b'\n').next().unwrap_or_default()
}
