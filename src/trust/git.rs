//! The roots that git uses for a URL (git-config(1) http.sslCAInfo, http.sslVerify; git(1) has the variables).
//!
//! libcurl, the library, reads neither `SSL_CERT_FILE` nor `CURL_CA_BUNDLE`, so git does not either (measured).

use super::bundle::{Bundle, Problem};
use super::system::{self, Source};
use crate::redact;
use crate::sys::Sys;
use rustls_pki_types::CertificateDer;
use serde::Serialize;

/// What git trusts for one URL.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GitTrust {
    /// The setting that switches verification off, when one does: `GIT_SSL_NO_VERIFY` or `http.sslVerify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unverified_by: Option<String>,
    /// The places in force, with what they hold.
    pub places: Vec<Place>,
    /// Settings that are there but lose: `http.sslCAInfo` below `GIT_SSL_CAINFO`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shadowed: Vec<Source>,
    /// Whether the system's roots are trusted as well.
    pub with_system: bool,
    /// All roots in force, the system's last.
    #[serde(skip)]
    pub roots: Vec<CertificateDer<'static>>,
}

/// One place in force.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// Which, and by which setting.
    #[serde(flatten)]
    pub source: Source,
    /// What it holds.
    pub bundle: Bundle,
}

/// Looks up git's roots for `url`. `config` answers for a URL and a key (`http.sslCAInfo`) with the value that
/// `git config --get-urlmatch` would give.
#[must_use]
pub fn look(sys: &Sys, config: impl Fn(&str, &str) -> Option<String>, url: &str) -> GitTrust {
    look_in(sys, &|name| sys.env_raw(name), config, url)
}

/// As [`look`], in another environment.
#[must_use]
pub fn look_in(
    sys: &Sys,
    env: &dyn Fn(&str) -> Option<String>,
    config: impl Fn(&str, &str) -> Option<String>,
    url: &str,
) -> GitTrust {
    let mut shadowed = Vec::new();
    // The variable wins even over http.<url>.sslCAInfo, and even when it is set and empty (measured).
    let mut pick = |variable: &str, key: &str, is_folder: bool| {
        let from_config = config(url, key).map(|value| Source {
            path: sys.expanded(&value),
            setting: key.to_owned(),
            is_folder,
        });
        let from_env =
            env(variable).map(|value| Source { path: value.into(), setting: variable.to_owned(), is_folder });
        if from_env.is_some() {
            shadowed.extend(from_config.clone());
        }
        from_env.or(from_config)
    };
    let file = pick("GIT_SSL_CAINFO", "http.sslCAInfo", false);
    let folder = pick("GIT_SSL_CAPATH", "http.sslCAPath", true);
    let store = system::look(sys);
    // Debian compiles a folder into libcurl and no file: a file adds to the folder, a folder takes its place.
    let with_system = if store.debian { folder.is_none() } else { folder.is_none() && file.is_none() };
    let mut places: Vec<Place> = Vec::new();
    let mut roots = Vec::new();
    for source in [file, folder].into_iter().flatten() {
        let bundle = source.read(sys, reader(&store));
        roots.extend(bundle.certs.iter().cloned());
        places.push(Place { source, bundle });
    }
    if with_system {
        let path = store.bundle.path.clone();
        roots.extend(store.bundle.certs.iter().cloned());
        let source = Source { path, setting: "system".to_owned(), is_folder: false };
        places.push(Place { source, bundle: store.bundle });
    }
    GitTrust { unverified_by: unverified_by(env, &config, url), places, shadowed, with_system, roots }
}

/// Debian's git is linked with GnuTLS, which takes every file of a folder; others use OpenSSL.
fn reader(store: &system::SystemTrust) -> system::Reader {
    if store.debian { system::Reader::GnuTls } else { system::Reader::OpenSsl }
}

/// git's http.c: the variable counts whatever its value is.
fn unverified_by(
    env: &dyn Fn(&str) -> Option<String>,
    config: &impl Fn(&str, &str) -> Option<String>,
    url: &str,
) -> Option<String> {
    if env("GIT_SSL_NO_VERIFY").is_some() {
        return Some("GIT_SSL_NO_VERIFY".to_owned());
    }
    // git-config(1), "Values": the words for false, and the empty string.
    let value = config(url, "http.sslVerify")?.to_ascii_lowercase();
    matches!(value.as_str(), "false" | "no" | "off" | "0" | "").then(|| "http.sslVerify".to_owned())
}

impl GitTrust {
    /// The place that stops git before it verifies anything: libcurl refuses a CA file that is not there (error 77).
    #[must_use]
    pub fn stops_git(&self) -> Option<&Place> {
        let unusable = |p: &Problem| !matches!(p, Problem::Empty);
        self.places.iter().find(|p| !p.source.is_folder && p.bundle.problem.as_ref().is_some_and(unusable))
    }

    /// The settings in force, for evidence: `http.sslCAInfo ~/x.pem (1), system (145)`.
    #[must_use]
    pub fn in_words(&self, sys: &Sys) -> String {
        let words: Vec<String> = self
            .places
            .iter()
            .map(|place| {
                let path = redact::for_terminal(&sys.shown(&place.source.path), false);
                match place.bundle.problem {
                    Some(problem) => format!("{} {path} {problem}", place.source.setting),
                    None => format!("{} {path} ({})", place.source.setting, place.bundle.certs.len()),
                }
            })
            .collect();
        words.join(", ")
    }
}
