//! Invented tokens, made by a second implementation of the providers' rules, and the randomness that all is made of.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The same numbers in every run (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end
    }

    pub(crate) fn of(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }

    pub(crate) fn letters(&mut self, length: usize) -> String {
        self.of(LETTERS, length)
    }

    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.of(b"0123456789abcdef", length)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// CRC-32, by the table.
fn crc(bytes: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256u32)
        .map(|n| (0..8).fold(n, |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 }))
        .collect();
    !bytes.iter().fold(!0, |c, b| table[((c ^ u32::from(*b)) & 0xff) as usize] ^ (c >> 8))
}

fn digits(mut number: u32, alphabet: &[u8], width: usize) -> String {
    let mut text = vec![alphabet[0]; width];
    for place in text.iter_mut().rev() {
        *place = alphabet[number as usize % alphabet.len()];
        number /= alphabet.len() as u32;
    }
    String::from_utf8(text).unwrap()
}

/// `ghp_`, `gho_`, `npm_`...
pub(crate) fn classic(dice: &mut Dice, prefix: &str) -> String {
    let body = dice.letters(30);
    let check = digits(crc(body.as_bytes()), LETTERS, 6);
    format!("{prefix}{body}{check}")
}

pub(crate) fn fine_grained(dice: &mut Dice) -> String {
    format!("github_pat_{}_{}", dice.letters(22), dice.letters(59))
}

pub(crate) fn routable(dice: &mut Dice, prefix: &str) -> String {
    let mut raw = dice.bytes(16);
    raw.extend(b"o:1\nu:9ix\x09");
    let body = URL_SAFE_NO_PAD.encode(&raw);
    let base36 = &b"0123456789abcdefghijklmnopqrstuvwxyz"[..];
    let head = format!("{prefix}{body}.01.{}", digits(body.len() as u32, base36, 2));
    format!("{head}{}", digits(crc(head.as_bytes()), base36, 7))
}

pub(crate) fn old_gitlab(dice: &mut Dice, prefix: &str) -> String {
    format!("{prefix}{}", dice.letters(20))
}

pub(crate) fn atlassian(dice: &mut Dice, prefix: &str) -> String {
    let head = format!("{prefix}{}=", dice.letters(171));
    format!("{head}{:08X}", crc(head.as_bytes()))
}

pub(crate) fn data_center(dice: &mut Dice) -> String {
    let mut raw = dice.of(b"0123456789", 12).into_bytes();
    raw.push(b':');
    raw.extend(dice.bytes(20));
    format!("BBDC-{}", STANDARD.encode(raw))
}

/// The body and the scattered checksum of Azure's older tokens.
pub(crate) fn azure_52(dice: &mut Dice) -> String {
    let body = dice.bytes(28);
    let sum = (crc(&body) ^ 0xe0b9_692d).to_le_bytes();
    let raw = [&body[..2], &[sum[3]], &body[2..6], &[sum[2], sum[1]], &body[6..19], &[sum[0]], &body[19..]]
        .concat();
    let bits: Vec<u8> = raw.iter().flat_map(|b| (0..8).rev().map(move |n| b >> n & 1)).collect();
    bits.chunks(5)
        .map(|five| {
            let value = (0..5).fold(0, |v, n| v << 1 | five.get(n).copied().unwrap_or(0));
            char::from(b"abcdefghijklmnopqrstuvwxyz234567"[value as usize])
        })
        .collect()
}

/// Its checksum is made up: a scan must not care.
pub(crate) fn azure_84(dice: &mut Dice) -> String {
    format!("{}JQQJ99CD{}AZDO{}", dice.letters(52), "A".repeat(16), dice.letters(4))
}

pub(crate) fn pypi(dice: &mut Dice) -> String {
    let mut raw = b"\x02\x01\x08pkg.test\x02\x24".to_vec();
    raw.extend(dice.hex(36).bytes());
    raw.extend(b"\0\x02\x0d[1, [\"demo\"]]\0\0\x06\x20");
    raw.extend(dice.bytes(32));
    format!("pypi-{}", URL_SAFE_NO_PAD.encode(raw))
}

pub(crate) fn trusted_publishing(dice: &mut Dice) -> String {
    let body = dice.letters(31);
    let sum = body.bytes().fold(0, |a, b| a ^ b);
    let check = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[usize::from(sum) % 62];
    format!("cio_tp_{body}{}", char::from(check))
}

pub(crate) fn jfrog(dice: &mut Dice) -> String {
    STANDARD.encode(format!("reftkn:01:0000000000:{}", dice.letters(27)))
}

/// What people choose themselves.
pub(crate) fn password(dice: &mut Dice) -> String {
    format!("Blue-{}-river{}", dice.letters(6), dice.below(90) + 10)
}

pub(crate) fn basic(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}
