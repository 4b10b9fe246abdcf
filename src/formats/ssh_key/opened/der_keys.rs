//! Private keys in ASN.1: PKCS#1, SEC 1, OpenSSL's form of DSA, and PKCS#8 around them.

use super::NotOpened;
use crate::formats::ssh_key::Container;
use crate::formats::ssh_key::containers::{EC, ED25519, P256, P384, P521};
use pkcs8::der::asn1::{OctetStringRef, UintRef};
use pkcs8::der::{Decode, Reader, SliceReader};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use ssh_key::private::{
    DsaKeypair, DsaPrivateKey, EcdsaKeypair, Ed25519Keypair, KeypairData, RsaKeypair, RsaPrivateKey,
};
use ssh_key::public::{DsaPublicKey, RsaPublicKey};
use ssh_key::{Mpint, PrivateKey};
use zeroize::Zeroizing;

/// A key in one of the three older forms.
pub(super) fn read(container: Container, bytes: &[u8]) -> Result<PrivateKey, NotOpened> {
    match container {
        Container::Pkcs1 => pkcs1(bytes),
        Container::Sec1 => sec1(bytes, None),
        Container::Dsa => dsa(bytes),
        _ => Err(NotOpened::NotOpenedHere),
    }
}

/// RFC 5208 section 5.
pub(super) fn pkcs8(bytes: &[u8]) -> Result<PrivateKey, NotOpened> {
    let info = PrivateKeyInfoRef::try_from(bytes).map_err(|_| NotOpened::Damaged)?;
    let inner = info.private_key.as_bytes();
    match info.algorithm.oid {
        rsa::pkcs1::ALGORITHM_OID => pkcs1(inner),
        EC => sec1(inner, Some(info.algorithm.parameters_oid().map_err(|_| NotOpened::NotOpenedHere)?)),
        ED25519 => {
            // RFC 8410 section 7: a string in the string.
            let seed = <&OctetStringRef>::from_der(inner).map_err(|_| NotOpened::Damaged)?;
            let seed = Zeroizing::new(<[u8; 32]>::try_from(seed.as_bytes()).map_err(|_| NotOpened::Damaged)?);
            made(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)))
        }
        _ => Err(NotOpened::NotOpenedHere),
    }
}

pub(super) fn made(data: KeypairData) -> Result<PrivateKey, NotOpened> {
    PrivateKey::new(data, "").map_err(|_| NotOpened::Damaged)
}

/// RFC 8017 appendix A.1.2.
fn pkcs1(bytes: &[u8]) -> Result<PrivateKey, NotOpened> {
    let key = rsa::pkcs1::RsaPrivateKeyRef::try_from(bytes).map_err(|_| NotOpened::Damaged)?;
    if key.other_prime_infos.is_some() {
        return Err(NotOpened::NotOpenedHere);
    }
    let number = |number: &UintRef<'_>| Mpint::from_positive_bytes(number.as_bytes());
    let public = RsaPublicKey::new(number(&key.public_exponent), number(&key.modulus));
    let (d, p, q) = (number(&key.private_exponent), number(&key.prime1), number(&key.prime2));
    let private = RsaPrivateKey::new(d, number(&key.coefficient), p, q);
    rsa_pair(public, private)
}

/// Both halves, or what is wrong with them.
pub(super) fn rsa_pair(
    public: ssh_key::Result<RsaPublicKey>,
    private: ssh_key::Result<RsaPrivateKey>,
) -> Result<PrivateKey, NotOpened> {
    let (Ok(public), Ok(private)) = (public, private) else { return Err(NotOpened::Damaged) };
    made(KeypairData::Rsa(RsaKeypair::new(public, private).map_err(|_| NotOpened::Damaged)?))
}

/// RFC 5915 section 3. The public half is computed: in the file it is optional.
fn sec1(bytes: &[u8], curve: Option<ObjectIdentifier>) -> Result<PrivateKey, NotOpened> {
    let key = ::sec1::EcPrivateKey::try_from(bytes).map_err(|_| NotOpened::Damaged)?;
    let named = key.parameters.and_then(::sec1::EcParameters::named_curve);
    // PKCS#8 says the curve itself, and where both do, they must say the same.
    if curve.is_some() && named.is_some() && curve != named {
        return Err(NotOpened::Damaged);
    }
    ecdsa(curve.or(named).ok_or(NotOpened::NotOpenedHere)?, key.private_key)
}

/// The curve of a name of RFC 5656 section 10.1.
pub(super) fn curve_of(key_type: &str) -> Option<ObjectIdentifier> {
    Some(match key_type {
        "ecdsa-sha2-nistp256" => P256,
        "ecdsa-sha2-nistp384" => P384,
        "ecdsa-sha2-nistp521" => P521,
        _ => return None,
    })
}

/// A key by its private number alone.
pub(super) fn ecdsa(curve: ObjectIdentifier, scalar: &[u8]) -> Result<PrivateKey, NotOpened> {
    let damaged = |_| NotOpened::Damaged;
    let pair = match curve {
        P256 => {
            let key = p256::SecretKey::from_slice(&padded(scalar, 32)).map_err(damaged)?;
            EcdsaKeypair::NistP256 { public: key.public_key().into(), private: key.into() }
        }
        P384 => {
            let key = p384::SecretKey::from_slice(&padded(scalar, 48)).map_err(damaged)?;
            EcdsaKeypair::NistP384 { public: key.public_key().into(), private: key.into() }
        }
        P521 => {
            let key = p521::SecretKey::from_slice(&padded(scalar, 66)).map_err(damaged)?;
            EcdsaKeypair::NistP521 { public: key.public_key().into(), private: key.into() }
        }
        _ => return Err(NotOpened::NotOpenedHere),
    };
    made(KeypairData::Ecdsa(pair))
}

/// The number in so many bytes: some programs leave zeros at its beginning out, and the form of SSH puts one there.
fn padded(number: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let number =
        number.strip_prefix(&[0]).filter(|rest| number.len() > length && !rest.is_empty()).unwrap_or(number);
    let mut padded = Zeroizing::new(Vec::with_capacity(length.max(number.len())));
    padded.resize(length.saturating_sub(number.len()), 0);
    padded.extend_from_slice(number);
    padded
}

/// What OpenSSL writes: version, p, q, g, y, x.
fn dsa(bytes: &[u8]) -> Result<PrivateKey, NotOpened> {
    let numbers = |reader: &mut SliceReader<'_>| {
        reader.sequence(|inner| {
            UintRef::decode(inner)?;
            let mut next =
                || UintRef::decode(inner).map(|number| Mpint::from_positive_bytes(number.as_bytes()));
            Ok::<_, pkcs8::der::Error>([next()?, next()?, next()?, next()?, next()?])
        })
    };
    let [p, q, g, y, x] = SliceReader::new(bytes)
        .and_then(|mut reader| numbers(&mut reader))
        .map_err(|_| NotOpened::Damaged)?;
    let (Ok(public), Ok(private)) = (DsaPublicKey::new(p, q, g, y), DsaPrivateKey::new(x)) else {
        return Err(NotOpened::Damaged);
    };
    made(KeypairData::Dsa(DsaKeypair::new(public, private).map_err(|_| NotOpened::Damaged)?))
}
