//! The check codes that providers put into their tokens.

/// The digits of GitHub and npm, and of Azure's base 62.
pub(super) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// CRC-32 of IEEE 802.3, as zlib has it.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// A number in these digits, with leading zeros to `width`.
fn digits(mut number: u64, digits: &[u8], width: usize) -> Vec<u8> {
    let base = digits.len() as u64;
    let mut out = Vec::new();
    while number > 0 {
        let digit = usize::try_from(number % base).ok().and_then(|at| digits.get(at));
        out.extend(digit);
        number /= base;
    }
    out.resize(out.len().max(width), b'0');
    out.reverse();
    out
}

/// A CRC in six digits of base 62 (GitHub 2021-04-05, "Behind GitHub's new authentication token formats").
pub(super) fn base62(crc: u32) -> Vec<u8> {
    digits(u64::from(crc), BASE62, 6)
}

/// A CRC in seven digits of base 36 (GitLab, `routable_token.rb`).
pub(super) fn base36(crc: u32) -> Vec<u8> {
    digits(u64::from(crc), BASE36, 7)
}

/// Four bytes as one number in base 62, with a zero for each zero byte that leads.
pub(super) fn base62_of_bytes(bytes: [u8; 4]) -> Vec<u8> {
    let leading = bytes.iter().take_while(|b| **b == 0).count();
    let mut out = vec![b'0'; leading];
    out.extend(digits(u64::from(u32::from_be_bytes(bytes)), BASE62, 0));
    out
}

/// Marvin32 (the hash of .NET), its two halves put together.
pub(super) fn marvin32(bytes: &[u8], seed: u64) -> u32 {
    let [a, b, c, d, e, f, g, h] = seed.to_le_bytes();
    let mut low = u32::from_le_bytes([a, b, c, d]);
    let mut high = u32::from_le_bytes([e, f, g, h]);
    let mut mix = |word: u32, rounds: usize| {
        low = low.wrapping_add(word);
        for _ in 0..rounds {
            high ^= low;
            low = low.rotate_left(20).wrapping_add(high);
            high = high.rotate_left(9) ^ low;
            low = low.rotate_left(27).wrapping_add(high);
            high = high.rotate_left(19);
        }
        low ^ high
    };
    let (words, tail) = bytes.as_chunks::<4>();
    for word in words {
        mix(u32::from_le_bytes(*word), 1);
    }
    let mut last = [0u8; 4];
    for (to, from) in last.iter_mut().zip(tail.iter().chain(&[0x80])) {
        *to = *from;
    }
    mix(u32::from_le_bytes(last), 2)
}
