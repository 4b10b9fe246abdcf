//! The table of known error texts, `templates/errors.toml`.

use super::pattern::Pattern;
use super::place::Place;
use crate::model::ladder::Layer;
use aho_corasick::AhoCorasick;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

const TABLE: &str = include_str!("../../../../templates/errors.toml");

/// How sure a text makes its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sureness {
    /// The program says just this.
    Certain,
    /// Almost always this.
    Likely,
    /// It follows other errors as well.
    Possible,
}

/// One cause that many texts lead to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Stable: `tls-untrusted-root`.
    pub code: String,
    /// Where on the way it stops.
    pub rung: Layer,
    /// One plain sentence, with `{host}` in it.
    pub cause: String,
    /// One repair.
    #[serde(rename = "do")]
    pub repair: String,
    /// What to look at to be sure.
    pub look: String,
    /// Only doorkey's own climb says it: no text leads there, `explain` tells it.
    #[serde(default)]
    pub climb: bool,
}

impl Cause {
    /// The cause and its repair, with a place in them; `nobody` stands in the cause where no host is known.
    #[must_use]
    pub fn worded(&self, place: &Place, nobody: &str) -> (String, String) {
        let host = place.host.as_deref();
        let inspect = format!("doorkey inspect {}:{}", host.unwrap_or("HOST"), place.port.unwrap_or(443));
        let module = place.module.as_deref().or(place.url.as_deref().and_then(|u| u.split("://").nth(1)));
        // A module behind a proxy's URL: `proxy.golang.org/git.acme.example/a/@v/...`.
        let module = module
            .map(|m| m.trim_start_matches("proxy.golang.org/").trim_start_matches("sum.golang.org/lookup/"));
        let module_host =
            module.and_then(|m| m.split('/').next()).filter(|h| h.contains('.')).unwrap_or("HOST");
        let filled = |text: &str, nobody: &str| {
            text.replace("{inspect}", &inspect)
                .replace("{modhost}", module_host)
                .replace("{host}", host.unwrap_or(nobody))
        };
        (filled(&self.cause, nobody), filled(&self.repair, "HOST"))
    }
}

/// One text of one program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Who prints it.
    pub program: String,
    /// The cause's code.
    pub code: String,
    /// How sure it is.
    pub sure: Sureness,
    /// Where the text is from.
    pub source: String,
    /// The pattern as it is written.
    pub like: String,
    /// The text as the program prints it.
    pub says: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    cause: Vec<Cause>,
    text: Vec<Text>,
}

/// The table, ready for a search.
#[derive(Debug)]
pub(super) struct Known {
    causes: Vec<Cause>,
    texts: Vec<Text>,
    pub(super) patterns: Vec<Pattern>,
    /// Finds the longest piece of every pattern in one walk over a log.
    pub(super) anchors: Option<AhoCorasick>,
}

pub(super) fn known() -> &'static Known {
    static ONCE: OnceLock<Known> = OnceLock::new();
    ONCE.get_or_init(|| {
        let Written { cause: causes, text: texts } = toml_edit::de::from_str(TABLE).unwrap_or_default();
        let patterns: Vec<Pattern> = texts.iter().map(|t| Pattern::read(&t.like)).collect();
        let anchors = AhoCorasick::new(patterns.iter().map(|p| p.anchor.as_str())).ok();
        Known { causes, texts, patterns, anchors }
    })
}

/// All causes.
#[must_use]
pub fn causes() -> &'static [Cause] {
    &known().causes
}

/// All texts.
#[must_use]
pub fn texts() -> &'static [Text] {
    &known().texts
}

/// The cause with a code.
#[must_use]
pub fn cause_of(code: &str) -> Option<&'static Cause> {
    causes().iter().find(|c| c.code == code)
}
