//! The forms of key files, and the public half of those that can be opened.

use super::{Container, PublicHalf, Unread, Validity};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::{ObjectIdentifier, PrivateKeyInfoRef, SubjectPublicKeyInfoRef};
use ssh_key::public::{EcdsaPublicKey, Ed25519PublicKey, KeyData, RsaPublicKey};
use ssh_key::{Certificate, Mpint, PrivateKey, PublicKey};
use zeroize::Zeroizing;

const RFC4716: &str = "---- BEGIN SSH2 PUBLIC KEY ----";

/// The form, by its first telling line.
pub(super) fn recognize(text: &str) -> Container {
    for line in text.lines() {
        if let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) {
            return match label {
                "OPENSSH PRIVATE KEY" => Container::OpenSsh,
                "RSA PRIVATE KEY" => Container::Pkcs1,
                "EC PRIVATE KEY" => Container::Sec1,
                "DSA PRIVATE KEY" => Container::Dsa,
                "PRIVATE KEY" => Container::Pkcs8,
                "ENCRYPTED PRIVATE KEY" => Container::EncryptedPkcs8,
                "PUBLIC KEY" | "RSA PUBLIC KEY" => Container::PublicPem,
                // Such as the parameters that OpenSSL writes before an EC key.
                _ => continue,
            };
        }
        if line.starts_with("PuTTY-User-Key-File-") {
            return Container::Ppk;
        }
        if line == RFC4716 {
            return Container::Rfc4716;
        }
        if let Some((kind, _, _)) = public_line(line) {
            let certificate = kind.contains("-cert-v01@");
            return if certificate { Container::Certificate } else { Container::PublicLine };
        }
    }
    Container::Unknown
}

/// What stands in OpenSSH's own form; the private half may be locked in it.
pub(super) fn openssh(container: Container, text: &str) -> Option<PrivateKey> {
    if container == Container::OpenSsh { PrivateKey::from_openssh(block(text)).ok() } else { None }
}

/// Whether the private half needs a passphrase, by what the container says in the clear.
pub(super) fn is_encrypted(container: Container, text: &str, openssh: Option<&PrivateKey>) -> bool {
    match container {
        Container::EncryptedPkcs8 => true,
        // RFC 1421 section 4.6.1.1, what OpenSSL wrote before PKCS#8.
        Container::Pkcs1 | Container::Sec1 | Container::Dsa => {
            text.lines().any(|line| line.starts_with("Proc-Type:") && line.ends_with("ENCRYPTED"))
        }
        Container::Ppk => ppk_header(text, "Encryption").is_some_and(|cipher| cipher != "none"),
        Container::OpenSsh => openssh.is_some_and(PrivateKey::is_encrypted),
        _ => false,
    }
}

/// The public half.
pub(super) fn public_half(
    container: Container,
    text: &str,
    openssh: Option<&PrivateKey>,
) -> Result<PublicHalf, Unread> {
    match container {
        Container::Unknown => Err(Unread::NotAKey),
        Container::EncryptedPkcs8 => Err(Unread::Encrypted),
        Container::Pkcs1 | Container::Sec1 | Container::Dsa if is_encrypted(container, text, None) => {
            Err(Unread::Encrypted)
        }
        Container::Dsa => Err(Unread::NotOpenedHere),
        Container::PublicPem => public_pem(text),
        Container::Sec1 => sec1(&der(text)?, None),
        Container::OpenSsh => {
            let key = openssh.ok_or(Unread::Damaged)?;
            let comment =
                (!key.is_encrypted()).then(|| String::from_utf8_lossy(key.comment().as_bytes()).into_owned());
            Ok(PublicHalf::of(key.public_key().key_data(), comment))
        }
        Container::Pkcs1 => pkcs1(&der(text)?),
        Container::Pkcs8 => {
            let der = der(text)?;
            let info = PrivateKeyInfoRef::try_from(der.as_slice()).map_err(|_| Unread::Damaged)?;
            match info.algorithm.oid {
                rsa::pkcs1::ALGORITHM_OID => pkcs1(info.private_key.as_bytes()),
                EC => {
                    let curve = info.algorithm.parameters_oid().map_err(|_| Unread::NotOpenedHere)?;
                    sec1(info.private_key.as_bytes(), Some(curve))
                }
                _ => Err(Unread::NotOpenedHere),
            }
        }
        Container::Ppk => ppk(text),
        Container::Rfc4716 => rfc4716(text),
        Container::PublicLine => {
            let (_, key, comment) = first_public_line(text)?;
            let key = PublicKey::from_bytes(&key).map_err(|_| Unread::Damaged)?;
            Ok(PublicHalf::of(key.key_data(), Some(comment.to_owned())))
        }
        Container::Certificate => {
            let (kind, key, comment) = first_public_line(text)?;
            let certificate = Certificate::from_bytes(&key).map_err(|_| Unread::Damaged)?;
            let mut half = PublicHalf::of(certificate.public_key(), Some(comment.to_owned()));
            half.key_type = kind.to_owned();
            Ok(half)
        }
    }
}

/// When a certificate holds.
pub(super) fn validity(container: Container, text: &str) -> Option<Validity> {
    if container != Container::Certificate {
        return None;
    }
    let (_, key, _) = first_public_line(text).ok()?;
    let certificate = Certificate::from_bytes(&key).ok()?;
    let time = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    Some(Validity {
        valid_after: time(certificate.valid_after()),
        valid_before: time(certificate.valid_before()),
    })
}

/// RFC 8017 appendix A.1.2. The numbers are not held against each other: ssh takes keys that the `rsa` crate refuses,
/// such as those with a large exponent.
fn pkcs1(der: &[u8]) -> Result<PublicHalf, Unread> {
    let key = rsa::pkcs1::RsaPrivateKeyRef::try_from(der).map_err(|_| Unread::Damaged)?;
    rsa_half(key.modulus.as_bytes(), key.public_exponent.as_bytes())
}

/// id-ecPublicKey (RFC 5480 section 2.1.1).
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// id-Ed25519 (RFC 8410 section 3).
pub(super) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// nistp256, nistp384 and nistp521 (RFC 5656 section 10.1); others have points of the same size.
const SSH_CURVES: [ObjectIdentifier; 3] = [P256, P384, P521];
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
pub(super) const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
pub(super) const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// The bytes of the first block. Lines may be of any length, as OpenSSL reads them, though RFC 7468 section 2 has 64.
pub(super) fn der(text: &str) -> Result<Zeroizing<Vec<u8>>, Unread> {
    let lines = block(text).lines().skip(1).take_while(|line| !line.starts_with("-----"));
    unwrapped(lines.filter(|line| !line.contains(':')), text.len()).ok_or(Unread::Damaged)
}

/// The bytes of base64 in lines, which have so many characters at most.
pub(super) fn unwrapped<'a>(lines: impl Iterator<Item = &'a str>, most: usize) -> Option<Zeroizing<Vec<u8>>> {
    // Room for all of it at once: a string that grows leaves its old bytes behind.
    let mut base64 = Zeroizing::new(String::with_capacity(most));
    lines.for_each(|line| base64.push_str(line));
    let mut bytes = Zeroizing::new(vec![0; base64.len() / 4 * 3 + 3]);
    let length = STANDARD.decode_slice(base64.as_bytes(), &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// `PUBLIC KEY` is RFC 5280 section 4.1.2.7, `RSA PUBLIC KEY` RFC 8017 appendix A.1.1.
fn public_pem(text: &str) -> Result<PublicHalf, Unread> {
    let der = der(text)?;
    if block(text).starts_with("-----BEGIN RSA") {
        return rsa_public(&der);
    }
    let info = SubjectPublicKeyInfoRef::try_from(der.as_slice()).map_err(|_| Unread::Damaged)?;
    let bytes = info.subject_public_key.as_bytes().ok_or(Unread::Damaged)?;
    match info.algorithm.oid {
        rsa::pkcs1::ALGORITHM_OID => rsa_public(bytes),
        EC => {
            let curve = info.algorithm.parameters_oid().map_err(|_| Unread::NotOpenedHere)?;
            if !SSH_CURVES.contains(&curve) {
                return Err(Unread::NotOpenedHere);
            }
            let public = EcdsaPublicKey::from_sec1_bytes(bytes).map_err(|_| Unread::NotOpenedHere)?;
            Ok(PublicHalf::of(&KeyData::Ecdsa(public), None))
        }
        ED25519 => {
            let public = Ed25519PublicKey::try_from(bytes).map_err(|_| Unread::Damaged)?;
            Ok(PublicHalf::of(&KeyData::Ed25519(public), None))
        }
        _ => Err(Unread::NotOpenedHere),
    }
}

fn rsa_public(der: &[u8]) -> Result<PublicHalf, Unread> {
    let key = rsa::pkcs1::RsaPublicKeyRef::try_from(der).map_err(|_| Unread::Damaged)?;
    rsa_half(key.modulus.as_bytes(), key.public_exponent.as_bytes())
}

fn rsa_half(modulus: &[u8], exponent: &[u8]) -> Result<PublicHalf, Unread> {
    let (e, n) = (Mpint::from_positive_bytes(exponent), Mpint::from_positive_bytes(modulus));
    let public = RsaPublicKey::new(e, n).map_err(|_| Unread::NotOpenedHere)?;
    Ok(PublicHalf::of(&KeyData::Rsa(public), None))
}

/// RFC 5915 section 3. The public key in it is optional, but every program writes it; it is not computed here.
fn sec1(der: &[u8], curve: Option<ObjectIdentifier>) -> Result<PublicHalf, Unread> {
    let key = sec1::EcPrivateKey::try_from(der).map_err(|_| Unread::Damaged)?;
    let named = key.parameters.and_then(sec1::EcParameters::named_curve);
    // PKCS#8 says the curve itself, and where both do, they must say the same.
    let curve = match (curve, named) {
        (Some(outer), Some(inner)) if outer != inner => return Err(Unread::Damaged),
        (outer, inner) => outer.or(inner).ok_or(Unread::NotOpenedHere)?,
    };
    if !SSH_CURVES.contains(&curve) {
        return Err(Unread::NotOpenedHere);
    }
    let point = key.public_key.ok_or(Unread::NotOpenedHere)?;
    let public = EcdsaPublicKey::from_sec1_bytes(point).map_err(|_| Unread::NotOpenedHere)?;
    Ok(PublicHalf::of(&KeyData::Ecdsa(public), None))
}

/// The text from the first BEGIN line of a private key to its END line: what stands around it is no fault.
pub(super) fn block(text: &str) -> &str {
    let start = text.match_indices("-----BEGIN ").map(|(at, _)| at).find(|&at| {
        text.get(at..).and_then(|t| t.lines().next()).is_some_and(|line| line.ends_with(" KEY-----"))
    });
    let rest = start.and_then(|at| text.get(at..)).unwrap_or(text);
    let end = rest.find("\n-----END ").and_then(|at| Some(at + 1 + rest.get(at + 1..)?.find('\n')? + 1));
    end.and_then(|end| rest.get(..end)).unwrap_or(rest)
}

/// `type base64 comment`, where the base64 says the same type; options before them, as in `authorized_keys`, too.
fn public_line(line: &str) -> Option<(&str, Vec<u8>, &str)> {
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line;
    loop {
        let (kind, after) = rest.split_once([' ', '\t'])?;
        let after = after.trim_start();
        let (key, comment) = after.split_once([' ', '\t']).unwrap_or((after, ""));
        if let Ok(key) = STANDARD.decode(key)
            && let Some((length, body)) = key.split_first_chunk::<4>()
            && usize::try_from(u32::from_be_bytes(*length))
                .is_ok_and(|l| body.get(..l) == Some(kind.as_bytes()))
        {
            return Some((kind, key, comment.trim()));
        }
        rest = after;
    }
}

fn first_public_line(text: &str) -> Result<(&str, Vec<u8>, &str), Unread> {
    text.lines().find_map(public_line).ok_or(Unread::Damaged)
}

pub(super) fn ppk_header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

/// PuTTY's own form (PuTTY manual, appendix C): the public half is in the clear. That the private half belongs to it
/// is not looked at.
fn ppk(text: &str) -> Result<PublicHalf, Unread> {
    let count: usize =
        ppk_header(text, "Public-Lines").and_then(|n| n.parse().ok()).ok_or(Unread::Damaged)?;
    let lines = text.lines().skip_while(|line| !line.starts_with("Public-Lines:")).skip(1).take(count);
    let key = STANDARD.decode(lines.collect::<String>()).map_err(|_| Unread::Damaged)?;
    let key = PublicKey::from_bytes(&key).map_err(|_| Unread::Damaged)?;
    let comment = ppk_header(text, "Comment").unwrap_or_default().to_owned();
    Ok(PublicHalf::of(key.key_data(), Some(comment)))
}

/// RFC 4716 section 3: headers, of which a line that ends in `\` goes on in the next, then base64.
fn rfc4716(text: &str) -> Result<PublicHalf, Unread> {
    let mut base64 = String::new();
    let mut comment = None;
    let mut lines = text.lines().skip_while(|line| *line != RFC4716).skip(1);
    loop {
        let line = lines.next().ok_or(Unread::Damaged)?;
        if line.starts_with("----") {
            break;
        }
        let Some((name, value)) = line.split_once(':') else {
            base64.push_str(line);
            continue;
        };
        let mut value = value.trim_start().to_owned();
        while value.ends_with('\\') {
            value.pop();
            value.push_str(lines.next().ok_or(Unread::Damaged)?);
        }
        if name.eq_ignore_ascii_case("comment") {
            let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
            comment = Some(quoted.unwrap_or(&value).to_owned());
        }
    }
    let key = STANDARD.decode(base64).map_err(|_| Unread::Damaged)?;
    let key = PublicKey::from_bytes(&key).map_err(|_| Unread::Damaged)?;
    Ok(PublicHalf::of(key.key_data(), comment))
}
