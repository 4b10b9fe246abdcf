//! The system's own store, and how `SSL_CERT_FILE` and `SSL_CERT_DIR` change it for whom.

use super::bundle::{Bundle, Problem, is_hash_name};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where distributions keep their bundle, in the order in which Go looks (crypto/x509 root_linux.go).
const BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Gentoo, Arch, NixOS
    "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",             // openSUSE
    "/etc/pki/tls/cacert.pem",            // OpenELEC
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // CentOS, RHEL 7
    "/etc/ssl/cert.pem",                  // Alpine, macOS
];

/// Where they keep one file per certificate.
const FOLDERS: &[&str] = &["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// The system's store.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SystemTrust {
    /// The bundle of the distribution. Its problem is `missing` when none of the known ones is there.
    pub bundle: Bundle,
    /// The folder with hash names, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// Whether this is Debian or a child of it: there, a CA file that is given to git or curl adds to the system's
    /// roots, because the folder is compiled in; elsewhere it replaces them.
    pub debian: bool,
}

/// Looks at the system's store, whatever the environment says.
#[must_use]
pub fn look(sys: &Sys) -> SystemTrust {
    let there = |path: &&&str| sys.look_through(Path::new(path)).ok().flatten().is_some();
    let path = BUNDLES.iter().find(there).or(BUNDLES.first()).copied().unwrap_or_default();
    SystemTrust {
        bundle: Bundle::file(sys, Path::new(path)),
        folder: FOLDERS.iter().find(there).map(PathBuf::from),
        debian: there(&&"/etc/debian_version"),
    }
}

/// The bytes of the distribution's bundle, for a file that is to hold these roots and more. `None` without a bundle.
///
/// # Errors
/// It is there, but cannot be read.
pub fn public_bundle(sys: &Sys) -> Result<Option<Vec<u8>>, FsError> {
    for path in BUNDLES {
        if let Some(bytes) = sys.read(Path::new(path))? {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// A family of programs by how it reads the two variables (all measured).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reader {
    /// OpenSSL, and so Python's ssl, Ruby, PHP streams, bun: each variable replaces its own half of the defaults.
    OpenSsl,
    /// Go: as OpenSSL, but any file name counts in a folder.
    Go,
    /// rustls: any of the two replaces all defaults.
    Rustls,
    /// GnuTLS, and so Debian's git and wget: neither is read.
    GnuTls,
}

/// One place that a program reads, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Source {
    /// File or folder.
    pub path: PathBuf,
    /// `SSL_CERT_FILE`, `http.sslCAInfo`, ..., or `system`.
    pub setting: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// The places from which this family takes its roots, in this environment.
#[must_use]
pub fn sources(sys: &Sys, reader: Reader) -> Vec<Source> {
    sources_in(sys, &|name| sys.env_raw(name), reader)
}

/// As [`sources`], in another environment.
#[must_use]
pub fn sources_in(sys: &Sys, env: &dyn Fn(&str) -> Option<String>, reader: Reader) -> Vec<Source> {
    let set = |name: &str| env(name).filter(|v| !v.is_empty() && reader != Reader::GnuTls);
    let (file, folders) = (set("SSL_CERT_FILE"), set("SSL_CERT_DIR"));
    let replaces_all = reader == Reader::Rustls && (file.is_some() || folders.is_some());
    let system = look_for_paths(sys);
    let mut found = Vec::new();
    match file {
        Some(path) => found.push(source(path, "SSL_CERT_FILE", false)),
        None if !replaces_all => found.extend(system.0.map(|p| source(p, "system", false))),
        None => {}
    }
    match folders {
        Some(list) => {
            let paths = list.split(':').filter(|p| !p.is_empty());
            found.extend(paths.map(|p| source(p, "SSL_CERT_DIR", true)));
        }
        None if !replaces_all => found.extend(system.1.map(|p| source(p, "system", true))),
        None => {}
    }
    found
}

fn source(path: impl Into<PathBuf>, setting: &str, is_folder: bool) -> Source {
    Source { path: path.into(), setting: setting.to_owned(), is_folder }
}

fn look_for_paths(sys: &Sys) -> (Option<&'static str>, Option<&'static str>) {
    let there = |path: &&&str| sys.look_through(Path::new(path)).ok().flatten().is_some();
    (BUNDLES.iter().find(there).copied(), FOLDERS.iter().find(there).copied())
}

impl Source {
    /// Reads the place, as this family of programs does.
    #[must_use]
    pub fn read(&self, sys: &Sys, reader: Reader) -> Bundle {
        if !self.is_folder {
            return Bundle::file(sys, &self.path);
        }
        match reader {
            Reader::OpenSsl => Bundle::folder(sys, &self.path, is_hash_name),
            Reader::Go | Reader::Rustls | Reader::GnuTls => Bundle::folder(sys, &self.path, |_| true),
        }
    }
}

impl SystemTrust {
    /// Whether no store was found at all (a minimal container).
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.bundle.problem == Some(Problem::Missing)
    }
}
