//! What an access token says by itself: whose kind it is, whether its checksum holds, and what can be read in it.
//!
//! Nothing here asks a host. What is known of each provider is data, one table a file, with the day on which it was
//! compared with what the provider publishes. Where a rule rests on thin evidence its failure is [`Checksum::Unsure`],
//! never [`Checksum::Invalid`]: a good token must not be called broken.

mod atlassian;
mod aws;
mod azure;
mod bare;
mod checksum;
mod find;
mod github;
mod gitlab;
mod looks;
mod pypi;
mod registries;
mod shape;

pub use find::{Found, find};
pub use shape::{Issuer, Kind};

use shape::Reading;
use std::fmt;

/// Every provider, in the order in which its kinds are tried.
static ISSUERS: &[&Issuer] = &[
    &github::GITHUB,
    &gitlab::GITLAB,
    &atlassian::CLOUD,
    &atlassian::DATA_CENTER,
    &azure::AZURE,
    &aws::AWS,
    &registries::NPM,
    &pypi::PYPI,
    &registries::CRATES,
    &registries::DOCKER,
    &registries::JFROG,
    &registries::RUBYGEMS,
];

/// What the check characters of a token say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// They fit.
    Valid,
    /// They do not: mistyped, cut off or made up.
    Invalid,
    /// They do not, but the rule is not proven for this kind: no verdict.
    Unsure,
    /// This kind has none that can be checked without its issuer.
    None,
}

impl Checksum {
    /// `valid`, `invalid`, `unsure` or `none`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unsure => "unsure",
            Self::None => "none",
        }
    }
}

/// Something that a token says in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A name, a list, a month.
    Text(String),
    /// A number that names something.
    Number(u64),
    /// Seconds since 1970-01-01 UTC.
    Time(i64),
}

/// A recognised token, without its value.
#[derive(Clone)]
pub struct Token {
    /// Who makes such tokens.
    pub issuer: &'static Issuer,
    /// What it is.
    pub kind: &'static Kind,
    /// What its check characters say.
    pub checksum: Checksum,
    /// What can be read in it, by name: `expires`, `user-id`...
    pub facts: Vec<(&'static str, Fact)>,
    /// Whether it could have been drawn at random, and is no placeholder as documentation has them.
    pub looks_real: bool,
}

impl Token {
    fn of(issuer: &'static Issuer, kind: &'static Kind, reading: Reading, looks_real: bool) -> Self {
        let Reading { checksum, facts, .. } = reading;
        Self { issuer, kind, checksum, facts, looks_real }
    }

    /// Whether this is a secret beyond reasonable doubt, by its bytes alone.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.kind.secret && self.looks_real && self.checksum != Checksum::Invalid
    }

    /// When it dies, where it says so. Seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn expires(&self) -> Option<i64> {
        self.facts.iter().find_map(|(name, fact)| match fact {
            Fact::Time(at) if *name == "expires" => Some(*at),
            _ => None,
        })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}, {}, {:?})", self.kind.code, self.checksum.name(), self.facts)
    }
}

/// Recognises a text that is one token and nothing else. Blanks around it do not count.
///
/// Kinds without a mark of their own (40 hexadecimal digits, 52 letters) are told here only: in running text they
/// could be anything.
#[must_use]
pub fn recognise(text: &[u8]) -> Option<Token> {
    let text = text.trim_ascii();
    let whole = |found: &Found| found.span == (0..text.len());
    find::marked(text).into_iter().find(whole).map(|found| found.token).or_else(|| bare::recognise(text))
}

/// Every kind that is known, with who makes it.
pub fn kinds() -> impl Iterator<Item = (&'static Issuer, &'static Kind)> {
    let issuers = ISSUERS.iter().copied().chain([&bare::GITEA]);
    issuers.flat_map(|issuer| issuer.kinds.iter().map(move |kind| (issuer, kind)))
}

/// Whether a user name is a token: by its well-known beginning, or because no name is that long and mixed.
#[must_use]
pub fn is_user_a_token(user: &str) -> bool {
    // Names of that length have words in them, or are addresses.
    let random = user.len() >= 20
        && user.bytes().all(|b| b.is_ascii_alphanumeric())
        && user.bytes().any(|b| b.is_ascii_digit());
    // `cio` begins a name as well as a token.
    let begins =
        kinds().any(|(_, k)| k.secret && k.mark.len() > 3 && k.is_prefix() && user.starts_with(k.mark));
    random || (user.len() > 32 && !user.contains('@')) || begins || recognise(user.as_bytes()).is_some()
}
