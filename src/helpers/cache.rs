//! git's own helper `cache`: a process that keeps in memory what was typed (git-credential-cache(1)).

use super::Helper;
use crate::model::facts::{ChainLink, Expected};
use crate::sys::Sys;
use std::path::PathBuf;

pub(super) static HELPER: Helper = Helper {
    names: &["cache"],
    expect: |sys, link, _| {
        let running = socket(sys, link).and_then(|path| sys.look_through(&path).ok().flatten()).is_some();
        if running {
            Expected::MayAnswer("what was typed or handed out a while ago; it is kept in memory".into())
        } else {
            Expected::Nothing("it is not running, so it keeps nothing now".into())
        }
    },
};

/// git-credential-cache(1), `--socket`: the old folder is used where it is there.
fn socket(sys: &Sys, link: &ChainLink) -> Option<PathBuf> {
    if let Some(file) = &link.file {
        return Some(file.clone());
    }
    let home = sys.places().home()?;
    let old = home.join(".git-credential-cache");
    if sys.look_through(&old).ok().flatten().is_some() {
        return Some(old.join("socket"));
    }
    let cache = sys.env("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), PathBuf::from);
    Some(cache.join("git/credential/socket"))
}
