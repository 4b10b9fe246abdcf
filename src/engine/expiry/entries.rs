//! The entries of the time line, from what was found.

use super::{End, Entry, Kind};
use crate::checks;
use crate::engine::inspect::certificate_path;
use crate::formats::cert::hex;
use crate::model::expiry::{NEVER, Nearness, Rule};
use crate::model::facts::{Certificate, Facts, ProfileKey, StoredToken};
use crate::model::finding::Fix;
use crate::model::profile::{Host, Profile};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Every entry, in no order.
pub(super) fn all(facts: &Facts) -> Vec<Entry> {
    let mut found: Vec<Entry> = facts.own.tokens.iter().map(|token| of_token(facts, token)).collect();
    for profile in &facts.own.profiles {
        let borrowed = profile.hosts.iter().filter(|h| h.token_from.is_some() && h.transport.https());
        found.extend(borrowed.map(|host| of_borrowed(facts, profile, host)));
    }
    let mut seen = BTreeSet::new();
    for key in facts.own.keys.iter().filter(|key| key.path.is_some()) {
        // Two hosts of a profile may have one key.
        if seen.insert((&key.profile, &key.path)) {
            of_key(facts, key, &mut found);
        }
    }
    of_roots(facts, &mut found);
    found
}

/// What every entry has: an identity by its profile, kind and `own` name.
fn entry(facts: &Facts, profile: &str, kind: Kind, name: String, own: &str, end: End, next: Fix) -> Entry {
    // Each part ends in a byte that none of them has.
    let hash = Sha256::digest(format!("{profile}\0{}\0{own}", kind.as_str()));
    let id = hex(hash.get(..16).unwrap_or_default());
    let nearness = Nearness::of(end.at(), facts.now);
    Entry { id, profile: profile.into(), kind, name, end, renew_by: None, nearness, next }
}

/// The end of a certificate; one at the end of time is none.
fn until(end: i64, rule: Rule) -> End {
    if end >= NEVER { End::None("it holds for ever".into()) } else { End::At(end, rule) }
}

fn of_token(facts: &Facts, token: &StoredToken) -> Entry {
    let place = match token.path.as_str() {
        "" => token.origin.clone(),
        path => format!("{}/{path}", token.origin),
    };
    let end = match (token.expires.zip(token.expires_by), token.renew_by()) {
        (Some((end, _)), _) if end >= NEVER => End::None("it never ends".into()),
        (Some((end, rule)), _) => End::At(end, rule),
        (None, Some(renew)) => End::At(renew, Rule::MaxAge),
        (None, None) => End::None("its host does not say".into()),
    };
    let name = format!("{place} ({})", token.user);
    let one = entry(facts, &token.profile, Kind::Token, name.clone(), &name, end, checks::new_token(token));
    Entry { renew_by: token.renew_by(), ..one }
}

/// A token that another program gives. That one is not asked: it may ask others, or a person.
fn of_borrowed(facts: &Facts, profile: &Profile, host: &Host) -> Entry {
    let from = host.token_from.as_ref().map(ToString::to_string).unwrap_or_default();
    let name = format!("{} ({})", host.https_origin(), host.token_user.as_deref().unwrap_or_default());
    let end = End::None(format!("asked of {from} each time"));
    let next = Fix::Advice(format!("{from} keeps it: renew it there"));
    entry(facts, profile.name.as_str(), Kind::Token, name.clone(), &name, end, next)
}

fn of_key(facts: &Facts, key: &ProfileKey, found: &mut Vec<Entry>) {
    let Some(path) = &key.path else { return };
    let shown = facts.shown(path);
    let new = format!("doorkey ssh new {} --host {}", key.profile, key.host);
    let (why, next) = if key.there {
        let edit = format!("doorkey profile edit {} (take out its key), then: {new}", key.profile);
        ("SSH keys do not end by themselves, and profiles set them no age limit", Fix::Advice(edit))
    } else {
        ("the file is not there", Fix::Command(new))
    };
    let end = End::None(why.into());
    found.push(entry(facts, &key.profile, Kind::SshKey, shown.clone(), &shown, end, next));
    let end = match (key.certificate_until, key.certificate_problem) {
        (Some(end), _) => until(end, Rule::ValidBefore),
        (None, Some(problem)) => End::None(format!("the file {problem}")),
        (None, None) => return,
    };
    let shown = facts.shown(&certificate_path(path));
    let next = checks::new_certificate(&shown);
    found.push(entry(facts, &key.profile, Kind::SshCertificate, shown.clone(), &shown, end, next));
}

/// The certificates of all CA files, each once a profile; files that give none stand for themselves.
fn of_roots(facts: &Facts, found: &mut Vec<Entry>) {
    for profile in &facts.own.profiles {
        let name = profile.name.as_str();
        let roots = || facts.own.roots.iter().filter(|root| root.profile == name);
        let mut certs: Vec<&Certificate> = Vec::new();
        for cert in roots().flat_map(|root| &root.certificates) {
            if !certs.iter().any(|other| other.fingerprint == cert.fingerprint) {
                certs.push(cert);
            }
        }
        for cert in &certs {
            // The old and the new root of a CA have one name.
            let twice = certs.iter().filter(|other| other.name == cert.name).count() > 1;
            let print: String = cert.fingerprint.chars().take(23).collect();
            let shown = if twice { format!("{} {print}", cert.name) } else { cert.name.clone() };
            let end = until(cert.not_after, Rule::NotAfter);
            let next = new_root(profile);
            found.push(entry(facts, name, Kind::CaCertificate, shown, &cert.fingerprint, end, next));
        }
        for root in roots().filter(|root| root.certificates.is_empty()) {
            let shown = facts.shown(&root.path);
            let problem = root.problem.as_deref().unwrap_or("holds no certificate");
            let end = End::None(format!("the file {problem}"));
            let next = checks::root_in_place(name);
            found.push(entry(facts, name, Kind::CaCertificate, shown.clone(), &shown, end, next));
        }
    }
}

/// How to get a CA's next root: as a host of the profile sends it.
fn new_root(profile: &Profile) -> Fix {
    match profile.hosts.iter().find(|host| host.transport.https()) {
        Some(host) => Fix::Command(format!("doorkey ca fetch {}:{}", host.name, host.port)),
        None => Fix::Advice(format!(
            "get the new root from whoever runs the CA, then: doorkey ca install FILE --profile {}",
            profile.name
        )),
    }
}
