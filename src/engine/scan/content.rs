//! One file's secrets: what its reader finds by meaning, and the tokens that stand elsewhere in it.

use super::keepers::{Keeper, TEXT};
use crate::formats::loose::Loose;
use crate::formats::token::{self, Token};
use crate::secret::Secret;
use std::ops::Range;

/// A secret in a text.
pub(super) struct Candidate {
    pub(super) span: Range<usize>,
    /// 1-based.
    pub(super) line: usize,
    pub(super) value: Secret,
    pub(super) setting: String,
    pub(super) host: Option<String>,
    pub(super) user: Option<String>,
    pub(super) token: Option<Token>,
}

/// The secrets of a text, in order, no two of them overlapping.
pub(super) fn secrets(bytes: &[u8], keeper: Option<&Keeper>) -> Vec<Candidate> {
    let mut loose = (keeper.unwrap_or(&TEXT).read)(bytes);
    // A token in the text wins over nothing: what a reader found says more about it.
    let apart = |span: &Range<usize>, loose: &[Loose]| {
        loose.iter().all(|other| other.span.end <= span.start || span.end <= other.span.start)
    };
    let mut kept: Vec<Loose> = Vec::with_capacity(loose.len());
    for one in loose.drain(..) {
        if apart(&one.span, &kept) {
            kept.push(one);
        }
    }
    let tokens = token::find(bytes).into_iter().filter(|f| f.token.is_certain() && apart(&f.span, &kept));
    let mut all: Vec<Candidate> = tokens
        .map(|found| Candidate {
            value: Secret::copy_of(bytes.get(found.span.clone()).unwrap_or_default()),
            line: 0,
            span: found.span,
            setting: "token".into(),
            host: None,
            user: None,
            token: Some(found.token),
        })
        .collect();
    all.extend(kept.into_iter().map(|Loose { span, value, setting, host, user }| {
        let token = token::recognise(value.expose());
        // What looks like a token is not shown, wherever it stands.
        let user = user.filter(|user| !token::is_user_a_token(user));
        Candidate { span, line: 0, value, setting, host, user, token }
    }));
    all.sort_by_key(|c| c.span.start);
    let (mut line, mut from) = (1, 0);
    for one in &mut all {
        line += memchr::memchr_iter(b'\n', bytes.get(from..one.span.start).unwrap_or_default()).count();
        from = one.span.start;
        one.line = line;
    }
    all
}
