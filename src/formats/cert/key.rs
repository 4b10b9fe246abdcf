//! Public keys and signature algorithms by name.

use serde::Serialize;
use std::fmt;
use x509_parser::oid_registry::Oid;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// A public key's kind and size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    /// `RSA`, `EC P-256`, `Ed25519`, ... or the algorithm's number.
    pub kind: String,
    /// Bits; 0 when not known.
    pub bits: usize,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.as_str() {
            "RSA" | "DSA" if self.bits > 0 => write!(f, "{}-{}", self.kind, self.bits),
            _ => f.write_str(&self.kind),
        }
    }
}

impl Key {
    /// Whether it can be broken today, or no TLS program takes it: RSA under 2048 bits, DSA, curves under 224 bits.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        match self.kind.as_str() {
            "RSA" => self.bits < 2048,
            "DSA" => true,
            kind => kind.starts_with("EC") && (1..224).contains(&self.bits),
        }
    }

    /// Reads the kind and size.
    #[must_use]
    pub fn of(info: &SubjectPublicKeyInfo<'_>) -> Self {
        let named = |kind: &str, bits| Self { kind: kind.to_owned(), bits };
        let algorithm = info.algorithm.algorithm.to_id_string();
        match algorithm.as_str() {
            "1.3.101.112" => return named("Ed25519", 256),
            "1.3.101.113" => return named("Ed448", 456),
            _ => {}
        }
        match info.parsed() {
            // RFC 8017 section 3.1: the size is that of the modulus, whose leading zero byte is only DER's sign.
            Ok(PublicKey::RSA(key)) => named("RSA", bit_length(key.modulus)),
            Ok(PublicKey::EC(point)) => {
                let curve = info.algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok());
                let curve = curve.map(|oid| oid.to_id_string()).unwrap_or_default();
                match CURVES.iter().find(|(oid, _, _)| *oid == curve) {
                    Some((_, name, bits)) => Self { kind: format!("EC {name}"), bits: *bits },
                    None => Self { kind: format!("EC {curve}"), bits: point.key_size() },
                }
            }
            Ok(PublicKey::DSA(key)) => named("DSA", bit_length(key)),
            _ => Self { kind: algorithm, bits: 0 },
        }
    }
}

fn bit_length(number: &[u8]) -> usize {
    let mut digits = number.iter().skip_while(|&&b| b == 0);
    match digits.next() {
        Some(first) => 8 - first.leading_zeros() as usize + 8 * digits.count(),
        None => 0,
    }
}

/// RFC 5480 section 2.1.1.1 and RFC 5639.
const CURVES: &[(&str, &str, usize)] = &[
    ("1.2.840.10045.3.1.7", "P-256", 256),
    ("1.3.132.0.34", "P-384", 384),
    ("1.3.132.0.35", "P-521", 521),
    ("1.3.132.0.33", "P-224", 224),
    ("1.3.132.0.10", "secp256k1", 256),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512),
];

/// Whether a signature of this name can be forged: MD2, MD4, MD5, SHA-1 (RFC 9155).
#[must_use]
pub fn is_weak_signature(name: &str) -> bool {
    ["md2", "md4", "md5", "sha1", "SHA1"].iter().any(|weak| name.contains(weak))
}

/// OpenSSL's name of a signature algorithm, or its number.
#[must_use]
pub fn signature_name(oid: &Oid<'_>) -> String {
    let oid = oid.to_id_string();
    SIGNATURES.iter().find(|(o, _)| *o == oid).map_or(oid, |(_, name)| (*name).to_owned())
}

const SIGNATURES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.3.14.3.2.29", "sha1WithRSA"),
    ("1.2.840.113549.1.1.10", "rsassaPss"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.2.840.10040.4.3", "dsaWithSHA1"),
    ("2.16.840.1.101.3.4.3.2", "dsa_with_SHA256"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.3.101.112", "ED25519"),
    ("1.3.101.113", "ED448"),
];
