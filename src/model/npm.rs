//! npm's registries of a profile. npm asks no helper: it gets the token in a session's environment (`doorkey exec`).

use super::name::ProfileName;
use super::plan::RecordId;
use super::route::{Origin, https_place};

/// The user name under which the store keeps npm's bearer tokens, which have none.
pub const USER: &str = "npm";

/// The scope that stands for all packages without one.
pub const EVERY: &str = "*";

/// A registry, and whose packages come from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpmRegistry {
    /// `@acme`, or [`EVERY`].
    pub scope: String,
    /// Where it is, always over https.
    pub origin: Origin,
    /// Below it, without slashes at the ends.
    pub path: String,
}

impl NpmRegistry {
    /// Reads `"@acme" = "https://npm.acme.example/path/"`.
    ///
    /// # Errors
    /// In words.
    pub fn parse(scope: &str, url: &str) -> Result<Self, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        let is_scope = scope.strip_prefix('@').is_some_and(|name| !name.is_empty() && name.chars().all(fits));
        if !is_scope && scope != EVERY {
            return Err(format!(
                "{scope:?} is no scope: write \"@name\", or \"{EVERY}\" for all other packages"
            ));
        }
        let (origin, path) = https_place(url)?;
        Ok(Self { scope: scope.into(), origin, path })
    }

    /// `//host[:port]/path/`, as npm's settings name it.
    #[must_use]
    pub fn key(&self) -> String {
        let path = if self.path.is_empty() { String::new() } else { format!("{}/", self.path) };
        format!("//{}/{path}", self.origin.authority())
    }

    /// As a URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https:{}", self.key())
    }

    /// The setting that leads npm there.
    #[must_use]
    pub fn setting(&self) -> String {
        let name = if self.scope == EVERY { String::new() } else { format!("{}:", self.scope) };
        format!("{name}registry={}", self.url())
    }

    /// Under which record its token is kept.
    #[must_use]
    pub fn record(&self) -> RecordId {
        RecordId { origin: self.origin.to_string(), path: self.path.clone(), user: USER.into() }
    }

    /// What keeps a token for it.
    #[must_use]
    pub fn add_command(&self, profile: &ProfileName) -> String {
        format!("doorkey token add {profile} --npm '{}'", self.scope)
    }

    /// Whether npm takes a token that is kept so for this registry: one for it, or for a folder above it
    /// (npm-registry-fetch, `lib/auth.js`).
    #[must_use]
    pub fn takes(&self, id: &RecordId) -> bool {
        let above = match self.path.strip_prefix(id.path.as_str()) {
            Some(rest) => id.path.is_empty() || rest.is_empty() || rest.starts_with('/'),
            None => false,
        };
        id.user == USER && id.origin == self.origin.to_string() && above
    }
}
