//! Keeps a token that a host sends back out of what is shown.

use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// How many of its characters in a row make a text a part of the token.
const PART: usize = 8;

/// The longest text of a host that is shown, in characters.
const LONGEST: usize = 200;

/// Knows a token, to find it in texts.
#[derive(Debug)]
pub(super) struct Echo<'a> {
    secret: &'a Secret,
    user: &'a str,
}

impl<'a> Echo<'a> {
    pub(super) fn of(secret: &'a Secret, user: &'a str) -> Self {
        Self { secret, user }
    }

    /// A text of the host's, cut to a length that fits a line; without it when it repeats the token.
    pub(super) fn text(&self, text: &str) -> String {
        if self.is_in(text) {
            return "(not shown: it repeats the token)".into();
        }
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        flat.chars().take(LONGEST).collect()
    }

    /// A link, whole or not at all.
    pub(super) fn link(&self, text: &str) -> Option<String> {
        let whole = text.len() <= 2000 && text.bytes().all(|b| b.is_ascii_graphic()) && !self.is_in(text);
        whole.then(|| text.to_owned())
    }

    /// Whether a part of the token stands in a text, as it is or as Basic carries it.
    fn is_in(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let secret = self.secret.expose();
        let mut pair = Zeroizing::new(Vec::with_capacity(self.user.len() + 1 + secret.len()));
        pair.extend_from_slice(self.user.as_bytes());
        pair.push(b':');
        pair.extend_from_slice(secret);
        let mut found = holds_part(text, secret.get(prefix(secret)..).unwrap_or_default());
        // The first letters of Basic's code are the user name's.
        let clear = (self.user.len() + 1).div_ceil(3) * 4;
        for (coded, skip) in [(pair.as_slice(), clear), (secret, prefix(secret).div_ceil(3) * 4)] {
            let coded = Zeroizing::new(STANDARD.encode(coded));
            found |= holds_part(text, coded.as_bytes().get(skip..).unwrap_or_default());
        }
        found
    }
}

/// How long the public beginning is: `ghp_`, `github_pat_`, `glpat-`.
fn prefix(secret: &[u8]) -> usize {
    let head = secret.get(..12).unwrap_or_default();
    head.iter().rposition(|b| matches!(b, b'_' | b'-')).map_or(0, |at| at + 1)
}

fn holds_part(text: &[u8], secret: &[u8]) -> bool {
    let width = PART.min(secret.len());
    width > 3 && secret.windows(width).any(|part| text.windows(width).any(|at| at == part))
}
