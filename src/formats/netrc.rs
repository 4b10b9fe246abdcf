//! `.netrc`, read as curl reads it, and with it git over http: an entry there wins over every credential helper.
//!
//! lib/netrc.c of curl 7.88 to 8.x. A word is anything between blanks, or a text in double quotes with `\n`, `\r`,
//! `\t` and `\` before any other character; a word that starts with `#` begins a comment. Where the manual of ftp
//! and curl differ, curl decides.

mod lookup;
mod words;

pub use lookup::Taken;

use crate::secret::Secret;
use std::ops::Range;
use words::Word;

/// A word that is a value, and where it stands.
#[derive(Clone, Debug)]
pub struct Field {
    /// Unquoted.
    pub value: Secret,
    /// 1-based.
    pub line: usize,
    /// The word with its quotes.
    pub span: Range<usize>,
}

/// `machine NAME ...` or `default ...`. Where a keyword stands twice the later value counts.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As written; curl compares it without case. `None` for `default`.
    pub host: Option<String>,
    /// After `login`.
    pub login: Option<Field>,
    /// After `password`.
    pub password: Option<Field>,
    /// After `account`, which curl does not read.
    pub account: Option<Field>,
    /// 1-based line of `machine` or `default`.
    pub line: usize,
    /// From the first byte of `machine` or `default` to the last of the last word that belongs to it.
    pub span: Range<usize>,
}

/// A file in its words.
#[derive(Clone, Debug, Default)]
pub struct Netrc {
    /// In order.
    pub entries: Vec<Entry>,
    lines: Vec<Vec<Word>>,
}

/// A quote that is open at the end of the line, by which curl gives up on the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} has a quote that is not closed")]
pub struct OpenQuote {
    /// 1-based.
    pub line: usize,
}

impl Netrc {
    /// Reads a whole file.
    ///
    /// # Errors
    /// [`OpenQuote`]
    pub fn parse(bytes: &[u8]) -> Result<Self, OpenQuote> {
        let lines = words::split(bytes)?;
        Ok(Self { entries: entries(&lines), lines })
    }

    /// What curl and git send to this host, asked for by a URL with this user name or with none.
    ///
    /// For a user name that stands nowhere curl may send the password of the host's last entry with it; so does this.
    #[must_use]
    pub fn taken(&self, host: &str, login: Option<&str>) -> Option<Taken> {
        lookup::taken(&self.lines, host, login)
    }
}

/// A `macdef` lasts to the next empty line. Words that are no keyword are passed over.
fn entries(lines: &[Vec<Word>]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut in_macro = false;
    let mut words = lines.iter().flat_map(|line| {
        if line.is_empty() {
            in_macro = false;
        }
        in_macro = in_macro || line.iter().any(|word| word.is("macdef"));
        let before = line.iter().position(|word| word.is("macdef"));
        let end = if in_macro { before.unwrap_or(0) } else { line.len() };
        line.get(..end).unwrap_or_default()
    });
    while let Some(word) = words.next() {
        let keyword = ["machine", "default", "login", "password", "account"].into_iter().find(|k| word.is(k));
        let value = match keyword {
            None => continue,
            Some("default") => None,
            Some(_) => match words.next() {
                Some(value) => Some(value),
                None => break,
            },
        };
        let end = value.map_or(word.span.end, |value| value.span.end);
        if let Some("machine" | "default") = keyword {
            let host = value.map(|name| String::from_utf8_lossy(name.text.expose()).into_owned());
            let (line, span) = (word.line, word.span.start..end);
            entries.push(Entry { host, login: None, password: None, account: None, line, span });
            continue;
        }
        let Some(entry) = entries.last_mut() else { continue };
        let field = value.map(|v| Field { value: v.text.clone(), line: v.line, span: v.span.clone() });
        match keyword {
            Some("login") => entry.login = field,
            Some("password") => entry.password = field,
            _ => entry.account = field,
        }
        entry.span.end = end;
    }
    entries
}
