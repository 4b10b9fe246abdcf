//! Replaces one region of a file's bytes and nothing else.

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

/// The file's bytes with `old` replaced by `new`. An empty `old` inserts.
///
/// # Errors
/// `old` cannot be found, or not surely.
pub fn splice(bytes: &[u8], at: Where, old: &[u8], new: &[u8]) -> Result<Vec<u8>, NoSplice> {
    let start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    if old.is_empty() {
        return Ok(match at {
            Where::Start => join(bytes, start..start, new),
            Where::Near(offset) => join(bytes, offset.min(bytes.len())..offset.min(bytes.len()), new),
            Where::End => {
                let mut out = bytes.to_vec();
                if bytes.len() > start && !bytes.ends_with(b"\n") {
                    out.extend_from_slice(if bytes.windows(2).any(|w| w == b"\r\n") {
                        b"\r\n"
                    } else {
                        b"\n"
                    });
                }
                out.extend_from_slice(new);
                out
            }
        });
    }
    let hint = match at {
        Where::Start => start,
        Where::End => bytes.len().saturating_sub(old.len()),
        Where::Near(offset) => offset,
    };
    if bytes.get(hint..).is_some_and(|tail| tail.starts_with(old)) {
        return Ok(join(bytes, hint..hint + old.len(), new));
    }
    let mut places = bytes.windows(old.len()).enumerate().filter(|(_, w)| *w == old).map(|(i, _)| i);
    match (places.next(), places.next()) {
        (None, _) => Err(NoSplice::Gone),
        (Some(_), Some(_)) => Err(NoSplice::Ambiguous),
        (Some(place), None) => Ok(join(bytes, place..place + old.len(), new)),
    }
}

fn join(bytes: &[u8], gap: std::ops::Range<usize>, new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + new.len());
    out.extend_from_slice(bytes.get(..gap.start).unwrap_or_default());
    out.extend_from_slice(new);
    out.extend_from_slice(bytes.get(gap.end..).unwrap_or_default());
    out
}
