//! Every way from a leaf to a trusted root through the given certificates (RFC 4158): the first valid one, or the best
//! of those that are not.

use super::cause::{
    Cause, ISSUER_MISSING, MALFORMED, ROOT_NOT_TRUSTED, SEARCH_ENDED, SIGNATURE_UNKNOWN, SIGNATURE_WRONG,
};
use super::dn::Dn;
use super::member::Member;
use super::revocation::Crl;
use super::signature::{self, Key, Signed};
use super::{Edge, Question, validate};
use crate::formats::cert::Name;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// How many steps a search takes before it gives up: far more than a real chain needs, and well under a second.
const MOST_STEPS: usize = 20_000;
/// How many whole paths are judged before it does.
const MOST_PATHS: usize = 1_000;
/// How many edges are told. More than people read, enough for a program.
const MOST_EDGES: usize = 1_000;
/// How deep a CRL's signer may need a CRL of its own.
const DEEPEST_NESTING: usize = 4;

/// What is known already, by the digests of a certificate and of its issuer.
pub(super) type Signatures = RefCell<HashMap<([u8; 32], [u8; 32]), Signed>>;

/// The certificates and lists of a question, ready to be searched.
#[derive(Debug)]
pub(super) struct Search<'q, 'a> {
    pub(super) question: &'q Question<'a>,
    pub(super) at: i64,
    /// Whether the profile counts, not only section 6.
    pub(super) strict: bool,
    pool: &'q [Member<'a>],
    by_subject: &'q HashMap<&'q Dn, Vec<usize>>,
    pub(super) crls: &'q [Crl<'a>],
    signatures: &'q Signatures,
    work: &'q Work,
    nesting: usize,
}

/// What a question has cost so far, with all that it led to: the signers of revocation lists are searched for too.
#[derive(Debug, Default)]
pub(super) struct Work {
    steps: Cell<usize>,
    paths: Cell<usize>,
    /// Names that were held against name constraints.
    pub(super) comparisons: Cell<usize>,
}

impl Work {
    fn is_too_much(&self) -> bool {
        self.steps.get() >= MOST_STEPS || self.paths.get() >= MOST_PATHS
    }

    fn begin(&self) {
        self.steps.set(0);
        self.paths.set(0);
    }
}

/// What a search came to.
#[derive(Debug)]
pub(super) struct Found<'q, 'a> {
    pub(super) path: Vec<&'q Member<'a>>,
    /// Whether it ends at a trusted root.
    pub(super) complete: bool,
    pub(super) causes: Vec<Cause>,
}

/// The state of one walk.
struct Walk<'q, 'a> {
    /// Whether a certificate with a fault of its own ends the way: then only valid paths are found, and quickly.
    pruned: bool,
    best: Option<Found<'q, 'a>>,
    edges: Vec<Edge>,
}

impl<'q, 'a> Search<'q, 'a> {
    pub(super) fn new(
        question: &'q Question<'a>,
        pool: &'q [Member<'a>],
        by_subject: &'q HashMap<&'q Dn, Vec<usize>>,
        crls: &'q [Crl<'a>],
        signatures: &'q Signatures,
        work: &'q Work,
    ) -> Self {
        let strict = question.purpose.is_strict();
        Self { question, at: question.at, strict, pool, by_subject, crls, signatures, work, nesting: 0 }
    }

    /// Every certificate with this subject, trusted ones first.
    pub(super) fn called(&self, subject: &Dn) -> impl Iterator<Item = &'q Member<'a>> + use<'q, 'a> {
        let pool = self.pool;
        let indices = self.by_subject.get(subject).map(Vec::as_slice).unwrap_or_default();
        indices.iter().filter_map(move |&index| pool.get(index))
    }

    /// The best path from `leaf`, and the edges that were tried.
    pub(super) fn run(&self, leaf: &'q Member<'a>) -> (Found<'q, 'a>, Vec<Edge>) {
        let mut quick = Walk { pruned: true, best: None, edges: Vec::new() };
        if self.climb(&mut vec![leaf], &mut quick)
            && let Some(found) = quick.best
        {
            return (found, quick.edges);
        }
        let ended = self.work.is_too_much();
        self.work.begin();
        let mut whole = Walk { pruned: false, best: None, edges: Vec::new() };
        self.climb(&mut vec![leaf], &mut whole);
        let mut found = whole.best.unwrap_or_else(|| Found {
            path: vec![leaf],
            complete: false,
            causes: vec![MALFORMED.at(0, "it leads nowhere")],
        });
        if ended || self.work.is_too_much() {
            found.causes.push(
                SEARCH_ENDED
                    .at(0, format!("the search was ended after {MOST_STEPS} steps or {MOST_PATHS} paths")),
            );
        }
        (found, whole.edges)
    }

    /// Whether `signer` of a CRL leads to the same root as the path (RFC 5280 section 6.3.3 (f)).
    pub(super) fn leads_to(&self, signer: &'q Member<'a>, root: Option<&&Member<'_>>) -> bool {
        if self.nesting >= DEEPEST_NESTING {
            return false;
        }
        let inner = Search { nesting: self.nesting + 1, strict: false, ..*self };
        let mut walk = Walk { pruned: true, best: None, edges: Vec::new() };
        inner.climb(&mut vec![signer], &mut walk);
        walk.best.is_some_and(|found| {
            found.causes.is_empty() && found.path.last().map(|m| m.sha256) == root.map(|m| m.sha256)
        })
    }

    /// What the question has cost so far.
    pub(super) fn work(&self) -> &Work {
        self.work
    }

    /// Whether this search is about a CRL's signer: then neither purpose nor name count.
    pub(super) fn is_nested(&self) -> bool {
        self.nesting > 0
    }

    /// Goes on from the last of `path`. Whether a valid path was found.
    fn climb(&self, path: &mut Vec<&'q Member<'a>>, walk: &mut Walk<'q, 'a>) -> bool {
        let Some(&top) = path.last() else { return false };
        if top.trusted {
            self.work.paths.set(self.work.paths.get() + 1);
            let causes = validate::path(self, path);
            let valid = causes.is_empty();
            walk.offer(Found { path: path.clone(), complete: true, causes });
            if valid {
                return true;
            }
        }
        let depth = path.len() - 1;
        let mut refused: Option<Cause> = None;
        let mut any = false;
        // A certificate that is among the roots is the end, unless it stands there as the leaf.
        if !(top.trusted && depth > 0) {
            for issuer in self.issuers(top) {
                if self.work.is_too_much() {
                    return false;
                }
                self.work.steps.set(self.work.steps.get() + 1);
                // The same CA with the same key adds nothing but a circle.
                if path.iter().any(|m| m.subject == issuer.subject && m.key() == issuer.key()) {
                    continue;
                }
                let trouble = self.trouble(top, issuer, depth, walk.pruned);
                walk.note(top, issuer, depth, trouble.as_ref());
                if let Some(cause) = trouble {
                    refused.get_or_insert(cause);
                    continue;
                }
                any = true;
                path.push(issuer);
                let valid = self.climb(path, walk);
                path.pop();
                if valid {
                    return true;
                }
            }
        }
        if !any && !top.trusted {
            let cause = refused.unwrap_or_else(|| end_of(top, depth));
            walk.offer(Found { path: path.clone(), complete: false, causes: vec![cause] });
        }
        false
    }

    /// The candidates, those whose key identifier fits first.
    fn issuers(&self, of: &Member<'a>) -> Vec<&'q Member<'a>> {
        let mut all: Vec<&Member<'_>> = self.called(&of.issuer).collect();
        all.sort_by_key(|issuer| (of.key_ids_fit(issuer) == Some(false), !issuer.trusted));
        all
    }

    fn trouble(&self, of: &Member<'a>, issuer: &Member<'a>, depth: usize, pruned: bool) -> Option<Cause> {
        let shown = || Name::of(issuer.parsed.subject()).to_string();
        if pruned && let Some(cause) = validate::alone(self, issuer, depth + 1).into_iter().next() {
            return Some(cause);
        }
        match self.signed_by(of, issuer) {
            Signed::Yes => None,
            Signed::No => Some(
                SIGNATURE_WRONG.at(depth, format!("its signature was not made with the key of {}", shown())),
            ),
            Signed::Unknown => {
                let how = crate::formats::cert::signature_name(&of.parsed.signature_algorithm.algorithm);
                Some(SIGNATURE_UNKNOWN.at(depth, format!("its signature ({how}) cannot be checked here")))
            }
        }
    }

    fn signed_by(&self, of: &Member<'a>, issuer: &Member<'a>) -> Signed {
        let pair = (of.sha256, issuer.sha256);
        if let Some(known) = self.signatures.borrow().get(&pair) {
            return *known;
        }
        let parsed = &of.parsed;
        let tbs = parsed.tbs_certificate.as_ref();
        let signed = self.check(issuer, &parsed.signature_algorithm, &parsed.signature_value, tbs);
        self.signatures.borrow_mut().insert(pair, signed);
        signed
    }

    /// Whether this certificate's key made a signature. A DSA key may leave its parameters to the CA above
    /// (section 6.1.4 (e)).
    pub(super) fn check(
        &self,
        signer: &Member<'a>,
        how: &x509_parser::x509::AlgorithmIdentifier<'_>,
        value: &x509_parser::asn1_rs::BitString<'_>,
        data: &[u8],
    ) -> Signed {
        let info = signer.parsed.public_key();
        let above =
            self.called(&signer.issuer).find_map(|m| signature::dsa_parameters(m.parsed.public_key()));
        signature::check(&Key { info, inherited: above }, how, value, data)
    }
}

/// Why nothing goes on from here.
fn end_of(top: &Member<'_>, depth: usize) -> Cause {
    if top.is_self_issued() {
        return ROOT_NOT_TRUSTED.at(depth, "it signed itself, and is none of the trusted roots");
    }
    let issuer = Name::of(top.parsed.issuer()).to_string();
    ISSUER_MISSING.at(depth, format!("no certificate of its issuer was given: {issuer}"))
}

impl<'q, 'a> Walk<'q, 'a> {
    /// Keeps the better of two ends: a complete path, then fewer causes, then the longer one.
    fn offer(&mut self, found: Found<'q, 'a>) {
        let rank = |f: &Found<'_, '_>| {
            (!f.complete, if f.complete { f.causes.len() } else { usize::MAX - f.path.len() })
        };
        if self.best.as_ref().is_none_or(|best| rank(&found) < rank(best)) {
            self.best = Some(found);
        }
    }

    fn note(&mut self, of: &Member<'_>, issuer: &Member<'_>, depth: usize, trouble: Option<&Cause>) {
        if self.edges.len() < MOST_EDGES {
            self.edges.push(Edge {
                depth,
                of: super::hex(&of.sha256),
                issuer: super::hex(&issuer.sha256),
                issuer_subject: Name::of(issuer.parsed.subject()).to_string(),
                trusted: issuer.trusted,
                refused: trouble.map(|cause| cause.code),
            });
        }
    }
}
