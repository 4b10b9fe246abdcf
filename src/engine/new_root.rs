//! Whether a certificate may be installed as a root (SECURITY rules 45 and 46), and what is to be known of it before.

use crate::chains::{self, Cause};
use crate::formats::cert::{Cert, fingerprint, is_weak_signature};
use crate::formats::containers;
use crate::formats::pem;

/// A certificate that may be installed.
#[derive(Debug, Clone)]
pub struct NewRoot {
    /// What it says.
    pub cert: Cert,
    /// The same as PEM that every program reads: ASCII, line feeds, one block, nothing else.
    pub pem: String,
    /// What is to be known of it: `unconstrained`, `not-self-signed`, and what strict programs hold against it.
    pub warnings: Vec<Warning>,
}

/// What is to be known of a root.
#[derive(Debug, Clone)]
pub struct Warning {
    /// Stable.
    pub code: &'static str,
    /// In a sentence.
    pub what: String,
}

/// Why a file is not installed. The first reason counts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is none in it.
    #[error("holds no certificate")]
    Nothing,
    /// More than one.
    #[error("holds {0} certificates, where one is to be installed")]
    Several(usize),
    /// A private key stands beside it.
    #[error("holds a private key: whoever reads it can sign for every host")]
    PrivateKey,
    /// The text is damaged.
    #[error("is damaged in line {0}")]
    Damaged(usize),
    /// The container does not open.
    #[error("cannot be read: {0}")]
    Container(containers::NotRead),
    /// Not X.509.
    #[error("holds something that is not a certificate")]
    Malformed,
    /// Not a CA's.
    #[error("holds {0}, which is not a CA's certificate: it would vouch for nothing but itself")]
    NotACa(String),
    /// Its keyUsage does not let it sign.
    #[error("holds {0}, whose key may not sign certificates (keyCertSign)")]
    MayNotSign(String),
    /// Out of date.
    #[error("holds {0}, which has expired")]
    Expired(String),
    /// Its key can be broken.
    #[error("holds {0}, whose key is too weak ({1})")]
    WeakKey(String, String),
    /// Its signature can be forged.
    #[error("holds {0}, which is signed with {1}")]
    WeakSignature(String, String),
}

/// Reads and judges a file. `now` in seconds since 1970.
///
/// # Errors
/// Why it is not installed.
pub fn read(bytes: &[u8], now: i64) -> Result<NewRoot, Refused> {
    let certs = certificates(bytes)?;
    let [der] = certs.as_slice() else {
        return Err(if certs.is_empty() { Refused::Nothing } else { Refused::Several(certs.len()) });
    };
    let cert = Cert::read(der).map_err(|_| Refused::Malformed)?;
    refuse(&cert, now)?;
    let warnings = warnings(&cert);
    Ok(NewRoot { pem: pem::of_certificate(der), warnings, cert })
}

fn refuse(cert: &Cert, now: i64) -> Result<(), Refused> {
    let name = cert.subject.to_string();
    // A root of version 1 has no extensions to say it with (RFC 5280 section 6.1.4 (k)).
    let is_old_root = cert.version < 3 && cert.is_self_issued();
    if !cert.is_ca && !is_old_root {
        return Err(Refused::NotACa(name));
    }
    if cert.key_usage.as_ref().is_some_and(|usage| !usage.iter().any(|u| u == "keyCertSign")) {
        return Err(Refused::MayNotSign(name));
    }
    if cert.not_after < now {
        return Err(Refused::Expired(name));
    }
    if cert.key.is_weak() {
        return Err(Refused::WeakKey(name, cert.key.to_string()));
    }
    match is_weak_signature(&cert.signature) {
        true => Err(Refused::WeakSignature(name, cert.signature.clone())),
        false => Ok(()),
    }
}

fn warnings(cert: &Cert) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut warn = |code, what: String| found.push(Warning { code, what });
    if !cert.name_constraints {
        warn(
            "unconstrained",
            "it may sign for every host there is: whoever has its key can read all your traffic".into(),
        );
    }
    if !cert.is_self_issued() {
        let what = "it is an intermediate: Node, and Python before 3.13, want the root above it";
        warn("not-self-signed", what.into());
    } else if cert.is_self_signed() == Some(false) {
        warn("not-self-signed", "it names itself as its issuer, but its key did not sign it".into());
    }
    for Cause { code, what, .. } in chains::lint(cert.der()) {
        warn(code, format!("strict programs may refuse it: {what}"));
    }
    found
}

/// The certificates of a file, DER each, with nothing wrong beside them.
fn certificates(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Refused> {
    let contents = containers::read(bytes, None).map_err(Refused::Container)?;
    if contents.private_keys > 0 {
        return Err(Refused::PrivateKey);
    }
    if let Some(damage) = contents.damage.first() {
        return Err(Refused::Damaged(damage.line));
    }
    let mut all: Vec<Vec<u8>> = contents.certs.into_iter().map(|held| held.der).collect();
    all.dedup();
    Ok(all)
}

/// Which of these certificates, PEM or DER, has this fingerprint: whether a file holds it.
#[must_use]
pub fn holds(bytes: &[u8], print: &[u8; 32]) -> bool {
    let all = pem::read(bytes);
    all.certs().any(|der| fingerprint(der) == *print)
}
