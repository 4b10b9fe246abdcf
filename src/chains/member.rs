//! One certificate as path validation reads it: names ready to compare, every extension once, with its criticality.

use super::dn::Dn;
use super::points::{self, Point};
use crate::formats::cert::fingerprint;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, ExtendedKeyUsage, GeneralName,
    InhibitAnyPolicy, NameConstraints, ParsedExtension, PolicyConstraints, PolicyMappings,
};
use x509_parser::prelude::FromDer;

/// An extension and whether it must be understood (RFC 5280 section 4.2).
#[derive(Debug)]
pub(super) struct Ext<T> {
    pub(super) critical: bool,
    pub(super) value: T,
}

/// The extensions that decide about a path. `None`: not there.
#[derive(Debug, Default)]
pub(super) struct Extensions<'a> {
    pub(super) basic: Option<Ext<BasicConstraints>>,
    /// The bits in the order of section 4.2.1.3.
    pub(super) key_usage: Option<Ext<u16>>,
    pub(super) extended_key_usage: Option<Ext<ExtendedKeyUsage<'a>>>,
    pub(super) alternative_names: Option<Ext<Vec<GeneralName<'a>>>>,
    pub(super) name_constraints: Option<Ext<NameConstraints<'a>>>,
    pub(super) policies: Option<Ext<CertificatePolicies<'a>>>,
    pub(super) policy_mappings: Option<Ext<PolicyMappings<'a>>>,
    pub(super) policy_constraints: Option<Ext<PolicyConstraints>>,
    pub(super) inhibit_any: Option<Ext<InhibitAnyPolicy>>,
    pub(super) distribution_points: Option<Vec<Point>>,
    pub(super) subject_key: Option<Ext<&'a [u8]>>,
    pub(super) authority_key: Option<Ext<AuthorityKeyIdentifier<'a>>>,
    /// Whether authorityInfoAccess is there and critical.
    pub(super) authority_access: Option<Ext<()>>,
    /// Critical ones that are not known here, by number.
    pub(super) unknown_critical: Vec<String>,
    /// Those that cannot be read, by number.
    pub(super) malformed: Vec<String>,
    /// Those that stand there twice, by number.
    pub(super) duplicate: Vec<String>,
}

/// A certificate among those from which a path is made.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) der: &'a [u8],
    pub(super) parsed: X509Certificate<'a>,
    pub(super) subject: Dn,
    pub(super) issuer: Dn,
    pub(super) ext: Extensions<'a>,
    pub(super) sha256: [u8; 32],
    pub(super) trusted: bool,
}

impl<'a> Member<'a> {
    /// `None` when it is no certificate at all.
    pub(super) fn read(der: &'a [u8], trusted: bool) -> Option<Self> {
        let (rest, parsed) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let mut ext = Extensions::default();
        let mut seen = Vec::new();
        for one in parsed.tbs_certificate.extensions() {
            if seen.contains(&&one.oid) {
                ext.duplicate.push(one.oid.to_id_string());
                continue;
            }
            seen.push(&one.oid);
            ext.take(&one.oid.to_id_string(), one.critical, one.value, one.parsed_extension().clone());
        }
        let (subject, issuer) = (Dn::of(parsed.subject()), Dn::of(parsed.issuer()));
        Some(Self { der, subject, issuer, ext, sha256: fingerprint(der), trusted, parsed })
    }

    /// RFC 5280 section 6.1: subject and issuer are the same name.
    pub(super) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    pub(super) fn is_ca(&self) -> bool {
        self.ext.basic.as_ref().is_some_and(|basic| basic.value.ca)
    }

    /// Version 1 or 2: such a certificate has no extensions, so it cannot say whether it is a CA's.
    pub(super) fn is_old(&self) -> bool {
        self.parsed.version().0 < 2
    }

    /// Whether a key usage bit is set; without the extension every use is allowed (section 4.2.1.3).
    pub(super) fn may(&self, usage: Usage) -> bool {
        self.ext.key_usage.as_ref().is_none_or(|bits| bits.value >> usage as u16 & 1 == 1)
    }

    pub(super) fn valid_from(&self) -> i64 {
        self.parsed.validity().not_before.timestamp()
    }

    pub(super) fn valid_to(&self) -> i64 {
        self.parsed.validity().not_after.timestamp()
    }

    pub(super) fn names(&self) -> &[GeneralName<'a>] {
        self.ext.alternative_names.as_ref().map_or(&[], |names| names.value.as_slice())
    }

    /// The public key as it stands in the certificate.
    pub(super) fn key(&self) -> &[u8] {
        self.parsed.public_key().raw
    }

    /// Whether the two key identifiers belong together. `None` when one of them is missing.
    pub(super) fn key_ids_fit(&self, issuer: &Member<'_>) -> Option<bool> {
        let wanted = self.ext.authority_key.as_ref()?.value.key_identifier.as_ref()?.0;
        Some(issuer.ext.subject_key.as_ref()?.value == wanted)
    }
}

/// Bits of keyUsage (section 4.2.1.3).
#[derive(Debug, Clone, Copy)]
#[repr(u16)]
pub(super) enum Usage {
    KeyCertSign = 5,
    CrlSign = 6,
}

impl<'a> Extensions<'a> {
    fn take(&mut self, oid: &str, critical: bool, raw: &[u8], parsed: ParsedExtension<'a>) {
        use ParsedExtension as P;
        match parsed {
            P::BasicConstraints(value) => self.basic = Some(Ext { critical, value }),
            P::KeyUsage(value) => self.key_usage = Some(Ext { critical, value: value.flags }),
            P::ExtendedKeyUsage(value) => self.extended_key_usage = Some(Ext { critical, value }),
            P::SubjectAlternativeName(value) => {
                self.alternative_names = Some(Ext { critical, value: value.general_names });
            }
            P::NameConstraints(value) => self.name_constraints = Some(Ext { critical, value }),
            P::CertificatePolicies(value) => self.policies = Some(Ext { critical, value }),
            P::PolicyMappings(value) => self.policy_mappings = Some(Ext { critical, value }),
            P::PolicyConstraints(value) => self.policy_constraints = Some(Ext { critical, value }),
            P::InhibitAnyPolicy(value) => self.inhibit_any = Some(Ext { critical, value }),
            P::CRLDistributionPoints(_) => match points::of_certificate(raw) {
                Some(points) => self.distribution_points = Some(points),
                None => self.malformed.push(oid.to_owned()),
            },
            P::SubjectKeyIdentifier(value) => self.subject_key = Some(Ext { critical, value: value.0 }),
            P::AuthorityKeyIdentifier(value) => self.authority_key = Some(Ext { critical, value }),
            P::AuthorityInfoAccess(_) => {
                // X.690 section 8.9: an empty SEQUENCE is read, but section 4.2.2.1 wants one description at least.
                if raw.len() <= 2 {
                    self.malformed.push(oid.to_owned());
                }
                self.authority_access = Some(Ext { critical, value: () });
            }
            P::ParseError { .. } => self.malformed.push(oid.to_owned()),
            P::IssuerAlternativeName(_)
            | P::SubjectInfoAccess(_)
            | P::NSCertType(_)
            | P::NsCertComment(_) => {}
            // Certificate transparency's poison (RFC 6962 section 3.1) falls under this too: not a certificate to use.
            _ if critical => self.unknown_critical.push(oid.to_owned()),
            _ => {}
        }
    }
}
