//! One file's secrets: what its reader finds by meaning, and the tokens that stand elsewhere in it.

use super::keepers::{Keeper, TEXT};
use crate::formats::loose::Loose;
use crate::formats::token::{self, Token};
use crate::secret::Secret;
use std::collections::BTreeMap;
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

/// Parts of a text that are spoken for: where each begins, and its end.
#[derive(Default)]
struct Taken(BTreeMap<usize, usize>);

impl Taken {
    /// Takes a part that no other overlaps.
    fn take(&mut self, span: &Range<usize>) -> bool {
        let before = self.0.range(..span.end).next_back();
        let free = before.is_none_or(|(_, end)| *end <= span.start);
        if free {
            self.0.insert(span.start, span.end);
        }
        free
    }
}

/// The secrets of a text, in order, no two of them overlapping.
pub(super) fn secrets(bytes: &[u8], keeper: Option<&Keeper>) -> Vec<Candidate> {
    // What a reader found says more than the bytes of a token alone, and the first of its findings the most.
    let mut taken = Taken::default();
    let loose = (keeper.unwrap_or(&TEXT).read)(bytes);
    let kept: Vec<Loose> = loose.into_iter().filter(|one| taken.take(&one.span)).collect();
    let tokens = token::find(bytes).into_iter().filter(|f| f.token.is_certain() && taken.take(&f.span));
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
