//! A token at its host: what the profile wants of it there, and what the host said of it when it was asked.

use serde::Serialize;

/// What the profile wants of a token at its host, and what the host said of it.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AtHost {
    /// The kind of host, where it is known: `github`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The access that the profile's repositories there want.
    pub wanted: Wanted,
    /// The scopes that the profile's file allows it; empty = it does not say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_scopes: Vec<String>,
    /// What its own text says, where it is of a kind that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TokenText>,
    /// What the host said. `None`: it was not asked, or said nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<Known>,
}

/// What a token's own text says, without the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenText {
    /// The kind's stable name: `github-classic`.
    pub kind: &'static str,
    /// For people: `GitHub personal access token (classic)`.
    pub title: String,
    /// Its check characters do not fit.
    pub damaged: bool,
    /// When it ends, where it says so, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
}

/// An access that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// The profile names no repository there.
    #[default]
    NotSaid,
    /// To read.
    Read,
    /// To push.
    Write,
}

/// What a host said of a token. Texts are short, and none repeats the token.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Known {
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// `classic`, `fine-grained`...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The token's name at the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it may do; `None` = the host does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// When it ends.
    pub ends: Ends,
    /// When it was made, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// When it was last used before this, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<i64>,
    /// What it may do with the repository that it was tried with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryAccess>,
    /// What else is worth knowing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// When a token ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// The host does not say.
    #[default]
    NotSaid,
    /// Not by itself.
    Never,
    /// At this time, seconds since 1970.
    At(i64),
}

/// A repository as the token sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryAccess {
    /// Whether it can be read.
    pub read: bool,
    /// Whether the account may push; `None` = the host does not say.
    pub write: Option<bool>,
    /// What is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Barrier>,
}

/// What keeps a token from a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Barrier {
    /// 404: it is not there, or this account may not see it. Hosts do not tell the two apart.
    AbsentOrHidden,
    /// The token was not let through the organisation's single sign-on.
    Sso {
        /// The page that lets it through; only when it is the provider's own.
        page: Option<String>,
    },
    /// The token or the organisation's policy does not allow it; the host's words.
    NotAllowed(String),
}
