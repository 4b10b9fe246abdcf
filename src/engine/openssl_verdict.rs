//! What `openssl verify` says of a chain, beside our own verdict.

use crate::formats::cert::Cert;
use crate::formats::pem;
use crate::sys::Sys;
use crate::sys::handed::Handed;
use crate::sys::run::{Ask, With};
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

/// Its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OpensslVerdict {
    /// Whether it takes the chain.
    pub valid: bool,
    /// Its words where it does not: `error 20 at 0 depth lookup: unable to get local issuer certificate`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<String>,
}

/// Asks it, with these roots and no others. `None` where it is not installed or did not say.
pub(super) fn look(sys: &Sys, chain: &[Cert], name: &str, roots: &Path) -> Option<OpensslVerdict> {
    let (leaf, rest) = chain.split_first()?;
    let rest: String = rest.iter().map(|cert| pem::of_certificate(cert.der())).collect();
    let held = Handed::new(rest.as_bytes()).ok()?;
    let others = (!rest.is_empty()).then(|| held.path());
    let leaf = pem::of_certificate(leaf.der());
    let ask = Ask::OpensslVerify { roots: roots.into(), others, name: name.into() };
    let with = With {
        input: Some(leaf.as_bytes()),
        set: vec![("OPENSSL_CONF", "/dev/null".into())],
        unset: vec!["SSL_CERT_DIR", "SSL_CERT_FILE"],
        ..With::default()
    };
    let ran = sys.ask(&ask, with, PATIENCE).ok()?;
    let words = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
    let errors = words.lines().filter(|line| line.starts_with("error ") && line.contains(" depth lookup"));
    let said: Vec<String> = errors.map(|line| crate::redact::for_terminal(line, false)).collect();
    // An error of another kind (an option that it does not know) is no verdict.
    (ran.ok() || !said.is_empty()).then_some(OpensslVerdict { valid: ran.ok(), said })
}
