//! Azure DevOps: 52 characters, and 84 since July 2024.
//!
//! microsoft/security-utilities (SEC101/102, and the "CASK" form with its Marvin32 checksum); the release notes of
//! sprint 241. No real token of 84 characters was at hand, so a checksum that does not fit there proves nothing.

use super::checksum::{base62_of_bytes, crc32, marvin32};
use super::shape::{Body, Issuer, Kind, Reading, alphanumeric, base64, run};
use super::{Checksum, Fact, Token};
use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

pub(super) static AZURE: Issuer = Issuer {
    name: "Azure DevOps",
    checked_on: "2026-11-23",
    page: "https://dev.azure.com, User settings, Personal access tokens",
    kinds: &[
        Kind {
            before: back_to_start,
            ..Kind::new("azure-devops", "personal access token", "JQQJ99", Body::Own(after_mark))
        }
        .read_by(read_84)
        .remark("tokens for all organisations stop working on 2026-12-01"),
        OLD,
    ],
};

const OLD: Kind =
    Kind::new("azure-devops-52", "personal access token (before July 2024)", "", Body::Own(|_| None))
        .remark("tokens for all organisations stop working on 2026-12-01");

/// The length of the older form.
pub(super) const OLD_LENGTH: usize = 52;
const RANDOM: usize = 52;
const YEARS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// `Default0`, read backwards as a little-endian number.
const SEED: u64 = 0x4465_6661_756c_7430;

/// The text that is decoded was no base 64 to begin with, so bits are left over.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

fn back_to_start(before: &[u8]) -> Option<usize> {
    let random = before.get(before.len().checked_sub(RANDOM)?..)?;
    random.iter().all(|b| base64(*b)).then_some(RANDOM)
}

/// Year, month, platform (12), provider data (4), `AZDO`, checksum (4).
fn after_mark(rest: &[u8]) -> Option<usize> {
    let fits = run(rest, base64, 27) == 26 && rest.get(18..22) == Some(b"AZDO");
    fits.then_some(26)
}

fn read_84(token: &[u8]) -> Option<Reading> {
    let (head, check) = token.split_at_checked(80)?;
    let year = YEARS.iter().position(|y| Some(y) == token.get(58))?;
    let month = token.get(59)?.checked_sub(b'A').filter(|m| *m < 12)? + 1;
    let bytes = zeroize::Zeroizing::new(STANDARD.decode(head).ok()?);
    let sum = marvin32(&bytes, SEED).to_le_bytes();
    let mut text = base62_of_bytes(sum);
    text.resize(text.len().max(6), b'0');
    text.extend(b"==");
    let twice = LENIENT.decode(text).map(|bytes| STANDARD.encode(bytes)).unwrap_or_default();
    let fits = twice.as_bytes().starts_with(check) || STANDARD.encode(sum).as_bytes().starts_with(check);
    let checksum = if fits { Checksum::Valid } else { Checksum::Unsure };
    let made = Fact::Text(format!("{}-{month:02}", 2024 + year));
    Some(Reading { strong: true, ..Reading::of(checksum).with("created", made) })
}

/// A token of 52 characters, if its checksum says that it is one.
pub(super) fn proven(text: &[u8]) -> Option<Token> {
    old(text).filter(|token| token.checksum == Checksum::Valid)
}

/// Any 52 letters and digits of base 32 in lower case.
pub(super) fn old(text: &[u8]) -> Option<Token> {
    if text.len() != OLD_LENGTH || !text.iter().all(|b| alphanumeric(*b)) {
        return None;
    }
    let (bytes, clean) = base32(text)?;
    let kind = AZURE.kinds.iter().find(|k| k.code == OLD.code)?;
    // The checksum lies scattered among the random bytes.
    let (mut body, mut sum) = (Vec::with_capacity(28), [0u8; 4]);
    for (at, byte) in bytes.iter().enumerate() {
        match at {
            22 => sum[0] = *byte,
            8 => sum[1] = *byte,
            7 => sum[2] = *byte,
            2 => sum[3] = *byte,
            _ => body.push(*byte),
        }
    }
    let body = zeroize::Zeroizing::new(body);
    let reading = match u32::from_le_bytes(sum) ^ crc32(&body) {
        0xe0b9_692d if clean => Reading::checked(true).with("made-for", Fact::Text("user".into())),
        0x1019_f92e if clean => Reading::checked(true).with("made-for", Fact::Text("application".into())),
        _ => Reading::checked(false),
    };
    let real = reading.checksum == Checksum::Valid;
    Some(Token::of(&AZURE, kind, reading, real))
}

/// The 32 bytes that 52 characters of `a-z2-7` hold, and whether the bits that are over are zero.
fn base32(text: &[u8]) -> Option<(zeroize::Zeroizing<Vec<u8>>, bool)> {
    let mut out = zeroize::Zeroizing::new(Vec::with_capacity(33));
    let (mut bits, mut have) = (0u32, 0);
    for byte in text {
        let five = match byte {
            b'a'..=b'z' => byte - b'a',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(five);
        have += 5;
        if have >= 8 {
            have -= 8;
            out.push(u8::try_from(bits >> have & 0xff).ok()?);
        }
    }
    Some((out, bits & ((1 << have) - 1) == 0))
}
