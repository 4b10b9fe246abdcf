//! `known_hosts` files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), line by line: a bad line is named and skipped, as ssh
//! skips it without a word.

use super::lines;
use super::ssh_config::pattern::{Listed, host_in_list};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Digest as _;
use std::ops::Range;

/// What the first word of a line says of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// `@cert-authority`: the key signs host certificates.
    CertAuthority,
    /// `@revoked`: the key must never be accepted.
    Revoked,
}

/// Which hosts a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    /// Names and patterns parted by commas, as written.
    Plain(String),
    /// One name, hidden: `|1|salt|HMAC-SHA1(salt, name)`.
    Hashed {
        /// 20 bytes as ssh writes it.
        salt: Vec<u8>,
        /// What the name must come to.
        hash: [u8; 20],
    },
}

impl Names {
    fn read(word: &str) -> Option<Self> {
        let Some(hashed) = word.strip_prefix('|') else { return Some(Self::Plain(word.to_owned())) };
        let (salt, hash) = hashed.strip_prefix("1|")?.split_once('|')?;
        let hash = STANDARD.decode(hash).ok()?.try_into().ok()?;
        Some(Self::Hashed { salt: STANDARD.decode(salt).ok()?, hash })
    }

    /// Whether they cover a name as [`lookup_name`] builds it.
    #[must_use]
    pub fn cover(&self, name: &str) -> bool {
        match self {
            Self::Plain(list) => host_in_list(name, list) == Listed::Yes,
            Self::Hashed { salt, hash } => {
                let Ok(mut mac) = Hmac::<sha1::Sha1>::new_from_slice(salt) else { return false };
                mac.update(name.to_ascii_lowercase().as_bytes());
                mac.verify_slice(hash).is_ok()
            }
        }
    }
}

/// A good line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 1-based.
    pub line: usize,
    /// Where its text lies in the file.
    pub span: Range<usize>,
    /// `@...`
    pub marker: Option<Marker>,
    /// The hosts.
    pub names: Names,
    /// Such as `ssh-ed25519`.
    pub key_type: String,
    /// The public key in the encoding of RFC 4253 section 6.6.
    pub key: Vec<u8>,
    /// The rest of the line.
    pub comment: String,
}

impl Entry {
    /// `SHA256:...` as `ssh-keygen -l` prints it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(sha2::Sha256::digest(&self.key)))
    }
}

/// Why ssh skips a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file begins with a byte order mark, which becomes part of the first name.
    #[error("the file begins with a byte order mark")]
    ByteOrderMark,
    /// A word with `@` that is neither of the two markers, or two of them.
    #[error("an unknown marker")]
    BadMarker,
    /// The hidden name is not of the form `|1|salt|hash`.
    #[error("a hashed name that cannot be read")]
    BadHash,
    /// The names, the type or the key is missing.
    #[error("the line is cut off")]
    CutOff,
    /// A key of protocol 1 (`bits exponent modulus`), which nothing reads any more.
    #[error("a key of SSH protocol 1")]
    Protocol1,
    /// The key is not base64.
    #[error("the key is not base64")]
    NotBase64,
    /// The key is of another type than the line says.
    #[error("the key is of another type than the line says")]
    OtherType,
}

/// A line that ssh skips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadLine {
    /// 1-based.
    pub line: usize,
    /// Why.
    pub fault: Fault,
}

/// One file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownHosts {
    /// The good lines, in order.
    pub entries: Vec<Entry>,
    /// The others, without blank lines and comments.
    pub faults: Vec<BadLine>,
    /// Of those, the ones with [`Fault::OtherType`]: `ssh-keygen -F` shows them, though ssh skips them.
    pub of_other_type: Vec<Entry>,
}

/// Two lines that hold for the same host with a key of the same type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twin {
    /// The earlier line.
    pub first: usize,
    /// The later one.
    pub second: usize,
    /// The key is the same: a duplicate. Otherwise a conflict: ssh takes either key.
    pub same_key: bool,
}

impl KnownHosts {
    /// The lines for a host, in order, those with markers included. A line with `!` for the host is not among them.
    ///
    /// Where a host has no key under a port other than 22, ssh also takes one under the name alone.
    pub fn lookup(&self, host: &str, port: u16) -> impl Iterator<Item = &Entry> {
        let name = lookup_name(host, port);
        self.entries.iter().filter(move |entry| entry.names.cover(&name))
    }

    /// The lines for a name as it stands in a file (`host`, `[host]:2222`), in order, as `ssh-keygen -F` finds them; with
    /// each, why ssh skips it, if it does.
    #[must_use]
    pub fn find(&self, name: &str) -> Vec<(&Entry, Option<Fault>)> {
        let good = self.entries.iter().map(|entry| (entry, None));
        let skipped = self.of_other_type.iter().map(|entry| (entry, Some(Fault::OtherType)));
        let mut found: Vec<_> = good.chain(skipped).filter(|(entry, _)| entry.names.cover(name)).collect();
        found.sort_by_key(|(entry, _)| entry.line);
        found
    }

    /// The duplicates and conflicts among the lines for a host that have no marker.
    #[must_use]
    pub fn twins(&self, host: &str, port: u16) -> Vec<Twin> {
        let found: Vec<&Entry> = self.lookup(host, port).filter(|e| e.marker.is_none()).collect();
        let mut twins = Vec::new();
        for (at, second) in found.iter().enumerate() {
            if let Some(first) = found.iter().take(at).find(|e| e.key_type == second.key_type) {
                let same_key = first.key == second.key;
                twins.push(Twin { first: first.line, second: second.line, same_key });
            }
        }
        twins
    }
}

/// The name that stands for a host and a port: `host`, or `[host]:port` where the port is not 22; in lower case.
#[must_use]
pub fn lookup_name(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    if port == 22 { host } else { format!("[{host}]:{port}") }
}

/// Reads a file. Never fails.
#[must_use]
pub fn parse(bytes: &[u8]) -> KnownHosts {
    let mut known = KnownHosts::default();
    if lines::bom_length(bytes) > 0 {
        known.faults.push(BadLine { line: 1, fault: Fault::ByteOrderMark });
    }
    for line in lines::lines(bytes) {
        let text = String::from_utf8_lossy(line.text);
        let text = text.trim_start_matches(BLANK);
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match entry(text) {
            Ok(found) => {
                let found = Entry { line: line.number, span: line.span.clone(), ..found };
                if type_of(&found.key) == Some(found.key_type.as_bytes()) {
                    known.entries.push(found);
                } else {
                    known.faults.push(BadLine { line: line.number, fault: Fault::OtherType });
                    known.of_other_type.push(found);
                }
            }
            Err(fault) => known.faults.push(BadLine { line: line.number, fault }),
        }
    }
    known
}

const BLANK: [char; 2] = [' ', '\t'];

/// The first word and what follows it.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(BLANK).unwrap_or((text, ""));
    (word, rest.trim_start_matches(BLANK))
}

fn entry(text: &str) -> Result<Entry, Fault> {
    let (marker, text) = match word(text) {
        ("@cert-authority", rest) => (Some(Marker::CertAuthority), rest),
        ("@revoked", rest) => (Some(Marker::Revoked), rest),
        _ => (None, text),
    };
    if text.starts_with('@') {
        return Err(Fault::BadMarker);
    }
    let (names, rest) = word(text);
    let (key_type, rest) = word(rest);
    let (key, comment) = word(rest);
    if key_type.bytes().all(|b| b.is_ascii_digit()) && !key_type.is_empty() {
        return Err(Fault::Protocol1);
    }
    if key.is_empty() {
        return Err(Fault::CutOff);
    }
    let names = Names::read(names).ok_or(Fault::BadHash)?;
    let key = STANDARD.decode(key.trim_end()).map_err(|_| Fault::NotBase64)?;
    let (key_type, comment) = (key_type.to_owned(), comment.trim_end().to_owned());
    Ok(Entry { line: 0, span: 0..0, marker, names, key_type, key, comment })
}

/// The type that a public key names itself (RFC 4253 section 6.6: a string with its length before it).
fn type_of(key: &[u8]) -> Option<&[u8]> {
    let (length, rest) = key.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
}
