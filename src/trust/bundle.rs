//! A file or folder of certificates: whether it can be read, and what is in it.

use crate::formats::cert::{self, Cert};
use crate::formats::pem::{self, Damage, Kind};
use crate::sys::Sys;
use crate::sys::fs::FsError;
use rustls_pki_types::CertificateDer;
use serde::Serialize;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Why a place gives no certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// Nothing is there.
    #[error("is not there")]
    Missing,
    /// No permission, or an error of the disk.
    #[error("cannot be read")]
    Unreadable,
    /// A folder, pipe or device stands where a file is expected.
    #[error("is not a file")]
    NotAFile,
    /// A file stands where a folder is expected.
    #[error("is not a folder")]
    NotAFolder,
    /// Larger than any bundle.
    #[error("is too large for a bundle")]
    TooLarge,
    /// No certificate in it that could be read.
    #[error("holds no certificate")]
    Empty,
}

/// What a file or folder of certificates holds. The certificates are decoded, not yet read: see [`Bundle::summary`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Bundle {
    /// Where.
    pub path: PathBuf,
    /// Why there is nothing, or nothing useful.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// Damaged places (of a file).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<Damage>,
    /// It starts with a byte order mark: Go, rustls and others miss the first certificate.
    pub bom: bool,
    /// A private key is in it: it must go.
    pub private_key: bool,
    /// `TRUSTED CERTIFICATE` or `X509 CERTIFICATE` blocks: not every program reads them.
    pub odd_labels: usize,
    /// The certificates, each once.
    #[serde(skip)]
    pub certs: Vec<CertificateDer<'static>>,
}

/// What the certificates of a bundle are.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// How many there are.
    pub certs: usize,
    /// How many of them are public roots (Mozilla's list).
    pub public: usize,
    /// The others. A distribution's bundle has some public ones that Mozilla has dropped.
    pub others: Vec<Named>,
    /// Those out of date at the time asked for.
    pub expired: Vec<Named>,
    /// How many are no certificates, though they are well-formed PEM.
    pub malformed: usize,
}

impl Summary {
    /// Whether it holds no public root: a setting that replaces the system's roots by it cuts off all public sites.
    #[must_use]
    pub fn is_private_only(&self) -> bool {
        self.certs > 0 && self.public == 0
    }
}

/// A certificate in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Named {
    /// What people call it.
    pub name: String,
    /// SHA-256, `AB:CD:...`.
    pub fingerprint: String,
    /// Seconds since 1970.
    pub not_after: i64,
    /// Whether it says that it is an authority.
    pub is_ca: bool,
}

impl Named {
    fn of(cert: &Cert) -> Self {
        Self {
            name: cert.subject.short(),
            fingerprint: cert.fingerprint(),
            not_after: cert.not_after,
            is_ca: cert.is_ca,
        }
    }
}

impl Bundle {
    fn nothing(path: &Path, problem: Problem) -> Self {
        Self {
            path: path.into(),
            problem: Some(problem),
            damage: Vec::new(),
            bom: false,
            private_key: false,
            odd_labels: 0,
            certs: Vec::new(),
        }
    }

    /// Reads a PEM file.
    #[must_use]
    pub fn file(sys: &Sys, path: &Path) -> Self {
        match sys.read(path) {
            Ok(Some(bytes)) => Self::text(path, &bytes),
            Ok(None) => Self::nothing(path, Problem::Missing),
            Err(FsError::NotAFile { .. }) => Self::nothing(path, Problem::NotAFile),
            Err(FsError::TooLarge { .. }) => Self::nothing(path, Problem::TooLarge),
            Err(_) => Self::nothing(path, Problem::Unreadable),
        }
    }

    /// Reads a PEM text that was found at `path`.
    #[must_use]
    pub fn text(path: &Path, bytes: &[u8]) -> Self {
        let pem = pem::read(bytes);
        let odd = |kind: &Kind| matches!(kind, Kind::TrustedCertificate | Kind::OldCertificate);
        let mut bundle = Self {
            problem: None,
            bom: pem.bom,
            private_key: pem.holds_private_key(),
            odd_labels: pem.blocks.iter().filter(|b| odd(&b.kind)).count(),
            damage: pem.damage.clone(),
            ..Self::nothing(path, Problem::Empty)
        };
        bundle.take(pem.into_certs());
        bundle
    }

    /// Reads every file of a folder that `wanted` accepts by its name.
    #[must_use]
    pub fn folder(sys: &Sys, path: &Path, wanted: impl Fn(&str) -> bool) -> Self {
        match sys.look_through(path) {
            Ok(Some(look)) if look.kind == crate::sys::fs::Kind::Dir => {}
            Ok(Some(_)) => return Self::nothing(path, Problem::NotAFolder),
            Ok(None) => return Self::nothing(path, Problem::Missing),
            Err(_) => return Self::nothing(path, Problem::Unreadable),
        }
        let files = match sys.list(path) {
            Ok(files) => files,
            Err(e) if e.kind() == Some(ErrorKind::NotFound) => return Self::nothing(path, Problem::Missing),
            Err(_) => return Self::nothing(path, Problem::Unreadable),
        };
        let mut bundle = Self { problem: None, ..Self::nothing(path, Problem::Empty) };
        let mut all = Vec::new();
        for file in files {
            let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if !wanted(name) {
                continue;
            }
            if let Ok(Some(bytes)) = sys.read(&file) {
                let pem = pem::read(&bytes);
                bundle.private_key |= pem.holds_private_key();
                all.extend(pem.into_certs());
            }
        }
        bundle.take(all);
        bundle
    }

    fn take(&mut self, certs: Vec<CertificateDer<'static>>) {
        let mut seen = HashSet::new();
        self.certs = certs.into_iter().filter(|der| seen.insert(der.clone())).collect();
        if self.certs.is_empty() {
            self.problem = Some(Problem::Empty);
        }
    }

    /// Reads each certificate. `now` in seconds since 1970.
    #[must_use]
    pub fn summary(&self, now: i64) -> Summary {
        let mut summary = Summary {
            certs: self.certs.len(),
            public: 0,
            others: Vec::new(),
            expired: Vec::new(),
            malformed: 0,
        };
        for der in &self.certs {
            let is_public = cert::is_public_root(&cert::fingerprint(der));
            summary.public += usize::from(is_public);
            let Ok(read) = Cert::read(der) else {
                summary.malformed += 1;
                continue;
            };
            if !is_public {
                summary.others.push(Named::of(&read));
            }
            if now > read.not_after {
                summary.expired.push(Named::of(&read));
            }
        }
        summary
    }
}

/// Whether a file name is one that OpenSSL looks for in a folder: eight hex digits, a dot, a number
/// (openssl-rehash(1)).
#[must_use]
pub fn is_hash_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(hash, number)| {
        hash.len() == 8
            && hash.bytes().all(|b| b.is_ascii_hexdigit())
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}
