//! git's own helper `store`: a file in plain text (git-credential-store(1)).

use super::{Helper, Wanted};
use crate::formats::git_credentials;
use crate::model::facts::{ChainLink, Expected, Spot};
use crate::secret::Secret;
use crate::sys::Sys;
use std::path::PathBuf;

pub(super) static HELPER: Helper = Helper { names: &["store"], expect };

fn expect(sys: &Sys, link: &ChainLink, wanted: &Wanted<'_>) -> Expected {
    let files = files(sys, link);
    for path in &files {
        let Ok(Some(bytes)) = sys.read(path) else { continue };
        let bytes = Secret::take(bytes);
        let parsed = git_credentials::parse(bytes.expose());
        let found =
            parsed.logins.iter().find(|l| l.serves(wanted.protocol, wanted.host, wanted.path, wanted.user));
        if let Some(login) = found {
            let spot = Spot { path: path.clone(), line: login.line };
            return Expected::Answers { user: Some(login.username.clone()), spot: Some(spot) };
        }
    }
    let shown: Vec<String> = files.iter().map(|path| sys.shown(path)).collect();
    Expected::Nothing(format!("no login for it in {}", shown.join(" and ")))
}

/// git-credential-store(1), FILES: both are looked through, in this order.
fn files(sys: &Sys, link: &ChainLink) -> Vec<PathBuf> {
    if let Some(file) = &link.file {
        return vec![file.clone()];
    }
    let home = sys.places().home().map(|home| home.join(".git-credentials"));
    let config = sys.places().xdg_config().map(|folder| folder.join("git/credentials"));
    home.into_iter().chain(config).collect()
}
