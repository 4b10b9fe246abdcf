//! What one entry of a git configuration says, without its secrets.

use super::helper_link::link;
use crate::formats::git_config::Entry;
use crate::formats::remote_url::RemoteUrl;
use crate::formats::token::is_user_a_token;
use crate::model::facts::{About, GitSetting, Program, Region, Scope, Spot};
use crate::redact;
use crate::sys::Sys;
use std::path::{Path, PathBuf};

/// Where an entry was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    pub(super) scope: Scope,
    pub(super) conditional: bool,
    /// The file's bytes, for the regions that a fix may take away.
    pub(super) bytes: &'a [u8],
}

/// What an entry is about, when it matters here: a password in its place, and what its key says.
pub(super) fn settings(sys: &Sys, entry: &Entry, source: Source<'_>) -> Vec<GitSetting> {
    let place = entry.subsection.as_deref().and_then(|s| std::str::from_utf8(s).ok()).and_then(password);
    let hidden = place.is_some();
    let key = about(sys, entry, source).filter(|about| !hidden || *about == About::VerifyOff);
    place.into_iter().chain(key).map(|about| setting(entry, source, about)).collect()
}

fn setting(entry: &Entry, source: Source<'_>, about: About) -> GitSetting {
    let place = entry.subsection.as_deref().map(|s| masked_place(&String::from_utf8_lossy(s)));
    let name = match &place {
        Some(place) => format!("{}.{place}.{}", entry.section, entry.key),
        None => format!("{}.{}", entry.section, entry.key),
    };
    let harmless = matches!(about, About::Include { .. } | About::VerifyOff | About::Roots { .. });
    let region = (harmless && source.scope != Scope::Environment).then(|| Region {
        offset: entry.span.start,
        text: source.bytes.get(entry.span.clone()).unwrap_or_default().to_vec().into(),
    });
    GitSetting {
        name,
        place,
        scope: source.scope,
        spot: Spot { path: source.path.into(), line: entry.line },
        conditional: source.conditional,
        region,
        about,
    }
}

fn about(sys: &Sys, entry: &Entry, source: Source<'_>) -> Option<About> {
    let text = entry.text().unwrap_or_default();
    let key = (entry.section.as_str(), entry.key.as_str());
    match key {
        ("include" | "includeif", "path") => {
            let path = include_path(sys, text, source.path)?;
            let there = sys.look_through(&path).ok().flatten().is_some();
            let ours = is_ours(sys, &path);
            Some(About::Include { path, there, ours })
        }
        ("credential", "helper") if text.is_empty() => Some(About::HelperReset),
        ("credential", "helper") => Some(About::Helper(link(sys, text, source.scope == Scope::Doorkey))),
        ("credential", "username") if !text.is_empty() => {
            Some(About::User { name: if is_user_a_token(text) { "***".into() } else { text.to_owned() } })
        }
        ("credential", "usehttppath") => Some(About::UseHttpPath { on: is_true(entry) }),
        ("http", "sslverify") => (!is_true(entry)).then_some(About::VerifyOff),
        ("http", "sslcainfo" | "sslcapath") if !text.is_empty() => {
            let path = sys.expanded(text);
            let there = sys.look_through(&path).ok().flatten().is_some();
            Some(About::Roots { path, there })
        }
        ("http", "extraheader") => names_secret(text).then_some(About::ExtraHeader),
        ("http" | "remote", "proxy") => password(text),
        ("core", "sshcommand") if !text.is_empty() => Some(About::SshCommand(program(text))),
        ("core", "askpass") if !text.is_empty() => Some(About::AskPass),
        ("url", "insteadof" | "pushinsteadof") => password(text).or_else(|| {
            let to = String::from_utf8_lossy(entry.subsection.as_deref()?);
            Some(About::InsteadOf { from: redact::urls(text), to: redact::urls(&to) })
        }),
        _ => None,
    }
}

/// git-config(1), "Values": boolean. A key alone is true.
pub(super) fn is_true(entry: &Entry) -> bool {
    match entry.text() {
        None => entry.value.is_none(),
        Some(text) => !matches!(text.to_ascii_lowercase().as_str(), "" | "false" | "no" | "off" | "0"),
    }
}

/// git-config(1), Includes: `~/` is the home folder, a relative path starts at the folder of the file.
pub(super) fn include_path(sys: &Sys, value: &str, file: &Path) -> Option<PathBuf> {
    if value.is_empty() || value.starts_with("%(") || (value.starts_with('~') && !value.starts_with("~/")) {
        return None;
    }
    let path = sys.expanded(value);
    Some(if path.is_absolute() { path } else { file.parent()?.join(path) })
}

/// Whether a file is one that doorkey generates.
pub(in crate::engine) fn is_ours(sys: &Sys, path: &Path) -> bool {
    sys.places().state().is_some_and(|state| path.starts_with(state))
}

/// A header that carries a credential.
fn names_secret(header: &str) -> bool {
    let name = header.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(
        name.as_str(),
        "authorization" | "proxy-authorization" | "private-token" | "job-token" | "cookie"
    )
}

/// A URL with a password, or with a user name that is a token.
fn password(text: &str) -> Option<About> {
    let (_, after) = text.split_once("://")?;
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let (user_info, host) = authority.rsplit_once('@')?;
    let (user, secret) = match user_info.split_once(':') {
        Some((user, secret)) => (user, !secret.is_empty()),
        None => (user_info, false),
    };
    let token = is_user_a_token(user);
    (secret || token).then(|| About::Password {
        host: Some(host.to_owned()).filter(|h| !h.is_empty()),
        user: Some(user.to_owned()).filter(|u| !token && !u.is_empty()),
    })
}

/// The masked form of a subsection: for most sections a URL.
fn masked_place(text: &str) -> String {
    redact::urls(text)
}

/// A command line that stands in for ssh, in its properties. Its words are not kept.
pub(super) fn program(command: &str) -> Program {
    let words: Vec<&str> = command.split_whitespace().map(|w| w.trim_matches(['"', '\''])).collect();
    let lower = command.to_ascii_lowercase();
    let name = words.iter().find(|w| !w.contains('=')).copied().unwrap_or_default();
    Program {
        name: Path::new(name).file_name().unwrap_or_default().to_string_lossy().into_owned(),
        names_key: words.iter().any(|w| w.starts_with("-i")) || lower.contains("identityfile"),
        other_config: words.iter().any(|w| w.starts_with("-F")),
        shares_connection: lower.contains("controlpath") || words.iter().any(|w| w.starts_with("-S")),
        trusts_any_host: ["no", "off"].iter().any(|v| lower.contains(&format!("stricthostkeychecking={v}")))
            || lower.contains("userknownhostsfile=/dev/null"),
    }
}

/// A remote's URL in its parts, as far as they are no secret.
pub(super) fn remote_parts(url: &str) -> Option<RemoteUrl> {
    RemoteUrl::parse(url).ok()
}
