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
    /// Who holds it against a certificate.
    pub reach: Reach,
    /// The certificate's place in the path, the leaf being 0.
    pub depth: usize,
}

impl Rule {
    const fn validation(code: &'static str, clause: &'static str) -> Self {
        Self { code, reach: Reach::Validation, clause }
    }

    const fn profile(code: &'static str, clause: &'static str) -> Self {
        Self { code, reach: Reach::Profile, clause }
    }

    const fn server(code: &'static str, clause: &'static str) -> Self {
        Self { code, reach: Reach::Server, clause }
    }

    const fn advice(code: &'static str, clause: &'static str) -> Self {
        Self { code, reach: Reach::Advice, clause }
    }

    /// The rule broken at a certificate.
    pub(super) fn at(&self, depth: usize, what: impl Into<String>) -> Cause {
        Cause { code: self.code, what: what.into(), clause: self.clause, reach: self.reach, depth }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $kind:ident($code:literal, $clause:literal);)*) => {
        $($(#[$doc])* pub(super) const $name: Rule = Rule::$kind($code, $clause);)*

        /// Every rule, for the reference.
        pub const ALL: &[Rule] = &[$(Rule::$kind($code, $clause)),*];
    };
}

rules! {
    MALFORMED = validation("certificate-malformed", "RFC 5280 section 4.1");
    EXTENSION_MALFORMED = validation("extension-malformed", "RFC 5280 section 4.2");
    EXTENSION_TWICE = validation("extension-twice", "RFC 5280 section 4.2");
    ALGORITHMS_DIFFER = validation("signature-algorithms-differ", "RFC 5280 section 4.1.1.2");
    ISSUER_MISSING = validation("issuer-missing", "RFC 5280 section 6.1.3 (a)(4)");
    ROOT_NOT_TRUSTED = validation("root-not-trusted", "RFC 5280 section 6.1.1 (d)");
    SEARCH_ENDED = validation("search-ended", "RFC 4158 section 2.4");
    SIGNATURE_WRONG = validation("signature-wrong", "RFC 5280 section 6.1.3 (a)(1)");
    SIGNATURE_UNKNOWN = validation("signature-algorithm-unknown", "RFC 5280 section 6.1.3 (a)(1)");
    EXPIRED = validation("expired", "RFC 5280 section 6.1.3 (a)(2)");
    NOT_YET_VALID = validation("not-yet-valid", "RFC 5280 section 6.1.3 (a)(2)");
    REVOKED = validation("revoked", "RFC 5280 section 6.1.3 (a)(3)");
    REVOCATION_UNKNOWN = validation("revocation-unknown", "RFC 5280 section 6.3.3");
    NAME_NOT_PERMITTED = validation("name-not-permitted", "RFC 5280 section 6.1.3 (b)");
    NAME_EXCLUDED = validation("name-excluded", "RFC 5280 section 6.1.3 (c)");
    CONSTRAINT_UNKNOWN = validation("name-constraint-unknown", "RFC 5280 section 4.2.1.10");
    CONSTRAINT_MALFORMED = validation("name-constraint-malformed", "RFC 5280 section 4.2.1.10");
    CONSTRAINTS_TOO_MANY = validation("name-constraints-too-many", "RFC 5280 section 8");
    POLICY_MISSING = validation("policy-missing", "RFC 5280 section 6.1.3 (f)");
    POLICY_MAPPED_ANY = validation("policy-maps-any", "RFC 5280 section 6.1.4 (a)");
    NOT_A_CA = validation("not-a-ca", "RFC 5280 section 6.1.4 (k)");
    PATH_TOO_LONG = validation("path-too-long", "RFC 5280 section 6.1.4 (l)");
    CANNOT_SIGN = validation("key-may-not-sign-certificates", "RFC 5280 section 6.1.4 (n)");
    EXTENSION_UNKNOWN = validation("critical-extension-unknown", "RFC 5280 section 6.1.4 (o)");
    PURPOSE_WRONG = validation("purpose-wrong", "RFC 5280 section 4.2.1.12");
    NAME_WRONG = validation("name-wrong", "RFC 9525 section 6.3");
    NAMES_MISSING = validation("names-missing", "RFC 9525 section 2");

    KEY_WEAK = profile("key-weak", "NIST SP 800-57 part 1, section 5.6");
    SIGNATURE_WEAK = profile("signature-weak", "RFC 9155");
    AUTHORITY_KEY_CRITICAL = profile("authority-key-critical", "RFC 5280 section 4.2.1.1");
    AUTHORITY_KEY_MISSING = profile("authority-key-missing", "RFC 5280 section 4.2.1.1");
    SUBJECT_KEY_CRITICAL = profile("subject-key-critical", "RFC 5280 section 4.2.1.2");
    SUBJECT_KEY_MISSING = profile("subject-key-missing", "RFC 5280 section 4.2.1.2");
    USAGE_MISSING = profile("key-usage-missing", "RFC 5280 section 4.2.1.3");
    USAGE_CONTRADICTS = profile("key-usage-contradicts", "RFC 5280 section 4.2.1.9");
    BASIC_MISSING = profile("basic-constraints-missing", "RFC 5280 section 4.2.1.9");
    BASIC_NOT_CRITICAL = profile("basic-constraints-not-critical", "RFC 5280 section 4.2.1.9");
    CONSTRAINTS_IN_LEAF = profile("name-constraints-in-leaf", "RFC 5280 section 4.2.1.10");
    CONSTRAINTS_EMPTY = profile("name-constraints-empty", "RFC 5280 section 4.2.1.10");
    POLICY_NOT_CRITICAL = profile("policy-constraints-not-critical", "RFC 5280 section 4.2.1.11");
    PURPOSES_EMPTY = profile("purposes-empty", "RFC 5280 section 4.2.1.12");
    ACCESS_CRITICAL = profile("authority-access-critical", "RFC 5280 section 4.2.2.1");
    ISSUER_EMPTY = profile("issuer-empty", "RFC 5280 section 4.1.2.4");
    SUBJECT_EMPTY = profile("subject-empty", "RFC 5280 section 4.1.2.6");
    NAMES_NOT_CRITICAL = profile("names-not-critical", "RFC 5280 section 4.2.1.6");
    NAME_MALFORMED = profile("name-malformed", "RFC 5280 section 4.2.1.6");
    SERIAL_TOO_LONG = profile("serial-too-long", "RFC 5280 section 4.1.2.2");

    SERIAL_NOT_POSITIVE = server("serial-not-positive", "TLS BR section 7.1.2.7");
    COMMON_NAME_FORM = server("common-name-form", "TLS BR section 7.1.4.3");
    NAMES_CRITICAL = server("names-critical", "TLS BR section 7.1.2.7.12");
    WILDCARD_WIDE = server("wildcard-too-wide", "TLS BR section 3.2.2.6");
    CA_AS_SERVER = server("ca-as-server", "TLS BR section 7.1.2.7.8");
    AUTHORITY_KEY_FORM = server("authority-key-form", "TLS BR section 7.1.2.1.3");
    PURPOSE_ANY = server("purpose-any", "TLS BR section 7.1.2.7.10");
    PURPOSES_CRITICAL = server("purposes-critical", "TLS BR section 7.1.2.7.6");
    PURPOSES_IN_ROOT = server("purposes-in-root", "TLS BR section 7.1.2.1.2");
    KEY_FORM = server("key-form", "TLS BR section 6.1.5");
    VERSION_OLD = server("version-old", "TLS BR section 7.1.1");

    COMMON_NAME_STRAY = advice("common-name-stray", "TLS BR section 7.1.4.3");
    PURPOSES_MISSING = advice("purposes-missing", "TLS BR section 7.1.2.7.6");
}
