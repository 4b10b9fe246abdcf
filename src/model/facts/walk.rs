//! The way of one request for a password: who is asked, in which order, and what each would answer.

use super::{ChainLink, Spot};
use serde::Serialize;

/// What a helper would answer for a URL, told without running it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "expected", content = "says")]
pub enum Expected {
    /// A login; git asks nobody after it.
    Answers {
        /// As whom.
        user: Option<String>,
        /// Where that is written.
        spot: Option<Spot>,
    },
    /// Nothing, and why.
    Nothing(String),
    /// It is not known whether it answers, and with what.
    MayAnswer(String),
    /// A refusal after which git asks nobody, and why.
    Refuses(String),
    /// Its program is missing: git says so and asks the next one.
    NotInstalled,
}

/// Who is asked for one URL, in order, and who is not.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Walk {
    /// The URL, masked.
    pub url: String,
    /// What is sent before any helper is asked.
    pub before: Vec<Before>,
    /// The helpers that git asks, until one answers.
    pub asked: Vec<Asked>,
    /// Helpers that an empty `helper =` forgets.
    pub forgotten: Vec<Forgotten>,
    /// Whether helpers see the path of the repository.
    pub use_http_path: bool,
}

/// A helper in a [`Walk`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Asked {
    /// Which.
    pub helper: ChainLink,
    /// Where its line stands.
    pub spot: Spot,
    /// What it would answer.
    #[serde(flatten)]
    pub expected: Expected,
}

/// A helper that is not asked.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Forgotten {
    /// Which.
    pub helper: ChainLink,
    /// Where its line stands.
    pub spot: Spot,
    /// Where the empty `helper =` stands.
    pub by: Spot,
}

/// A credential that no helper is asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Before {
    /// `.netrc`, `http.extraHeader`, `the URL itself`
    pub what: String,
    /// Where.
    pub spot: Option<Spot>,
}
