//! One whole path by RFC 5280 section 6.1, with the leaf first and a trusted root last.

use super::cause::*;
use super::explore::Search;
use super::member::{Member, Usage};
use super::{Purpose, constraints, host, policy, profile, revocation};

/// Everything that keeps the path from being valid.
pub(super) fn path(search: &Search<'_, '_>, path: &[&Member<'_>]) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (depth, member) in path.iter().enumerate() {
        causes.extend(alone(search, member, depth));
    }
    causes.extend(length(search, path));
    causes.extend(constraints::judge(path, &search.work().comparisons));
    causes.extend(policy::judge(path, &search.question.policies));
    if !search.is_nested() {
        let party = search.question.presented_to.as_ref();
        causes.extend(party.zip(path.first()).and_then(|(party, leaf)| host::judge(leaf, party)));
    }
    // Lists are asked last: they say nothing about a path that is not one.
    if causes.is_empty() && !search.crls.is_empty() {
        causes.extend(revocation::judge(search, path));
    }
    causes.sort_by_key(|cause| (cause.reach, cause.depth));
    causes
}

/// What is wrong with one certificate at its place, whatever stands around it.
pub(super) fn alone(search: &Search<'_, '_>, member: &Member<'_>, depth: usize) -> Vec<Cause> {
    let mut causes = Vec::new();
    let ext = &member.ext;
    for oid in &ext.malformed {
        causes
            .push(EXTENSION_MALFORMED.at(depth, format!("its extension {} cannot be read", extension(oid))));
    }
    for oid in &ext.duplicate {
        causes
            .push(EXTENSION_TWICE.at(depth, format!("its extension {} stands there twice", extension(oid))));
    }
    for oid in &ext.unknown_critical {
        let what = format!("its extension {} is critical, and not known here", extension(oid));
        causes.push(EXTENSION_UNKNOWN.at(depth, what));
    }
    let (inner, outer) = (&member.parsed.tbs_certificate.signature, &member.parsed.signature_algorithm);
    if inner != outer {
        causes.push(ALGORITHMS_DIFFER.at(depth, "it names two different algorithms for its signature"));
    }
    if search.at < member.valid_from() {
        let from = crate::chains::moment(member.valid_from());
        causes.push(NOT_YET_VALID.at(depth, format!("it is valid only from {from}")));
    }
    if search.at > member.valid_to() {
        let to = crate::chains::moment(member.valid_to());
        causes.push(EXPIRED.at(depth, format!("it was valid until {to}")));
    }
    if depth > 0 {
        causes.extend(signer(search, member, depth));
    }
    if !search.is_nested() {
        causes.extend(purpose(member, depth, search.question.purpose));
        if search.strict {
            let all = profile::judge(member, depth, search.question.purpose);
            causes.extend(all.into_iter().filter(|cause| cause.reach != Reach::Advice));
        }
    }
    causes
}

/// Whether it may sign certificates (section 6.1.4 (k) and (n)).
fn signer(search: &Search<'_, '_>, member: &Member<'_>, depth: usize) -> Vec<Cause> {
    let mut causes = Vec::new();
    match &member.ext.basic {
        Some(basic) if !basic.value.ca => {
            causes.push(NOT_A_CA.at(depth, "its basicConstraints say that it is not a CA's"));
        }
        None if !member.trusted => {
            causes.push(NOT_A_CA.at(depth, "it has no basicConstraints, so it is not a CA's"));
        }
        // A trusted root is a name and a key (section 6.1.1 (d)); strict programs want more of it.
        None if search.strict && !search.is_nested() => {
            causes.push(BASIC_MISSING.at(depth, "it is a root without basicConstraints"));
        }
        _ => {}
    }
    if !member.may(Usage::KeyCertSign) {
        causes
            .push(CANNOT_SIGN.at(depth, "its keyUsage does not allow it to sign certificates (keyCertSign)"));
    }
    causes
}

/// Section 4.2.1.12, for the leaf and, as TLS programs do, for the CAs above it.
fn purpose(member: &Member<'_>, depth: usize, purpose: Purpose) -> Option<Cause> {
    let usage = member.ext.extended_key_usage.as_ref()?;
    let (fits, word) = match purpose {
        Purpose::Any => return None,
        Purpose::Server => (usage.value.server_auth, "serverAuth"),
        Purpose::Client => (usage.value.client_auth, "clientAuth"),
    };
    (!fits && !usage.value.any)
        .then(|| PURPOSE_WRONG.at(depth, format!("its extKeyUsage does not hold {word}")))
}

/// Section 6.1.4 (l) and (m): how many CAs may follow. The root's own limit counts as well, as everywhere in practice.
fn length(search: &Search<'_, '_>, path: &[&Member<'_>]) -> Vec<Cause> {
    let below = |depth: usize| path.iter().take(depth).skip(1).filter(|m| !m.is_self_issued()).count();
    let mut causes = Vec::new();
    for (depth, member) in path.iter().enumerate().skip(1) {
        let limit = member.ext.basic.as_ref().and_then(|basic| basic.value.path_len_constraint);
        let (Some(limit), count) = (limit, below(depth)) else { continue };
        if count > limit as usize {
            let what = format!("it allows {limit} CAs below it, and there are {count}");
            causes.push(PATH_TOO_LONG.at(depth, what));
        }
    }
    if let Some(most) = search.question.max_depth {
        let count = below(path.len().saturating_sub(1));
        if count > most {
            causes
                .push(PATH_TOO_LONG.at(0, format!("the path has {count} intermediates; {most} are allowed")));
        }
    }
    causes
}

/// An extension by its name, or its number.
fn extension(oid: &str) -> &str {
    let known = [
        ("2.5.29.14", "subjectKeyIdentifier"),
        ("2.5.29.15", "keyUsage"),
        ("2.5.29.17", "subjectAltName"),
        ("2.5.29.19", "basicConstraints"),
        ("2.5.29.30", "nameConstraints"),
        ("2.5.29.31", "cRLDistributionPoints"),
        ("2.5.29.32", "certificatePolicies"),
        ("2.5.29.33", "policyMappings"),
        ("2.5.29.35", "authorityKeyIdentifier"),
        ("2.5.29.36", "policyConstraints"),
        ("2.5.29.37", "extKeyUsage"),
        ("2.5.29.54", "inhibitAnyPolicy"),
        ("1.3.6.1.5.5.7.1.1", "authorityInfoAccess"),
    ];
    known.iter().find(|(number, _)| *number == oid).map_or(oid, |(_, name)| name)
}
