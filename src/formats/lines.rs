//! The shared core of the line formats: bytes to lines with spans, and nothing lost on the way.

use std::ops::Range;

/// The UTF-8 byte order mark, which Windows editors put at the start of a file.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// How a line ends. A lone carriage return is part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eol {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
    /// The last line of a file without a final newline.
    None,
}

impl Eol {
    /// The bytes of the line end.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
            Self::None => b"",
        }
    }
}

/// One line: its text without the line end, and where it lies in the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// 1-based.
    pub number: usize,
    /// The text without line end and, in the first line, without byte order mark.
    pub text: &'a [u8],
    /// Where `text` lies, in bytes from the start of the file.
    pub span: Range<usize>,
    /// What follows the text.
    pub eol: Eol,
}

/// The text may be a credential, so it is not shown.
impl std::fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("number", &self.number).field("span", &self.span).finish_non_exhaustive()
    }
}

/// Length of the byte order mark at the start of `bytes`: 3 or 0.
#[must_use]
pub fn bom_length(bytes: &[u8]) -> usize {
    if bytes.starts_with(BOM) { BOM.len() } else { 0 }
}

/// The lines of a file, in order.
///
/// The byte order mark, then `text` and `eol` of each line one after the other, are the file again. An empty file has
/// no line, and a file that ends in a newline has none after it.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut at = bom_length(bytes);
    let mut number = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let (whole, eol) = match rest.iter().position(|&b| b == b'\n') {
            Some(end) if end > 0 && rest.get(end - 1) == Some(&b'\r') => (end - 1, Eol::CrLf),
            Some(end) => (end, Eol::Lf),
            None => (rest.len(), Eol::None),
        };
        let span = at..at + whole;
        at += whole + eol.bytes().len();
        number += 1;
        Some(Line { number, text: rest.get(..whole)?, span, eol })
    })
}

/// The bytes of a span, or nothing where the span lies outside.
#[must_use]
pub fn slice<'a>(bytes: &'a [u8], span: &Range<usize>) -> &'a [u8] {
    bytes.get(span.clone()).unwrap_or_default()
}
