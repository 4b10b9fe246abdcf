//! NIST PKITS and C2SP x509-limbo: the same verdict in every case, but for those that are named here with a reason.

use doorkey::chains::{Policies, PresentedTo, Purpose, Question, answer};
use doorkey::formats::pem;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Debug, Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    leaf: String,
    intermediates: Vec<String>,
    roots: Vec<String>,
    crls: Vec<String>,
    host: Option<String>,
    host_kind: Option<String>,
    time: Option<i64>,
    eku: Option<String>,
    max_depth: Option<usize>,
    expect: String,
}

/// Where another verdict is the better one. Every entry must differ, or the test fails.
const OTHER_VERDICTS: &[(&str, &str)] = &[
    (
        "crl::issuer-no-keyusage-extension",
        "RFC 5280 section 4.2.1.3 wants a CA's keyUsage; openssl -x509_strict and Python 3.13 refuse",
    ),
    (
        "pathlen::validation-ignores-pathlen-in-leaf",
        "a CA as a server: the suite has it both ways; rustls refuses it",
    ),
    ("rfc5280::ca-as-leaf", "as above; webpki::ca-as-leaf is the other way"),
    (
        "rfc5280::aki::cross-signed-root-missing-aki",
        "of a trusted certificate name and key count; cve::cve-2024-0567 needs it so",
    ),
    (
        "rfc5280::nc::permitted-dns-match-noncritical",
        "webpki::nc::permitted-dns-match-noncritical is the other way; openssl -x509_strict takes it",
    ),
    (
        "webpki::cn::punycode-not-in-san",
        "no program holds a stray common name against a server; seven valid cases have one",
    ),
    ("webpki::cn::utf8-vs-punycode-mismatch", "as above: the two names are not spellings of one"),
    ("webpki::cn::not-in-san", "as above"),
    ("webpki::eku::ee-without-eku", "rfc5280::eku::ee-without-eku is the other way"),
    (
        "webpki::san::public-suffix-multi-label-wildcard-san",
        "needs the public suffix list, which no TLS library consults",
    ),
    ("webpki::san::public-suffix-private-namespace-wildcard-san", "as above"),
];

/// What PKITS asks of policies in its subparts (NIST, Conformance Testing of Relying Party Client Certificate Path
/// Processing Logic, sections 4.8 to 4.12): the case, the part, the policies of the NIST test arc, and a switch.
const POLICIES: &[(&str, u8, &[u8], &str)] = &[
    ("4.8.1 ", 1, &[], "explicit"),
    ("4.8.1 ", 2, &[1], "explicit"),
    ("4.8.1 ", 3, &[2], "explicit"),
    ("4.8.1 ", 4, &[1, 2], "explicit"),
    ("4.8.2 ", 2, &[], "explicit"),
    ("4.8.3 ", 2, &[], "explicit"),
    ("4.8.3 ", 3, &[1, 2], "explicit"),
    ("4.8.6 ", 2, &[1], "explicit"),
    ("4.8.6 ", 3, &[2], "explicit"),
    ("4.8.10 ", 2, &[1], "explicit"),
    ("4.8.10 ", 3, &[2], "explicit"),
    ("4.8.11 ", 2, &[1], "explicit"),
    ("4.8.13 ", 1, &[1], "explicit"),
    ("4.8.13 ", 2, &[2], "explicit"),
    ("4.8.13 ", 3, &[3], "explicit"),
    ("4.8.14 ", 1, &[1], "explicit"),
    ("4.8.14 ", 2, &[2], "explicit"),
    ("4.10.1.1 ", 1, &[1], "explicit"),
    ("4.10.1.2 ", 2, &[2], "explicit"),
    ("4.10.1.3 ", 3, &[], "no mapping"),
    ("4.10.3 ", 1, &[1], "explicit"),
    ("4.10.3 ", 2, &[2], "explicit"),
    ("4.10.5 ", 1, &[1], "explicit"),
    ("4.10.5 ", 2, &[6], "explicit"),
    ("4.10.6 ", 1, &[1], "explicit"),
    ("4.10.6 ", 2, &[6], "explicit"),
    ("4.10.13 ", 2, &[1], "explicit"),
    ("4.10.13 ", 3, &[2], "explicit"),
    ("4.12.3 ", 2, &[], "no any"),
];

fn policies(id: &str) -> Policies {
    let is_case = |(case, part, ..): &&(&str, u8, &[u8], &str)| {
        id.starts_with(&format!("pkits::{case}")) && id.contains(&format!("Subpart {part}"))
    };
    let Some((_, _, wanted, switch)) = POLICIES.iter().find(is_case) else { return Policies::default() };
    Policies {
        wanted: wanted.iter().map(|number| format!("2.16.840.1.101.3.2.1.48.{number}")).collect(),
        explicit: true,
        no_mapping: *switch == "no mapping",
        no_any: *switch == "no any",
    }
}

fn certs(text: &str) -> impl Iterator<Item = Vec<u8>> {
    pem::read(text.as_bytes()).into_certs().into_iter().map(|der| der.as_ref().to_vec())
}

impl Case {
    /// Leaf, roots, intermediates, lists: DER, in this order.
    pub(crate) fn der(&self) -> Vec<Vec<u8>> {
        let texts = [&self.leaf].into_iter().chain(&self.roots).chain(&self.intermediates);
        let lists = self.crls.iter().flat_map(|text| {
            pem::read(text.as_bytes()).crls().map(|der| der.as_ref().to_vec()).collect::<Vec<_>>()
        });
        texts.flat_map(|text| certs(text)).chain(lists).collect()
    }
}

/// The verdict on a case with these certificates and lists, in the order of [`Case::der`].
pub(crate) fn verdict_of(case: &Case, der: &[Vec<u8>]) -> (bool, Vec<&'static str>) {
    let (leaf, rest) = der.split_first().unwrap();
    let (roots, rest) = rest.split_at(case.roots.len());
    let (between, lists) = rest.split_at(case.intermediates.len());
    let host = case.host.clone().unwrap_or_default();
    let presented_to = match case.host_kind.as_deref() {
        None => None,
        Some("dns") => Some(PresentedTo::Host(host)),
        Some("ip") => Some(PresentedTo::Address(host.parse().unwrap())),
        Some("email") => Some(PresentedTo::Mailbox(host)),
        Some(other) => panic!("{}: {other}", case.id),
    };
    let purpose = match case.eku.as_deref() {
        None => Purpose::Any,
        Some("serverAuth") => Purpose::Server,
        Some("clientAuth") => Purpose::Client,
        Some(other) => panic!("{}: {other}", case.id),
    };
    let question = Question {
        leaf,
        intermediates: between.iter().map(Vec::as_slice).collect(),
        roots: roots.iter().map(Vec::as_slice).collect(),
        crls: lists.iter().map(Vec::as_slice).collect(),
        // Cases without a time hold from 1970 to 2969.
        at: case.time.unwrap_or(1_780_272_000),
        purpose,
        presented_to,
        policies: policies(&case.id),
        max_depth: case.max_depth,
    };
    let answer = answer(&question);
    (answer.valid, answer.causes.iter().map(|cause| cause.code).collect())
}

pub(crate) fn cases(text: &str) -> Vec<Case> {
    text.lines().map(|line| serde_json::from_str(line).expect("a case a line")).collect()
}

/// The cases whose verdict is another one than the suite's, with what was said.
fn differing(text: &str, count: usize) -> Vec<(String, String)> {
    let cases = cases(text);
    assert_eq!(cases.len(), count);
    let mut other = Vec::new();
    for case in &cases {
        let (valid, causes) = verdict_of(case, &case.der());
        assert_eq!(valid, causes.is_empty(), "{}", case.id);
        if valid != (case.expect == "valid") {
            other.push((case.id.clone(), format!("the suite says {}, here {causes:?}", case.expect)));
        }
    }
    other
}

#[test]
fn limbo() {
    let differing = differing(include_str!("vectors/limbo.jsonl"), 208);
    let known: BTreeSet<&str> = OTHER_VERDICTS.iter().map(|(id, _)| *id).collect();
    let seen: BTreeSet<&str> = differing.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(seen, known, "{differing:#?}");
}

#[test]
fn pkits() {
    let differing = differing(include_str!("vectors/pkits.jsonl"), 249);
    assert!(differing.is_empty(), "{differing:#?}");
}
