//! What is known of the kinds of git hosts: the dated tables in `templates/providers.toml`.

use crate::model::name::HostName;
use crate::model::provider;
use crate::model::route::{Origin, Scheme};
use serde::Deserialize;
use std::sync::OnceLock;

const TABLE: &str = include_str!("../../templates/providers.toml");

#[derive(Debug, Deserialize)]
struct Table {
    checked: String,
    provider: Vec<Facts>,
}

/// One kind of git host.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Facts {
    /// As a profile's file says it under `provider`.
    pub name: String,
    /// For people.
    pub title: String,
    tokens: Vec<String>,
    api: Vec<Place>,
    realm: Vec<String>,
    ends: EndsWhere,
    /// Scopes of which one suffices to read a private repository; empty = not judged.
    pub read: Vec<String>,
    /// Scopes of which one suffices to push; empty = not judged.
    pub write: Vec<String>,
    /// Its newer tokens have no scopes of that kind: an empty list is not judged.
    #[serde(default)]
    pub empty_says_nothing: bool,
    beyond: Vec<String>,
    any_user: Vec<String>,
    #[serde(default)]
    bots: Vec<String>,
    pub(super) page: Vec<Page>,
    #[serde(default)]
    pub(super) scopes_read: Vec<String>,
    #[serde(default)]
    pub(super) scopes_write: Vec<String>,
    pub(super) words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum EndsWhere {
    Said,
    KeptHere,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Place {
    host: Option<String>,
    below: Option<String>,
    root: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Page {
    host: Option<String>,
    below: Option<String>,
    pub(super) url: String,
}

/// Whether a line of a table is for this host: one name, or all names below one, or every host.
fn fits(host: &Option<String>, below: &Option<String>, name: &HostName) -> bool {
    match (host, below) {
        (Some(only), _) => name.as_str() == only,
        (None, Some(parent)) => name.as_str().strip_suffix(parent.as_str()).is_some_and(|h| h.ends_with('.')),
        (None, None) => true,
    }
}

impl Page {
    pub(super) fn fits(&self, name: &HostName) -> bool {
        fits(&self.host, &self.below, name)
    }
}

/// Where an API is: an origin of its own, or a path on the git host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    /// The only origin that a token may go to beside git's.
    pub origin: Origin,
    /// What every path begins with: `/api/v4`, or nothing.
    pub prefix: String,
}

fn table() -> &'static Table {
    static ONCE: OnceLock<Table> = OnceLock::new();
    ONCE.get_or_init(|| {
        toml_edit::de::from_str(TABLE)
            .unwrap_or_else(|_| Table { checked: String::new(), provider: Vec::new() })
    })
}

/// All kinds.
#[must_use]
pub fn all() -> &'static [Facts] {
    &table().provider
}

/// When the tables were looked up: `2026-11`.
#[must_use]
pub fn checked() -> &'static str {
    &table().checked
}

/// The kind of that name.
#[must_use]
pub fn of(name: &str) -> Option<&'static Facts> {
    all().iter().find(|facts| facts.name == name)
}

/// The kind of a host that its name tells: a known host, or one below a name that only one kind has.
#[must_use]
pub fn by_host(host: &HostName) -> Option<&'static Facts> {
    if let Some(known) = provider::known(host.as_str()) {
        return of(known.provider);
    }
    all().iter().find(|f| f.api.iter().any(|p| p.below.is_some() && fits(&p.host, &p.below, host)))
}

/// The kind that names itself so in a challenge: `Basic realm="GitLab"`.
#[must_use]
pub fn by_challenge(challenge: &str) -> Option<&'static Facts> {
    let (_, rest) = challenge.split_once("realm=\"")?;
    let (realm, _) = rest.split_once('"')?;
    all().iter().find(|f| f.realm.iter().any(|r| r.eq_ignore_ascii_case(realm)))
}

impl Facts {
    /// Whether a token of this kind (`gitlab-personal`) may be one of this host's: not when it bears the mark of another.
    #[must_use]
    pub fn may_make(&self, kind: &str) -> bool {
        // Kinds without a mark, such as forty hexadecimal digits, may be anybody's, and so may those of an unknown host.
        let makes = |facts: &Facts| facts.tokens.iter().any(|t| kind.starts_with(t.as_str()));
        makes(self) || self.name == "generic" || kind.starts_with("hex-") || kind == "gitlab-own-prefix"
    }

    /// Where the API of a git host is. `None`: this kind has none there, or the git host is not reached over HTTPS.
    #[must_use]
    pub fn api(&self, git: &Origin) -> Option<Api> {
        if git.scheme != Scheme::Https {
            return None;
        }
        let place = self.api.iter().find(|p| fits(&p.host, &p.below, &git.host))?;
        let root = place.root.replace("{host}", &git.authority());
        let (_, rest) = root.split_once("https://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let origin = Origin::from_authority(Scheme::Https, authority).ok()?;
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        Some(Api { origin, prefix })
    }

    /// Whether the host says when a token ends. Where it does not, doorkey's own dates count.
    #[must_use]
    pub fn says_end(&self) -> bool {
        self.ends == EndsWhere::Said
    }

    /// The scopes among these that git has no use for.
    #[must_use]
    pub fn beyond<'a>(&self, scopes: &'a [String]) -> Vec<&'a str> {
        let is_beyond = |scope: &str| {
            self.beyond.iter().any(|b| {
                let family = b.ends_with([':', '_']);
                if family { scope.starts_with(b.as_str()) } else { scope == b }
            })
        };
        scopes.iter().map(String::as_str).filter(|s| is_beyond(s)).collect()
    }

    /// Whether an account is one that the host made for a token alone: whoever set it up names it as he likes.
    #[must_use]
    pub fn is_bot(&self, account: &str) -> bool {
        account.contains("_bot") && self.bots.iter().any(|b| account.starts_with(b.as_str()))
    }

    /// Whether a user name stands for whatever account the token has.
    #[must_use]
    pub fn takes_any_account(&self, user: &str) -> bool {
        self.any_user.iter().any(|name| name == "*" || name == user)
    }
}
