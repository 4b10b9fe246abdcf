//! Values and names written so that git reads them back.

/// A byte that git's syntax cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// NUL, in a value or a name.
    #[error("git's configuration cannot hold a NUL byte")]
    Nul,
    /// LF, in a name.
    #[error("the name of a section of git's configuration cannot hold a line end")]
    LineEnd,
}

/// A value as it stands after `=`: in double quotes unless every byte of it is plain.
///
/// # Errors
/// It holds a NUL byte.
pub fn quote_value(value: &[u8]) -> Result<Vec<u8>, Unwritable> {
    let is_plain = |&b: &u8| b.is_ascii_alphanumeric() || b"-_./:@~+,=%".contains(&b) || b >= 0x80;
    if !value.is_empty() && value.iter().all(is_plain) {
        return Ok(value.to_vec());
    }
    let mut out = vec![b'"'];
    for &byte in value {
        match byte {
            0 => return Err(Unwritable::Nul),
            b'\n' => out.extend(b"\\n"),
            b'\t' => out.extend(b"\\t"),
            8 => out.extend(b"\\b"),
            b'"' | b'\\' => out.extend([b'\\', byte]),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
    Ok(out)
}

/// A subsection as it stands in `[section "..."]`, with its quotes.
///
/// # Errors
/// It holds a NUL byte or an LF.
pub fn quote_subsection(name: &[u8]) -> Result<Vec<u8>, Unwritable> {
    let mut out = vec![b'"'];
    for &byte in name {
        match byte {
            0 => return Err(Unwritable::Nul),
            b'\n' => return Err(Unwritable::LineEnd),
            b'"' | b'\\' => out.extend([b'\\', byte]),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
    Ok(out)
}
