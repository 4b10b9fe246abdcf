//! cargo's protocol for credential providers, version 1: a JSON document a line, a question and its answer
//! (The Cargo Book, "Credential Provider Protocol").

use super::json_spans;
use super::percent;
use crate::secret::Secret;

/// The one argument with which cargo starts a provider.
pub const ARGUMENT: &str = "--cargo-plugin";

/// What a provider says first.
pub const HELLO: &str = "{\"v\":[1]}\n";

/// No question is longer.
pub const MAX_INPUT: usize = 64 * 1024;

/// What cargo asks for crates.io by, beside its sparse index.
const CRATES_IO_GIT: &str = "https://github.com/rust-lang/crates.io-index";

/// The origin of crates.io's own index.
pub const CRATES_IO: &str = "https://index.crates.io/";

/// What cargo wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The token.
    Get,
    /// Keep a token: the command line's, never one on a terminal here.
    Login,
    /// Forget it.
    Logout,
    /// Something that this version does not know.
    Other,
}

/// A question.
#[derive(Debug)]
pub struct Question {
    /// What cargo wants.
    pub verb: Verb,
    /// The index's URL as `https://...`.
    pub index: String,
    /// With [`Verb::Login`].
    pub token: Option<Secret>,
}

/// Reads a line; `None` = it is no question of version 1, or says something twice.
#[must_use]
pub fn question(line: &[u8]) -> Option<Question> {
    let all = json_spans::members(line, &json_spans::object(line)?)?;
    let one = |name: &str| all.iter().find(|m| m.name == name);
    let text = |span| json_spans::text(line, span).and_then(|t| t.expose_str().map(str::to_owned));
    if line.get(one("v")?.value.clone())? != b"1" {
        return None;
    }
    let verb = match text(&one("kind")?.value)?.as_str() {
        "get" => Verb::Get,
        "login" => Verb::Login,
        "logout" => Verb::Logout,
        _ => Verb::Other,
    };
    let registry = json_spans::members(line, &one("registry")?.value)?;
    let index = text(&registry.iter().find(|m| m.name == "index-url")?.value)?;
    let token = one("token").and_then(|m| json_spans::text(line, &m.value)).filter(|t| !t.is_empty());
    Some(Question { verb, index: plain_index(&index), token })
}

/// An index as cargo names it, as the URL that it is fetched from.
#[must_use]
pub fn plain_index(index: &str) -> String {
    let url = index.strip_prefix("sparse+").or_else(|| index.strip_prefix("registry+")).unwrap_or(index);
    if url == CRATES_IO_GIT { CRATES_IO.to_owned() } else { url.to_owned() }
}

/// The answer with a token, in a buffer that never grew. cargo asks for it again in each of its runs.
#[must_use]
pub fn token(secret: &Secret) -> Option<Secret> {
    let text = secret
        .expose_str()
        .filter(|t| !t.is_empty() && !t.bytes().any(|b| percent::is_control(b) || b"\"\\".contains(&b)))?;
    let (head, tail) = (
        "{\"Ok\":{\"kind\":\"get\",\"token\":\"",
        "\",\"cache\":\"session\",\"operation_independent\":true}}\n",
    );
    let mut out = Vec::with_capacity(head.len() + text.len() + tail.len());
    for part in [head, text, tail] {
        out.extend_from_slice(part.as_bytes());
    }
    Some(Secret::take(out))
}

/// The answer to the other questions that were done.
#[must_use]
pub fn done(verb: Verb) -> &'static str {
    match verb {
        Verb::Login => "{\"Ok\":{\"kind\":\"login\"}}\n",
        Verb::Logout => "{\"Ok\":{\"kind\":\"logout\"}}\n",
        _ => "{\"Err\":{\"kind\":\"operation-not-supported\"}}\n",
    }
}

/// There is no token here; cargo asks its next provider.
pub const NOT_FOUND: &str = "{\"Err\":{\"kind\":\"not-found\"}}\n";

/// Nobody here speaks for that registry; cargo asks its next provider.
pub const NOT_OURS: &str = "{\"Err\":{\"kind\":\"url-not-supported\"}}\n";

/// An error with which cargo stops.
#[must_use]
pub fn error(text: &str) -> String {
    let text = serde_json::Value::from(text);
    format!("{{\"Err\":{{\"kind\":\"other\",\"message\":{text},\"caused-by\":[]}}}}\n")
}
