//! GitHub's gh as a helper (`!gh auth git-credential`): its active account on the host, whatever the owner.

use super::{Helper, Wanted};
use crate::model::facts::{ChainLink, Expected, Spot};
use crate::sys::Sys;
use std::path::PathBuf;

pub(super) static HELPER: Helper = Helper { names: &["gh"], expect };

/// gh answers with the active account of the host, and not at all when git asks for another user.
fn expect(sys: &Sys, _link: &ChainLink, wanted: &Wanted<'_>) -> Expected {
    let github = wanted.host == "github.com" || wanted.host.ends_with(".ghe.com");
    let variables: &[&str] = if github {
        &["GH_TOKEN", "GITHUB_TOKEN"]
    } else {
        &["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"]
    };
    if let Some(name) = variables.iter().find(|name| sys.env(name).is_some()) {
        return Expected::MayAnswer(format!("the token in {name}, for every owner"));
    }
    let Some(path) = hosts_file(sys) else { return Expected::Nothing("gh has no configuration".into()) };
    let Ok(Some(bytes)) = sys.read(&path) else {
        return Expected::Nothing(format!("gh is not logged in: {} is not there", sys.shown(&path)));
    };
    let bytes = crate::secret::Secret::take(bytes);
    match active_user(bytes.expose_str().unwrap_or_default(), wanted.host) {
        Some((user, line)) if wanted.user.is_none_or(|u| u == user) => {
            Expected::Answers { user: Some(user.to_owned()), spot: Some(Spot { path, line }) }
        }
        Some((user, _)) => Expected::Nothing(format!("gh is {user} there, and git asks for another user")),
        None => Expected::Nothing(format!("gh is not logged in to {}", wanted.host)),
    }
}

/// gh help environment: GH_CONFIG_DIR, XDG_CONFIG_HOME.
fn hosts_file(sys: &Sys) -> Option<PathBuf> {
    let folder = match sys.env("GH_CONFIG_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => sys.places().xdg_config()?.join("gh"),
    };
    Some(folder.join("hosts.yml"))
}

/// `user:` directly below the host, as gh writes it, and its line. The names below `users:` are deeper.
fn active_user<'a>(text: &'a str, host: &str) -> Option<(&'a str, usize)> {
    let mut inside = false;
    let mut depth = None;
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim_start();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let indent = line.len() - bare.len();
        if indent == 0 {
            inside = bare.trim_end().strip_suffix(':').is_some_and(|name| name.trim_matches('"') == host);
            continue;
        }
        if !inside {
            continue;
        }
        if indent == *depth.get_or_insert(indent)
            && let Some(user) = bare.strip_prefix("user:")
        {
            let user = user.trim().trim_matches('"');
            return (!user.is_empty()).then_some((user, number + 1));
        }
    }
    None
}
