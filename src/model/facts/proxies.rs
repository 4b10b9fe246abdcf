//! Which way requests go.

use serde::Serialize;

/// The ways of the tools on this machine to one server.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProxyWays {
    /// The server, as a URL without secrets.
    pub url: String,
    /// The tools.
    pub tools: Vec<ToolWay>,
}

/// The way of one tool.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ToolWay {
    /// The tool.
    pub tool: &'static str,
    /// `direct`, `nowhere`, or the proxy without user and password.
    pub way: String,
    /// Which setting decided.
    pub because: String,
    /// The same without the proxy's address.
    #[serde(skip)]
    pub by: String,
    /// Whether it is a setting of the tool's own.
    pub own: bool,
}

/// Tools that go one way.
#[derive(Debug)]
pub struct OneWay<'f> {
    /// As in [`ToolWay::way`].
    pub way: &'f str,
    /// The tools.
    pub tools: Vec<&'f ToolWay>,
}

impl OneWay<'_> {
    /// `goes direct` without its verb: `direct`, `nowhere`, `through http://proxy:3128`.
    #[must_use]
    pub fn in_words(&self) -> String {
        if self.way.contains("://") { format!("through {}", self.way) } else { self.way.to_owned() }
    }

    /// The ways that these tools take, each once, in the order of the tools.
    #[must_use]
    pub fn of<'f>(tools: impl IntoIterator<Item = &'f ToolWay>) -> Vec<OneWay<'f>> {
        let mut found: Vec<OneWay<'f>> = Vec::new();
        for tool in tools {
            match found.iter_mut().find(|one| one.way == tool.way) {
                Some(one) => one.tools.push(tool),
                None => found.push(OneWay { way: &tool.way, tools: vec![tool] }),
            }
        }
        found
    }
}
