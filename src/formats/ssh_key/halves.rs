//! Whether the private half in a file belongs to the public half that the same file shows.
//!
//! ssh believes the public half: it offers that one, and only then fails to sign. A copy with the wrong private half is
//! no key, and nothing else tells.

use crypto_bigint::{BoxedUint, ConcatenatingMul};
use ssh_key::private::{EcdsaKeypair, KeypairData, RsaKeypair};
use ssh_key::public::Ed25519PublicKey;
use ssh_key::{EcdsaCurve, Mpint, PrivateKey};
use zeroize::Zeroizing;

/// `None` where it is not known: a key that a chip holds.
#[must_use]
pub fn of(key: &PrivateKey) -> Option<bool> {
    match key.key_data() {
        KeypairData::Ed25519(pair) => Some(Ed25519PublicKey::from(&pair.private) == pair.public),
        KeypairData::Ecdsa(pair) => Some(ecdsa(pair)),
        KeypairData::Rsa(pair) => Some(rsa(pair)),
        _ => None,
    }
}

/// Whether the primes are those of the modulus. That the private exponent is the right one is not looked at.
fn rsa(pair: &RsaKeypair) -> bool {
    let number =
        |number: &Mpint| Some(Zeroizing::new(BoxedUint::from_be_slice_vartime(number.as_positive_bytes()?)));
    let (Some(p), Some(q)) = (number(pair.private().p()), number(pair.private().q())) else { return false };
    let Some(n) = number(pair.public().n()) else { return false };
    Zeroizing::new((*p).concatenating_mul(&*q)) == n
}

fn ecdsa(pair: &EcdsaKeypair) -> bool {
    let (scalar, point) = (pair.private_key_bytes(), pair.public_key_bytes());
    // An odd length, or a number outside of the group, is no private half of any point.
    match pair.curve() {
        EcdsaCurve::NistP256 => {
            let made = p256::SecretKey::from_slice(scalar).map(|k| k.public_key());
            made.is_ok_and(|made| p256::PublicKey::from_sec1_bytes(point) == Ok(made))
        }
        EcdsaCurve::NistP384 => {
            let made = p384::SecretKey::from_slice(scalar).map(|k| k.public_key());
            made.is_ok_and(|made| p384::PublicKey::from_sec1_bytes(point) == Ok(made))
        }
        EcdsaCurve::NistP521 => {
            let made = p521::SecretKey::from_slice(scalar).map(|k| k.public_key());
            made.is_ok_and(|made| p521::PublicKey::from_sec1_bytes(point) == Ok(made))
        }
    }
}
