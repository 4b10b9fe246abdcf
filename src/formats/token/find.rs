//! Tokens in any bytes, in one pass.
//!
//! All marks are looked for at once (Aho and Corasick), and each hit is judged by a look at a bounded neighbourhood, so
//! the time is linear in the length whatever the text is.

use super::shape::alphanumeric;
use super::{ISSUERS, Issuer, Kind, Token, aws, azure};
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::LazyLock;

/// A token in a text.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where its value stands.
    pub span: Range<usize>,
    /// What it is.
    pub token: Token,
}

/// The marks, and beside each the kinds that have it.
struct Marks {
    search: AhoCorasick,
    kinds: Vec<Vec<(&'static Issuer, &'static Kind)>>,
}

static MARKS: LazyLock<Option<Marks>> = LazyLock::new(|| {
    let mut marks: Vec<&str> = Vec::new();
    let mut kinds: Vec<Vec<_>> = Vec::new();
    for (issuer, kind) in ISSUERS.iter().flat_map(|issuer| issuer.kinds.iter().map(move |k| (*issuer, k))) {
        if kind.mark.is_empty() {
            continue;
        }
        match marks.iter().position(|mark| *mark == kind.mark).and_then(|at| kinds.get_mut(at)) {
            Some(same) => same.push((issuer, kind)),
            None => {
                marks.push(kind.mark);
                kinds.push(vec![(issuer, kind)]);
            }
        }
    }
    let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(marks).ok()?;
    Some(Marks { search, kinds })
});

/// All tokens in a text, in order; also those of which the checksum is wrong or that look like placeholders
/// ([`Token::is_certain`] tells them apart).
#[must_use]
pub fn find(text: &[u8]) -> Vec<Found> {
    let mut found = marked(text);
    let unmarked = in_long_runs(text);
    if !unmarked.is_empty() {
        found.extend(unmarked);
        found.sort_by_key(|f| f.span.start);
        let mut end = 0;
        found.retain(|f| {
            let apart = f.span.start >= end;
            end = end.max(f.span.end);
            apart
        });
    }
    found
}

/// The tokens that have a mark.
pub(super) fn marked(text: &[u8]) -> Vec<Found> {
    let Some(marks) = MARKS.as_ref() else { return Vec::new() };
    let mut found: Vec<Found> = Vec::new();
    let mut end = 0;
    for hit in marks.search.find_iter(text) {
        if hit.start() < end {
            continue;
        }
        let kinds = marks.kinds.get(hit.pattern().as_usize()).map_or(&[][..], Vec::as_slice);
        let token = kinds.iter().find_map(|(issuer, kind)| kind.at(issuer, text, hit.start()));
        if let Some((span, token)) = token.filter(|(span, _)| span.start >= end) {
            end = span.end;
            found.push(Found { span, token });
        }
    }
    found
}

/// The two kinds without mark that prove themselves: Azure's 52 characters by their checksum, and CodeCommit's
/// passwords by their form. Both are longer than [`STRIDE`], so a look at every 52nd byte misses neither.
fn in_long_runs(text: &[u8]) -> Vec<Found> {
    const STRIDE: usize = azure::OLD_LENGTH;
    let mut found = Vec::new();
    let mut done = 0;
    let mut at = STRIDE - 1;
    while let Some(byte) = text.get(at) {
        if !alphanumeric(*byte) {
            at += STRIDE;
            continue;
        }
        let left =
            text.get(done..at).unwrap_or_default().iter().rev().take_while(|b| alphanumeric(**b)).count();
        let right = text.get(at..).unwrap_or_default().iter().take_while(|b| alphanumeric(**b)).count();
        let span = at - left..at + right;
        done = span.end;
        at = span.end + STRIDE;
        let run = text.get(span.clone()).unwrap_or_default();
        let token = match run.len() {
            azure::OLD_LENGTH => azure::proven(run),
            aws::SIGNATURE_LENGTH => aws::signature(run),
            _ => None,
        };
        found.extend(token.map(|token| Found { span, token }));
    }
    found
}
