//! The form of a table of facts: who makes tokens, and how each kind of them is built.

use super::looks::looks_random;
use super::{Checksum, Fact, Token};
use std::ops::Range;

/// Who makes tokens.
#[derive(Debug)]
pub struct Issuer {
    /// As people know it.
    pub name: &'static str,
    /// The day on which the table was compared with what the provider publishes.
    pub checked_on: &'static str,
    /// Where its tokens are listed and revoked.
    pub page: &'static str,
    /// What it makes.
    pub kinds: &'static [Kind],
}

/// One kind of token.
#[derive(Debug)]
pub struct Kind {
    /// Stable name for programs: `github-classic`.
    pub code: &'static str,
    /// For people, without the issuer: `personal access token (classic)`.
    pub title: &'static str,
    /// The bytes that it is found by; empty where it has none.
    pub(super) mark: &'static str,
    /// How many bytes before the mark belong to it; mostly none.
    pub(super) before: fn(&[u8]) -> Option<usize>,
    /// What follows the mark.
    pub(super) body: Body,
    /// Reads the whole token. `None` where it is none of this kind after all.
    pub(super) read: fn(&[u8]) -> Option<Reading>,
    /// Whether it opens something by itself. The name of a key does not.
    pub secret: bool,
    /// What its owner should know; may be empty.
    pub remark: &'static str,
}

impl Kind {
    /// The usual kind: a prefix, then a body; no checksum.
    pub(super) const fn new(code: &'static str, title: &'static str, mark: &'static str, body: Body) -> Self {
        Self { code, title, mark, before: nothing, body, read: unread, secret: true, remark: "" }
    }

    pub(super) const fn read_by(mut self, read: fn(&[u8]) -> Option<Reading>) -> Self {
        self.read = read;
        self
    }

    pub(super) const fn remark(mut self, remark: &'static str) -> Self {
        self.remark = remark;
        self
    }

    /// Whether the mark is the beginning of the token.
    pub(super) fn is_prefix(&self) -> bool {
        !self.mark.is_empty() && (self.before)(b"") == Some(0)
    }

    /// The token whose mark stands at `mark`, where there is one with proper borders.
    pub(super) fn at(
        &'static self,
        issuer: &'static Issuer,
        text: &[u8],
        mark: usize,
    ) -> Option<(Range<usize>, Token)> {
        let start = mark - (self.before)(text.get(..mark)?)?;
        if !begins_word(text.get(..start)?) {
            return None;
        }
        let after = mark + self.mark.len();
        let end = after + self.body.length(text.get(after..)?)?;
        let token = text.get(start..end)?;
        let reading = (self.read)(token)?;
        let strong = reading.strong || reading.checksum == Checksum::Valid;
        // A mark in the middle says nothing about what is random.
        let body = if start == mark { text.get(after..end)? } else { token };
        let real = strong || looks_random(body);
        Some((start..end, Token::of(issuer, self, reading, real)))
    }
}

/// What a token's own bytes say.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) checksum: Checksum,
    pub(super) facts: Vec<(&'static str, Fact)>,
    /// Its inner form alone is proof enough that it is real.
    pub(super) strong: bool,
}

impl Reading {
    pub(super) fn of(checksum: Checksum) -> Self {
        Self { checksum, facts: Vec::new(), strong: false }
    }

    /// Valid or, for a rule that is proven, invalid.
    pub(super) fn checked(fits: bool) -> Self {
        Self::of(if fits { Checksum::Valid } else { Checksum::Invalid })
    }

    pub(super) fn with(mut self, name: &'static str, fact: Fact) -> Self {
        self.facts.push((name, fact));
        self
    }
}

/// The body of a token, after its mark.
#[derive(Debug)]
pub(super) enum Body {
    /// So many bytes of an alphabet, and then none more of a word.
    Run { of: fn(u8) -> bool, least: usize, most: usize },
    /// Its length by a rule of its own.
    Own(fn(&[u8]) -> Option<usize>),
}

impl Body {
    fn length(&self, rest: &[u8]) -> Option<usize> {
        match self {
            Self::Own(length) => length(rest),
            Self::Run { of, least, most } => {
                let length = run(rest, *of, most + 1);
                let next = rest.get(length).copied();
                let ends = !next.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
                ((*least..=*most).contains(&length) && ends).then_some(length)
            }
        }
    }
}

/// How many bytes of the alphabet stand at the start; not more than `most` are looked at.
pub(super) fn run(bytes: &[u8], of: fn(u8) -> bool, most: usize) -> usize {
    bytes.iter().take(most).take_while(|&&b| of(b)).count()
}

/// The length of a JWT (RFC 7519): three parts of base64url with dots between.
pub(super) fn jwt(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    for part in 0..3 {
        if part > 0 {
            at += bytes.get(at).filter(|b| **b == b'.').map(|_| 1)?;
        }
        let length = run(bytes.get(at..)?, url_safe, 2000);
        if length < 8 {
            return None;
        }
        at += length;
    }
    Some(at)
}

/// Letters and digits.
pub(super) fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// Letters, digits and `_`.
pub(super) fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The alphabet of base64url: letters, digits, `_` and `-`.
pub(super) fn url_safe(byte: u8) -> bool {
    word(byte) || byte == b'-'
}

/// The alphabet of base64: letters, digits, `+` and `/`.
pub(super) fn base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// Hexadecimal digits in lower case.
pub(super) fn hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

fn nothing(_: &[u8]) -> Option<usize> {
    Some(0)
}

fn unread(_: &[u8]) -> Option<Reading> {
    Some(Reading::of(Checksum::None))
}

/// Whether a token may begin after these bytes: they end no word, or in an escape (`\n` of a quoted text, `%20`).
fn begins_word(before: &[u8]) -> bool {
    match before {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => true,
        [.., last] => !url_safe(*last),
        [] => true,
    }
}
