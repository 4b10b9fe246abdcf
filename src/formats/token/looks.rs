//! Whether a text could have been drawn at random, or was typed by somebody as an example.

/// What examples are made of. In a random text of base 64 one of these turns up once in some hundred thousand.
const WORDS: &[&[u8]] = &[
    b"example",
    b"sample",
    b"your",
    b"token",
    b"secret",
    b"passw",
    b"change",
    b"replace",
    b"insert",
    b"redacted",
    b"dummy",
    b"fake",
    b"placeholder",
    b"xxxx",
    b"abcdef",
    b"12345",
    b"here",
    b"test",
    b"todo",
    b"deadbeef",
    b"value",
];

/// Whether the body of a token is no placeholder and has the variety of random text.
#[must_use]
pub(super) fn looks_random(body: &[u8]) -> bool {
    let lower = zeroize::Zeroizing::new(body.to_ascii_lowercase());
    if WORDS.iter().any(|w| lower.windows(w.len()).any(|part| part == *w)) {
        return false;
    }
    let neighbours = || body.windows(2).filter_map(|two| Some((*two.first()?, *two.last()?)));
    let steps = neighbours().filter(|(a, b)| b.wrapping_sub(*a) == 1 || a == b).count();
    if steps * 4 > body.len() {
        return false;
    }
    let has = |class: fn(&u8) -> bool| usize::from(body.iter().any(class));
    let classes = has(u8::is_ascii_lowercase) + has(u8::is_ascii_uppercase) + has(u8::is_ascii_digit);
    let only_hex = body.iter().all(u8::is_ascii_hexdigit);
    let least = match (only_hex, body.len()) {
        (true, _) => 2.6,
        (false, ..30) => 3.0,
        (false, _) => 3.5,
    };
    classes >= 2 && entropy(body) >= least
}

/// Shannon's entropy, in bits a byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let whole = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n) / whole).map(|p| -p * p.log2()).sum()
}
