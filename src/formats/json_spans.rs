//! Where things stand in a JSON text (RFC 8259), so that an edit touches its own bytes only.

use crate::secret::Secret;
use serde::de::IgnoredAny;
use std::ops::Range;

/// A member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name, decoded.
    pub name: String,
    /// Its name with the quotes.
    pub name_at: Range<usize>,
    /// Its value.
    pub value: Range<usize>,
}

impl Member {
    /// From the name's first quote to the end of the value.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.name_at.start..self.value.end
    }
}

/// The one object that a text is; `None` when the text is not JSON, or no object.
#[must_use]
pub fn object(bytes: &[u8]) -> Option<Range<usize>> {
    serde_json::from_str::<IgnoredAny>(std::str::from_utf8(bytes).ok()?).ok()?;
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let end = bytes.iter().rposition(|b| !b.is_ascii_whitespace())? + 1;
    bytes.get(start..end).filter(|text| text.first() == Some(&b'{')).map(|_| start..end)
}

/// The members of an object in a text that [`object`] took; `None` when the span is no object, or two members have one
/// name: programs do not agree which of them counts.
#[must_use]
pub fn members(bytes: &[u8], object: &Range<usize>) -> Option<Vec<Member>> {
    let mut found: Vec<Member> = Vec::new();
    if bytes.get(object.start) != Some(&b'{') {
        return None;
    }
    let mut at = blank(bytes, object.start + 1);
    while bytes.get(at) == Some(&b'"') {
        let name_at = at..end_of_text(bytes, at)?;
        let name: String = serde_json::from_slice(bytes.get(name_at.clone())?).ok()?;
        let value = blank(bytes, blank(bytes, name_at.end) + 1);
        let value = value..end_of_value(bytes, value)?;
        at = blank(bytes, value.end);
        if bytes.get(at) == Some(&b',') {
            at = blank(bytes, at + 1);
        }
        if found.iter().any(|member| member.name == name) {
            return None;
        }
        found.push(Member { name, name_at, value });
    }
    Some(found)
}

/// A text value, decoded; `None` for any other.
#[must_use]
pub fn text(bytes: &[u8], value: &Range<usize>) -> Option<Secret> {
    let raw = bytes.get(value.clone())?;
    match serde_json::from_slice::<&str>(raw) {
        Ok(text) => Some(Secret::copy_of(text.as_bytes())),
        Err(_) => serde_json::from_slice::<String>(raw).ok().map(Secret::take_string),
    }
}

fn blank(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

fn end_of_text(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn end_of_value(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = end_of_text(bytes, at)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' if depth == 0 => return Some(at),
            b if b.is_ascii_whitespace() && depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}
