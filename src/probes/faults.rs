//! Each fault of a chain in words: one cause, one repair.

use super::chain::{Chain, day, minute};
use super::interception;
use super::judge::{Expect, Trouble, Verdict};
use crate::formats::cert::{Cert, public_root_named};
use crate::redact::for_terminal;
use rustls_pki_types::CertificateDer;
use webpki::Error;

pub(super) fn out_of_date(chain: &Chain, expect: &Expect<'_>) -> Verdict {
    let (host, now) = (for_terminal(expect.host, false), expect.now);
    if let Some((index, cert)) = chain.climb().into_iter().enumerate().find(|(_, c)| now < c.not_before) {
        return Verdict::new(
            Trouble::NotYetValid,
            format!("{} is valid only from {}", called(index, cert), minute(cert.not_before)),
            format!("check the clock of this machine (it says {})", minute(now)),
        );
    }
    let expired = chain.climb().into_iter().enumerate().find(|(_, c)| now > c.not_after);
    let (cause, repair) = match expired {
        Some((0, cert)) => (
            format!("{} expired on {}", called(0, cert), minute(cert.not_after)),
            format!("ask the owner of {host} to renew the certificate"),
        ),
        Some((index, cert)) => (
            format!("{} expired on {}", called(index, cert), minute(cert.not_after)),
            format!("ask the owner of {host} to send the renewed {}", cert.subject.short()),
        ),
        None => (
            "a certificate of the chain is out of date".to_owned(),
            format!("ask the owner of {host} to renew its certificates"),
        ),
    };
    Verdict::new(Trouble::Expired, cause, repair)
}

fn called(index: usize, cert: &Cert) -> String {
    let name = cert.subject.short();
    if index == 0 { format!("the certificate of {name}") } else { format!("the intermediate {name}") }
}

pub(super) fn stale_root(root: &Cert, expect: &Expect<'_>) -> Verdict {
    let name = root.subject.short();
    if expect.now < root.not_before {
        return Verdict::new(
            Trouble::NotYetValid,
            format!("the root {name} is valid only from {}", minute(root.not_before)),
            format!("check the clock of this machine (it says {})", minute(expect.now)),
        );
    }
    Verdict::new(
        Trouble::Expired,
        format!("the root {name} expired on {}", minute(root.not_after)),
        format!("put the successor of {name} under [trust] ca with {}", expect.edit_profile()),
    )
}

pub(super) fn wrong_name(leaf: &Cert, expect: &Expect<'_>) -> Verdict {
    let host = for_terminal(expect.host, false);
    let mut names: Vec<&str> = leaf.names().collect();
    if names.is_empty() {
        names.extend(leaf.subject.get("CN"));
    }
    let more = names.len().saturating_sub(8);
    let mut list = names.iter().take(8).copied().collect::<Vec<_>>().join(", ");
    if more > 0 {
        list.push_str(&format!(" and {more} more"));
    }
    let plain = names.iter().find(|n| !n.contains('*'));
    let (cause, repair) = match (names.is_empty(), plain) {
        (true, _) => (
            format!("the certificate is for no host name, so not for {host}"),
            format!("ask the owner of {host} for a certificate with that name"),
        ),
        (false, Some(name)) if names.len() == 1 => (
            format!("the certificate is not for {host}, but for {list}"),
            format!("if {name} is the server you mean, use that name in the URL"),
        ),
        (false, _) => (
            format!("the certificate is not for {host}, but for {list}"),
            "use one of these names in the URL, if it is the server you mean".to_owned(),
        ),
    };
    Verdict::new(Trouble::WrongName, cause, repair)
}

pub(super) fn self_signed(leaf: &Cert, expect: &Expect<'_>) -> Verdict {
    let host = for_terminal(expect.host, false);
    if let Some(verdict) = intercepted(std::slice::from_ref(leaf), leaf, expect) {
        return verdict;
    }
    Verdict::new(
        Trouble::SelfSigned,
        format!("{host} made its certificate itself; nobody vouches for it"),
        format!(
            "if the owner of {host} confirms the fingerprint {}, save the certificate and name it under [trust] ca with {}",
            leaf.fingerprint(),
            expect.edit_profile()
        ),
    )
}

/// The chain is sound, but ends outside the roots.
pub(super) fn untrusted(chain: &Chain, leaf: &Cert, expect: &Expect<'_>) -> Verdict {
    let path = chain.climb();
    let top = path.last().copied().unwrap_or(leaf);
    if let Some(verdict) = intercepted(&chain.sent, top, expect) {
        return verdict;
    }
    let edit = expect.edit_profile();
    if let Some(same) = trusted_namesake(&path, expect.roots) {
        return Verdict::new(
            Trouble::UntrustedRoot,
            format!(
                "a root called {} is trusted, but another key signed here (the trusted one is valid from {})",
                same.subject.short(),
                day(same.not_before)
            ),
            format!("put the current {} under [trust] ca with {edit}", same.subject.short()),
        );
    }
    if top.names_as_issuer(top) {
        let name = top.subject.short();
        return Verdict::new(
            Trouble::UntrustedRoot,
            format!("the root {name} is not trusted here"),
            format!(
                "if your administrator confirms its fingerprint {}, name the root's file under [trust] ca with {edit}",
                top.fingerprint()
            ),
        );
    }
    let issuer = top.issuer.short();
    let mut verdict = if public_root_named(top.raw_issuer()).is_some() {
        Verdict::new(
            Trouble::UntrustedRoot,
            format!(
                "the public root {issuer} is missing among the roots in use: a private bundle replaces the system's"
            ),
            "add the public roots to the bundle that is set for git, or remove that setting".to_owned(),
        )
    } else if is_likely_intermediate(top, path.len(), expect) {
        let host = for_terminal(expect.host, false);
        Verdict::new(
            Trouble::IncompleteChain,
            format!("the server does not send the intermediate {issuer}"),
            format!("ask the owner of {host} to send the intermediate {issuer}"),
        )
    } else {
        let by =
            expect.proxy.map_or(String::new(), |p| format!(" (the connection goes through the proxy {p})"));
        Verdict::new(
            Trouble::UntrustedRoot,
            format!("the root {issuer} is not trusted here{by}"),
            format!(
                "get the certificate of {issuer} from your administrator and name its file under [trust] ca with {edit}"
            ),
        )
    };
    verdict.missing_issuer = Some(top.issuer.to_string());
    verdict.issuer_urls = top.issuer_urls.clone();
    verdict
}

/// A trusted root with the name of the missing issuer, but another key.
fn trusted_namesake(path: &[&Cert], roots: &[CertificateDer<'static>]) -> Option<Cert> {
    let roots = roots.iter().filter_map(|der| Cert::read(der).ok());
    let is_namesake =
        |cert: &Cert, root: &Cert| cert.issuer_is_called_like(root) && cert.is_signed_by(root) == Some(false);
    let mut namesakes = roots.filter(|root| path.iter().any(|cert| is_namesake(cert, root)));
    namesakes.next()
}

/// Whether the missing issuer is an intermediate rather than the root, which servers need not send (RFC 8446 section
/// 4.4.2). Nothing proves it without fetching; the usual signs are: only the server's own certificate was sent, or
/// the name says so. Re-signing proxies often send one certificate, so behind one a URL for the issuer must speak too.
fn is_likely_intermediate(top: &Cert, length: usize, expect: &Expect<'_>) -> bool {
    let name = top.issuer.to_string().to_ascii_lowercase();
    if name.contains("intermediate") || name.contains("issuing") {
        return true;
    }
    if name.contains("root") || length > 1 {
        return false;
    }
    expect.proxy.is_none() || !top.issuer_urls.is_empty()
}

fn intercepted(sent: &[Cert], top: &Cert, expect: &Expect<'_>) -> Option<Verdict> {
    let product = interception::product(sent);
    let stranger = interception::is_public_host(expect.host)
        && public_root_named(top.raw_issuer()).is_none()
        && !has_public_issuer_url(sent);
    if product.is_none() && !stranger && !expect.resigned {
        return None;
    }
    let host = for_terminal(expect.host, false);
    let who = match (product, expect.proxy) {
        (Some(product), _) => product.to_owned(),
        (None, Some(proxy)) => format!("the proxy {proxy}"),
        (None, None) => "something between this machine and the server".to_owned(),
    };
    let issuer = top.issuer.short();
    let mut verdict = Verdict::new(
        Trouble::Intercepted,
        format!(
            "{who} answers in the place of {host}, with a certificate of {issuer} that is not trusted here"
        ),
        format!(
            "get the root certificate of {issuer} from your administrator and name its file under [trust] ca with {}",
            expect.edit_profile()
        ),
    );
    verdict.product = product;
    Some(verdict)
}

/// A forged certificate rarely says where its issuer's certificate can be had; every public one does. Keeps a public
/// host that forgets its intermediate from being called intercepted.
fn has_public_issuer_url(sent: &[Cert]) -> bool {
    sent.first().is_some_and(|leaf| !leaf.issuer_urls.is_empty())
}

pub(super) fn unreadable(expect: &Expect<'_>) -> Verdict {
    let host = for_terminal(expect.host, false);
    Verdict::new(
        Trouble::BadChain,
        "the server's certificate cannot be read",
        format!("ask the owner of {host} to replace the certificate"),
    )
}

pub(super) fn bad_chain(error: &Error, expect: &Expect<'_>) -> Verdict {
    let host = for_terminal(expect.host, false);
    let cause = match error {
        Error::NameConstraintViolation => "the authority may not sign for this name (name constraints)",
        Error::PathLenConstraintViolated => {
            "there are more intermediates than an authority allows (path length)"
        }
        Error::CaUsedAsEndEntity => "the server uses the certificate of an authority as its own",
        Error::EndEntityUsedAsCa => "a certificate that is no authority signed another one",
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            "a certificate is not meant for TLS servers (extended key usage)"
        }
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            "a certificate is signed with an algorithm that is too weak or unknown"
        }
        Error::UnsupportedCriticalExtension => "a certificate has a critical extension that is not known",
        Error::CertRevoked | Error::CertDistrusted => "a certificate was withdrawn by its authority",
        Error::UnsupportedCertVersion => "a certificate is of an old version (not X.509 v3)",
        Error::MaximumSignatureChecksExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumNameConstraintComparisonsExceeded
        | Error::MaximumPathDepthExceeded => "the chain is too long or too tangled to follow",
        _ => "a certificate of the chain is malformed",
    };
    Verdict::new(Trouble::BadChain, cause, format!("ask the owner of {host} to replace the certificate"))
}
