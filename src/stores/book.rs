//! The plain text of a profile's file, in the vault and in pass: its records, its number, and the MAC that proves who wrote it.
//!
//! ```json
//! {"schema":"doorkey/vault/v1","profile":"acme","counter":3,"records":[...],"mac":"<64 hex digits>"}
//! ```
//!
//! The MAC (HMAC-SHA256) stands last and covers every byte before `,"mac":`, so it is checked before anything is
//! parsed, and there is no second encoding that could disagree with the first.

use super::record::Record;
use super::record_json::{self, RecordForm};
use crate::model::name::ProfileName;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use zeroize::Zeroizing;

const SCHEMA: &str = "doorkey/vault/v1";
const ANY_VERSION: &[u8] = br#"{"schema":"doorkey/vault/"#;
const THIS_VERSION: &[u8] = br#"{"schema":"doorkey/vault/v1","#;
const BEFORE_MAC: &[u8] = br#","mac":""#;
const AFTER_MAC: &[u8] = br#""}"#;
const MAC_DIGITS: usize = 64;

/// The records of a profile and how often they were written.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) counter: u64,
    pub(super) records: Vec<Record>,
}

/// Why a plain text is not a book of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotABook {
    /// No MAC, or not this vault's for this profile.
    NotOurs,
    /// A later version of the form.
    Newer,
    /// Ours by its MAC, and yet not readable.
    Unreadable,
}

#[derive(Serialize, Deserialize)]
struct Form<'a> {
    schema: &'a str,
    profile: &'a str,
    counter: u64,
    #[serde(borrow)]
    records: Vec<RecordForm<'a>>,
}

impl Book {
    /// The text with its MAC. `None` only for what JSON cannot express.
    pub(super) fn to_text(&self, profile: &ProfileName, mac: Hmac<Sha256>) -> Option<Zeroizing<Vec<u8>>> {
        let form = Form {
            schema: SCHEMA,
            profile: profile.as_str(),
            counter: self.counter,
            records: self.records.iter().map(RecordForm::from).collect(),
        };
        let tail = BEFORE_MAC.len() + MAC_DIGITS + AFTER_MAC.len();
        let mut text = record_json::write(&form, tail)?;
        text.pop(); // the closing brace comes after the MAC
        let mac = mac.chain_update(&*text).finalize().into_bytes();
        text.extend_from_slice(BEFORE_MAC);
        text.extend_from_slice(hex(&mac).as_bytes());
        text.extend_from_slice(AFTER_MAC);
        Some(text)
    }

    /// Checks the MAC, then reads.
    pub(super) fn from_text(text: &[u8], profile: &ProfileName, mac: Hmac<Sha256>) -> Result<Self, NotABook> {
        if text.starts_with(ANY_VERSION) && !text.starts_with(THIS_VERSION) {
            return Err(NotABook::Newer);
        }
        let (covered, given) = split(text).ok_or(NotABook::NotOurs)?;
        mac.chain_update(covered).verify_slice(&given).map_err(|_| NotABook::NotOurs)?;
        let form: Form<'_> = serde_json::from_slice(text).map_err(|_| NotABook::Unreadable)?;
        if form.schema != SCHEMA || form.profile != profile.as_str() {
            return Err(NotABook::Unreadable);
        }
        Ok(Self { counter: form.counter, records: form.records.into_iter().map(Record::from).collect() })
    }
}

/// HMAC-SHA256 under a key of any length: one longer than a block is hashed first (RFC 2104, section 2).
pub(super) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0u8; 64]);
    if key.len() > block.len() {
        block.iter_mut().zip(Sha256::digest(key)).for_each(|(to, from)| *to = from);
    } else {
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    }
    Hmac::new((&*block).into())
}

/// What the MAC covers, and the MAC.
fn split(text: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let rest = text.strip_suffix(AFTER_MAC)?;
    let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(MAC_DIGITS)?)?;
    Some((rest.strip_suffix(BEFORE_MAC)?, unhex(digits)?))
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// As [`hex`], for a secret: nothing grows, and it is wiped.
pub(super) fn hex_wiped(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() * 2));
    for byte in bytes {
        let _ = write!(*text, "{byte:02x}");
    }
    text
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
