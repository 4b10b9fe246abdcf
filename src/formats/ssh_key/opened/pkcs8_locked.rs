//! Encrypted PKCS#8 (RFC 5958 section 3): PBES2, and the scheme of PKCS#12 that older OpenSSL wrote.

use super::old_pem::unpadded;
use super::{MOST_ITERATIONS, MOST_MEMORY, NotOpened};
use crate::secret::Secret;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode, Reader, SliceReader};
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf;
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier};
use sha1::{Digest, Sha1};
use ssh_key::Cipher;
use zeroize::{Zeroize, Zeroizing};

/// pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C).
const SHA1_3DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");

/// The PKCS#8 in it.
pub(super) fn open(bytes: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    if let Some(old) = pkcs12(bytes) {
        return old?.open(passphrase);
    }
    let info = EncryptedPrivateKeyInfoRef::try_from(bytes).map_err(|_| NotOpened::NotOpenedHere)?;
    let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return Err(NotOpened::NotOpenedHere);
    };
    match &parameters.kdf {
        Kdf::Pbkdf2(kdf) if kdf.iteration_count > MOST_ITERATIONS => {
            return Err(NotOpened::TooCostly(format!("{} iterations of PBKDF2", kdf.iteration_count)));
        }
        Kdf::Scrypt(kdf) => {
            let (n, r, p) = (kdf.cost_parameter, u64::from(kdf.block_size), u64::from(kdf.parallelization));
            let memory = n.saturating_mul(r).saturating_mul(128) / 1024;
            if memory > MOST_MEMORY || p > 16 {
                return Err(NotOpened::TooCostly(format!("scrypt with {memory} KiB, {p} times")));
            }
        }
        _ => {}
    }
    let plain = info.decrypt(passphrase.expose()).map_err(|_| NotOpened::WrongPassphrase)?;
    Ok(Zeroizing::new(plain.as_bytes().to_vec()))
}

/// The parts of the older scheme.
struct Pkcs12<'a> {
    salt: &'a [u8],
    iterations: u32,
    data: &'a [u8],
}

/// `None` when it is another scheme.
fn pkcs12(bytes: &[u8]) -> Option<Result<Pkcs12<'_>, NotOpened>> {
    let mut reader = SliceReader::new(bytes).ok()?;
    let (algorithm, data) = reader
        .sequence(|inner| {
            let algorithm = AlgorithmIdentifierRef::decode(inner)?;
            Ok::<_, pkcs8::der::Error>((algorithm, <&OctetStringRef>::decode(inner)?))
        })
        .ok()?;
    if algorithm.oid != SHA1_3DES {
        return None;
    }
    let parameters = algorithm.parameters?;
    let parts = parameters.sequence(|inner| {
        let salt = <&OctetStringRef>::decode(inner)?;
        Ok::<_, pkcs8::der::Error>((salt.as_bytes(), u32::decode(inner)?))
    });
    Some(match parts {
        Ok((_, iterations)) if iterations > MOST_ITERATIONS => {
            Err(NotOpened::TooCostly(format!("{iterations} iterations of PKCS#12")))
        }
        Ok((salt, iterations)) => Ok(Pkcs12 { salt, iterations, data: data.as_bytes() }),
        Err(_) => Err(NotOpened::Damaged),
    })
}

impl Pkcs12<'_> {
    fn open(&self, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let (key, iv) = (self.derive(1, passphrase, 24)?, self.derive(2, passphrase, 8)?);
        let mut plain = Zeroizing::new(self.data.to_vec());
        Cipher::TdesCbc.decrypt(&key, &iv, &mut plain, None).map_err(|_| NotOpened::Damaged)?;
        unpadded(plain, 8)
    }

    /// RFC 7292 appendix B.2 with SHA-1: blocks of 64 bytes, results of 20.
    fn derive(&self, id: u8, passphrase: &Secret, size: usize) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        // Appendix B.1: UTF-16, the end marked by a zero.
        let text = passphrase.expose_str().ok_or(NotOpened::WrongPassphrase)?;
        let mut phrase = Zeroizing::new(Vec::with_capacity(text.len() * 4 + 2));
        text.encode_utf16().chain([0]).for_each(|unit| phrase.extend_from_slice(&unit.to_be_bytes()));
        let fill = |part: &[u8]| part.len().div_ceil(64) * 64;
        let mut input = Zeroizing::new(Vec::with_capacity(fill(self.salt) + fill(&phrase)));
        input.extend(self.salt.iter().cycle().take(fill(self.salt)));
        input.extend(phrase.iter().cycle().take(fill(&phrase)));
        let mut key = Zeroizing::new(Vec::with_capacity(size + 20));
        while key.len() < size {
            let mut hash = Sha1::new().chain_update([id; 64]).chain_update(&*input).finalize();
            for _ in 1..self.iterations {
                hash = Sha1::digest(hash);
            }
            key.extend_from_slice(&hash);
            for block in input.chunks_exact_mut(64) {
                // Each block becomes block + hash, repeated, + 1, as numbers of 64 bytes.
                let mut carry = 1u16;
                for (at, byte) in block.iter_mut().enumerate().rev() {
                    let sum =
                        u16::from(*byte) + u16::from(hash.get(at % 20).copied().unwrap_or_default()) + carry;
                    *byte = sum.to_be_bytes()[1];
                    carry = sum >> 8;
                }
            }
            hash.as_mut_slice().zeroize();
        }
        key.truncate(size);
        Ok(key)
    }
}
