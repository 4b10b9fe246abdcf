//! What the environment holds, and the places beside the home folder that it names.

use super::content::{self, Candidate};
use super::keepers::ENVIRONMENT;
use crate::formats::loose::{is_literal, names_secret};
use crate::formats::token;
use crate::secret::Secret;
use crate::sys::Sys;
use std::path::PathBuf;

/// Variables that name a file or folder in which a program keeps logins.
const PLACES: &[&str] = &[
    "XDG_CONFIG_HOME",
    "NPM_CONFIG_USERCONFIG",
    "NETRC",
    "DOCKER_CONFIG",
    "CARGO_HOME",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "PIP_CONFIG_FILE",
    "GH_CONFIG_DIR",
    "AWS_SHARED_CREDENTIALS_FILE",
    "REGISTRY_AUTH_FILE",
];

/// Those, and the system's configuration of git.
pub(super) fn places(sys: &Sys) -> impl Iterator<Item = PathBuf> + '_ {
    let named =
        PLACES.iter().filter_map(|name| sys.env(name)).map(PathBuf::from).filter(|path| path.is_absolute());
    named.chain(["/etc/gitconfig".into(), "/etc/npmrc".into(), "/etc/pip.conf".into()])
}

/// Variables that hold a secret: by their name, or by what their value is.
pub(super) fn secrets(sys: &Sys) -> Vec<(String, Candidate)> {
    let mut found = Vec::new();
    for (name, value) in sys.env_all() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        let value = Secret::copy_of(value.as_bytes());
        if names_secret(name) && is_value(value.expose()) {
            let token = token::recognise(value.expose());
            let span = 0..value.len();
            let setting = name.to_owned();
            found.push((
                setting.clone(),
                Candidate { span, line: 1, value, setting, host: None, user: None, token },
            ));
        } else {
            let inside = content::secrets(value.expose(), Some(&ENVIRONMENT));
            found.extend(inside.into_iter().map(|one| (name.to_owned(), one)));
        }
    }
    found
}

/// Long enough for a secret, literal, and no path to one.
fn is_value(value: &[u8]) -> bool {
    value.len() >= 6 && is_literal(value) && !value.starts_with(b"/")
}
