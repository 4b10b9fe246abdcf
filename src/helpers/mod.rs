//! The credential helpers of other programs: what each would answer, told from its files. One file a helper, one line
//! here.
//!
//! None of them is run: one might open a window, unlock a keyring, or renew a token.

use crate::model::facts::{ChainLink, Expected};
use crate::registry::registry;
use crate::sys::Sys;

registry! {
    /// The helpers we know.
    pub static ALL: Helper = HELPER;
    cache,
    gh,
    gnome_keyring,
    libsecret,
    manager,
    oauth,
    osxkeychain,
    store,
    wincred,
}

/// A credential helper that is not ours.
#[derive(Debug)]
pub struct Helper {
    /// As it stands in git's configuration: `store`, `manager`.
    pub names: &'static [&'static str],
    /// What it would answer.
    pub expect: fn(&Sys, &ChainLink, &Wanted<'_>) -> Expected,
}

/// What git asks for (git-credential(1)).
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// `https`
    pub protocol: &'a str,
    /// With the port where the URL names one.
    pub host: &'a str,
    /// Only under `useHttpPath`.
    pub path: Option<&'a str>,
    /// Where the URL or `credential.username` names one.
    pub user: Option<&'a str>,
}

/// What a helper would answer, as far as that can be told without running it.
#[must_use]
pub fn expected(sys: &Sys, link: &ChainLink, wanted: &Wanted<'_>) -> Expected {
    if link.installed == Some(false) {
        return Expected::NotInstalled;
    }
    match of(&link.name) {
        Some(helper) => (helper.expect)(sys, link, wanted),
        None => Expected::MayAnswer("a program that doorkey does not know".into()),
    }
}

/// The helper that a line names: `store`, `/usr/lib/git-core/git-credential-store`, `!/usr/bin/gh`.
fn of(name: &str) -> Option<&'static Helper> {
    let last = name.trim_start_matches('!').rsplit('/').next().unwrap_or_default();
    let last = last.strip_prefix("git-credential-").unwrap_or(last);
    let last = last.strip_suffix(".exe").unwrap_or(last);
    ALL.iter().find(|helper| helper.names.contains(&last)).copied()
}

/// An answer of a helper that keeps secrets in a keyring, which is not opened for a look.
fn keyring(name: &str) -> Expected {
    Expected::MayAnswer(format!("whatever {name} holds for the host; it was not opened"))
}
