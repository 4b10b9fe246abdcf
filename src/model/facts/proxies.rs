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
    /// Whether it is a setting of the tool's own.
    pub own: bool,
}
