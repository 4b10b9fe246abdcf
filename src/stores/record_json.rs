//! Records as JSON, in a buffer that is wiped.
//!
//! Secrets go from their own buffer into the JSON and back without a copy in between that nobody wipes. serde_json
//! decodes an escaped string in a scratch buffer of its own; therefore a secret with characters that JSON escapes is
//! written as `{"base64": "..."}`, and only strings that can be borrowed are read.

use super::record::{Entry, Record, State};
use crate::model::plan::RecordId;
use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::io;
use zeroize::Zeroizing;

/// One record, in the order and with the names of the file.
#[derive(Serialize, Deserialize)]
pub(super) struct RecordForm<'a> {
    origin: String,
    path: String,
    user: String,
    version: u64,
    #[serde(borrow)]
    secret: SecretForm<'a>,
    added: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
    state: State,
    since: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password_expiry_utc: Option<i64>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    oauth_refresh_token: Option<SecretForm<'a>>,
}

impl<'a> From<&'a Record> for RecordForm<'a> {
    fn from(record: &'a Record) -> Self {
        let entry = &record.entry;
        Self {
            origin: record.id.origin.clone(),
            path: record.id.path.clone(),
            user: record.id.user.clone(),
            version: record.version,
            secret: SecretForm::Ours(&entry.secret),
            added: record.added,
            expires: entry.expires,
            state: record.state,
            since: record.since,
            note: entry.note.clone(),
            password_expiry_utc: entry.password_expiry_utc,
            oauth_refresh_token: entry.oauth_refresh_token.as_ref().map(SecretForm::Ours),
        }
    }
}

impl From<RecordForm<'_>> for Record {
    fn from(form: RecordForm<'_>) -> Self {
        Self {
            id: RecordId { origin: form.origin, path: form.path, user: form.user },
            version: form.version,
            entry: Entry {
                secret: form.secret.into_secret(),
                expires: form.expires,
                note: form.note,
                password_expiry_utc: form.password_expiry_utc,
                oauth_refresh_token: form.oauth_refresh_token.map(SecretForm::into_secret),
            },
            added: form.added,
            state: form.state,
            since: form.since,
        }
    }
}

/// A secret on its way out (`Ours`) or in (`Read`).
enum SecretForm<'a> {
    Ours(&'a Secret),
    Read(Secret),
}

impl SecretForm<'_> {
    fn into_secret(self) -> Secret {
        match self {
            Self::Ours(secret) => secret.clone(),
            Self::Read(secret) => secret,
        }
    }

    fn expose(&self) -> &[u8] {
        match self {
            Self::Ours(secret) => secret.expose(),
            Self::Read(secret) => secret.expose(),
        }
    }
}

/// Whether JSON carries the text without an escape (RFC 8259, section 7).
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\')
}

impl Serialize for SecretForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.expose();
        if let Some(text) = std::str::from_utf8(bytes).ok().filter(|t| is_plain(t)) {
            return serializer.serialize_str(text);
        }
        let mut encoded = Zeroizing::new(vec![0u8; bytes.len().div_ceil(3) * 4]);
        STANDARD.encode_slice(bytes, &mut encoded).map_err(S::Error::custom)?;
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("base64", std::str::from_utf8(&encoded).map_err(S::Error::custom)?)?;
        map.end()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for SecretForm<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor).map(Self::Read)
    }
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string without escapes, or {\"base64\": ...}")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Secret, E> {
        Ok(Secret::copy_of(text.as_bytes()))
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Secret, E> {
        // Without this, serde would put the value into the text of its error.
        Err(E::custom("a secret with escapes"))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Secret, M::Error> {
        let Some(("base64", encoded)) = map.next_entry::<&str, &str>()? else {
            return Err(M::Error::custom("not a secret"));
        };
        if map.next_key::<&str>()?.is_some() {
            return Err(M::Error::custom("not a secret"));
        }
        let mut decoded = Zeroizing::new(vec![0u8; base64::decoded_len_estimate(encoded.len())]);
        let length =
            STANDARD.decode_slice(encoded, &mut decoded).map_err(|_| M::Error::custom("not base64"))?;
        decoded.get(..length).map(Secret::copy_of).ok_or_else(|| M::Error::custom("not base64"))
    }
}

/// Counts what would be written.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Compact JSON in a buffer that was made large enough at once, with `spare` bytes to add: nothing grows, so no copy
/// stays behind (SECURITY rule 34). `None` only for a value that JSON cannot express.
pub(super) fn write(value: &impl Serialize, spare: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).ok()?;
    let mut text = Zeroizing::new(Vec::with_capacity(count.0 + spare));
    serde_json::to_writer(&mut *text, value).ok()?;
    Some(text)
}
