//! A value that must not leak: no `Display`, no `Serialize`, no `PartialEq`, a silent `Debug`, wiped when dropped.

use std::fmt;
use zeroize::Zeroize;

/// Secret bytes (a token, a password, a passphrase, key material) in one heap buffer of fixed size.
///
/// The buffer never grows after it was made, so no copy stays behind in freed memory (SECURITY rule 34).
/// The value leaves only by [`Secret::expose`], which makes each use easy to find.
pub struct Secret {
    bytes: Box<[u8]>,
}

impl Secret {
    /// Copies `bytes` into a fresh buffer of exactly that length. Wipe the source yourself.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.into() }
    }

    /// Takes a buffer over and wipes the part of it that was reserved but not used.
    #[must_use]
    pub fn take(mut bytes: Vec<u8>) -> Self {
        if bytes.capacity() == bytes.len() {
            return Self { bytes: bytes.into_boxed_slice() };
        }
        let secret = Self::copy_of(&bytes);
        bytes.zeroize();
        secret
    }

    /// Takes a string over, as [`Secret::take`] does.
    #[must_use]
    pub fn take_string(text: String) -> Self {
        Self::take(text.into_bytes())
    }

    /// The value itself. Only for handing it to its consumer.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The value as text, if it is UTF-8.
    #[must_use]
    pub fn expose_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is no byte in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Compares in a time that does not depend on where the values differ.
    #[must_use]
    pub fn same_as(&self, other: &[u8]) -> bool {
        if self.bytes.len() != other.len() {
            return false;
        }
        let mut difference = 0u8;
        for (a, b) in self.bytes.iter().zip(other) {
            difference |= a ^ b;
        }
        std::hint::black_box(difference) == 0
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self::copy_of(&self.bytes)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
