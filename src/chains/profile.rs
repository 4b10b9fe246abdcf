//! What strict programs want beside a valid path: the profile of RFC 5280 section 4, keys and signatures of today's
//! strength, and for servers the Baseline Requirements of the CA/Browser Forum.

use super::cause::*;
use super::constraints::is_host;
use super::host::address;
use super::member::{Member, Usage};
use super::{Purpose, WILDCARD};
use crate::formats::cert::{Key, is_weak_signature, signature_name};
use std::net::IpAddr;
use x509_parser::extensions::{ExtendedKeyUsage, GeneralName};

/// Everything that a certificate breaks at its place in the path.
pub(super) fn judge(member: &Member<'_>, depth: usize, purpose: Purpose) -> Vec<Cause> {
    let mut causes = Vec::new();
    let mut say = |rule: &Rule, what: &str| causes.push(rule.at(depth, what));
    strength(member, &mut say);
    identifiers(member, &mut say);
    names(member, depth, &mut say);
    if member.ext.extended_key_usage.as_ref().is_some_and(|usage| is_empty(&usage.value)) {
        say(&PURPOSES_EMPTY, "its extKeyUsage holds no purpose");
    }
    if member.is_ca() || depth > 0 {
        authority(member, &mut say);
    } else {
        subscriber(member, &mut say);
    }
    if purpose == Purpose::Server {
        server(member, depth, &mut say);
    }
    causes
}

type Say<'s> = dyn FnMut(&Rule, &str) + 's;

fn is_empty(usage: &ExtendedKeyUsage<'_>) -> bool {
    let known = [
        usage.any,
        usage.server_auth,
        usage.client_auth,
        usage.code_signing,
        usage.email_protection,
        usage.time_stamping,
        usage.ocsp_signing,
    ];
    !known.contains(&true) && usage.other.is_empty()
}

fn strength(member: &Member<'_>, say: &mut Say<'_>) {
    let key = Key::of(member.parsed.public_key());
    if key.is_weak() {
        say(
            &KEY_WEAK,
            &format!(
                "its key is too weak: {}",
                if key.bits > 0 { format!("{key}, {} bits", key.bits) } else { key.to_string() }
            ),
        );
    }
    // The signature of a root is not what one trusts it for.
    let how = signature_name(&member.parsed.signature_algorithm.algorithm);
    if is_weak_signature(&how) && !member.trusted {
        say(&SIGNATURE_WEAK, &format!("it is signed with {how}"));
    }
}

fn identifiers(member: &Member<'_>, say: &mut Say<'_>) {
    match &member.ext.authority_key {
        Some(key) if key.critical => say(&AUTHORITY_KEY_CRITICAL, "its authorityKeyIdentifier is critical"),
        Some(key) if key.value.key_identifier.is_none() && !member.trusted => {
            say(&AUTHORITY_KEY_MISSING, "its authorityKeyIdentifier holds no key identifier");
        }
        // A certificate that signed itself may do without, and of a trusted one only name and key count.
        None if !member.is_self_issued() && !member.trusted => {
            say(&AUTHORITY_KEY_MISSING, "it has no authorityKeyIdentifier");
        }
        _ => {}
    }
    match &member.ext.subject_key {
        Some(key) if key.critical => say(&SUBJECT_KEY_CRITICAL, "its subjectKeyIdentifier is critical"),
        None if member.is_ca() => say(&SUBJECT_KEY_MISSING, "it is a CA's and has no subjectKeyIdentifier"),
        _ => {}
    }
    if member.ext.authority_access.as_ref().is_some_and(|access| access.critical) {
        say(&ACCESS_CRITICAL, "its authorityInfoAccess is critical");
    }
    let serial = member.parsed.raw_serial();
    let digits = serial.strip_prefix(&[0]).unwrap_or(serial);
    if digits.len() > 20 {
        say(&SERIAL_TOO_LONG, &format!("its serial number has {} bytes, more than 20", digits.len()));
    }
}

fn names(member: &Member<'_>, depth: usize, say: &mut Say<'_>) {
    if member.issuer.is_empty() {
        say(&ISSUER_EMPTY, "the name of its issuer is empty");
    }
    if member.subject.is_empty() && (depth > 0 || member.is_ca()) {
        say(&SUBJECT_EMPTY, "it is a CA's, and its subject is empty");
    }
    let names = member.ext.alternative_names.as_ref();
    if depth == 0 && member.subject.is_empty() && names.is_some_and(|names| !names.critical) {
        say(&NAMES_NOT_CRITICAL, "its subject is empty, so its subjectAltName must be critical");
    }
    if depth == 0 {
        for name in member.names() {
            if let Some(what) = malformed(name) {
                say(&NAME_MALFORMED, &what);
            }
        }
    }
}

/// Why a name is none (section 4.2.1.6).
fn malformed(name: &GeneralName<'_>) -> Option<String> {
    let shown = super::host::written(name).unwrap_or_default();
    match name {
        GeneralName::DNSName(dns) => {
            let rest = dns.strip_prefix(WILDCARD).unwrap_or(dns);
            if dns.parse::<IpAddr>().is_ok() {
                Some(format!("its dNSName {shown} is an address"))
            } else if *dns == "*" || is_host(rest) && !dns.contains('_') {
                None
            } else {
                Some(format!("its dNSName {shown:?} is no host name"))
            }
        }
        GeneralName::IPAddress(bytes) if address(bytes).is_none() => {
            Some(format!("its iPAddress has {} bytes", bytes.len()))
        }
        GeneralName::Invalid(..) => Some("one of its names cannot be read".to_owned()),
        _ => None,
    }
}

fn authority(member: &Member<'_>, say: &mut Say<'_>) {
    if member.ext.basic.as_ref().is_some_and(|basic| !basic.critical) {
        say(&BASIC_NOT_CRITICAL, "its basicConstraints is not critical");
    }
    if member.is_ca() && member.ext.key_usage.is_none() {
        say(&USAGE_MISSING, "it is a CA's and has no keyUsage");
    }
    let limit = member.ext.basic.as_ref().and_then(|basic| basic.value.path_len_constraint);
    if limit.is_some() && (!member.is_ca() || !member.may(Usage::KeyCertSign)) {
        say(&USAGE_CONTRADICTS, "it limits the length of paths, but may not sign certificates");
    }
    if member.ext.policy_constraints.as_ref().is_some_and(|limits| !limits.critical) {
        say(&POLICY_NOT_CRITICAL, "its policyConstraints is not critical");
    }
    if let Some(limits) = &member.ext.name_constraints {
        let (permitted, excluded) = (&limits.value.permitted_subtrees, &limits.value.excluded_subtrees);
        let is_empty = |trees: &Option<Vec<_>>| trees.as_ref().is_none_or(Vec::is_empty);
        if is_empty(permitted) && is_empty(excluded) {
            say(&CONSTRAINTS_EMPTY, "its nameConstraints limit nothing");
        }
    }
}

fn subscriber(member: &Member<'_>, say: &mut Say<'_>) {
    if member.ext.name_constraints.is_some() {
        say(&CONSTRAINTS_IN_LEAF, "it has nameConstraints, and is not a CA's");
    }
    if member.ext.key_usage.is_some() && member.may(Usage::KeyCertSign) {
        say(&USAGE_CONTRADICTS, "its key may sign certificates, but it is not a CA's");
    }
}

fn server(member: &Member<'_>, depth: usize, say: &mut Say<'_>) {
    let key = Key::of(member.parsed.public_key());
    if key.kind == "RSA" && !key.bits.is_multiple_of(8) {
        say(&KEY_FORM, &format!("its RSA key has {} bits, which is no multiple of 8", key.bits));
    }
    let public = member.parsed.public_key();
    let is_curve = public.algorithm.algorithm.to_id_string() == "1.2.840.10045.2.1";
    if is_curve && public.algorithm.parameters.as_ref().is_none_or(|p| p.as_oid().is_err()) {
        say(&KEY_FORM, "its key spells out the curve instead of naming it");
    }
    if member.is_old() && !member.trusted {
        let version = member.parsed.version().0.saturating_add(1);
        say(&VERSION_OLD, &format!("it is a certificate of version {version}, not 3"));
    }
    if member.trusted && member.is_self_issued() {
        root(member, say);
    }
    if depth == 0 {
        leaf(member, say);
    }
}

fn root(member: &Member<'_>, say: &mut Say<'_>) {
    if let Some(key) = &member.ext.authority_key {
        let (id, issuer, serial) =
            (&key.value.key_identifier, &key.value.authority_cert_issuer, key.value.authority_cert_serial);
        if id.is_none() || issuer.is_some() || serial.is_some() {
            say(
                &AUTHORITY_KEY_FORM,
                "its authorityKeyIdentifier must hold the key identifier, and nothing else",
            );
        } else if member.key_ids_fit(member) == Some(false) {
            say(&AUTHORITY_KEY_FORM, "its authorityKeyIdentifier is not its own subjectKeyIdentifier");
        }
    }
    if member.ext.extended_key_usage.is_some() {
        say(&PURPOSES_IN_ROOT, "it is a root's and has an extKeyUsage");
    }
}

fn leaf(member: &Member<'_>, say: &mut Say<'_>) {
    let serial = member.parsed.raw_serial();
    if serial.first().is_some_and(|first| first & 0x80 != 0) || serial.iter().all(|&b| b == 0) {
        say(&SERIAL_NOT_POSITIVE, "its serial number is not positive");
    }
    match &member.ext.extended_key_usage {
        None => say(&PURPOSES_MISSING, "it has no extKeyUsage"),
        Some(usage) if usage.value.any => say(&PURPOSE_ANY, "its extKeyUsage is anyExtendedKeyUsage"),
        Some(usage) if usage.critical => say(&PURPOSES_CRITICAL, "its extKeyUsage is critical"),
        Some(_) => {}
    }
    if !member.subject.is_empty() && member.ext.alternative_names.as_ref().is_some_and(|names| names.critical)
    {
        say(&NAMES_CRITICAL, "its subjectAltName is critical, though its subject is not empty");
    }
    if member.is_ca() {
        say(&CA_AS_SERVER, "it is a CA's, and used as a server's");
    }
    for name in member.names() {
        let GeneralName::DNSName(dns) = name else { continue };
        if dns.strip_prefix('*').is_some_and(|rest| !rest.trim_start_matches('.').contains('.')) {
            say(&WILDCARD_WIDE, &format!("its name {dns} is a wildcard for a whole top level domain"));
        }
    }
    common_names(member, say);
}

/// The common name is a copy of one alternative name, to the letter.
fn common_names(member: &Member<'_>, say: &mut Say<'_>) {
    for attribute in member.parsed.subject().iter_common_name() {
        let Ok(text) = attribute.as_str() else { continue };
        let names = || member.names().iter().filter_map(super::host::written);
        if names().any(|name| name == text) {
            continue;
        }
        let shown = crate::redact::for_terminal(text, false);
        // The same name or address spelled in another way, by what a URL would make of it.
        let canonical = |name: &str| url::Host::parse(name).ok().map(|host| host.to_string());
        let address = text.parse::<IpAddr>().ok().map(|ip| ip.to_string());
        let meant = address.or_else(|| canonical(text));
        if meant.is_some_and(|meant| names().any(|name| canonical(&name).unwrap_or(name) == meant)) {
            say(
                &COMMON_NAME_FORM,
                &format!("its common name {shown} is another spelling of one of its subjectAltNames"),
            );
        } else {
            say(&COMMON_NAME_STRAY, &format!("its common name {shown} is none of its subjectAltNames"));
        }
    }
}
