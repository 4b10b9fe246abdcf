//! Which proxy each tool takes for a URL, by its own settings and the way in which it reads the variables. One file a
//! tool with settings of its own, one line here; what has none is a row in `by_variables`.
//!
//! Nothing is tried: [`crate::probes`] does that. No tool is started but git, for its own configuration.

mod by_variables;
mod java_options;

use crate::engine::verify::OwnGit;
use crate::formats::proxy::dialect::{Decision, Dialect, Goes, Named, Own};
use crate::formats::proxy::no_proxy::Target;
use crate::model::facts::{ProxyWays, ToolWay};
use crate::registry::registry;
use crate::sys::Sys;
use serde::Serialize;
use std::fmt;
use std::path::Path;

registry! {
    /// The tools with settings of their own.
    static WITH_SETTINGS: Tool = TOOL;
    git,
    curl,
    wget,
    npm,
    yarn_berry,
    pip,
    cargo,
    gem,
    java,
    maven,
    gradle,
    docker,
}

/// A tool that fetches.
pub struct Tool {
    /// What people call it.
    pub name: &'static str,
    /// Its programs; one of them is enough. None: a library.
    pub programs: &'static [&'static str],
    /// Whether it reads the proxy variables without being told to.
    reads_variables: bool,
    /// Decides as it does.
    decide: fn(&Asked<'_>) -> Decision,
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What a tool is asked for.
struct Asked<'a> {
    sys: &'a Sys,
    url: &'a str,
    target: Target,
    git: Option<&'a OwnGit>,
}

impl Asked<'_> {
    /// As a reader does it, with settings of the tool's own.
    fn by(&self, dialect: &Dialect, own: &Own) -> Decision {
        dialect.decide(&self.target, own, &|name| self.sys.env_raw(name))
    }

    /// A file's bytes; nothing where it is not there or cannot be read.
    fn file(&self, path: Option<&Path>) -> Vec<u8> {
        path.and_then(|path| self.sys.read(path).ok().flatten()).unwrap_or_default()
    }

    /// A setting in a file, named for people.
    fn named(
        &self,
        path: &Path,
        key: &str,
        value: Option<crate::formats::key_lines::Value>,
    ) -> Option<Named> {
        let value = value?;
        Some(Named { name: format!("{key} in {}:{}", self.sys.shown(path), value.line), value: value.text })
    }

    /// The first variable that is set and not empty.
    fn variable(&self, names: &[&str]) -> Option<Named> {
        names
            .iter()
            .find_map(|name| Some(Named { name: (*name).to_owned(), value: self.sys.env(name)?.to_owned() }))
    }
}

/// Where a tool goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "goes", content = "proxy")]
pub enum Way {
    /// Straight to the server.
    Direct,
    /// Through this proxy.
    Through(String),
    /// Nowhere: it stops at a setting.
    Stops,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct => f.write_str("direct"),
            Self::Through(proxy) => f.write_str(proxy),
            Self::Stops => f.write_str("nowhere"),
        }
    }
}

/// What a tool does for a URL.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Choice {
    /// The tool.
    pub tool: &'static str,
    /// Whether it is on this machine. Of a library that cannot be told: whether its language is.
    pub here: bool,
    /// Where it goes.
    #[serde(flatten)]
    pub way: Way,
    /// Which setting decided.
    pub because: String,
    /// The same without the proxy's address.
    #[serde(skip)]
    pub by: String,
    /// Whether a setting of its own decided.
    pub own: bool,
    /// Whether it reads the proxy variables without being told to.
    #[serde(skip)]
    pub reads_variables: bool,
    /// What works with this tool, but not with others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What every tool does for a URL; `None` for what is no http:// or https:// URL.
#[must_use]
pub fn look(sys: &Sys, url: &str) -> Option<Vec<Choice>> {
    let git = OwnGit::look(sys).ok();
    of_url(sys, url, git.as_ref())
}

/// What tools on this machine do for each of some URLs, in so far as they could go one way: those that never look at a
/// variable count only where they have a setting.
pub(super) fn facts(sys: &Sys, urls: impl IntoIterator<Item = String>) -> Vec<ProxyWays> {
    let git = OwnGit::look(sys).ok();
    let of = |url: String| {
        let choices = of_url(sys, &url, git.as_ref())?;
        let counts = |choice: &Choice| choice.here && (choice.own || choice.reads_variables);
        let way = |choice: Choice| ToolWay {
            tool: choice.tool,
            way: choice.way.to_string(),
            because: choice.because,
            by: choice.by,
            own: choice.own,
        };
        Some(ProxyWays { url, tools: choices.into_iter().filter(counts).map(way).collect() })
    };
    urls.into_iter().filter_map(of).collect()
}

fn of_url(sys: &Sys, url: &str, git: Option<&OwnGit>) -> Option<Vec<Choice>> {
    let asked = Asked { sys, url, target: Target::of(url)?, git };
    let all = WITH_SETTINGS.iter().copied().chain(by_variables::ALL);
    let choice = |tool: &Tool| {
        let decision = (tool.decide)(&asked);
        let way = match &decision.goes {
            Goes::Direct => Way::Direct,
            Goes::Through(proxy) => Way::Through(proxy.shown()),
            Goes::Stops => Way::Stops,
        };
        Choice {
            tool: tool.name,
            here: tool.programs.iter().any(|name| sys.program(name).is_some()),
            way,
            own: decision.own,
            reads_variables: tool.reads_variables,
            because: decision.because,
            by: decision.by,
            warnings: decision.warnings,
        }
    };
    Some(all.map(choice).collect())
}
