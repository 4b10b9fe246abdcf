//! Stores of roots that their own programs change: the system's, and those of browsers (NSS).

use crate::model::plan::RootStore;
use crate::sys::Sys;
use crate::sys::run::{Ask, With};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where Debian takes local roots from (update-ca-certificates(8)).
pub const DEBIAN: &str = "/usr/local/share/ca-certificates";
/// For one call of such a program.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A store that is on this machine.
#[derive(Debug, Clone)]
pub struct Found {
    /// Which.
    pub store: RootStore,
    /// How it is called on the command line: `system`, `nss`.
    pub name: &'static str,
    /// Whom it leads.
    pub leads: String,
    /// Why it cannot be changed here, with what to do by hand.
    pub not_by_us: Option<&'static str>,
}

/// The stores here, the system's first.
#[must_use]
pub fn look(sys: &Sys) -> Vec<Found> {
    let mut found = Vec::new();
    let there = |path: &Path| matches!(sys.look_through(path), Ok(Some(_)));
    if there(Path::new("/etc/debian_version")) {
        let not_by_us = match (sys.is_root(), sys.program("update-ca-certificates").is_some()) {
            (false, _) => Some("it needs root"),
            (true, false) => Some("update-ca-certificates is not in PATH (/usr/sbin)"),
            (true, true) => None,
        };
        found.push(Found {
            store: RootStore::Debian,
            name: "system",
            leads: "every program with the system's roots, of all users; Java too".into(),
            not_by_us,
        });
    }
    let has_certutil = sys.program("certutil").is_some();
    for (folder, whose) in nss(sys) {
        found.push(Found {
            store: RootStore::Nss { folder },
            name: "nss",
            leads: whose,
            not_by_us: (!has_certutil).then_some("it needs certutil (Debian: apt-get install libnss3-tools)"),
        });
    }
    found
}

/// The databases of browsers that are there.
fn nss(sys: &Sys) -> Vec<(PathBuf, String)> {
    let Some(home) = sys.places().home() else { return Vec::new() };
    let has_one = |folder: &PathBuf| matches!(sys.look_through(&folder.join("cert9.db")), Ok(Some(_)));
    let chromium = [".pki/nssdb", ".local/share/pki/nssdb", "snap/chromium/current/.pki/nssdb"];
    let mut found: Vec<(PathBuf, String)> = chromium
        .map(|below| home.join(below))
        .into_iter()
        .filter(has_one)
        .map(|folder| (folder, "Chromium, Chrome, Edge, Brave, VS Code".to_owned()))
        .collect();
    for base in [".mozilla/firefox", ".config/mozilla/firefox", "snap/firefox/common/.mozilla/firefox"] {
        let profiles = sys.list(&home.join(base)).unwrap_or_default();
        found.extend(profiles.into_iter().filter(has_one).map(|folder| (folder, "Firefox".to_owned())));
    }
    found
}

/// Whether a store has a root under this name of ours. `None` when it cannot be told.
#[must_use]
pub fn holds(sys: &Sys, store: &RootStore, name: &str) -> Option<bool> {
    match store {
        RootStore::Debian => sys.look(&debian_file(name)).ok().map(|look| look.is_some()),
        RootStore::Nss { folder } => {
            let what = Ask::NssCertificate { folder: folder.clone(), name: name.to_owned() };
            sys.ask(&what, With::default(), PATIENCE).ok().map(|ran| ran.ok())
        }
    }
}

/// The name of a root in such a store, by its SHA-256: nobody else's begins so.
#[must_use]
pub fn name_of(print: &[u8; 32]) -> String {
    format!("doorkey-{}", crate::formats::cert::short_print(print))
}

/// The file of a root there: `update-ca-certificates` reads nothing but `.crt`.
#[must_use]
pub fn debian_file(name: &str) -> PathBuf {
    Path::new(DEBIAN).join(format!("{name}.crt"))
}
