//! One entry in the form of `.netrc`, for programs that know no helper: asked for as git would ask.

use super::get;
use crate::formats::remote_url::RemoteUrl;
use crate::redact;
use crate::secret::Secret;
use crate::sys::Sys;
use std::path::Path;

/// The entry for `HOST[:PORT]`, or for a URL whose path names the owner. curl sends it to that host alone.
///
/// # Errors
/// In words.
pub fn netrc(sys: &Sys, generation: &Path, place: &str) -> Result<Secret, String> {
    let url = if place.contains("://") { place.to_owned() } else { format!("https://{place}") };
    let odd = |why: String| format!("refused: {:?}: {why}", redact::urls(place));
    let parsed = RemoteUrl::parse(&url).map_err(|e| odd(e.to_string()))?;
    let path = parsed.repo_path().map_err(|e| odd(e.to_string()))?;
    let host = parsed.host.as_deref().filter(|_| parsed.scheme.name() == "https");
    let host = host.ok_or_else(|| odd("only https is answered".into()))?;
    let port = parsed.port.map(|port| format!(":{port}")).unwrap_or_default();
    let mut request = format!("protocol=https\nhost={host}{port}\n");
    if !path.is_empty() {
        request.push_str(&format!("path={path}\n"));
    }
    let reply = get(sys, generation, format!("{request}\n").as_bytes());
    let answer = reply.answer.as_ref().and_then(Secret::expose_str).unwrap_or_default();
    let field = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let (Some(user), Some(password)) = (field("username"), field("password")) else {
        return Err(reply.said.unwrap_or_else(|| format!("no profile speaks for https://{host}{port}")));
    };
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()) && !text.starts_with(['"', '#'])
    };
    if !plain(user) || !plain(password) {
        return Err("refused: the token is nothing that .netrc carries".into());
    }
    let words = ["machine ", host, " login ", user, " password ", password, "\n"];
    let mut out = Vec::with_capacity(words.iter().map(|w| w.len()).sum());
    for word in words {
        out.extend_from_slice(word.as_bytes());
    }
    Ok(Secret::take(out))
}
