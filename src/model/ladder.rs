//! The rungs between this machine and a repository, and how far up a try came.

use serde::{Deserialize, Serialize};

/// What a rung is about, from the ground up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The name leads to an address.
    Dns,
    /// A connection to the address (or to the proxy's) opens.
    Tcp,
    /// The proxy lets us through.
    Proxy,
    /// The server's chain leads to a root that git trusts.
    Tls,
    /// The host key is the one that is pinned (SSH).
    HostKey,
    /// The server speaks HTTP.
    Http,
    /// The host knows who we are.
    Authentication,
    /// The account may do this.
    Authorisation,
    /// The settings and files of go lead to the module.
    Go,
    /// The repository is there and answers.
    Repository,
}

/// How a rung held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It holds.
    Ok,
    /// It is broken: the climb ends here.
    Broken,
    /// A lower rung is broken, or this one has no meaning here.
    NotTried,
}

/// One rung.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rung {
    /// Which.
    pub layer: Layer,
    /// How it held.
    pub outcome: Outcome,
    /// A stable code when it is broken: `dns-no-such-name`, `tls-untrusted-root`...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What was seen: an address, a certificate, the server's own words. No secret.
    pub evidence: String,
    /// One cause, in plain words, when it is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// One repair, when it is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
    /// Milliseconds.
    pub took_ms: u64,
}

impl Rung {
    /// A rung that holds.
    #[must_use]
    pub fn ok(layer: Layer, evidence: impl Into<String>) -> Self {
        Self {
            layer,
            outcome: Outcome::Ok,
            code: None,
            evidence: evidence.into(),
            cause: None,
            repair: None,
            took_ms: 0,
        }
    }

    /// A rung that was not tried, and why.
    #[must_use]
    pub fn not_tried(layer: Layer, reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotTried, ..Self::ok(layer, reason) }
    }

    /// The broken rung.
    #[must_use]
    pub fn broken(
        layer: Layer,
        code: &'static str,
        evidence: impl Into<String>,
        cause: impl Into<String>,
        repair: impl Into<String>,
    ) -> Self {
        Self {
            outcome: Outcome::Broken,
            code: Some(code),
            cause: Some(cause.into()),
            repair: Some(repair.into()),
            ..Self::ok(layer, evidence)
        }
    }
}
