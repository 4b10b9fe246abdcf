//! Whether a key signed what a certificate or CRL says (RFC 5280 section 6.1.3 (a)(1), RFC 3279, RFC 4055, RFC 5758).

use p521::ecdsa::signature::hazmat::PrehashVerifier;
use pkcs8::AssociatedOid;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use x509_parser::asn1_rs::{BitString, FromDer, Integer as BigNumber};
use x509_parser::verify::verify_signature;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// What came of checking a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    Yes,
    No,
    /// The algorithm or curve is not known here.
    Unknown,
}

/// A key that is asked, with the parameters that it may have from the certificate above (section 6.1.4 (e)).
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'k> {
    pub(super) info: &'k SubjectPublicKeyInfo<'k>,
    pub(super) inherited: Option<&'k [u8]>,
}

pub(super) fn check(
    key: &Key<'_>,
    how: &AlgorithmIdentifier<'_>,
    value: &BitString<'_>,
    data: &[u8],
) -> Signed {
    match verify_signature(key.info, how, value, data) {
        Ok(()) => return Signed::Yes,
        Err(x509_parser::error::X509Error::SignatureVerificationError) if !is_short_rsa(key.info) => {
            return Signed::No;
        }
        Err(_) => {}
    }
    let oid = how.algorithm.to_id_string();
    let answer = match oid.as_str() {
        "1.2.840.113549.1.1.4" => return Signed::Unknown, // MD5: nobody takes it, so nobody need check it
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => rsa_by::<Sha1>(key, value, data),
        "1.2.840.113549.1.1.14" => rsa_by::<Sha224>(key, value, data),
        "1.2.840.113549.1.1.11" => rsa_by::<Sha256>(key, value, data),
        "1.2.840.113549.1.1.12" => rsa_by::<Sha384>(key, value, data),
        "1.2.840.113549.1.1.13" => rsa_by::<Sha512>(key, value, data),
        "1.2.840.10045.4.1" => ecdsa(key, value, &Sha1::digest(data)),
        "1.2.840.10045.4.3.1" => ecdsa(key, value, &Sha224::digest(data)),
        "1.2.840.10045.4.3.2" => ecdsa(key, value, &Sha256::digest(data)),
        "1.2.840.10045.4.3.3" => ecdsa(key, value, &Sha384::digest(data)),
        "1.2.840.10045.4.3.4" => ecdsa(key, value, &Sha512::digest(data)),
        "1.2.840.10040.4.3" => dsa_of(key, value, &Sha1::digest(data)),
        "2.16.840.1.101.3.4.3.1" => dsa_of(key, value, &Sha224::digest(data)),
        "2.16.840.1.101.3.4.3.2" => dsa_of(key, value, &Sha256::digest(data)),
        _ => None,
    };
    match answer {
        Some(true) => Signed::Yes,
        Some(false) => Signed::No,
        None => Signed::Unknown,
    }
}

/// The library that checks first refuses RSA keys under 2048 bits as if the signature were wrong.
fn is_short_rsa(info: &SubjectPublicKeyInfo<'_>) -> bool {
    use x509_parser::public_key::PublicKey;
    matches!(info.parsed(), Ok(PublicKey::RSA(rsa)) if rsa.modulus.iter().skip_while(|&&b| b == 0).count() < 256)
}

fn rsa_by<D: Digest + AssociatedOid>(key: &Key<'_>, value: &BitString<'_>, data: &[u8]) -> Option<bool> {
    use x509_parser::public_key::PublicKey;
    let Ok(PublicKey::RSA(parts)) = key.info.parsed() else { return None };
    let number = |bytes: &[u8]| rsa::BoxedUint::from_be_slice_vartime(bytes);
    let public = rsa::RsaPublicKey::new(number(parts.modulus), number(parts.exponent)).ok()?;
    let digest = D::digest(data);
    Some(public.verify(rsa::Pkcs1v15Sign::new::<D>(), &digest, &value.data).is_ok())
}

fn ecdsa(key: &Key<'_>, value: &BitString<'_>, digest: &[u8]) -> Option<bool> {
    let curve = key.info.algorithm.parameters.as_ref()?.as_oid().ok()?.to_id_string();
    let point: &[u8] = &key.info.subject_public_key.data;
    macro_rules! by {
        ($curve:ident) => {{
            let public = $curve::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            let signature = $curve::ecdsa::DerSignature::try_from(&*value.data);
            // FIPS 186-5 section 6.4: a digest longer than the order is cut to its length.
            Some(signature.is_ok_and(|signature| public.verify_prehash(digest, &signature).is_ok()))
        }};
    }
    match curve.as_str() {
        "1.2.840.10045.3.1.7" => by!(p256),
        "1.3.132.0.34" => by!(p384),
        "1.3.132.0.35" => by!(p521),
        _ => None,
    }
}

fn dsa_of(key: &Key<'_>, value: &BitString<'_>, digest: &[u8]) -> Option<bool> {
    let parameters = dsa_parameters(key.info).or(key.inherited)?;
    let (rest, p) = BigNumber::from_der(parameters).ok()?;
    let (rest, q) = BigNumber::from_der(rest).ok()?;
    let (_, g) = BigNumber::from_der(rest).ok()?;
    let (_, y) = BigNumber::from_der(&key.info.subject_public_key.data).ok()?;
    let own_size = |from: &BigNumber<'_>| dsa::BoxedUint::from_be_slice_vartime(unsigned(from.as_ref()));
    let modulus = own_size(&p);
    // The library multiplies y and g modulo p and panics when they are not stored as wide as p is.
    let as_wide = |from: &BigNumber<'_>| {
        dsa::BoxedUint::from_be_slice(unsigned(from.as_ref()), modulus.bits_precision()).ok()
    };
    let (generator, y) = (as_wide(&g)?, as_wide(&y)?);
    let components = dsa::Components::from_components(modulus, own_size(&q), generator).ok()?;
    let public = dsa::VerifyingKey::from_components(components, y).ok()?;
    let signature = dsa::Signature::try_from(&*value.data);
    Some(signature.is_ok_and(|signature| public.verify_prehash(digest, &signature).is_ok()))
}

/// p, q and g of a DSA key, one DER INTEGER after the other (RFC 3279 section 2.3.2). `None` when the key has none of
/// its own, or is of another kind.
pub(super) fn dsa_parameters<'k>(info: &'k SubjectPublicKeyInfo<'_>) -> Option<&'k [u8]> {
    let is_dsa = info.algorithm.algorithm.to_id_string() == DSA;
    info.algorithm.parameters.as_ref().map(|any| any.data).filter(|data| is_dsa && !data.is_empty())
}

const DSA: &str = "1.2.840.10040.4.1";

fn unsigned(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&b| b == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}
