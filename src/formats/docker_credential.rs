//! The protocol of docker's credential helpers (docker/docker-credential-helpers, `credentials/credentials.go`): a verb as
//! the argument, a registry or a JSON document on standard input, the answer or the error on standard output.

use super::docker_config::HUB;
use super::host::split_host_port;
use super::json_spans;
use super::percent;
use crate::secret::Secret;

/// The text by which a client knows that there is no login, and goes on without one.
pub const NOT_FOUND: &str = "credentials not found in native keychain";

/// No request is longer.
pub const MAX_INPUT: usize = 64 * 1024;

/// Why a request is refused (SECURITY rule 2). No variant holds a value of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Empty, too long, not UTF-8, or with a control character.
    #[error("it is empty, too long, or holds a control character")]
    Unreadable,
    /// Not `host[:port]`.
    #[error("it does not name one registry as host[:port]")]
    NoRegistry,
    /// Not the document with `ServerURL`, `Username` and `Secret`.
    #[error("it is not a login in docker's form")]
    NoLogin,
}

/// The registry of a request: `host[:port]`. docker does not say by which scheme it will go there.
///
/// # Errors
/// [`Refusal`].
pub fn registry(input: &[u8]) -> Result<&str, Refusal> {
    let text = std::str::from_utf8(input).map_err(|_| Refusal::Unreadable)?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() || text.len() > 4096 || text.bytes().any(percent::is_control) {
        return Err(Refusal::Unreadable);
    }
    authority(text)
}

/// `https://` and what docker itself writes behind a registry's name count for nothing; any other path names a part of it.
fn authority(text: &str) -> Result<&str, Refusal> {
    if text == HUB {
        return Ok("index.docker.io");
    }
    let rest = text.strip_prefix("https://").unwrap_or(text);
    let host = ["/v1/", "/v2/", "/"].into_iter().find_map(|end| rest.strip_suffix(end)).unwrap_or(rest);
    split_host_port(host).map(|_| host).ok_or(Refusal::NoRegistry)
}

/// A login that is to be kept.
#[derive(Debug)]
pub struct Login {
    /// `host[:port]`
    pub registry: String,
    /// The user.
    pub user: String,
    /// The password or token.
    pub secret: Secret,
}

/// Reads the document of `store`.
///
/// # Errors
/// [`Refusal`].
pub fn login(input: &[u8]) -> Result<Login, Refusal> {
    let object = json_spans::object(input).ok_or(Refusal::NoLogin)?;
    let members = json_spans::members(input, &object).ok_or(Refusal::NoLogin)?;
    let field = |name: &str| {
        let member = members.iter().find(|m| m.name == name).ok_or(Refusal::NoLogin)?;
        json_spans::text(input, &member.value).filter(|text| !text.is_empty()).ok_or(Refusal::NoLogin)
    };
    let text = |name: &str| {
        let text = field(name)?;
        text.expose_str().map(str::to_owned).ok_or(Refusal::NoLogin)
    };
    let registry = registry(text("ServerURL")?.as_bytes())?.to_owned();
    let (user, secret) = (text("Username")?, field("Secret")?);
    let odd = |bytes: &[u8]| bytes.iter().copied().any(percent::is_control);
    if user.len() > 255 || user.contains(':') || odd(user.as_bytes()) || odd(secret.expose()) {
        return Err(Refusal::NoLogin);
    }
    Ok(Login { registry, user, secret })
}

/// The answer to `get`, in a buffer that never grew.
#[must_use]
pub fn answer(registry: &str, user: &str, secret: &Secret) -> Option<Secret> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let head = format!("{{\"ServerURL\":{},\"Username\":{},\"Secret\":\"", quoted(registry), quoted(user));
    let text = secret.expose_str().filter(|text| !text.bytes().any(percent::is_control))?;
    let escapes = text.bytes().filter(|b| matches!(b, b'"' | b'\\')).count();
    let mut out = Vec::with_capacity(head.len() + text.len() + escapes + 3);
    out.extend_from_slice(head.as_bytes());
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.extend_from_slice(b"\"}\n");
    Some(Secret::take(out))
}
