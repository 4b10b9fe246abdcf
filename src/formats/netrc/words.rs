//! Lines into words.

use super::OpenQuote;
use crate::formats::lines::{Line, lines};
use crate::secret::Secret;
use std::ops::Range;

/// Any word may be a password.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: Secret,
    pub(super) line: usize,
    pub(super) span: Range<usize>,
}

impl Word {
    /// Keywords have no case.
    pub(super) fn is(&self, keyword: &str) -> bool {
        self.text.expose().eq_ignore_ascii_case(keyword.as_bytes())
    }
}

/// The words of each line without its comment. A line of a comment alone is left out: it ends no macro.
pub(super) fn split(bytes: &[u8]) -> Result<Vec<Vec<Word>>, OpenQuote> {
    let mut all = Vec::new();
    for line in lines(bytes) {
        let words = words(&line)?;
        if !words.is_empty() || line.text.is_empty() {
            all.push(words);
        }
    }
    Ok(all)
}

fn words(line: &Line<'_>) -> Result<Vec<Word>, OpenQuote> {
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        let rest = line.text.get(at..).unwrap_or_default();
        let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        at += blanks;
        let rest = rest.get(blanks..).unwrap_or_default();
        let (text, length) = match rest {
            [] | [b'#', ..] => return Ok(words),
            [b'"', inside @ ..] => {
                let (text, length) = quoted(inside).ok_or(OpenQuote { line: line.number })?;
                (text, length + 1)
            }
            plain => {
                let length = plain.iter().position(u8::is_ascii_whitespace).unwrap_or(plain.len());
                (Secret::copy_of(plain.get(..length).unwrap_or_default()), length)
            }
        };
        let start = line.span.start + at;
        words.push(Word { text, line: line.number, span: start..start + length });
        at += length;
    }
}

/// The text and the length up to and with the closing quote.
fn quoted(inside: &[u8]) -> Option<(Secret, usize)> {
    let mut text = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter().enumerate();
    while let Some((at, &byte)) = bytes.next() {
        text.push(match byte {
            b'"' => return Some((Secret::take(text), at + 1)),
            b'\\' => match bytes.next()?.1 {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                &other => other,
            },
            byte => byte,
        });
    }
    None
}
