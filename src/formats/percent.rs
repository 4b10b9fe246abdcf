//! Percent-encoding of URLs (RFC 3986 section 2.1).

use zeroize::Zeroizing;

/// Decodes every `%XX` once; `+` stays. `None` where a `%` is not followed by two hexadecimal digits or where the
/// result would hold a control byte (below 0x20, or 0x7f): no part of a remote URL has a use for one, and each
/// published hole of the credential helpers began with one.
#[must_use]
pub fn decode_strict(text: &[u8]) -> Option<Vec<u8>> {
    // May hold a password: wiped where the rest is refused.
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        let byte = if first == b'%' {
            let (&[high, low], tail) = tail.split_first_chunk::<2>()?;
            rest = tail;
            hex_pair(high, low)?
        } else {
            rest = tail;
            first
        };
        if is_control(byte) {
            return None;
        }
        out.push(byte);
    }
    Some(std::mem::take(&mut *out))
}

/// As git's `url_decode`: a broken `%XX` and `%00` stay as they are. May hold a password.
#[must_use]
pub fn decode_as_git(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, mut tail)) = rest.split_first() {
        let mut byte = first;
        if let (b'%', Some((&[high, low], after))) = (first, tail.split_first_chunk::<2>())
            && let Some(escaped) = hex_pair(high, low).filter(|&b| b != 0)
        {
            (byte, tail) = (escaped, after);
        }
        out.push(byte);
        rest = tail;
    }
    out
}

/// Encodes what would end a path or be read as something else in it (RFC 3986 section 3.3); slashes stay.
#[must_use]
pub fn encode_path(path: &str) -> String {
    encode(path, b"/-._~!$&'()*+,;=:@")
}

/// Encodes all but letters, digits and what is common in paths and URLs, so that nothing divides the text.
#[must_use]
pub fn encode_word(text: &str) -> String {
    encode(text, b"/-._~:,@+")
}

fn encode(text: &str, plain: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The byte that two hexadecimal digits name.
#[must_use]
pub fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

/// Below 0x20, or 0x7f.
#[must_use]
pub fn is_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7f
}
