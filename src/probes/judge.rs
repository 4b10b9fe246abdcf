//! What is wrong with a chain, said as one cause and one repair.
//!
//! The library's verdict has no position and knows four names for a dozen faults, so the faults are told apart here.
//! Trust comes first: the dates and names of a certificate that nobody vouches for mean nothing.

use super::chain::Chain;
use super::faults::{bad_chain, out_of_date, self_signed, stale_root, unreadable, untrusted, wrong_name};
use super::path::{self, Path};
use crate::formats::cert::Cert;
use rustls_pki_types::{CertificateDer, ServerName};
use serde::Serialize;
use webpki::{EndEntityCert, Error};

/// What a server's chain is held against.
#[derive(Debug, Clone, Copy)]
pub struct Expect<'a> {
    /// The host name of the URL, or an address.
    pub host: &'a str,
    /// The roots that git would use.
    pub roots: &'a [CertificateDer<'static>],
    /// Seconds since 1970-01-01 UTC.
    pub now: i64,
    /// `host:port` of the proxy in between, if there is one.
    pub proxy: Option<&'a str>,
    /// Whether it is known that the proxy re-signs connections.
    pub resigned: bool,
    /// The profile whose `[trust]` is to be mended, if one is in force.
    pub profile: Option<&'a str>,
}

impl<'a> Expect<'a> {
    /// A direct connection.
    #[must_use]
    pub fn new(host: &'a str, roots: &'a [CertificateDer<'static>], now: i64) -> Self {
        Self { host, roots, now, proxy: None, resigned: false, profile: None }
    }

    pub(super) fn edit_profile(&self) -> String {
        format!("`doorkey profile edit {}`", self.profile.unwrap_or("NAME"))
    }
}

/// The one fault of a chain. [`Trouble::code`] is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// The chain ends at a root that is not trusted.
    UntrustedRoot,
    /// The server does not send an intermediate certificate.
    IncompleteChain,
    /// A certificate is out of date.
    Expired,
    /// A certificate is not valid yet.
    NotYetValid,
    /// The certificate is for other names.
    WrongName,
    /// The server made its own certificate.
    SelfSigned,
    /// Somebody in between answers in the server's place.
    Intercepted,
    /// The chain breaks a rule: name constraints, purpose, weak key... In one case the library is stricter than git: a
    /// server that uses a CA's certificate, signed by another one, as its own.
    BadChain,
}

impl Trouble {
    /// The code of the rung.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UntrustedRoot => "tls-untrusted-root",
            Self::IncompleteChain => "tls-incomplete-chain",
            Self::Expired => "tls-expired",
            Self::NotYetValid => "tls-not-yet-valid",
            Self::WrongName => "tls-wrong-name",
            Self::SelfSigned => "tls-self-signed",
            Self::Intercepted => "tls-intercepted",
            Self::BadChain => "tls-bad-chain",
        }
    }
}

/// A fault with its words.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// Which.
    pub trouble: Trouble,
    /// One cause.
    pub cause: String,
    /// One repair.
    pub repair: String,
    /// The issuer that neither the server sent nor the roots hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_issuer: Option<String>,
    /// Where that issuer's certificate may be fetched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issuer_urls: Vec<String>,
    /// The product that re-signs, when its name gives it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<&'static str>,
}

impl Verdict {
    pub(super) fn new(trouble: Trouble, cause: impl Into<String>, repair: impl Into<String>) -> Self {
        let (cause, repair) = (cause.into(), repair.into());
        Self { trouble, cause, repair, missing_issuer: None, issuer_urls: Vec::new(), product: None }
    }
}

/// Judges what a server sent. `Ok` names the root that the chain leads to.
///
/// # Errors
/// The one fault that is to be mended first.
pub fn judge(sent: &[CertificateDer<'_>], expect: &Expect<'_>) -> Result<Cert, Box<Verdict>> {
    let chain = Chain::read(sent);
    let leaf = match (chain.leaf(), sent.first()) {
        (Some(leaf), Some(first)) if leaf.der().as_ref() == first.as_ref() => leaf,
        _ => return Err(Box::new(unreadable(expect))),
    };
    let root = match path::find(sent, expect.roots, expect.now) {
        Path::Root(root) => root,
        Path::StaleRoot(root) => return Err(Box::new(stale_root(&root, expect))),
        Path::Broken(error) => return Err(Box::new(broken(&chain, leaf, sent, error, expect))),
    };
    if is_for(leaf, sent, expect.host) { Ok(*root) } else { Err(Box::new(wrong_name(leaf, expect))) }
}

/// Whether the certificate is for this host, as git's libraries see it (RFC 6125): its alternative names, and only
/// when it has none, the common name.
fn is_for(leaf: &Cert, sent: &[CertificateDer<'_>], host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']).trim_end_matches('.');
    let Ok(name) = ServerName::try_from(bare) else { return false };
    let parsed = sent.first().and_then(|der| EndEntityCert::try_from(der).ok());
    let by_list = parsed.is_some_and(|p| p.verify_is_valid_for_subject_name(&name).is_ok());
    let has_list = leaf.names().next().is_some();
    by_list || (!has_list && leaf.subject.get("CN").is_some_and(|cn| cn.eq_ignore_ascii_case(bare)))
}

fn broken(
    chain: &Chain,
    leaf: &Cert,
    sent: &[CertificateDer<'_>],
    error: Error,
    expect: &Expect<'_>,
) -> Verdict {
    let untimely = matches!(error, Error::CertExpired { .. } | Error::CertNotValidYet { .. });
    let error = if untimely {
        // Would it be trusted, were the date right? If so, the date is the fault.
        match common_moment(chain).map(|at| path::find(sent, expect.roots, at)) {
            None | Some(Path::Root(_) | Path::StaleRoot(_)) => return out_of_date(chain, expect),
            Some(Path::Broken(error)) => error,
        }
    } else {
        error
    };
    if leaf.is_self_issued() {
        return self_signed(leaf, expect);
    }
    match error {
        Error::UnknownIssuer | Error::InvalidSignatureForPublicKey => untrusted(chain, leaf, expect),
        Error::CertExpired { .. } | Error::CertNotValidYet { .. } => out_of_date(chain, expect),
        other => bad_chain(&other, expect),
    }
}

/// A moment at which every sent certificate was valid.
fn common_moment(chain: &Chain) -> Option<i64> {
    let path = chain.climb();
    let from = path.iter().map(|c| c.not_before).max()?;
    let to = path.iter().map(|c| c.not_after).min()?;
    (from <= to).then_some(from)
}
