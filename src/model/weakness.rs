//! What is wrong with an SSH key by its numbers alone.

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Out of fashion, and nothing more.
    Note,
    /// Hosts refuse it, or it may be broken one day.
    Weak,
    /// Whoever has the public half can get the private one, or has it.
    Open,
}

/// The code of a key whose passphrase can be tried quickly: not the key is weak, but its file.
pub const EASILY_GUESSED: &str = "easily-guessed";

/// One thing that is wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Weakness {
    /// A stable name: `rsa-close-primes`.
    pub code: &'static str,
    /// How bad it is.
    pub grade: Grade,
    /// In words that follow "the key": `is an RSA key of 1024 bits`.
    pub what: String,
    /// Why that matters, and who says so.
    pub why: &'static str,
    /// What to do, where that is not what the grade says.
    #[serde(skip)]
    pub mend: Option<&'static str>,
}

impl Weakness {
    /// What to do about it.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        self.mend.unwrap_or_else(|| self.grade.mend())
    }
}

impl Grade {
    /// What to do about a key of this grade.
    #[must_use]
    pub fn mend(self) -> &'static str {
        match self {
            Self::Note => "nothing now; make the next key with ssh-keygen -t ed25519",
            Self::Weak => {
                "make another (doorkey ssh new PROFILE), give it to the hosts, then take this one away there"
            }
            Self::Open => "take it away from every host today, and make another: doorkey ssh new PROFILE",
        }
    }
}
