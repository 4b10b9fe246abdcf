//! The reader of config.c, state for state. Its oddities are git's.

use super::{Problem, SyntaxFault};
use crate::formats::lines::BOM;

/// git's `isspace`: neither form feed nor vertical tab.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// Hands out the bytes of a file with CRLF as one LF and with endless LFs after the end.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    ended: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1, ended: false }
    }

    /// Offset of the next byte.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// One more than the line ends that were read.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Whether the end was read as a line end.
    pub(super) fn at_end(&self) -> bool {
        self.ended
    }

    /// `get_next_char`
    pub(super) fn next(&mut self) -> u8 {
        let (byte, length) = match self.bytes.get(self.at..).unwrap_or_default() {
            [] => {
                self.ended = true;
                (b'\n', 0)
            }
            [b'\r', b'\n', ..] => (b'\n', 2),
            [byte, ..] => (*byte, 1),
        };
        self.at += length;
        self.line += usize::from(byte == b'\n');
        byte
    }

    fn fault<T>(&self, problem: Problem) -> Result<T, SyntaxFault> {
        Err(SyntaxFault { line: self.line, problem })
    }

    /// At a line end that came too early git names the line before it.
    fn fault_at_line_end<T>(&mut self, problem: Problem) -> Result<T, SyntaxFault> {
        self.line -= 1;
        self.fault(problem)
    }

    /// Skips a whole byte order mark; a partial one is an error.
    pub(super) fn byte_order_mark(&mut self) -> Result<(), SyntaxFault> {
        if self.bytes.starts_with(BOM) {
            self.at = BOM.len();
        } else if self.bytes.first() == BOM.first() {
            let same = self.bytes.iter().zip(BOM).take_while(|(a, b)| a == b).count();
            self.at = same;
            self.next();
            return self.fault(Problem::ByteOrderMark);
        }
        Ok(())
    }

    pub(super) fn skip_line(&mut self) {
        // `next` gives line ends without end: this stops.
        while self.next() != b'\n' {}
        if self.ended {
            // The caller is to see the end itself.
            self.line -= 1;
        }
    }

    /// `get_base_var`, after `[`: the section and the subsection.
    pub(super) fn header(&mut self) -> Result<(String, Option<Vec<u8>>), SyntaxFault> {
        let mut name = String::new();
        let quoted = loop {
            let c = self.next();
            if self.ended {
                return self.fault(Problem::Header);
            }
            match c {
                b']' if name.is_empty() => return self.fault(Problem::Header),
                b']' => break None,
                c if is_space(c) => break Some(self.quoted_subsection(c)?),
                c if is_key_byte(c) || c == b'.' => name.push(char::from(c.to_ascii_lowercase())),
                _ => return self.fault(Problem::Header),
            }
        };
        // The name of a variable is one text with dots for git: its first dot ends the section.
        Ok(match (name.split_once('.'), quoted) {
            (None, quoted) => (name, quoted),
            (Some((section, sub)), quoted) => {
                let mut whole = sub.as_bytes().to_vec();
                if let Some(quoted) = quoted {
                    whole.push(b'.');
                    whole.extend(quoted);
                }
                (section.to_owned(), Some(whole))
            }
        })
    }

    /// `get_extended_base_var`
    fn quoted_subsection(&mut self, mut c: u8) -> Result<Vec<u8>, SyntaxFault> {
        while is_space(c) {
            if c == b'\n' {
                return self.fault_at_line_end(Problem::Header);
            }
            c = self.next();
        }
        if c != b'"' {
            return self.fault(Problem::Header);
        }
        let mut name = Vec::new();
        loop {
            let mut c = self.next();
            if c == b'"' {
                break;
            }
            if c == b'\\' {
                c = self.next();
            }
            match c {
                b'\n' => return self.fault_at_line_end(Problem::Header),
                0 => return self.fault(Problem::Nul),
                c => name.push(c),
            }
        }
        if self.next() == b']' { Ok(name) } else { self.fault(Problem::Header) }
    }

    /// `get_value`, after the first letter of the key.
    pub(super) fn variable(&mut self, first: u8) -> Result<(String, Option<Vec<u8>>), SyntaxFault> {
        let mut key = String::from(char::from(first.to_ascii_lowercase()));
        let mut c = self.next();
        while is_key_byte(c) {
            key.push(char::from(c.to_ascii_lowercase()));
            c = self.next();
        }
        while c == b' ' || c == b'\t' {
            c = self.next();
        }
        match c {
            b'\n' => Ok((key, None)),
            b'=' => Ok((key, Some(self.value()?))),
            _ => self.fault(Problem::NoEquals),
        }
    }

    /// `parse_value`
    fn value(&mut self) -> Result<Vec<u8>, SyntaxFault> {
        let mut value = Vec::new();
        // Length before the blanks at the end; 0 also for "none".
        let mut trimmed = 0;
        let mut quote = false;
        loop {
            let mut c = self.next();
            if c == b'\n' {
                break;
            }
            if is_space(c) && !quote {
                if trimmed == 0 {
                    trimmed = value.len();
                }
                if !value.is_empty() {
                    value.push(c);
                }
                continue;
            }
            if !quote && (c == b';' || c == b'#') {
                self.skip_line();
                break;
            }
            trimmed = 0;
            if c == b'"' {
                quote = !quote;
                continue;
            }
            if c == b'\\' {
                c = match self.next() {
                    b'\n' => continue,
                    b't' => b'\t',
                    b'b' => 8,
                    b'n' => b'\n',
                    c @ (b'\\' | b'"') => c,
                    _ => return self.fault(Problem::Value),
                };
            }
            value.push(c);
        }
        if quote {
            return self.fault_at_line_end(Problem::Value);
        }
        if trimmed > 0 {
            value.truncate(trimmed);
        }
        if let Some(nul) = value.iter().position(|&b| b == 0) {
            value.truncate(nul);
        }
        Ok(value)
    }
}
