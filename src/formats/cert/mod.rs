//! X.509 certificates (RFC 5280): DER in, a summary out.

mod key;
mod name;
mod public;

pub use key::{Key, is_weak_signature, signature_name};
pub use name::Name;
pub use public::{is_public_root, public_root_named};

use crate::redact::for_terminal;
use rustls_pki_types::CertificateDer;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::net::{Ipv4Addr, Ipv6Addr};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, GeneralSubtree, ParsedExtension};
use x509_parser::prelude::FromDer;

/// Why bytes are no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertError {
    /// Not DER in the shape of RFC 5280 section 4.1.
    #[error("not an X.509 certificate")]
    Malformed,
    /// A certificate, and then more bytes.
    #[error("{0} bytes too many after the certificate")]
    Trailing(usize),
}

/// What a certificate says. Text in it is escaped already; times are seconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cert {
    /// Whom it is for.
    pub subject: Name,
    /// Who signed it.
    pub issuer: Name,
    /// The DNS names it is valid for (RFC 5280 section 4.2.1.6), wildcards included.
    pub dns_names: Vec<String>,
    /// The addresses it is valid for.
    pub ip_names: Vec<String>,
    /// The serial number, hex.
    pub serial: String,
    /// Valid from, inclusive.
    pub not_before: i64,
    /// Valid to, inclusive.
    pub not_after: i64,
    /// The public key.
    pub key: Key,
    /// How it was signed, in OpenSSL's words: `sha256WithRSAEncryption`.
    pub signature: String,
    /// 1, 2 or 3.
    pub version: u32,
    /// Whether basicConstraints says `cA` (section 4.2.1.9); `false` without the extension.
    pub is_ca: bool,
    /// How many CA certificates may follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_len: Option<u32>,
    /// keyUsage in RFC words (`keyCertSign`); `None` without the extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_usage: Option<Vec<String>>,
    /// Extended key usage in RFC words (`serverAuth`) or numbers; `None` without the extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_key_usage: Option<Vec<String>>,
    /// Subject key identifier, hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_key_id: Option<String>,
    /// Authority key identifier, hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority_key_id: Option<String>,
    /// The other names it is valid for: mailboxes and URIs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_names: Vec<String>,
    /// Whether it limits the names below it (section 4.2.1.10).
    pub name_constraints: bool,
    /// The names that it allows below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permitted_names: Vec<String>,
    /// The names that it forbids below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded_names: Vec<String>,
    /// Where the issuer's certificate can be fetched: caIssuers URLs (section 4.2.2.1).
    pub issuer_urls: Vec<String>,
    /// SHA-256 of the DER.
    #[serde(serialize_with = "as_hex")]
    pub sha256: [u8; 32],
    #[serde(skip)]
    der: CertificateDer<'static>,
    #[serde(skip)]
    raw_subject: Vec<u8>,
    #[serde(skip)]
    raw_issuer: Vec<u8>,
}

impl Cert {
    /// Reads one certificate.
    ///
    /// # Errors
    /// Not a certificate, or more than one. A damaged extension is left out, not an error.
    pub fn read(der: &[u8]) -> Result<Self, CertError> {
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| CertError::Malformed)?;
        if !rest.is_empty() {
            return Err(CertError::Trailing(rest.len()));
        }
        let mut cert = Self {
            subject: Name::of(parsed.subject()),
            issuer: Name::of(parsed.issuer()),
            dns_names: Vec::new(),
            ip_names: Vec::new(),
            serial: hex(parsed.raw_serial()),
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            key: Key::of(parsed.public_key()),
            signature: signature_name(&parsed.signature_algorithm.algorithm),
            version: parsed.version().0.saturating_add(1),
            is_ca: false,
            path_len: None,
            key_usage: None,
            extended_key_usage: None,
            subject_key_id: None,
            authority_key_id: None,
            other_names: Vec::new(),
            name_constraints: false,
            permitted_names: Vec::new(),
            excluded_names: Vec::new(),
            issuer_urls: Vec::new(),
            sha256: fingerprint(der),
            der: CertificateDer::from(der.to_vec()),
            raw_subject: parsed.subject().as_raw().to_vec(),
            raw_issuer: parsed.issuer().as_raw().to_vec(),
        };
        for extension in parsed.extensions() {
            cert.take(extension.parsed_extension());
        }
        Ok(cert)
    }

    fn take(&mut self, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::BasicConstraints(basic) => {
                self.is_ca = basic.ca;
                self.path_len = basic.path_len_constraint;
            }
            ParsedExtension::KeyUsage(usage) => {
                let words = KEY_USAGES.iter().enumerate();
                let set = words.filter(|(bit, _)| usage.flags >> bit & 1 == 1);
                self.key_usage = Some(set.map(|(_, word)| (*word).to_owned()).collect());
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                let known = [
                    (usage.any, "any"),
                    (usage.server_auth, "serverAuth"),
                    (usage.client_auth, "clientAuth"),
                    (usage.code_signing, "codeSigning"),
                    (usage.email_protection, "emailProtection"),
                    (usage.time_stamping, "timeStamping"),
                    (usage.ocsp_signing, "OCSPSigning"),
                ];
                let known = known.into_iter().filter(|(set, _)| *set).map(|(_, word)| word.to_owned());
                self.extended_key_usage =
                    Some(known.chain(usage.other.iter().map(|oid| oid.to_id_string())).collect());
            }
            ParsedExtension::SubjectKeyIdentifier(id) => self.subject_key_id = Some(hex(id.0)),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                self.authority_key_id = id.key_identifier.as_ref().map(|id| hex(id.0));
            }
            ParsedExtension::NameConstraints(limits) => {
                let written = |trees: &Option<Vec<GeneralSubtree<'_>>>| -> Vec<String> {
                    trees.iter().flatten().map(|tree| limit(&tree.base)).collect()
                };
                self.name_constraints = true;
                self.permitted_names = written(&limits.permitted_subtrees);
                self.excluded_names = written(&limits.excluded_subtrees);
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                for name in &names.general_names {
                    match name {
                        GeneralName::DNSName(name) => self.dns_names.push(for_terminal(name, false)),
                        GeneralName::IPAddress(bytes) => self.ip_names.extend(address(bytes)),
                        GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
                            self.other_names.push(for_terminal(text, false));
                        }
                        _ => {}
                    }
                }
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                for place in access.iter() {
                    // RFC 5280 section 4.2.2.1: id-ad-caIssuers
                    let issuers = place.access_method.to_id_string() == "1.3.6.1.5.5.7.48.2";
                    if let (true, GeneralName::URI(url)) = (issuers, &place.access_location) {
                        self.issuer_urls.push(for_terminal(url, false));
                    }
                }
            }
            _ => {}
        }
    }

    /// The certificate itself.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// Whether subject and issuer are the same name: a root, or a server's own certificate.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.raw_subject == self.raw_issuer
    }

    /// Whether its own key signed it. `None` when the algorithm is one that cannot be checked here.
    #[must_use]
    pub fn is_self_signed(&self) -> Option<bool> {
        if self.is_self_issued() { self.is_signed_by(self) } else { Some(false) }
    }

    /// Whether `issuer`'s name is the one this certificate names, and no key identifier speaks against it
    /// (RFC 5280 section 6.1.3 a.4, section 4.2.1.1). Says nothing about the signature.
    #[must_use]
    pub fn names_as_issuer(&self, issuer: &Self) -> bool {
        let ids_differ = match (&self.authority_key_id, &issuer.subject_key_id) {
            (Some(authority), Some(subject)) => authority != subject,
            _ => false,
        };
        self.raw_issuer == issuer.raw_subject && !ids_differ
    }

    /// Whether `issuer` bears the name that this certificate gives for its issuer, whatever the keys.
    #[must_use]
    pub fn issuer_is_called_like(&self, issuer: &Self) -> bool {
        self.raw_issuer == issuer.raw_subject
    }

    /// The issuer's name as DER.
    #[must_use]
    pub fn raw_issuer(&self) -> &[u8] {
        &self.raw_issuer
    }

    /// Whether `issuer`'s key signed this certificate. `None` when the algorithm, or an RSA key under 2048 bits,
    /// cannot be checked here.
    #[must_use]
    pub fn is_signed_by(&self, issuer: &Self) -> Option<bool> {
        use x509_parser::error::X509Error;
        if issuer.key.kind == "RSA" && issuer.key.bits < 2048 {
            return None;
        }
        let (_, child) = X509Certificate::from_der(&self.der).ok()?;
        let (_, parent) = X509Certificate::from_der(&issuer.der).ok()?;
        match child.verify_signature(Some(parent.public_key())) {
            Ok(()) => Some(true),
            Err(X509Error::SignatureUnsupportedAlgorithm) => None,
            Err(_) => Some(false),
        }
    }

    /// Whether it is one of the public roots (Mozilla's list).
    #[must_use]
    pub fn is_public_root(&self) -> bool {
        is_public_root(&self.sha256)
    }

    /// The fingerprint as people compare it: `AB:CD:...`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let pairs: Vec<String> = self.sha256.iter().map(|b| format!("{b:02X}")).collect();
        pairs.join(":")
    }

    /// Every extension as it stands there: its number, whether it is critical, its value in hex.
    #[must_use]
    pub fn raw_extensions(&self) -> Vec<(String, bool, String)> {
        let Ok((_, parsed)) = X509Certificate::from_der(&self.der) else { return Vec::new() };
        let all = parsed.extensions().iter();
        all.map(|one| (one.oid.to_id_string(), one.critical, hex(one.value))).collect()
    }

    /// All names it is valid for, in order; empty for most CAs.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.dns_names.iter().chain(&self.ip_names).map(String::as_str)
    }
}

/// SHA-256 of a certificate's DER, without reading it.
#[must_use]
pub fn fingerprint(der: &[u8]) -> [u8; 32] {
    Sha256::digest(der).into()
}

/// A fingerprint as people write it: hex, with colons or blanks or without, in any case. `None` when it is none.
#[must_use]
pub fn fingerprint_from(text: &str) -> Option<[u8; 32]> {
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

/// Bytes as hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The first 64 bits of a fingerprint in hex: enough for the name of a file among a user's own.
#[must_use]
pub fn short_print(print: &[u8; 32]) -> String {
    hex(&print[..8])
}

fn as_hex<S: serde::Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex(bytes))
}

/// A limit of names as people write it: `.corp.example`, `10.0.0.0/255.0.0.0`, `O=Acme`.
fn limit(base: &GeneralName<'_>) -> String {
    match base {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
            for_terminal(text, false)
        }
        GeneralName::IPAddress(bytes) => {
            let (network, mask) = bytes.split_at(bytes.len() / 2);
            match (address(network), address(mask)) {
                (Some(network), Some(mask)) => format!("{network}/{mask}"),
                _ => hex(bytes),
            }
        }
        GeneralName::DirectoryName(name) => Name::of(name).to_string(),
        _ => "(another form)".to_owned(),
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| Ipv6Addr::from(sixteen).to_string())
}

/// RFC 5280 section 4.2.1.3, in the order of the bits.
const KEY_USAGES: &[&str] = &[
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];
