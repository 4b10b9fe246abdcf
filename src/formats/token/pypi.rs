//! PyPI and TestPyPI: macaroons, whose caveats can be read by anybody (libmacaroons "Macaroons v2 binary"; warehouse,
//! `macaroons/caveats`).

use super::shape::{Body, Issuer, Kind, Reading, url_safe};
use super::{Checksum, Fact};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

pub(super) static PYPI: Issuer = Issuer {
    name: "PyPI",
    checked_on: "2026-11-23",
    page: "Account settings, API tokens",
    kinds: &[Kind::new("pypi", "API token", "pypi-AgE", Body::Run { of: url_safe, least: 60, most: 4000 })
        .read_by(read)],
};

/// The signature cannot be checked without PyPI's key, but a token that is cut off or mistyped in its form is told.
fn read(token: &[u8]) -> Option<Reading> {
    let bytes = zeroize::Zeroizing::new(URL_SAFE_NO_PAD.decode(token.get(5..)?).unwrap_or_default());
    let Some(macaroon) = Macaroon::read(&bytes) else { return Some(Reading::of(Checksum::Invalid)) };
    let mut reading = Reading::of(Checksum::None);
    reading.strong = true;
    reading.facts = macaroon.facts();
    Some(reading)
}

struct Macaroon {
    location: String,
    identifier: String,
    caveats: Vec<Value>,
}

impl Macaroon {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[2])?;
        let mut location = String::new();
        let mut identifier = String::new();
        while let Some((kind, value)) = field(&mut rest)? {
            let text = String::from_utf8(value.to_vec()).ok()?;
            match kind {
                1 => location = text,
                2 => identifier = text,
                _ => return None,
            }
        }
        let mut caveats = Vec::new();
        while let Some((_, caveat)) = field(&mut rest)? {
            caveats.push(serde_json::from_slice(caveat).ok()?);
            while field(&mut rest)?.is_some() {}
        }
        match field(&mut rest)? {
            Some((6, signature)) if signature.len() == 32 && rest.is_empty() => {}
            _ => return None,
        }
        Some(Self { location, identifier, caveats })
    }

    /// Each caveat is a list that begins with its number.
    fn facts(&self) -> Vec<(&'static str, Fact)> {
        let mut facts = vec![
            ("made-for", Fact::Text(self.location.clone())),
            ("token-id", Fact::Text(self.identifier.clone())),
        ];
        let mut narrowed = false;
        for caveat in &self.caveats {
            let value = caveat.get(1);
            match caveat.get(0).and_then(Value::as_u64) {
                Some(0) => {
                    let times = [("expires", value), ("not-before", caveat.get(2))];
                    let time = |(name, at): (_, Option<&Value>)| Some((name, Fact::Time(at?.as_i64()?)));
                    facts.extend(times.into_iter().filter_map(time));
                }
                Some(number @ (1 | 2)) => {
                    narrowed = true;
                    let name = if number == 1 { "projects" } else { "project-ids" };
                    let list = value.and_then(Value::as_array).into_iter().flatten();
                    let list = list.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
                    facts.push((name, Fact::Text(list.collect::<Vec<_>>().join(", "))));
                }
                Some(3) => {
                    let user = value.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
                    facts.extend(user.map(|user| ("user-id", Fact::Text(user))));
                }
                Some(4) => narrowed = true,
                _ => {}
            }
        }
        if !narrowed {
            facts.push(("scope", Fact::Text("all projects of its account".into())));
        }
        facts
    }
}

/// A field's number and bytes; the inner `None` is the end of a section. Outer `None`: cut off or broken.
fn field<'a>(rest: &mut &'a [u8]) -> Option<Option<(u64, &'a [u8])>> {
    let kind = varint(rest)?;
    if kind == 0 {
        return Some(None);
    }
    let length = usize::try_from(varint(rest)?).ok()?;
    let (value, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(Some((kind, value)))
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
