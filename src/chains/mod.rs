//! Certificate chains: every path from a certificate to a trusted root, judged by RFC 5280, and why none is valid.
//!
//! The library verdict that TLS needs says yes, or one of few words. People need the first broken link and its
//! reason, and a program that refuses must be told apart from one that does not: a [`Cause`] has a stable code, a
//! clause, and a reach. Nothing here reads files or asks the network.

mod cause;
mod constraints;
mod dn;
mod explore;
mod host;
mod member;
mod points;
mod policy;
mod profile;
mod revocation;
mod signature;
mod validate;

pub use cause::{ALL as RULES, Cause, Reach, Rule};
pub use policy::Policies;

/// The codes of certificates that are out of date.
pub const BY_TIME: [&str; 2] = [cause::EXPIRED.code, cause::NOT_YET_VALID.code];

use crate::formats::cert::{Name, hex};
use explore::{Search, Signatures, Work};
use member::Member;
use revocation::Crl;
use serde::Serialize;
use std::collections::HashMap;
use std::net::IpAddr;

/// How a wildcard begins (RFC 9525 section 6.3).
const WILDCARD: &str = "*.";

/// For what a certificate is to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A TLS server: path validation, the profile, and the Baseline Requirements.
    Server,
    /// A TLS client: path validation and the profile.
    Client,
    /// Path validation alone.
    Any,
}

impl Purpose {
    fn is_strict(self) -> bool {
        self != Self::Any
    }
}

/// Whom the certificate must be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresentedTo {
    /// A host name in ASCII, without a final period.
    Host(String),
    /// An address.
    Address(IpAddr),
    /// A mailbox.
    Mailbox(String),
}

/// What is asked.
#[derive(Debug)]
pub struct Question<'a> {
    /// The certificate, DER.
    pub leaf: &'a [u8],
    /// Certificates that may stand in between, DER.
    pub intermediates: Vec<&'a [u8]>,
    /// The certificates that are trusted, DER; no other is.
    pub roots: Vec<&'a [u8]>,
    /// Revocation lists, DER. If there is one, every certificate below the root must be covered.
    pub crls: Vec<&'a [u8]>,
    /// Seconds since 1970-01-01 UTC.
    pub at: i64,
    /// For what it is to be used.
    pub purpose: Purpose,
    /// Whom it must be for.
    pub presented_to: Option<PresentedTo>,
    /// What is wanted of policies.
    pub policies: Policies,
    /// How many intermediates there may be, self-issued ones not counted.
    pub max_depth: Option<usize>,
}

/// A certificate of the path.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// Whom it is for.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// SHA-256 of the DER, hex.
    pub sha256: String,
    /// Seconds since 1970.
    pub not_before: i64,
    /// Seconds since 1970.
    pub not_after: i64,
    /// Whether it is one of the trusted ones.
    pub trusted: bool,
}

/// A pair of certificates that was tried as subject and issuer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Edge {
    /// The subject's place in the path.
    pub depth: usize,
    /// SHA-256 of the subject's certificate, hex.
    pub of: String,
    /// SHA-256 of the issuer's certificate, hex.
    pub issuer: String,
    /// The issuer's name.
    pub issuer_subject: String,
    /// Whether the issuer is trusted.
    pub trusted: bool,
    /// The code of why it was not followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<&'static str>,
}

/// What came of a question.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Answer {
    /// Whether there is a valid path.
    pub valid: bool,
    /// Why not, the gravest first; empty when valid.
    pub causes: Vec<Cause>,
    /// What stricter programs than asked for may hold against the path.
    pub notes: Vec<Cause>,
    /// The valid path, or the best of the others; the leaf first.
    pub path: Vec<Step>,
    /// Whether the path ends at a trusted root.
    pub complete: bool,
    /// What was tried.
    pub edges: Vec<Edge>,
    /// How many of the given certificates and lists could not be read.
    pub unreadable: usize,
}

/// Searches and judges. Takes bounded time whatever it is given.
#[must_use]
pub fn answer(question: &Question<'_>) -> Answer {
    let mut pool: Vec<Member<'_>> = Vec::new();
    let mut unreadable = 0;
    let given = question.roots.iter().map(|der| (*der, true));
    let given = given.chain(question.intermediates.iter().map(|der| (*der, false)));
    for (der, trusted) in given {
        if pool.iter().any(|member| member.der == der) {
            continue;
        }
        match Member::read(der, trusted) {
            Some(member) => pool.push(member),
            None => unreadable += 1,
        }
    }
    let trusted = question.roots.contains(&question.leaf);
    let Some(leaf) = Member::read(question.leaf, trusted) else {
        let causes = vec![cause::MALFORMED.at(0, "it is not a certificate in DER")];
        return Answer {
            valid: false,
            causes,
            notes: Vec::new(),
            path: Vec::new(),
            complete: false,
            edges: Vec::new(),
            unreadable,
        };
    };
    let crls: Vec<Crl<'_>> = question.crls.iter().filter_map(|der| Crl::read(der)).collect();
    unreadable += question.crls.len() - crls.len();
    let mut by_subject: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, member) in pool.iter().enumerate() {
        by_subject.entry(&member.subject).or_default().push(index);
    }
    let signatures = Signatures::default();
    let work = Work::default();
    let search = Search::new(question, &pool, &by_subject, &crls, &signatures, &work);
    let (found, edges) = search.run(&leaf);
    let known = |note: &Cause| found.causes.iter().any(|c| c.code == note.code && c.depth == note.depth);
    let stricter =
        found.path.iter().enumerate().flat_map(|(depth, m)| profile::judge(m, depth, Purpose::Server));
    let notes = stricter.filter(|note| !known(note));
    Answer {
        valid: found.causes.is_empty(),
        notes: notes.collect(),
        path: found.path.iter().map(|member| step(member)).collect(),
        complete: found.complete,
        causes: found.causes,
        edges,
        unreadable,
    }
}

/// What strict programs hold against one certificate by itself, as a root or CA if it is one, else as a server's.
#[must_use]
pub fn lint(der: &[u8]) -> Vec<Cause> {
    let Some(probe) = Member::read(der, false) else { return Vec::new() };
    let is_root = probe.is_self_issued();
    let Some(member) = Member::read(der, is_root) else { return Vec::new() };
    profile::judge(&member, usize::from(member.is_ca()), Purpose::Server)
}

fn step(member: &Member<'_>) -> Step {
    Step {
        subject: Name::of(member.parsed.subject()).to_string(),
        issuer: Name::of(member.parsed.issuer()).to_string(),
        sha256: hex(&member.sha256),
        not_before: member.valid_from(),
        not_after: member.valid_to(),
        trusted: member.trusted,
    }
}

/// `2026-11-23 10:15:00 UTC`.
fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |t| t.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}
