//! Where a token comes from when it is not doorkey that keeps it: `gh`, or another git credential helper.
//!
//! A bridge only reads, is bound to one host of one profile (SECURITY rule 7), and is named in the profile's file: it is
//! never a fall-back.

use std::fmt;

/// `from = "gh"` or `from = "helper:NAME"` in a profile's `token`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bridge {
    /// `gh auth token --hostname HOST --user USER`.
    Gh,
    /// `git credential-NAME get`.
    Helper(String),
}

impl Bridge {
    /// Reads it as the profile's file has it. `None`: it is no such name.
    ///
    /// A helper is a plain name, so that git runs its program `git-credential-NAME` and no shell; doorkey itself is
    /// none, since it would ask itself.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "gh" {
            return Some(Self::Gh);
        }
        let name = text.strip_prefix("helper:")?;
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let good =
            plain && name.len() <= 32 && !name.is_empty() && !name.starts_with('-') && name != "doorkey";
        good.then(|| Self::Helper(name.into()))
    }
}

/// As in the profile's file.
impl fmt::Display for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gh => f.write_str("gh"),
            Self::Helper(name) => write!(f, "helper:{name}"),
        }
    }
}
