//! Keys on curves: the public half must be a point of the curve that generates a large group.

use crate::model::weakness::{Grade, Weakness};
use ssh_key::public::{EcdsaPublicKey, Ed25519PublicKey, KeyData};

pub(super) fn judge(key: &KeyData) -> Vec<Weakness> {
    let bad = match key {
        KeyData::Ecdsa(point) => ecdsa(point),
        KeyData::SkEcdsaSha2NistP256(key) => {
            p256::PublicKey::from_sec1_bytes(key.ec_point().as_bytes()).is_err()
        }
        KeyData::Ed25519(point) => ed25519(point),
        KeyData::SkEd25519(key) => ed25519(key.public_key()),
        _ => false,
    };
    let weakness = Weakness {
        code: "curve-point",
        grade: Grade::Open,
        what: "has a public half that is no good point of its curve".into(),
        why: "no good program makes one; what is signed with it proves nothing (SEC 1 section 3.2.2; RFC 8032 section 5.1.3)",
        mend: None,
    };
    if bad { vec![weakness] } else { Vec::new() }
}

/// Whether it is none of the curve, or the point at infinity.
fn ecdsa(point: &EcdsaPublicKey) -> bool {
    let bytes = point.as_sec1_bytes();
    match point {
        EcdsaPublicKey::NistP256(_) => p256::PublicKey::from_sec1_bytes(bytes).is_err(),
        EcdsaPublicKey::NistP384(_) => p384::PublicKey::from_sec1_bytes(bytes).is_err(),
        EcdsaPublicKey::NistP521(_) => p521::PublicKey::from_sec1_bytes(bytes).is_err(),
    }
}

/// Whether it is none of the curve, or one of the eight points of small order.
fn ed25519(point: &Ed25519PublicKey) -> bool {
    ed25519_dalek::VerifyingKey::from_bytes(&point.0).map_or(true, |key| key.is_weak())
}
