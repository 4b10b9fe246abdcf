//! `NAME=value` and `NAME: value` of shells, environment files and CI, and passwords on command lines.

use super::{Care, Loose, unquoted};
use crate::formats::lines::lines;
use crate::formats::token;
use std::ops::Range;

/// What the name of a secret ends with, in lower case and without `_`, `-` and `.`.
const ENDINGS: &[&str] = &[
    "token",
    "password",
    "passwd",
    "secret",
    "apikey",
    "accesskey",
    "privatekey",
    "pat",
    "credential",
    "credentials",
    "auth",
];

/// Assignments to names that end as the names of secrets do; also fish's `set -gx NAME value` and csh's `setenv`.
#[must_use]
pub fn assignments(bytes: &[u8], care: Care) -> Vec<Loose> {
    let mut found = Vec::new();
    for line in lines(bytes) {
        let signs = line.text.iter().enumerate().filter(|(_, b)| matches!(b, b'=' | b':'));
        let mut done = 0;
        if line.text.starts_with(b"set") {
            found.extend(set(bytes, line.span.clone(), care));
        }
        for (at, _) in signs {
            if at < done {
                continue;
            }
            if let Some(loose) = assignment(bytes, line.span.clone(), at, care) {
                done = loose.span.end - line.span.start;
                found.push(loose);
            }
        }
    }
    found
}

fn assignment(bytes: &[u8], line: Range<usize>, sign: usize, care: Care) -> Option<Loose> {
    let text = bytes.get(line.clone())?;
    let before = text.get(..sign)?.trim_ascii_end();
    let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before);
    let of_name = |b: &&u8| b.is_ascii_alphanumeric() || b"_-.".contains(b);
    let length = before.iter().rev().take(100).take_while(of_name).count();
    let name = std::str::from_utf8(before.get(before.len() - length..)?).ok()?.trim_start_matches('-');
    if !names_secret(name) || text.get(sign + 1) == Some(&b'=') {
        return None;
    }
    let value = word(bytes, line.start + sign + 1..line.end)?;
    let written = bytes.get(value.clone())?;
    let path =
        [&b"/"[..], b"~", b"./", b"../"].iter().any(|s| written.starts_with(s)) && !written.contains(&b'=');
    let strong = token::recognise(written).is_some_and(|t| t.is_certain());
    let long = written.len() >= if care == Care::Any { 6 } else { 16 };
    (strong || (long && !path && care.takes(written))).then(|| Loose::plain(bytes, value, name))
}

/// `set -gx NAME value`, `setenv NAME value`
fn set(bytes: &[u8], line: Range<usize>, care: Care) -> Option<Loose> {
    let text = bytes.get(line.clone())?;
    let mut words =
        words(text, line.start).filter(|w| !bytes.get(w.clone()).is_some_and(|w| w.starts_with(b"-")));
    let command = bytes.get(words.next()?)?;
    let name = std::str::from_utf8(bytes.get(words.next()?)?).ok()?;
    let value = unquoted(bytes, words.next()?);
    let written = bytes.get(value.clone())?;
    let fits =
        (command == b"set" || command == b"setenv") && names_secret(name) && !written.starts_with(b"/");
    (fits && written.len() >= 6 && care.takes(written)).then(|| Loose::plain(bytes, value, name))
}

/// Whether a variable of this name holds a secret.
#[must_use]
pub fn names_secret(name: &str) -> bool {
    let flat: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
    // A name of one word, such as `pat` or `auth`, says too little.
    let short = flat.len() < 5;
    !short
        && ENDINGS
            .iter()
            .any(|ending| flat.ends_with(ending) && (ending.len() > 4 || flat.len() > ending.len() + 1))
}

/// No value is longer: a line of nothing but assignments must not be read over and over.
const LONGEST: usize = 8192;

/// The first word of a value: in quotes, or up to a blank.
fn word(bytes: &[u8], span: Range<usize>) -> Option<Range<usize>> {
    let text = bytes.get(span.clone())?;
    let start = span.start + text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let rest = bytes.get(start..span.end.min(start + LONGEST))?;
    let length = match rest.first()? {
        quote @ (b'"' | b'\'') => rest.get(1..)?.iter().position(|b| b == quote)? + 2,
        _ => {
            rest.iter().position(|b| b.is_ascii_whitespace() || b";,&|)\"'".contains(b)).unwrap_or(rest.len())
        }
    };
    Some(unquoted(bytes, start..start + length))
}

/// Passwords on command lines, as shell histories keep them: `--password X`, `-u user:X`, `docker login -p X`.
#[must_use]
pub fn flags(bytes: &[u8]) -> Vec<Loose> {
    let mut found = Vec::new();
    for line in lines(bytes) {
        let words: Vec<Range<usize>> = words(line.text, line.span.start).collect();
        let text = |at: usize| words.get(at).and_then(|w| bytes.get(w.clone())).unwrap_or_default();
        let logs_in = (0..words.len()).any(|at| text(at) == b"login");
        let curl = (0..words.len()).any(|at| text(at).ends_with(b"curl") || text(at).ends_with(b"wget"));
        for (at, span) in words.iter().enumerate().skip(1) {
            let plain = |setting| Loose::plain(bytes, unquoted(bytes, span.clone()), setting);
            let loose = match text(at - 1) {
                b"--password" | b"--token" | b"--private-token" | b"--auth-token" => plain("--password"),
                b"-p" if logs_in => plain("-p"),
                b"-u" | b"--user" if curl => match pair(bytes, span.clone()) {
                    Some(loose) => loose,
                    None => continue,
                },
                _ => continue,
            };
            if loose.value.len() >= 6
                && super::is_literal(loose.value.expose())
                && !text(at).starts_with(b"-")
            {
                found.push(loose);
            }
        }
    }
    found
}

/// `user:password`
fn pair(bytes: &[u8], span: Range<usize>) -> Option<Loose> {
    let span = unquoted(bytes, span);
    let text = bytes.get(span.clone())?;
    let colon = text.iter().position(|b| *b == b':')?;
    let user = std::str::from_utf8(text.get(..colon)?).ok()?;
    Some(Loose::plain(bytes, span.start + colon + 1..span.end, "-u").at(None, Some(user)))
}

fn words(line: &[u8], start: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += line.get(at..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let length = line.get(at..)?.iter().take_while(|b| !b.is_ascii_whitespace()).count();
        let word = start + at..start + at + length;
        at += length;
        (length > 0).then_some(word)
    })
}
