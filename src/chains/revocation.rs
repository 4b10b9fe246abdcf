//! Revocation by CRLs (RFC 5280 sections 5 and 6.3): whether one of the given lists covers a certificate, and what it says.

use super::cause::{Cause, REVOCATION_UNKNOWN, REVOKED};
use super::dn::Dn;
use super::explore::Search;
use super::member::{Member, Usage};
use super::points::{self, ALL_REASONS, Place, Point, PointName, Scope};
use super::signature::Signed;
use crate::formats::cert::Name;
use x509_parser::extensions::ParsedExtension;
use x509_parser::num_bigint::BigUint;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::{CertificateRevocationList, RevokedCertificate};

/// A list, ready to be asked.
#[derive(Debug)]
pub(super) struct Crl<'a> {
    list: CertificateRevocationList<'a>,
    issuer: Dn,
    scope: Option<Scope>,
    number: Option<BigUint>,
    /// The number of the list that this one adds to (section 5.2.4).
    base: Option<BigUint>,
    authority_key: Option<Vec<u8>>,
    /// Why it says nothing: what in it is not understood, or breaks the profile.
    unusable: Option<String>,
    breaks_profile: bool,
}

impl<'a> Crl<'a> {
    /// `None` when it is no list at all.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let (rest, list) = CertificateRevocationList::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let issuer = Dn::of(list.issuer());
        let (mut scope, mut number, mut base, mut authority_key) = (None, None, None, None);
        let (mut unusable, mut breaks_profile) = (None, true);
        for one in list.tbs_cert_list.extensions() {
            match one.parsed_extension() {
                _ if one.oid.to_id_string() == "2.5.29.28" => {
                    scope = points::of_list(one.value, &issuer);
                    if scope.is_none() {
                        unusable = Some("the issuingDistributionPoint of the CRL cannot be read".to_owned());
                    }
                }
                ParsedExtension::CRLNumber(value) => {
                    number = Some(value.clone());
                    breaks_profile = one.critical;
                }
                ParsedExtension::AuthorityKeyIdentifier(value) => {
                    authority_key = value.key_identifier.as_ref().map(|id| id.0.to_vec());
                }
                ParsedExtension::ParseError { .. } => {
                    unusable =
                        Some(format!("an extension of the CRL cannot be read: {}", one.oid.to_id_string()));
                }
                _ if one.oid.to_id_string() == "2.5.29.27" => base = integer(one.value),
                _ if one.critical => {
                    unusable = Some(format!(
                        "a critical extension of the CRL is not known: {}",
                        one.oid.to_id_string()
                    ));
                }
                _ => {}
            }
        }
        // Section 5.3: a critical entry extension that is not known makes the list useless.
        let entries = list.iter_revoked_certificates();
        let unknown = entries.flat_map(RevokedCertificate::extensions).find(|one| {
            let known = matches!(
                one.parsed_extension(),
                ParsedExtension::ReasonCode(_) | ParsedExtension::InvalidityDate(_)
            );
            one.critical && !known && one.oid.to_id_string() != CERTIFICATE_ISSUER
        });
        if let Some(unknown) = unknown {
            let oid = unknown.oid.to_id_string();
            unusable = Some(format!("a critical extension of an entry of the CRL is not known: {oid}"));
        }
        Some(Self { issuer, scope, number, base, authority_key, unusable, breaks_profile, list })
    }

    fn is_current(&self, at: i64) -> bool {
        self.list.last_update().timestamp() <= at
            && self.list.next_update().is_none_or(|next| at <= next.timestamp())
    }

    /// Whether the list names the certificate, and that it does not by taking it off again.
    fn entry(&self, serial: &[u8], issuer: &Dn) -> Option<Entry> {
        let mut named: Dn = self.issuer.clone();
        let mut found = None;
        for entry in self.list.iter_revoked_certificates() {
            // Section 5.3.3: the issuer goes on for the entries that follow.
            if let Some(other) =
                entry.extensions().iter().find(|one| one.oid.to_id_string() == CERTIFICATE_ISSUER)
            {
                named = points::directory_in(other.value).unwrap_or_default();
            }
            if entry.raw_serial() == serial && named == *issuer {
                let reason = entry.reason_code().map_or(0, |(_, code)| code.0);
                found = Some(if reason == 8 { Entry::TakenOff } else { Entry::Revoked });
            }
        }
        found
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Revoked,
    /// removeFromCRL (section 5.3.1), in a delta list.
    TakenOff,
}

const CERTIFICATE_ISSUER: &str = "2.5.29.29";

fn integer(der: &[u8]) -> Option<BigUint> {
    let (_, number) = x509_parser::asn1_rs::Integer::from_der(der).ok()?;
    Some(BigUint::from_bytes_be(number.as_ref()))
}

/// Asks the lists about every certificate below the root. `path` begins with the leaf.
pub(super) fn judge(search: &Search<'_, '_>, path: &[&Member<'_>]) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (depth, pair) in path.windows(2).enumerate() {
        let [member, issuer] = pair else { continue };
        if let Some(cause) = status(search, member, issuer, path, depth) {
            causes.push(cause);
        }
    }
    causes
}

/// Section 6.3.3 for one certificate.
fn status(
    search: &Search<'_, '_>,
    member: &Member<'_>,
    issuer: &Member<'_>,
    path: &[&Member<'_>],
    depth: usize,
) -> Option<Cause> {
    let mut covered = 0u16;
    let mut trouble: Option<String> = None;
    let own = member.ext.distribution_points.as_deref().unwrap_or_default();
    // The last: lists that no point names, under the issuer's own name.
    let issuers_own = PointName::Full(vec![Place::Directory(member.issuer.clone())]);
    let assumed = Point { name: Some(issuers_own), reasons: ALL_REASONS, issuers: Vec::new() };
    for point in own.iter().chain([&assumed]) {
        for crl in search.crls.iter().filter(|crl| crl.base.is_none()) {
            if covered == ALL_REASONS {
                return None;
            }
            if !in_scope(crl, member, point) {
                continue;
            }
            let reasons = reasons_of(crl, point);
            if reasons & !covered == 0 {
                continue;
            }
            if let Some(why) = why_unusable(search, crl, issuer, path) {
                trouble.get_or_insert(why);
                continue;
            }
            let delta = search
                .crls
                .iter()
                .find(|delta| adds_to(delta, crl) && why_unusable(search, delta, issuer, path).is_none());
            let serial = member.parsed.raw_serial();
            let told = delta
                .and_then(|delta| delta.entry(serial, &member.issuer))
                .or_else(|| crl.entry(serial, &member.issuer));
            if told == Some(Entry::Revoked) {
                let by = Name::of(crl.list.issuer()).to_string();
                return Some(REVOKED.at(depth, format!("it is revoked, says the CRL of {by}")));
            }
            covered |= reasons;
        }
    }
    if covered == ALL_REASONS {
        return None;
    }
    let why = trouble.unwrap_or_else(|| match covered {
        0 => "no given CRL covers it".to_owned(),
        _ => "the given CRLs do not cover every reason for a revocation".to_owned(),
    });
    Some(REVOCATION_UNKNOWN.at(depth, format!("whether it is revoked is not known: {why}")))
}

/// Section 6.3.3 (b): whether the list speaks about this certificate at this point.
fn in_scope(crl: &Crl<'_>, member: &Member<'_>, point: &Point) -> bool {
    let indirect = crl.scope.as_ref().is_some_and(|scope| scope.indirect);
    let by_the_right_one = match point.issuers.is_empty() {
        true => crl.issuer == member.issuer,
        false => point.issuers.contains(&crl.issuer) && indirect,
    };
    if !by_the_right_one {
        return false;
    }
    let Some(scope) = &crl.scope else { return true };
    if scope.attributes_only || (scope.users_only && member.is_ca()) || (scope.cas_only && !member.is_ca()) {
        return false;
    }
    let Some(own) = &scope.places else { return true };
    let wanted = match &point.name {
        Some(name) => name.places(&crl.issuer),
        // A point without a name of its own stands for its CRL issuer.
        None => point.issuers.iter().cloned().map(Place::Directory).collect(),
    };
    own.iter().any(|place| wanted.contains(place))
}

/// Section 6.3.3 (d): the reasons for which this list counts here.
fn reasons_of(crl: &Crl<'_>, point: &Point) -> u16 {
    crl.scope.as_ref().map_or(ALL_REASONS, |scope| scope.reasons) & point.reasons
}

/// Section 6.3.3 (c): whether a delta list brings this one up to date.
fn adds_to(delta: &Crl<'_>, crl: &Crl<'_>) -> bool {
    let (Some(base), Some(number), Some(own)) = (&delta.base, &crl.number, &delta.number) else {
        return false;
    };
    delta.issuer == crl.issuer
        && delta.scope == crl.scope
        && delta.authority_key == crl.authority_key
        && base <= number
        && number < own
}

/// Why a list cannot be relied on: too old, not understood, or signed by nobody who may.
fn why_unusable<'a>(
    search: &Search<'_, 'a>,
    crl: &Crl<'_>,
    issuer: &Member<'a>,
    path: &[&Member<'_>],
) -> Option<String> {
    if let Some(why) = &crl.unusable {
        return Some(why.clone());
    }
    if !crl.is_current(search.at) {
        return Some("the CRL is out of date".to_owned());
    }
    if search.strict && crl.breaks_profile {
        return Some("the CRL has no cRLNumber, or a critical one (RFC 5280 section 5.2.3)".to_owned());
    }
    let list = &crl.list;
    let tbs = list.tbs_cert_list.as_ref();
    let signs = |member: &Member<'a>| {
        search.check(member, &list.signature_algorithm, &list.signature_value, tbs) == Signed::Yes
    };
    // The key that signed the certificate is the usual one; any other must lead to the same root (6.3.3 (f)).
    let mut not_allowed = false;
    for candidate in std::iter::once(issuer).chain(search.called(&crl.issuer)) {
        if candidate.subject != crl.issuer || !signs(candidate) {
            continue;
        }
        if !candidate.may(Usage::CrlSign) {
            not_allowed = true;
            continue;
        }
        let in_path = path.iter().any(|member| member.sha256 == candidate.sha256);
        if in_path || search.leads_to(candidate, path.last()) {
            return None;
        }
    }
    Some(match not_allowed {
        true => "the key that signed the CRL may not sign CRLs (cRLSign)".to_owned(),
        false => "nobody who may has signed the CRL".to_owned(),
    })
}
