//! XML: Maven's `settings.xml`, `NuGet.Config`. Tags, attributes and text, without entities: a value with one is told in the
//! form in which it is written.

use super::{Loose, MOST, is_literal, unquoted};
use memchr::memmem;
use std::ops::Range;

/// A start tag, and the text between it and the next tag.
struct Element {
    /// The names of the open elements, this one last.
    path: Vec<String>,
    /// What stands in the tag after its name.
    attributes: Range<usize>,
    /// Without blanks.
    text: Range<usize>,
}

fn elements(bytes: &[u8]) -> Vec<Element> {
    let mut found = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(open) = bytes.get(at..).and_then(|rest| memchr::memchr(b'<', rest)).map(|o| at + o) {
        let rest = bytes.get(open..).unwrap_or_default();
        let after = |end: &[u8]| memmem::find(rest, end).map_or(bytes.len(), |e| open + e + end.len());
        if rest.starts_with(b"<!--") {
            at = after(b"-->");
            continue;
        }
        let close = after(b">");
        at = close;
        let tag = bytes.get(open + 1..close.saturating_sub(1)).unwrap_or_default();
        if matches!(tag.first(), Some(b'?' | b'!') | None) {
            continue;
        }
        if tag.first() == Some(&b'/') {
            path.pop();
            continue;
        }
        let length = tag.iter().take_while(|b| !b.is_ascii_whitespace() && **b != b'/').count();
        path.push(String::from_utf8_lossy(tag.get(..length).unwrap_or_default()).into_owned());
        let end =
            bytes.get(close..).and_then(|rest| memchr::memchr(b'<', rest)).map_or(bytes.len(), |e| close + e);
        found.push(Element {
            path: path.clone(),
            attributes: open + 1 + length..close.saturating_sub(1),
            text: trimmed(bytes, close..end),
        });
        // Deeper than any file of this kind: no file of this kind.
        if tag.ends_with(b"/") || path.len() > 64 {
            path.pop();
        }
    }
    found
}

/// The elements of a file: their names from the outermost in, and the text up to the next tag.
pub(in crate::formats) fn texts(bytes: &[u8]) -> Vec<(Vec<String>, &str)> {
    elements(bytes).into_iter().map(|element| (element.path, text(bytes, element.text))).collect()
}

fn trimmed(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let text = bytes.get(span.clone()).unwrap_or_default();
    let start = span.start + text.iter().take_while(|b| b.is_ascii_whitespace()).count();
    start..start + text.trim_ascii().len()
}

impl Element {
    fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    fn parent(&self) -> &[String] {
        self.path.split_last().map_or(&[], |(_, parent)| parent)
    }

    /// The value of an attribute.
    fn attribute(&self, bytes: &[u8], name: &str) -> Option<Range<usize>> {
        let text = bytes.get(self.attributes.clone())?;
        let starts = memmem::find_iter(text, name.as_bytes()).find(|at| {
            let before = at.checked_sub(1).and_then(|b| text.get(b)).is_none_or(u8::is_ascii_whitespace);
            before && text.get(at + name.len()) == Some(&b'=')
        })?;
        let start = starts + name.len() + 1;
        let quote = text.get(start).filter(|b| matches!(b, b'"' | b'\''))?;
        let length = text.get(start + 1..)?.iter().position(|b| b == quote)? + 2;
        let base = self.attributes.start + start;
        Some(unquoted(bytes, base..base + length))
    }
}

fn text(bytes: &[u8], span: Range<usize>) -> &str {
    bytes.get(span).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
}

/// Maven: `<server>` and `<proxy>` with id, username, password. `{...}` is encrypted, `${...}` a variable.
#[must_use]
pub fn maven(bytes: &[u8]) -> Vec<Loose> {
    let all = elements(bytes);
    let secrets = all.iter().enumerate().filter(|(_, e)| {
        ["password", "passphrase"].contains(&e.name()) && is_literal(text(bytes, e.text.clone()).as_bytes())
    });
    secrets
        .take(MOST)
        .map(|(at, element)| {
            let depth = element.path.len();
            // Brothers and sisters: up to the parent's tag before, and to the next element that is less deep after.
            let is_sibling = |e: &&Element| e.path.len() >= depth;
            let before = all.get(..at).unwrap_or_default().iter().rev().take_while(is_sibling);
            let after = all.get(at..).unwrap_or_default().iter().take_while(is_sibling);
            let of: Vec<&Element> = before.chain(after).filter(|e| e.parent() == element.parent()).collect();
            let value =
                |name: &str| of.iter().find(|e| e.name() == name).map(|e| text(bytes, e.text.clone()));
            let host = value("host").or_else(|| value("id"));
            Loose::plain(bytes, element.text.clone(), element.name()).at(host, value("username"))
        })
        .collect()
}

/// NuGet: `<packageSourceCredentials><NAME><add key="ClearTextPassword" value="..."/>`. `Password` is encrypted on Windows.
#[must_use]
pub fn nuget(bytes: &[u8]) -> Vec<Loose> {
    let all = elements(bytes);
    let pair = |e: &Element| Some((text(bytes, e.attribute(bytes, "key")?), e.attribute(bytes, "value")?));
    let adds = all.iter().filter(|e| e.name() == "add");
    let adds: Vec<(&[String], &str, Range<usize>)> =
        adds.filter_map(|e| pair(e).map(|(key, value)| (e.parent(), key, value))).collect();
    let mut found = Vec::new();
    for (parent, key, value) in &adds {
        let is_secret = key.eq_ignore_ascii_case("ClearTextPassword")
            && is_literal(text(bytes, value.clone()).as_bytes());
        if !is_secret || found.len() >= MOST {
            continue;
        }
        let source = parent.last().map(String::as_str);
        let user = adds.iter().find(|(of, key, _)| of == parent && key.eq_ignore_ascii_case("Username"));
        let user = user.map(|(.., value)| text(bytes, value.clone()));
        let urls = adds.iter().filter(|(_, key, _)| Some(*key) == source);
        let mut urls = urls.map(|(.., value)| text(bytes, value.clone())).filter(|url| url.contains("://"));
        let host = urls.next().and_then(super::authority).or(source);
        found.push(Loose::plain(bytes, value.clone(), key).at(host, user));
    }
    found
}
