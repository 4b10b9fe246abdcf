//! Replaces one region of a file's bytes and nothing else.

use std::ops::Range;

/// Where the old bytes are looked for, or the new ones put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// Before the first byte, after a byte order mark.
    Start,
    /// After the last byte; a missing final line end is added first.
    End,
    /// At this offset if the bytes are there, otherwise wherever they stand exactly once.
    Near(usize),
}

/// Why a region cannot be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSplice {
    /// The bytes to be replaced are not there (any more).
    #[error("the text to be replaced is not there any more")]
    Gone,
    /// They stand in more than one place, none of them where they were.
    #[error("the text to be replaced stands in several places")]
    Ambiguous,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Where `old` stands; for an empty `old`, where the new bytes go.
///
/// # Errors
/// `old` cannot be found, or not surely.
pub fn region(bytes: &[u8], at: Where, old: &[u8]) -> Result<Range<usize>, NoSplice> {
    let start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let hint = match at {
        Where::Start => start,
        Where::End => bytes.len().saturating_sub(old.len()),
        Where::Near(offset) => offset,
    };
    if old.is_empty() {
        let hint = hint.min(bytes.len());
        return Ok(hint..hint);
    }
    if bytes.get(hint..).is_some_and(|tail| tail.starts_with(old)) {
        return Ok(hint..hint + old.len());
    }
    let mut places = bytes.windows(old.len()).enumerate().filter(|(_, w)| *w == old).map(|(i, _)| i);
    match (places.next(), places.next()) {
        (None, _) => Err(NoSplice::Gone),
        (Some(_), Some(_)) => Err(NoSplice::Ambiguous),
        (Some(place), None) => Ok(place..place + old.len()),
    }
}

/// The file's bytes with `old` replaced by `new`. An empty `old` inserts.
///
/// # Errors
/// `old` cannot be found, or not surely.
pub fn splice(bytes: &[u8], at: Where, old: &[u8], new: &[u8]) -> Result<Vec<u8>, NoSplice> {
    let gap = region(bytes, at, old)?;
    let empty = bytes.is_empty() || bytes == BOM;
    if old.is_empty() && at == Where::End && !empty && !bytes.ends_with(b"\n") {
        let end: &[u8] = if bytes.windows(2).any(|w| w == b"\r\n") { b"\r\n" } else { b"\n" };
        return Ok(join(bytes, gap, &[end, new].concat()));
    }
    Ok(join(bytes, gap, new))
}

fn join(bytes: &[u8], gap: Range<usize>, new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + new.len());
    out.extend_from_slice(bytes.get(..gap.start).unwrap_or_default());
    out.extend_from_slice(new);
    out.extend_from_slice(bytes.get(gap.end..).unwrap_or_default());
    out
}
