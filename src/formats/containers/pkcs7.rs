//! PKCS#7 with certificates, `.p7b` (RFC 5652 section 5: SignedData). Only the certificates and lists are read.

use super::{Contents, Held, NotRead};
use x509_parser::asn1_rs::{Any, Class, FromDer, Tag, ToDer};

/// id-signedData (RFC 5652 section 5.1), 1.2.840.113549.1.7.2.
const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

pub(super) fn is_one(bytes: &[u8]) -> bool {
    Any::from_der(bytes).is_ok_and(|(_, whole)| whole.data.starts_with(SIGNED_DATA))
}

pub(super) fn read(bytes: &[u8]) -> Result<Contents, NotRead> {
    let mut held = Contents::default();
    let whole = value(bytes)?;
    let content = value(whole.data.get(SIGNED_DATA.len()..).ok_or(NotRead::Damaged)?)?;
    let signed = value(content.data)?;
    let mut rest = signed.data;
    while !rest.is_empty() {
        let (next, field) = Any::from_der(rest).map_err(|_| NotRead::Damaged)?;
        rest = next;
        if field.class() != Class::ContextSpecific {
            continue;
        }
        let mut inner = field.data;
        while !inner.is_empty() {
            let (next, item) = Any::from_der(inner).map_err(|_| NotRead::Damaged)?;
            inner = next;
            // Other kinds of certificates have context tags (section 10.2.2).
            if item.tag() != Tag::Sequence || item.class() != Class::Universal {
                continue;
            }
            let der = item.to_der_vec().map_err(|_| NotRead::Damaged)?;
            match field.tag().0 {
                0 => held.certs.push(Held { der, alias: None }),
                1 => held.crls.push(der),
                _ => {}
            }
        }
    }
    Ok(held)
}

fn value(bytes: &[u8]) -> Result<Any<'_>, NotRead> {
    Any::from_der(bytes).map(|(_, any)| any).map_err(|_| NotRead::Damaged)
}
