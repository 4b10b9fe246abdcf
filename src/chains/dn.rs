//! Distinguished names as path validation compares them (RFC 5280 section 7.1).

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// A name in the form in which equal names have equal bytes: one entry a relative name, its attributes in order.
///
/// Strings are compared without regard to their type, to case, and to blanks at the ends or more than one in a row.
/// Of RFC 4518's preparation the normalisation of composed characters (NFKC) is left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Dn(Vec<Vec<Vec<u8>>>);

impl Dn {
    pub(super) fn of(name: &X509Name<'_>) -> Self {
        Self(name.iter().map(|relative| ordered(relative.iter())).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `self` is `base` or a name below it (section 4.2.1.10).
    pub(super) fn is_within(&self, base: &Self) -> bool {
        self.0.starts_with(&base.0)
    }

    /// A name of one relative name.
    pub(super) fn relative(attributes: &[AttributeTypeAndValue<'_>]) -> Self {
        Self(vec![ordered(attributes.iter())])
    }

    /// The name with another one below it (section 4.2.1.13: nameRelativeToCRLIssuer).
    pub(super) fn with(&self, below: &Self) -> Self {
        Self(self.0.iter().chain(&below.0).cloned().collect())
    }
}

/// The attributes of a relative name, each as bytes that are equal when the attributes are.
fn ordered<'n, 'a: 'n>(attributes: impl Iterator<Item = &'n AttributeTypeAndValue<'a>>) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = attributes
        .map(|attribute| {
            let mut bytes = attribute.attr_type().as_bytes().to_vec();
            match prepared(attribute.attr_value()) {
                Some(text) => {
                    bytes.push(0);
                    bytes.extend(text.into_bytes());
                }
                None => {
                    let tag = attribute.attr_value().tag().0;
                    bytes.push(1);
                    bytes.extend(tag.to_be_bytes());
                    bytes.extend_from_slice(attribute.attr_value().data);
                }
            }
            bytes
        })
        .collect();
    all.sort_unstable();
    all
}

/// The text of a string type, ready to compare.
fn prepared(value: &Any<'_>) -> Option<String> {
    let text = match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::VisibleString => {
            std::str::from_utf8(value.data).ok()?.to_owned()
        }
        Tag::T61String => value.data.iter().map(|&byte| char::from(byte)).collect(),
        Tag::BmpString => {
            let units: Vec<u16> =
                value.data.chunks(2).map(|pair| pair.iter().fold(0, |n, &b| n << 8 | u16::from(b))).collect();
            String::from_utf16(&units).ok()?
        }
        _ => return None,
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" ").to_lowercase())
}
