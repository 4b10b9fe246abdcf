//! The bytes around a key: what OpenSSH's readers refuse (measured with OpenSSH 9.2), and the same text put right.

use super::Container;
use crate::formats::lines;
use zeroize::Zeroizing;

/// Bytes that OpenSSH refuses a key file for.
///
/// Its reader for `BEGIN OPENSSH PRIVATE KEY` (`sshkey_parse_private2_pemformat`) wants the first line at byte 0 and
/// both marker lines ended by one LF. The other private forms are read by OpenSSL, which minds only blanks before the
/// first line. Before a public line only a byte order mark hurts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ByteFault {
    /// A UTF-8 byte order mark.
    #[error("the file begins with a byte order mark")]
    ByteOrderMark,
    /// UTF-16, what PowerShell's `>` writes.
    #[error("the file is UTF-16 text")]
    Utf16,
    /// Lines end in CR LF.
    #[error("lines end in CR LF")]
    CrLf,
    /// The last line has no line end.
    #[error("the newline at the end is missing")]
    NoFinalNewline,
    /// Blanks before the first or the last line of the key.
    #[error("lines are indented")]
    Indented,
    /// Blanks after the first or the last line of the key.
    #[error("blanks at the end of a line")]
    TrailingBlanks,
    /// Something, be it an empty line, before the key.
    #[error("text before the key")]
    TextBefore,
}

/// The faults that matter for the form.
pub(super) fn faults(container: Container, bytes: &[u8]) -> Vec<ByteFault> {
    let mut found = Vec::new();
    if is_utf16(bytes) {
        return vec![ByteFault::Utf16];
    }
    let bom = lines::bom_length(bytes) > 0;
    let strict = container == Container::OpenSsh;
    if bom && (strict || matches!(container, Container::PublicLine | Container::Certificate)) {
        found.push(ByteFault::ByteOrderMark);
    }
    if container.half() != Some(super::Half::Private) || container == Container::Ppk {
        return found;
    }
    let mut push = |fault, there: bool| {
        if there && !found.contains(&fault) {
            found.push(fault);
        }
    };
    for line in lines::lines(bytes) {
        let inner = line.text.trim_ascii();
        let (begins, ends) = (inner.starts_with(b"-----BEGIN "), inner.starts_with(b"-----END "));
        if !begins && !ends {
            continue;
        }
        push(ByteFault::Indented, line.text.trim_ascii_start().len() < line.text.len());
        if strict {
            push(ByteFault::CrLf, line.eol == lines::Eol::CrLf);
            push(ByteFault::NoFinalNewline, line.eol == lines::Eol::None);
            push(ByteFault::TrailingBlanks, line.text.trim_ascii_end().len() < line.text.len());
            push(ByteFault::TextBefore, begins && line.number > 1);
        }
        if ends {
            break;
        }
    }
    found
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// The text without byte order mark, blank lines and blanks at the ends of lines, every line ended by LF. UTF-16
/// becomes UTF-8.
pub(super) fn put_right(bytes: &[u8]) -> Zeroizing<String> {
    let text = if is_utf16(bytes) {
        let little = bytes.starts_with(&[0xff, 0xfe]);
        let units = bytes.get(2..).unwrap_or_default().chunks_exact(2).map(|pair| {
            let pair = <[u8; 2]>::try_from(pair).unwrap_or_default();
            if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        });
        let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
        text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        text
    } else {
        let rest = bytes.get(lines::bom_length(bytes)..).unwrap_or_default();
        let mut text = Zeroizing::new(String::with_capacity(rest.len() * 3));
        for chunk in rest.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    };
    // Room for all of it at once: a string that grows leaves its old bytes behind.
    let mut right = Zeroizing::new(String::with_capacity(text.len() + 1));
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        right.push_str(line);
        right.push('\n');
    }
    right
}

/// The bytes of hexadecimal digits.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    pairs.collect()
}
