//! git's configuration files, read byte for byte as git reads them.
//!
//! git-config(1) "Syntax" and config.c (`git_parse_source`, `get_base_var`, `get_value`, `parse_value`) of git 2.47. The
//! file itself is never rewritten: each entry carries the bytes it occupies, so that an edit touches only those.

mod parameters;
mod quote;
mod reader;
mod url;
mod url_match;

pub use parameters::parameters;
pub use quote::{Unwritable, quote_subsection, quote_value};
pub use url_match::{credential_entries, entries_for_url, section_entries};

use reader::Reader;
use std::fmt;
use std::ops::Range;

/// One variable of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// In lower case. Empty for a variable above the first section.
    pub section: String,
    /// As it counts: unescaped, and in lower case only from the old form `[section.sub]`.
    pub subsection: Option<Vec<u8>>,
    /// In lower case.
    pub key: String,
    /// Unquoted. `None` for a key without `=`, which means true. May hold a secret (`http.extraHeader`, URLs). Ends
    /// before the first NUL byte, as for git.
    pub value: Option<Vec<u8>>,
    /// 1-based line of the key.
    pub line: usize,
    /// The whole lines of the entry with their last line end. Where a section header stands before the key, from the
    /// key on and without the line end.
    pub span: Range<usize>,
}

impl Entry {
    /// `section.key`, or `section.subsection.key`, as `git config --list` shows it.
    #[must_use]
    pub fn name(&self) -> Vec<u8> {
        let mut name = self.section.clone().into_bytes();
        for part in self.subsection.as_deref().into_iter().chain([self.key.as_bytes()]) {
            if !name.is_empty() || self.subsection.is_some() {
                name.push(b'.');
            }
            name.extend_from_slice(part);
        }
        name
    }

    /// The value as text, where it has one in UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.value.as_deref()?).ok()
    }

    /// Whether this is `section.key`, in any subsection.
    #[must_use]
    pub fn is(&self, section: &str, key: &str) -> bool {
        self.section.eq_ignore_ascii_case(section) && self.key.eq_ignore_ascii_case(key)
    }
}

/// Without the value and the subsection, which may hold a password (`url.<base>.insteadOf`).
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}.{} at line {})", self.section, self.key, self.line)
    }
}

/// What git cannot read; it then refuses to run at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct SyntaxFault {
    /// 1-based, the line that git names.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// Why a line is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The first bytes of a byte order mark without the rest.
    #[error("a broken byte order mark")]
    ByteOrderMark,
    /// A section header that does not end, or with characters that may not be there.
    #[error("a broken section header")]
    Header,
    /// Neither a section, a comment nor a key that starts with a letter.
    #[error("this is no section, key or comment")]
    Key,
    /// Something other than `=` after the key.
    #[error("a key must be followed by '=' or by the end of the line")]
    NoEquals,
    /// A quote that is still open at the end of the line, or an unknown `\` sequence.
    #[error("an open quote or an unknown escape")]
    Value,
    /// A NUL byte in the subsection, where git would cut the name of the variable.
    #[error("a NUL byte in a name")]
    Nul,
}

/// The entries of a file, in order.
///
/// # Errors
/// The first [`SyntaxFault`], where git stops as well.
pub fn parse(bytes: &[u8]) -> Result<Vec<Entry>, SyntaxFault> {
    let mut reader = Reader::new(bytes);
    reader.byte_order_mark()?;
    let mut entries = Vec::new();
    let mut stem: Option<(String, Option<Vec<u8>>)> = None;
    loop {
        let start = reader.offset();
        match reader.next() {
            b'\n' if reader.at_end() => return Ok(entries),
            b'#' | b';' => reader.skip_line(),
            b'[' => stem = Some(reader.header()?),
            c if reader::is_space(c) => {}
            c if c.is_ascii_alphabetic() => {
                let line = reader.line();
                let (key, value) = reader.variable(c)?;
                let (section, subsection) = stem.clone().unwrap_or_default();
                entries.push(Entry {
                    section,
                    subsection,
                    key,
                    value,
                    line,
                    span: entry_span(bytes, start, reader.offset()),
                });
            }
            _ => return Err(SyntaxFault { line: reader.line(), problem: Problem::Key }),
        }
    }
}

/// From the key to the end of the entry, widened to the line where only blanks stand before the key.
fn entry_span(bytes: &[u8], key: usize, end: usize) -> Range<usize> {
    let before = bytes.get(..key).unwrap_or_default();
    let line = before.iter().rposition(|&b| b == b'\n').map_or(super::lines::bom_length(bytes), |at| at + 1);
    if before.get(line..).unwrap_or_default().iter().all(|&b| reader::is_space(b)) {
        return line..end;
    }
    let entry = bytes.get(key..end).unwrap_or_default();
    let entry = entry.strip_suffix(b"\n").map_or(entry, |text| text.strip_suffix(b"\r").unwrap_or(text));
    key..key + entry.len()
}
