//! Whether a certificate may be installed as a root (SECURITY rules 45 and 46), and what is to be known of it before.

use crate::chains::{self, Cause};
use crate::formats::cert::{Cert, fingerprint};
use crate::formats::containers::{self, Container};
use crate::formats::pem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

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
    Ok(NewRoot { pem: pem_of(der), warnings, cert })
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
    match (cert.key.kind.as_str(), cert.key.bits) {
        ("RSA", bits) if bits < 2048 => return Err(Refused::WeakKey(name, cert.key.to_string())),
        ("DSA", _) => return Err(Refused::WeakKey(name, cert.key.to_string())),
        _ => {}
    }
    let weak = ["md2", "md4", "md5", "sha1", "SHA1"].iter().any(|weak| cert.signature.contains(weak));
    if weak { Err(Refused::WeakSignature(name, cert.signature.clone())) } else { Ok(()) }
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
    let contents = match Container::of(bytes) {
        Container::Pem => {
            let text = pem::read(bytes);
            if text.holds_private_key() {
                return Err(Refused::PrivateKey);
            }
            if let Some(damage) = text.damage.first() {
                return Err(Refused::Damaged(damage.line));
            }
            let mut all: Vec<Vec<u8>> = text.certs().map(|der| der.as_ref().to_vec()).collect();
            for inner in text.blocks.iter().filter_map(|block| block.container.as_ref()) {
                let contents = containers::read(inner, None).map_err(Refused::Container)?;
                all.extend(contents.certs.into_iter().map(|held| held.der));
            }
            all.dedup();
            return Ok(all);
        }
        _ => containers::read(bytes, None).map_err(Refused::Container)?,
    };
    if contents.private_keys > 0 {
        return Err(Refused::PrivateKey);
    }
    Ok(contents.certs.into_iter().map(|held| held.der).collect())
}

/// One block as RFC 7468 section 2 has it, under a line that says what it is.
#[must_use]
pub fn pem_of(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}

/// A fingerprint as people write it: hex, with colons or blanks or without, in any case. `None` when it is none.
#[must_use]
pub fn fingerprint_of(text: &str) -> Option<[u8; 32]> {
    let text = text.strip_prefix("sha256:").or_else(|| text.strip_prefix("SHA256:")).unwrap_or(text);
    let digits: Vec<u8> = text.bytes().filter(|b| !matches!(b, b':' | b' ')).collect();
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        })
        .collect();
    bytes?.try_into().ok()
}

/// Which of these certificates, PEM or DER, has this fingerprint: whether a file holds it.
#[must_use]
pub fn holds(bytes: &[u8], print: &[u8; 32]) -> bool {
    let all = pem::read(bytes);
    all.certs().any(|der| fingerprint(der) == *print)
}
