//! Which stores this machine could have, asked without starting or changing anything.

use super::{PassProblem, pass};
use crate::sys::Sys;

/// What can be said of one kind of store here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// As in `store.toml`; `kernel-keyring` for the cache of an unlocked vault, which is no store.
    pub word: &'static str,
    /// In words.
    pub name: &'static str,
    /// Whether it could be used now.
    pub usable: bool,
    /// Why, or why not.
    pub says: String,
}

/// Every kind that depends on the machine. A vault with a key file is always possible.
#[must_use]
pub fn all(sys: &Sys) -> Vec<Outlook> {
    vec![kernel(sys), keyring(sys), gnupg(sys)]
}

fn outlook(word: &'static str, name: &'static str, found: Result<String, String>) -> Outlook {
    let usable = found.is_ok();
    Outlook { word, name, usable, says: found.unwrap_or_else(|why| why) }
}

/// Where a vault with a passphrase keeps itself open.
fn kernel(sys: &Sys) -> Outlook {
    let found = match sys.kept_key("doorkey:outlook") {
        Ok(_) => Ok("keeps an unlocked vault open".into()),
        Err(refused) => Err(format!("{refused}; doorkey agent keeps a vault open instead")),
    };
    outlook("kernel-keyring", "the kernel's keyring", found)
}

#[cfg(not(feature = "os-keyring"))]
fn keyring(_: &Sys) -> Outlook {
    outlook("keyring", "the OS keyring", Err("this doorkey was built without it".into()))
}

#[cfg(feature = "os-keyring")]
fn keyring(sys: &Sys) -> Outlook {
    outlook("keyring", "the OS keyring", super::keyring::state(sys))
}

fn gnupg(sys: &Sys) -> Outlook {
    let found = match pass::ready(sys) {
        Ok(()) => Ok("pass is installed and initialised".into()),
        Err(PassProblem::NotInitialised) => {
            Err("pass is installed, but not initialised: pass init GPG-ID".into())
        }
        Err(problem) => Err(problem.to_string()),
    };
    outlook("pass", "the password store of pass", found)
}
