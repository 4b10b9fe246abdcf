//! The home folder must be there before anything is said of it: without one there is nothing to find, and "no findings"
//! would be a lie.

use super::error::Failure;
use super::{Context, Exit};
use crate::sys::fs::Kind;

/// Refuses to go on where HOME names no folder. `reads_all`: also where doorkey's own folders lie elsewhere, since
/// git's and ssh's files are looked at.
pub(super) fn check(context: &Context, reads_all: bool) -> Result<(), Failure> {
    let sys = &context.sys;
    let elsewhere = ["DOORKEY_CONFIG_DIR", "DOORKEY_STATE_DIR"].iter().all(|name| sys.env(name).is_some());
    if elsewhere && !reads_all {
        return Ok(());
    }
    let problem = match (sys.places().home(), sys.env("HOME")) {
        (None, None) => "HOME is not set".to_owned(),
        (None, Some(given)) => format!("HOME is {given:?}, which is no absolute path"),
        (Some(home), _) => match sys.look_through(home)? {
            Some(look) if look.kind == Kind::Dir => return Ok(()),
            Some(_) => format!("HOME names {}, which is no folder", home.display()),
            None => format!("HOME names {}, which is not there", home.display()),
        },
    };
    let real = sys.places().passwd_home().map_or_else(|| "FOLDER".into(), |home| home.display().to_string());
    Err(Failure::new(
        Exit::CouldNot,
        format!("could not look: {problem}"),
        "git finds its settings in $HOME, and doorkey its own; nothing was checked",
        format!("export HOME={real}"),
    ))
}
