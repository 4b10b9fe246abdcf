//! Distinguished names: who a certificate is for and who signed it.

use crate::redact::for_terminal;
use serde::{Serialize, Serializer};
use std::fmt;
use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::x509::X509Name;

/// A distinguished name, readable and escaped, in the order of the certificate.
///
/// In JSON one string in the manner of RFC 4514, but not reversed: `C=DE, O=Acme, CN=Acme Root`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    parts: Vec<(String, String)>,
}

impl Name {
    /// Reads a name.
    #[must_use]
    pub fn of(name: &X509Name<'_>) -> Self {
        let parts = name
            .iter_attributes()
            .map(|part| {
                let oid = part.attr_type().to_id_string();
                let label = LABELS.iter().find(|(o, _)| *o == oid).map_or(oid, |(_, l)| (*l).to_owned());
                (label, for_terminal(&text_of(part.attr_value()), false))
            })
            .collect();
        Self { parts }
    }

    /// The first value with this label: `CN`, `O`, `OU`, `C`...
    #[must_use]
    pub fn get(&self, label: &str) -> Option<&str> {
        self.parts.iter().find(|(l, _)| l == label).map(|(_, v)| v.as_str())
    }

    /// Label and value, in order.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().map(|(l, v)| (l.as_str(), v.as_str()))
    }

    /// What people call it: the common name, else the organisational unit or organisation, else all of it.
    #[must_use]
    pub fn short(&self) -> String {
        let found = ["CN", "OU", "O"].iter().find_map(|label| self.get(label));
        found.map_or_else(|| self.to_string(), str::to_owned)
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parts.is_empty() {
            return f.write_str("(no name)");
        }
        for (index, (label, value)) in self.parts.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{label}={}", escaped(value))?;
        }
        Ok(())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// RFC 4514 section 2.4: what would be taken for a border between parts gets a backslash.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (index, c) in value.chars().enumerate() {
        let border = matches!(c, ',' | '+' | '"' | '<' | '>' | ';');
        let edge = (index == 0 && matches!(c, '#' | ' ')) || (index == last && c == ' ');
        // for_terminal has already made backslashes of its own.
        if border || edge {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The string types of X.520; what is not text is shown in hex.
fn text_of(value: &Any<'_>) -> String {
    let data = value.data;
    match value.tag() {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString
        | Tag::GeneralString => String::from_utf8_lossy(data).into_owned(),
        // Written as Latin-1 by everybody, whatever T.61 says.
        Tag::T61String => data.iter().map(|&b| char::from(b)).collect(),
        Tag::BmpString => {
            let units = data.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xfffd,
            });
            char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
        }
        Tag::UniversalString => data
            .chunks(4)
            .map(|four| <[u8; 4]>::try_from(four).ok().map(u32::from_be_bytes))
            .map(|code| code.and_then(char::from_u32).unwrap_or('\u{fffd}'))
            .collect(),
        _ => format!("#{}", super::hex(data)),
    }
}

/// RFC 4514 section 3 and OpenSSL's short names.
const LABELS: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.42", "GN"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
];
