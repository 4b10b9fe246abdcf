//! Where tools keep the settings of this user. Of several places a tool reads the first that is there; where none is,
//! the usual one is named.

use crate::sys::Sys;
use std::path::PathBuf;

/// curl's (curl(1), `--config`; tool_findfile.c).
#[must_use]
pub fn curlrc(sys: &Sys) -> Option<PathBuf> {
    let home = sys.places().home()?.to_path_buf();
    let xdg = sys.env("XDG_CONFIG_HOME").map(PathBuf::from);
    let places = [
        sys.env("CURL_HOME").map(|folder| PathBuf::from(folder).join(".curlrc")),
        xdg.as_ref().map(|folder| folder.join(".curlrc")),
        xdg.map(|folder| folder.join("curlrc")),
        Some(home.join(".curlrc")),
        Some(home.join(".config/curlrc")),
    ];
    first(sys, places.into_iter().flatten()).or(Some(home.join(".curlrc")))
}

/// wget's (wget(1), Wgetrc Location).
#[must_use]
pub fn wgetrc(sys: &Sys) -> Option<PathBuf> {
    sys.env("WGETRC").map(PathBuf::from).or_else(|| Some(sys.places().home()?.join(".wgetrc")))
}

/// npm's, of this user (npm documentation, npmrc).
#[must_use]
pub fn npmrc(sys: &Sys) -> Option<PathBuf> {
    let named = ["npm_config_userconfig", "NPM_CONFIG_USERCONFIG"].iter().find_map(|name| sys.env(name));
    named.map(PathBuf::from).or_else(|| Some(sys.places().home()?.join(".npmrc")))
}

/// pip's: the old place where it is in use, else the new one (pip documentation, Configuration).
#[must_use]
pub fn pip_conf(sys: &Sys) -> Option<PathBuf> {
    let places = sys.places();
    let new = places.xdg_config()?.join("pip/pip.conf");
    first(sys, places.home().map(|home| home.join(".pip/pip.conf")).into_iter()).or(Some(new))
}

fn first(sys: &Sys, mut places: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    places.find(|path| matches!(sys.look_through(path), Ok(Some(_))))
}
