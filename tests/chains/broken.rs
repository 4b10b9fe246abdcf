//! Chains broken on purpose: the cause is named, and the verdict is that of `openssl verify -x509_strict`, or a
//! stated other one.

use crate::pki::{DAY, Made, NOW, ca_params, leaf_params, params, pem_of, self_signed, signed_by};
use doorkey::chains::{Answer, Policies, PresentedTo, Purpose, Question, answer};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose, NameConstraints, SanType, SerialNumber,
};
use std::net::IpAddr;
use std::process::Command;

const HOST: &str = "git.acme.test";

/// What a case is made of.
struct Chain {
    root: CertificateParams,
    middle: CertificateParams,
    leaf: CertificateParams,
    host: &'static str,
    at: i64,
    after: After,
}

/// What happens to the finished certificates: DER of leaf, intermediates, roots.
type After = fn(&mut Vec<u8>, &mut Vec<Vec<u8>>, &mut Vec<Vec<u8>>);
type Break = fn(&mut Chain);

/// Name, what is broken, the first cause (`""`: valid), and why openssl says otherwise, if it does.
const CASES: &[(&str, Break, &str, &str)] = &[
    ("whole", |_| {}, "", ""),
    ("leaf expired", |c| ends(&mut c.leaf, -1), "expired", ""),
    ("leaf of tomorrow", |c| begins(&mut c.leaf, 1), "not-yet-valid", ""),
    ("intermediate expired", |c| ends(&mut c.middle, -1), "expired", ""),
    ("intermediate of tomorrow", |c| begins(&mut c.middle, 1), "not-yet-valid", ""),
    ("root expired", |c| ends(&mut c.root, -1), "expired", ""),
    ("root of tomorrow", |c| begins(&mut c.root, 1), "not-yet-valid", ""),
    ("clock a year behind", |c| c.at = NOW - 400 * DAY, "not-yet-valid", ""),
    ("clock ten years ahead", |c| c.at = NOW + 3650 * DAY, "expired", ""),
    (
        "the last second",
        |c| {
            ends(&mut c.leaf, 0);
            c.at = NOW
        },
        "",
        "openssl takes the last second for too late; RFC 5280 section 4.1.2.5 counts it in",
    ),
    (
        "one second later",
        |c| {
            ends(&mut c.leaf, 0);
            c.at = NOW + 1
        },
        "expired",
        "",
    ),
    ("intermediate missing", |c| c.after = |_, between, _| between.clear(), "issuer-missing", ""),
    (
        "root not trusted",
        |c| {
            c.after = |_, between, roots| {
                between.append(roots);
                roots.push(other_root());
            }
        },
        "root-not-trusted",
        "",
    ),
    (
        "root neither sent nor trusted",
        |c| c.after = |_, _, roots| *roots = vec![other_root()],
        "issuer-missing",
        "",
    ),
    (
        "another key under the root's name",
        |c| {
            c.after = |_, _, roots| {
                *roots = vec![self_signed(ca_params("Lab Root CA")).der.as_ref().to_vec()];
            }
        },
        "signature-wrong",
        "",
    ),
    ("leaf's signature changed", |c| c.after = |leaf, _, _| flip_last(leaf), "signature-wrong", ""),
    (
        "intermediate's signature changed",
        |c| c.after = |_, between, _| flip_last(&mut between[0]),
        "signature-wrong",
        "",
    ),
    (
        "leaf's content changed",
        |c| c.after = |leaf, _, _| flip_in(leaf, b"git.acme.test", b"git.acmf.test"),
        "signature-wrong",
        "",
    ),
    ("root's own signature changed", |c| c.after = |_, _, roots| flip_last(&mut roots[0]), "", ""),
    (
        "leaf in two pieces",
        |c| c.after = |leaf, _, _| leaf.truncate(leaf.len() / 2),
        "certificate-malformed",
        "",
    ),
    (
        "bytes after the leaf",
        |c| c.after = |leaf, _, _| leaf.extend([5, 0]),
        "certificate-malformed",
        "openssl reads the first value and ignores what follows",
    ),
    ("intermediate is no CA's", |c| c.middle.is_ca = IsCa::ExplicitNoCa, "not-a-ca", ""),
    ("intermediate without basicConstraints", |c| plain_ca(&mut c.middle), "not-a-ca", ""),
    ("root is no CA's", |c| c.root.is_ca = IsCa::ExplicitNoCa, "not-a-ca", ""),
    ("root without basicConstraints", |c| plain_ca(&mut c.root), "basic-constraints-missing", ""),
    (
        "basicConstraints of the root not critical",
        |c| not_critical(&mut c.root),
        "basic-constraints-not-critical",
        "",
    ),
    (
        "basicConstraints of the intermediate not critical",
        |c| not_critical(&mut c.middle),
        "basic-constraints-not-critical",
        "",
    ),
    ("root without keyUsage", |c| c.root.key_usages.clear(), "key-usage-missing", ""),
    ("intermediate without keyUsage", |c| c.middle.key_usages.clear(), "key-usage-missing", ""),
    (
        "intermediate may not sign",
        |c| c.middle.key_usages = vec![KeyUsagePurpose::DigitalSignature],
        "key-may-not-sign-certificates",
        "",
    ),
    (
        "root may not sign",
        |c| c.root.key_usages = vec![KeyUsagePurpose::CrlSign],
        "key-may-not-sign-certificates",
        "",
    ),
    (
        "root allows no intermediate",
        |c| c.root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)),
        "path-too-long",
        "",
    ),
    ("intermediate allows no other", |c| c.middle.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)), "", ""),
    (
        "leaf without key identifiers",
        |c| c.leaf.use_authority_key_identifier_extension = false,
        "authority-key-missing",
        "",
    ),
    (
        "intermediate without authority's key identifier",
        |c| c.middle.use_authority_key_identifier_extension = false,
        "authority-key-missing",
        "",
    ),
    (
        "leaf for clients",
        |c| c.leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
        "purpose-wrong",
        "",
    ),
    (
        "leaf for signing code",
        |c| c.leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning],
        "purpose-wrong",
        "",
    ),
    (
        "leaf for anything",
        |c| c.leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any],
        "purpose-any",
        "",
    ),
    ("leaf without purposes", |c| c.leaf.extended_key_usages.clear(), "", ""),
    (
        "intermediate for clients",
        |c| c.middle.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
        "purpose-wrong",
        "",
    ),
    (
        "root for clients",
        |c| c.root.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
        "purpose-wrong",
        "",
    ),
    (
        "purposes empty",
        |c| c.leaf.custom_extensions.push(extension(&[2, 5, 29, 37], false, &[0x30, 0])),
        "extension-twice",
        "",
    ),
    ("for another host", |c| c.host = "gitlab.acme.test", "name-wrong", ""),
    ("for the parent", |c| c.host = "acme.test", "name-wrong", ""),
    ("for a child", |c| c.host = "a.git.acme.test", "name-wrong", ""),
    ("in capitals", |c| c.host = "GIT.ACME.TEST", "", ""),
    ("wildcard", |c| c.leaf = leaf_params(&["*.acme.test"]), "", ""),
    (
        "wildcard over two labels",
        |c| {
            c.leaf = leaf_params(&["*.acme.test"]);
            c.host = "a.git.acme.test"
        },
        "name-wrong",
        "",
    ),
    (
        "wildcard and its own base",
        |c| {
            c.leaf = leaf_params(&["*.acme.test"]);
            c.host = "acme.test"
        },
        "name-wrong",
        "",
    ),
    ("wildcard inside a label", |c| names(&mut c.leaf, &["g*t.acme.test"]), "name-wrong", ""),
    ("wildcard in the second label", |c| names(&mut c.leaf, &["git.*.test"]), "name-wrong", ""),
    (
        "no alternative names",
        |c| c.leaf.subject_alt_names.clear(),
        "names-missing",
        "openssl falls back to the common name; RFC 9525 does not",
    ),
    (
        "address as a host name",
        |c| {
            names(&mut c.leaf, &["127.0.0.1"]);
            c.host = "127.0.0.1"
        },
        "name-wrong",
        "",
    ),
    (
        "address",
        |c| {
            c.leaf.subject_alt_names = vec![SanType::IpAddress(IpAddr::from([127, 0, 0, 1]))];
            c.host = "127.0.0.1"
        },
        "",
        "",
    ),
    (
        "another address",
        |c| {
            c.leaf.subject_alt_names = vec![SanType::IpAddress(IpAddr::from([127, 0, 0, 2]))];
            c.host = "127.0.0.1"
        },
        "name-wrong",
        "",
    ),
    (
        "alternative names malformed",
        |c| {
            c.leaf.subject_alt_names.clear();
            c.leaf.custom_extensions.push(extension(&[2, 5, 29, 17], false, b"git.acme.test"));
        },
        "extension-malformed",
        "",
    ),
    ("root for other names", |c| c.root.name_constraints = permit("other.test"), "name-not-permitted", ""),
    ("root for these names", |c| c.root.name_constraints = permit("acme.test"), "", ""),
    (
        "intermediate for other names",
        |c| c.middle.name_constraints = permit("other.test"),
        "name-not-permitted",
        "",
    ),
    ("root excludes these names", |c| c.root.name_constraints = exclude("acme.test"), "name-excluded", ""),
    ("root excludes other names", |c| c.root.name_constraints = exclude("other.test"), "", ""),
    (
        "root for a part of a label",
        |c| c.root.name_constraints = permit("cme.test"),
        "name-not-permitted",
        "",
    ),
    (
        "root for another network",
        |c| {
            c.leaf.subject_alt_names = vec![SanType::IpAddress(IpAddr::from([127, 0, 0, 1]))];
            c.host = "127.0.0.1";
            c.root.name_constraints = network([10, 0, 0, 0], [255, 0, 0, 0]);
        },
        "name-not-permitted",
        "",
    ),
    (
        "root for this network",
        |c| {
            c.leaf.subject_alt_names = vec![SanType::IpAddress(IpAddr::from([127, 0, 0, 1]))];
            c.host = "127.0.0.1";
            c.root.name_constraints = network([127, 0, 0, 0], [255, 0, 0, 0]);
        },
        "",
        "",
    ),
    (
        "root for other organisations",
        |c| {
            let mut name = DistinguishedName::new();
            name.push(DnType::OrganizationName, "Other");
            c.root.name_constraints = Some(NameConstraints {
                permitted_subtrees: vec![GeneralSubtree::DirectoryName(name)],
                excluded_subtrees: vec![],
            });
        },
        "name-not-permitted",
        "",
    ),
    (
        "name constraints in the leaf",
        |c| c.leaf.custom_extensions.push(extension(&[2, 5, 29, 30], true, &PERMIT_TEST)),
        "name-constraints-in-leaf",
        "openssl 3.0 does not look at them in a leaf; RFC 5280 section 4.2.1.10 forbids them there",
    ),
    (
        "unknown critical extension in the leaf",
        |c| c.leaf.custom_extensions.push(extension(&[1, 3, 6, 1, 4, 1, 55738, 1], true, &[5, 0])),
        "critical-extension-unknown",
        "",
    ),
    (
        "unknown critical extension in the root",
        |c| c.root.custom_extensions.push(extension(&[1, 3, 6, 1, 4, 1, 55738, 1], true, &[5, 0])),
        "critical-extension-unknown",
        "",
    ),
    (
        "unknown extension",
        |c| c.leaf.custom_extensions.push(extension(&[1, 3, 6, 1, 4, 1, 55738, 1], false, &[5, 0])),
        "",
        "",
    ),
    (
        "policy constraints not critical",
        |c| c.middle.custom_extensions.push(extension(&[2, 5, 29, 36], false, &[0x30, 3, 0x80, 1, 5])),
        "policy-constraints-not-critical",
        "openssl 3.0 does not look at this",
    ),
    (
        "explicit policy without one",
        |c| c.middle.custom_extensions.push(extension(&[2, 5, 29, 36], true, &[0x30, 3, 0x80, 1, 0])),
        "policy-missing",
        "openssl checks policies only when told to (-policy_check)",
    ),
    (
        "serial number too long",
        |c| c.leaf.serial_number = Some(SerialNumber::from(vec![0x7f; 21])),
        "serial-too-long",
        "openssl does not look at this",
    ),
    (
        "serial number zero",
        |c| c.leaf.serial_number = Some(SerialNumber::from(vec![0])),
        "serial-not-positive",
        "openssl does not look at this",
    ),
    (
        "intermediate without a subject",
        |c| c.middle.distinguished_name = DistinguishedName::new(),
        "issuer-empty",
        "",
    ),
    ("intermediate without a subject key", |c| plain_ca_with_basic(&mut c.middle), "subject-key-missing", ""),
    (
        "names critical beside a subject",
        |c| {
            c.leaf.subject_alt_names.clear();
            let mut value = vec![0x30, 15, 0x82, 13];
            value.extend(b"git.acme.test");
            c.leaf.custom_extensions.push(extension(&[2, 5, 29, 17], true, &value));
        },
        "names-critical",
        "openssl does not look at this",
    ),
    (
        "underscore in the name",
        |c| {
            names(&mut c.leaf, &["git_a.acme.test"]);
            c.host = "git_a.acme.test"
        },
        "name-malformed",
        "openssl takes any bytes as a name",
    ),
    (
        "a CA's as a server's",
        |c| {
            c.leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            c.leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
        },
        "ca-as-server",
        "openssl takes it, rustls does not",
    ),
    (
        "keyCertSign without a CA",
        |c| c.leaf.key_usages.push(KeyUsagePurpose::KeyCertSign),
        "key-usage-contradicts",
        "",
    ),
];

/// nameConstraints that permit `test`.
const PERMIT_TEST: [u8; 12] = [0x30, 10, 0xa0, 8, 0x30, 6, 0x82, 4, b't', b'e', b's', b't'];

/// Days from now.
fn ends(of: &mut CertificateParams, days: i64) {
    of.not_after = params("x", &[], 0, NOW + days * DAY).not_after;
}

fn begins(of: &mut CertificateParams, days: i64) {
    of.not_before = params("x", &[], NOW + days * DAY, NOW + 9000 * DAY).not_before;
}

fn other_root() -> Vec<u8> {
    self_signed(ca_params("Other Root CA")).der.as_ref().to_vec()
}

fn flip_last(der: &mut [u8]) {
    if let Some(last) = der.last_mut() {
        *last ^= 1;
    }
}

fn flip_in(der: &mut Vec<u8>, from: &[u8], to: &[u8]) {
    let at = der.windows(from.len()).rposition(|w| w == from).expect("the text is in it");
    der.splice(at..at + from.len(), to.iter().copied());
}

fn extension(oid: &[u64], critical: bool, value: &[u8]) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(oid, value.to_vec());
    extension.set_criticality(critical);
    extension
}

/// A CA's as it was made thirty years ago: no basicConstraints. The key identifier is added by hand.
fn plain_ca(params: &mut CertificateParams) {
    params.is_ca = IsCa::NoCa;
    params.custom_extensions.push(extension(&[2, 5, 29, 14], false, &[4, 4, 1, 2, 3, 4]));
    params.key_identifier_method = rcgen::KeyIdMethod::PreSpecified(vec![1, 2, 3, 4]);
}

fn plain_ca_with_basic(params: &mut CertificateParams) {
    params.is_ca = IsCa::NoCa;
    params.custom_extensions.push(extension(&[2, 5, 29, 19], true, &[0x30, 3, 1, 1, 0xff]));
}

fn not_critical(params: &mut CertificateParams) {
    plain_ca(params);
    params.custom_extensions.push(extension(&[2, 5, 29, 19], false, &[0x30, 3, 1, 1, 0xff]));
}

fn names(params: &mut CertificateParams, names: &[&str]) {
    params.subject_alt_names =
        names.iter().map(|n| SanType::DnsName((*n).try_into().expect("ASCII"))).collect();
}

fn permit(name: &str) -> Option<NameConstraints> {
    Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(name.to_owned())],
        excluded_subtrees: vec![],
    })
}

fn exclude(name: &str) -> Option<NameConstraints> {
    Some(NameConstraints {
        permitted_subtrees: vec![],
        excluded_subtrees: vec![GeneralSubtree::DnsName(name.to_owned())],
    })
}

fn network(address: [u8; 4], mask: [u8; 4]) -> Option<NameConstraints> {
    let subnet = GeneralSubtree::IpAddress(CidrSubnet::V4(address, mask));
    Some(NameConstraints { permitted_subtrees: vec![subnet], excluded_subtrees: vec![] })
}

/// A finished case.
struct Finished {
    leaf: Vec<u8>,
    between: Vec<Vec<u8>>,
    roots: Vec<Vec<u8>>,
    host: &'static str,
    at: i64,
}

fn finished(break_it: Break) -> Finished {
    let mut chain = Chain {
        root: ca_params("Lab Root CA"),
        middle: ca_params("Lab Issuing CA 1"),
        leaf: leaf_params(&[HOST]),
        host: HOST,
        at: NOW,
        after: |_, _, _| {},
    };
    break_it(&mut chain);
    let root = self_signed(chain.root);
    let middle = signed_by(chain.middle, &root);
    let leaf = signed_by(chain.leaf, &middle);
    let der = |made: &Made| made.der.as_ref().to_vec();
    let (mut leaf, mut between, mut roots) = (der(&leaf), vec![der(&middle)], vec![der(&root)]);
    (chain.after)(&mut leaf, &mut between, &mut roots);
    Finished { leaf, between, roots, host: chain.host, at: chain.at }
}

impl Finished {
    fn ours(&self) -> Answer {
        let presented_to = match self.host.parse() {
            Ok(address) => PresentedTo::Address(address),
            Err(_) => PresentedTo::Host(self.host.to_owned()),
        };
        answer(&Question {
            leaf: &self.leaf,
            intermediates: self.between.iter().map(Vec::as_slice).collect(),
            roots: self.roots.iter().map(Vec::as_slice).collect(),
            crls: Vec::new(),
            at: self.at,
            purpose: Purpose::Server,
            presented_to: Some(presented_to),
            policies: Policies::default(),
            max_depth: None,
        })
    }

    /// Whether openssl takes it, and what it says.
    fn openssls(&self) -> (bool, String) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, certs: &[Vec<u8>]| {
            let path = folder.path().join(name);
            let text: String = certs.iter().map(|der| pem_of(der)).collect();
            std::fs::write(&path, text).unwrap();
            path
        };
        let leaf = write("leaf.pem", std::slice::from_ref(&self.leaf));
        let mut command = Command::new("openssl");
        command
            .args(["verify", "-x509_strict", "-partial_chain", "-purpose", "sslserver", "-attime"])
            .arg(self.at.to_string());
        let name = if self.host.parse::<IpAddr>().is_ok() { "-verify_ip" } else { "-verify_hostname" };
        command.args([name, self.host, "-trusted"]).arg(write("roots.pem", &self.roots));
        if !self.between.is_empty() {
            command.arg("-untrusted").arg(write("between.pem", &self.between));
        }
        let output = command.arg(leaf).output().expect("openssl is installed");
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), said.trim().to_owned())
    }
}

#[test]
fn each_is_named_and_openssl_agrees() {
    let mut wrong = Vec::new();
    for (name, break_it, code, other) in CASES {
        let case = finished(*break_it);
        let ours = case.ours();
        let (theirs, said) = case.openssls();
        let first = ours.causes.first().map_or("", |cause| cause.code);
        if first != *code {
            wrong.push(format!("{name}: expected {code:?}, here {:?}", ours.causes));
        }
        if (ours.valid == theirs) != other.is_empty() {
            wrong.push(format!("{name}: openssl takes it: {theirs} ({said}); here {:?}", ours.causes));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
    assert!(CASES.iter().filter(|(_, _, code, _)| !code.is_empty()).count() >= 60);
}
