//! When something ends, by which rule, and how near that is.

use serde::Serialize;

/// A day, in seconds.
pub const DAY: i64 = 86_400;

/// What ends within so many days ends soon.
pub const SOON_DAYS: i64 = 14;

/// 9999-12-31 23:59:59 UTC, in seconds since 1970: a certificate with this end has none (RFC 5280 section 4.1.2.5).
/// OpenSSH's `forever` (PROTOCOL.certkeys: the largest number of 64 bits) lies above it.
pub const NEVER: i64 = 253_402_300_799;

/// By whose word something ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Noted in the store: the host named it to `doorkey token check`, or the user to `token add --expires`.
    Noted,
    /// `password_expiry_utc` of git's credential protocol (git-credential(1)).
    Git,
    /// The token's own text says it.
    Text,
    /// `max-age` of the profile: from then on it is too old, although its host may still take it.
    MaxAge,
    /// `notAfter` of an X.509 certificate (RFC 5280 section 4.1.2.5).
    NotAfter,
    /// `valid before` of an SSH certificate (OpenSSH, PROTOCOL.certkeys).
    ValidBefore,
}

impl Rule {
    /// In a few words, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Noted => "noted in the store",
            Self::Git => "told by git",
            Self::Text => "in the token",
            Self::MaxAge => "max-age",
            Self::NotAfter => "notAfter",
            Self::ValidBefore => "valid before",
        }
    }

    /// Whether it stops working then. A limit of age stops nothing by itself.
    #[must_use]
    pub fn stops(self) -> bool {
        self != Self::MaxAge
    }
}

/// How near an end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nearness {
    /// It is over.
    Expired,
    /// Within [`SOON_DAYS`].
    Soon,
    /// Later.
    Fine,
    /// No end is known.
    NoEndKnown,
}

impl Nearness {
    /// Of an end, both in seconds since 1970. The second of the end itself is over: "valid before".
    #[must_use]
    pub fn of(end: Option<i64>, now: i64) -> Self {
        match end.map(|end| end.saturating_sub(now)) {
            None => Self::NoEndKnown,
            Some(left) if left <= 0 => Self::Expired,
            Some(left) if left <= SOON_DAYS * DAY => Self::Soon,
            Some(_) => Self::Fine,
        }
    }

    /// In words, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Soon => "soon",
            Self::Fine => "fine",
            Self::NoEndKnown => "no end known",
        }
    }
}
