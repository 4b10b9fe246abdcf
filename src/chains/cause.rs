//! Why a path is not valid: one stable code for each cause, its sentence, and the clause of the rule.

use serde::Serialize;

/// How far the rule reaches that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// RFC 5280 section 6, and RFC 9525 for names: every program that validates refuses it.
    Validation,
    /// The profile of RFC 5280 section 4, and today's strength of keys: strict programs refuse it (OpenSSL with
    /// `-x509_strict`, Python since 3.13). Held against certificates of TLS servers and clients.
    Profile,
    /// The Baseline Requirements of the CA/Browser Forum for server certificates: some programs refuse it.
    Server,
    /// The same Baseline Requirements, where no program is known to hold to them. Never a verdict.
    Advice,
}

/// A kind of cause.
#[derive(Debug)]
pub struct Rule {
    /// Stable.
    pub code: &'static str,
    /// Who holds it against a certificate.
    pub reach: Reach,
    /// Where it is written.
    pub clause: &'static str,
    /// What to do about it.
    pub mend: &'static str,
}

/// A cause at one certificate of a path.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cause {
    /// Stable.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub what: String,
    /// Where the rule is written.
    pub clause: &'static str,
    /// What to do about it.
    #[serde(rename = "do")]
    pub mend: &'static str,
    /// Who holds it against a certificate.
    pub reach: Reach,
    /// The certificate's place in the path, the leaf being 0.
    pub depth: usize,
}

impl Rule {
    const fn validation(code: &'static str, clause: &'static str, mend: &'static str) -> Self {
        Self { code, reach: Reach::Validation, clause, mend }
    }

    const fn profile(code: &'static str, clause: &'static str, mend: &'static str) -> Self {
        Self { code, reach: Reach::Profile, clause, mend }
    }

    const fn server(code: &'static str, clause: &'static str, mend: &'static str) -> Self {
        Self { code, reach: Reach::Server, clause, mend }
    }

    const fn advice(code: &'static str, clause: &'static str, mend: &'static str) -> Self {
        Self { code, reach: Reach::Advice, clause, mend }
    }

    /// The rule broken at a certificate.
    pub(super) fn at(&self, depth: usize, what: impl Into<String>) -> Cause {
        Cause {
            code: self.code,
            what: what.into(),
            clause: self.clause,
            mend: self.mend,
            reach: self.reach,
            depth,
        }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $kind:ident($code:literal, $clause:literal, $mend:literal);)*) => {
        $($(#[$doc])* pub(super) const $name: Rule = Rule::$kind($code, $clause, $mend);)*

        /// Every rule, for the reference.
        pub const ALL: &[Rule] = &[$(Rule::$kind($code, $clause, $mend)),*];
    };
}

rules! {
    MALFORMED = validation("certificate-malformed", "RFC 5280 section 4.1", "get the certificate again, whole");
    EXTENSION_MALFORMED = validation("extension-malformed", "RFC 5280 section 4.2", "have it issued anew by a CA whose software writes DER");
    EXTENSION_TWICE = validation("extension-twice", "RFC 5280 section 4.2", "have it issued anew with each extension once");
    ALGORITHMS_DIFFER = validation("signature-algorithms-differ", "RFC 5280 section 4.1.1.2", "have it issued anew: it was changed or made by faulty software");
    ISSUER_MISSING = validation("issuer-missing", "RFC 5280 section 6.1.3 (a)(4)", "give the issuer's certificate with --intermediates, or let the server send it");
    ROOT_NOT_TRUSTED = validation("root-not-trusted", "RFC 5280 section 6.1.1 (d)", "if it is the right root, by its fingerprint: doorkey ca install");
    SEARCH_ENDED = validation("search-ended", "RFC 4158 section 2.4", "give fewer certificates: those of this chain alone");
    SIGNATURE_WRONG = validation("signature-wrong", "RFC 5280 section 6.1.3 (a)(1)", "get the issuer's present certificate; if it is that, the certificate was changed on its way");
    SIGNATURE_UNKNOWN = validation("signature-algorithm-unknown", "RFC 5280 section 6.1.3 (a)(1)", "have it signed with ECDSA or RSA and SHA-256, which every program can check");
    EXPIRED = validation("expired", "RFC 5280 section 6.1.3 (a)(2)", "have it renewed; if the date is still to come, set this machine's clock");
    NOT_YET_VALID = validation("not-yet-valid", "RFC 5280 section 6.1.3 (a)(2)", "set this machine's clock; else wait, or have it issued anew");
    REVOKED = validation("revoked", "RFC 5280 section 6.1.3 (a)(3)", "have a new one issued with a new key");
    REVOCATION_UNKNOWN = validation("revocation-unknown", "RFC 5280 section 6.3.3", "give the issuer's present list with --crl");
    NAME_NOT_PERMITTED = validation("name-not-permitted", "RFC 5280 section 6.1.3 (b)", "use a CA that may sign for that name");
    NAME_EXCLUDED = validation("name-excluded", "RFC 5280 section 6.1.3 (c)", "use a CA that may sign for that name");
    CONSTRAINT_UNKNOWN = validation("name-constraint-unknown", "RFC 5280 section 4.2.1.10", "leave that name out of the certificate, or the limit out of the CA");
    CONSTRAINT_MALFORMED = validation("name-constraint-malformed", "RFC 5280 section 4.2.1.10", "have the CA's certificate issued anew: a name has no leading period and no wildcard there, an address has a mask");
    CONSTRAINTS_TOO_MANY = validation("name-constraints-too-many", "RFC 5280 section 8", "use a CA with fewer limits");
    POLICY_MISSING = validation("policy-missing", "RFC 5280 section 6.1.3 (f)", "have it issued under a policy that the CA above it allows");
    POLICY_MAPPED_ANY = validation("policy-maps-any", "RFC 5280 section 6.1.4 (a)", "have the CA's certificate issued anew without that mapping");
    NOT_A_CA = validation("not-a-ca", "RFC 5280 section 6.1.4 (k)", "let a CA sign the certificate; a server's key may not");
    PATH_TOO_LONG = validation("path-too-long", "RFC 5280 section 6.1.4 (l)", "let a CA sign that may have CAs below it, or the one above directly");
    CANNOT_SIGN = validation("key-may-not-sign-certificates", "RFC 5280 section 6.1.4 (n)", "have the CA's certificate issued anew with keyCertSign");
    EXTENSION_UNKNOWN = validation("critical-extension-unknown", "RFC 5280 section 6.1.4 (o)", "have it issued anew without that extension, or with it not critical");
    PURPOSE_WRONG = validation("purpose-wrong", "RFC 5280 section 4.2.1.12", "have it issued anew for this purpose");
    NAME_WRONG = validation("name-wrong", "RFC 9525 section 6.3", "ask for one of the names that it is for, or have this one added");
    NAMES_MISSING = validation("names-missing", "RFC 9525 section 2", "have it issued anew with the name as subjectAltName");

    KEY_WEAK = profile("certificate-key-weak", "NIST SP 800-57 part 1, section 5.6", "have it issued anew with RSA 3072 or P-256");
    SIGNATURE_WEAK = profile("signature-weak", "RFC 9155", "have it signed anew with SHA-256");
    AUTHORITY_KEY_CRITICAL = profile("authority-key-critical", "RFC 5280 section 4.2.1.1", "have it issued anew with the extension not critical");
    AUTHORITY_KEY_MISSING = profile("authority-key-missing", "RFC 5280 section 4.2.1.1", "have it issued anew with authorityKeyIdentifier");
    SUBJECT_KEY_CRITICAL = profile("subject-key-critical", "RFC 5280 section 4.2.1.2", "have it issued anew with the extension not critical");
    SUBJECT_KEY_MISSING = profile("subject-key-missing", "RFC 5280 section 4.2.1.2", "have it issued anew with subjectKeyIdentifier");
    USAGE_MISSING = profile("key-usage-missing", "RFC 5280 section 4.2.1.3", "have it issued anew with keyUsage keyCertSign and cRLSign, critical");
    USAGE_CONTRADICTS = profile("key-usage-contradicts", "RFC 5280 section 4.2.1.9", "have it issued anew: keyCertSign and pathLen belong to CAs alone");
    BASIC_MISSING = profile("basic-constraints-missing", "RFC 5280 section 4.2.1.9", "have it issued anew with basicConstraints CA:TRUE, critical");
    BASIC_NOT_CRITICAL = profile("basic-constraints-not-critical", "RFC 5280 section 4.2.1.9", "have it issued anew with basicConstraints critical");
    CONSTRAINTS_IN_LEAF = profile("name-constraints-in-leaf", "RFC 5280 section 4.2.1.10", "have it issued anew without nameConstraints");
    CONSTRAINTS_EMPTY = profile("name-constraints-empty", "RFC 5280 section 4.2.1.10", "have it issued anew without nameConstraints, or with names in them");
    POLICY_NOT_CRITICAL = profile("policy-constraints-not-critical", "RFC 5280 section 4.2.1.11", "have it issued anew with policyConstraints critical");
    PURPOSES_EMPTY = profile("purposes-empty", "RFC 5280 section 4.2.1.12", "have it issued anew with a purpose, or without extKeyUsage");
    ACCESS_CRITICAL = profile("authority-access-critical", "RFC 5280 section 4.2.2.1", "have it issued anew with authorityInfoAccess not critical");
    ISSUER_EMPTY = profile("issuer-empty", "RFC 5280 section 4.1.2.4", "let a CA with a name sign it");
    SUBJECT_EMPTY = profile("subject-empty", "RFC 5280 section 4.1.2.6", "have the CA's certificate issued anew with a name");
    NAMES_NOT_CRITICAL = profile("names-not-critical", "RFC 5280 section 4.2.1.6", "have it issued anew with subjectAltName critical, or with a subject");
    NAME_MALFORMED = profile("name-malformed", "RFC 5280 section 4.2.1.6", "have it issued anew with a host name: letters, digits, hyphens");
    SERIAL_TOO_LONG = profile("serial-too-long", "RFC 5280 section 4.1.2.2", "have it issued anew with a serial number of 20 bytes at most");

    SERIAL_NOT_POSITIVE = server("serial-not-positive", "TLS BR section 7.1.2.7", "have it issued anew with a positive serial number");
    COMMON_NAME_FORM = server("common-name-form", "TLS BR section 7.1.4.3", "have it issued anew with the common name spelled as the subjectAltName");
    NAMES_CRITICAL = server("names-critical", "TLS BR section 7.1.2.7.12", "have it issued anew with subjectAltName not critical");
    WILDCARD_WIDE = server("wildcard-too-wide", "TLS BR section 3.2.2.6", "have it issued anew for a domain of yours");
    CA_AS_SERVER = server("ca-as-server", "TLS BR section 7.1.2.7.8", "let the CA sign a certificate for the server");
    AUTHORITY_KEY_FORM = server("authority-key-form", "TLS BR section 7.1.2.1.3", "have the root issued anew with its own key identifier alone, or without the extension");
    PURPOSE_ANY = server("purpose-any", "TLS BR section 7.1.2.7.10", "have it issued anew with serverAuth");
    PURPOSES_CRITICAL = server("purposes-critical", "TLS BR section 7.1.2.7.6", "have it issued anew with extKeyUsage not critical");
    PURPOSES_IN_ROOT = server("purposes-in-root", "TLS BR section 7.1.2.1.2", "have the root issued anew without extKeyUsage");
    KEY_FORM = server("key-form", "TLS BR section 6.1.5", "have it issued anew with RSA 3072 or a named curve");
    VERSION_OLD = server("version-old", "TLS BR section 7.1.1", "have it issued anew as version 3");

    COMMON_NAME_STRAY = advice("common-name-stray", "TLS BR section 7.1.4.3", "leave the common name out, or make it one of the subjectAltNames");
    PURPOSES_MISSING = advice("purposes-missing", "TLS BR section 7.1.2.7.6", "have it issued anew with serverAuth in extKeyUsage");
}
