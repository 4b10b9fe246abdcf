//! Who will refuse a corporate root, or the certificates that it signs, once it is installed.
//!
//! The table is measured (2026-11, each runtime against servers with one fault each), where it does not say otherwise.

use crate::formats::cert::{Cert, is_weak_signature};
use serde::Serialize;

/// A family of programs that verify alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// OpenSSL 1.1 and 3 as curl, git, wget, Ruby and PHP use it.
    OpenSsl,
    /// Python's ssl before 3.13: requests, httpx, urllib3, aiohttp.
    PythonTo312,
    /// Python's ssl since 3.13, which is strict.
    PythonSince313,
    /// Node.js with OpenSSL.
    Node,
    /// GnuTLS: Debian's git and wget.
    GnuTls,
    /// Go.
    Go,
    /// rustls with webpki: uv, deno, cargo's newer tools.
    Rustls,
    /// The Java platform.
    Java,
    /// bun.
    Bun,
    /// macOS and iOS, by Apple's documents; not measured.
    Apple,
}

use Runtime::{Apple, Bun, GnuTls, Go, Java, Node, OpenSsl, PythonSince313, PythonTo312, Rustls};

/// All of them, with whom they stand for.
pub const RUNTIMES: &[(Runtime, &str, &str)] = &[
    (OpenSsl, "OpenSSL", "curl, git and wget built with it, Ruby, PHP"),
    (PythonTo312, "Python to 3.12", "requests, httpx, urllib3, aiohttp; pip"),
    (PythonSince313, "Python since 3.13", "requests, httpx, urllib3, aiohttp; not pip"),
    (Node, "Node.js", "npm, yarn, pnpm, VS Code's extensions"),
    (GnuTls, "GnuTLS", "Debian's git and wget"),
    (Go, "Go", "go, gh, docker, kubectl, terraform"),
    (Rustls, "rustls", "uv, deno"),
    (Java, "Java", "Maven, Gradle, IDEs"),
    (Bun, "bun", "bun"),
    (Apple, "macOS", "Safari, system services (from documents, not measured)"),
];

/// A fault and who refuses it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fault {
    /// Stable.
    pub code: &'static str,
    /// What is wrong with which field.
    pub what: &'static str,
    /// Where the rule is written.
    pub clause: &'static str,
    /// What the CA should do.
    pub mend: &'static str,
    /// Who refuses.
    pub refused_by: &'static [Runtime],
}

const fn fault(
    code: &'static str,
    what: &'static str,
    clause: &'static str,
    mend: &'static str,
    refused_by: &'static [Runtime],
) -> Fault {
    Fault { code, what, clause, mend, refused_by }
}

/// Whether a fault is there: in the root, or in what it signed.
type Sign = fn(&Seen<'_>) -> bool;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The root.
    pub root: &'a Cert,
    /// A server's certificate that leads to it, if one was seen.
    pub leaf: Option<&'a Cert>,
    /// Seconds since 1970.
    pub now: i64,
}

impl Seen<'_> {
    fn leaf(&self, sign: impl Fn(&Cert) -> bool) -> bool {
        self.leaf.is_some_and(sign)
    }
}

fn critical(cert: &Cert, oid: &str) -> Option<bool> {
    cert.raw_extensions().into_iter().find(|(number, ..)| number == oid).map(|(_, critical, _)| critical)
}

const BASIC: &str = "2.5.29.19";

/// Every fault that is known to part the runtimes.
const FAULTS: &[(Fault, Sign)] = &[
    (
        fault(
            "root-expired",
            "the root has expired",
            "RFC 5280 section 4.1.2.5",
            "issue a new root",
            &[OpenSsl, PythonTo312, PythonSince313, Node, GnuTls, Go],
        ),
        |s| s.root.not_after < s.now,
    ),
    (
        fault(
            "root-basic-constraints-not-critical",
            "the root's basicConstraints is not critical",
            "RFC 5280 section 4.2.1.9",
            "mark basicConstraints as critical",
            &[PythonSince313],
        ),
        |s| critical(s.root, BASIC) == Some(false),
    ),
    (
        fault(
            "root-basic-constraints-missing",
            "the root has no basicConstraints",
            "RFC 5280 section 4.2.1.9",
            "add basicConstraints with CA:TRUE, critical",
            &[PythonSince313, Go, Java],
        ),
        |s| s.root.version == 3 && critical(s.root, BASIC).is_none(),
    ),
    (
        fault(
            "root-version-1",
            "the root is a certificate of version 1, without extensions",
            "RFC 5280 section 4.1.2.1",
            "issue a root of version 3",
            &[PythonSince313],
        ),
        |s| s.root.version < 3,
    ),
    (
        fault(
            "root-key-usage-missing",
            "the root has no keyUsage",
            "RFC 5280 section 4.2.1.3",
            "add keyUsage with keyCertSign and cRLSign, critical",
            &[PythonSince313],
        ),
        |s| s.root.version == 3 && s.root.key_usage.is_none(),
    ),
    (
        fault(
            "root-subject-key-missing",
            "the root has no subjectKeyIdentifier",
            "RFC 5280 section 4.2.1.2",
            "add subjectKeyIdentifier",
            &[PythonSince313],
        ),
        |s| s.root.version == 3 && s.root.subject_key_id.is_none(),
    ),
    (
        fault(
            "root-key-weak",
            "the root's RSA key has fewer than 2048 bits",
            "NIST SP 800-57 part 1, section 5.6",
            "issue a root with RSA 3072 or P-256",
            &[OpenSsl, PythonTo312, PythonSince313, Node, Rustls],
        ),
        |s| s.root.key.kind == "RSA" && s.root.key.is_weak(),
    ),
    (
        fault(
            "root-purposes-exclude-servers",
            "the root's extKeyUsage does not hold serverAuth",
            "RFC 5280 section 4.2.1.12",
            "leave extKeyUsage out of the root",
            &[OpenSsl, PythonTo312, PythonSince313, Node, Go, Bun],
        ),
        |s| {
            let lacks = |usage: &Vec<String>| !usage.iter().any(|u| u == "serverAuth" || u == "any");
            s.root.extended_key_usage.as_ref().is_some_and(lacks)
        },
    ),
    (
        fault(
            "root-is-an-intermediate",
            "it is an intermediate, and the root above it would not be installed",
            "RFC 5280 section 6.1.1 (d)",
            "hand out the root itself",
            &[PythonTo312, Node],
        ),
        |s| !s.root.is_self_issued(),
    ),
    (
        fault(
            "leaf-authority-key-missing",
            "the certificates that it signs have no authorityKeyIdentifier",
            "RFC 5280 section 4.2.1.1",
            "let the proxy add authorityKeyIdentifier",
            &[PythonSince313],
        ),
        |s| s.leaf(|leaf| leaf.authority_key_id.is_none()),
    ),
    (
        fault(
            "leaf-signature-weak",
            "the certificates that it signs are signed with SHA-1 or MD5",
            "RFC 9155",
            "let the proxy sign with SHA-256",
            &[OpenSsl, PythonTo312, PythonSince313, Node, GnuTls, Go, Rustls, Apple],
        ),
        |s| s.leaf(|leaf| is_weak_signature(&leaf.signature)),
    ),
    (
        fault(
            "leaf-names-missing",
            "the certificates that it signs have no subjectAltName, only a common name",
            "RFC 9525 section 2",
            "let the proxy copy subjectAltName",
            &[Go, Rustls, Apple],
        ),
        |s| s.leaf(|leaf| leaf.names().next().is_none()),
    ),
    (
        fault(
            "leaf-is-a-ca",
            "the server shows a CA's certificate as its own",
            "RFC 5280 section 4.2.1.9",
            "let the proxy sign certificates that are not CAs'",
            &[Rustls],
        ),
        |s| s.leaf(|leaf| leaf.is_ca),
    ),
    (
        fault(
            "leaf-too-long",
            "the certificates that it signs are valid for more than 825 days",
            "Apple, requirements for trusted certificates (HT210176)",
            "let the proxy sign for a year at most",
            &[Apple],
        ),
        |s| s.leaf(|leaf| leaf.not_after - leaf.not_before > 825 * 86_400),
    ),
    (
        fault(
            "leaf-purpose-missing",
            "the certificates that it signs do not say serverAuth in extKeyUsage",
            "Apple, requirements for trusted certificates (HT210176)",
            "let the proxy add extKeyUsage with serverAuth",
            &[Apple],
        ),
        |s| {
            let lacks = |leaf: &Cert| {
                leaf.extended_key_usage.as_ref().is_none_or(|u| !u.iter().any(|u| u == "serverAuth"))
            };
            s.leaf(lacks)
        },
    ),
];

/// The faults that are there.
#[must_use]
pub fn faults(seen: &Seen<'_>) -> Vec<&'static Fault> {
    FAULTS.iter().filter(|(_, sign)| sign(seen)).map(|(fault, _)| fault).collect()
}

/// What a root's limits mean for those who hold to them; Java does not.
#[must_use]
pub fn limits(root: &Cert) -> Option<String> {
    if !root.name_constraints {
        return None;
    }
    let names = if root.permitted_names.is_empty() { "all names" } else { &root.permitted_names.join(", ") };
    let excluded = if root.excluded_names.is_empty() {
        String::new()
    } else {
        format!(" but {}", root.excluded_names.join(", "))
    };
    Some(format!("{names}{excluded}; every runtime but Java holds to that, and refuses other hosts"))
}
