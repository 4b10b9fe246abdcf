//! What the bytes of a key file are: container, key, and what ssh would refuse them for.
//!
//! That a library reads a key does not mean that ssh does; the byte faults are those of OpenSSH's own readers. Nothing
//! private leaves this module: it is read into the library's types, which wipe themselves, and dropped.

mod bytes;
mod containers;
mod encryption;
mod halves;
mod opened;

pub use bytes::ByteFault;
pub use encryption::Encryption;
pub use halves::of as halves_belong;
pub use opened::{NotOpened, open};

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, EcdsaCurve, HashAlg, Mpint, PrivateKey};

/// The form of a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// `BEGIN OPENSSH PRIVATE KEY`
    OpenSsh,
    /// `BEGIN RSA PRIVATE KEY` (RFC 8017 appendix A.1.2)
    Pkcs1,
    /// `BEGIN EC PRIVATE KEY` (RFC 5915)
    Sec1,
    /// `BEGIN DSA PRIVATE KEY`
    Dsa,
    /// `BEGIN PRIVATE KEY` (RFC 5208)
    Pkcs8,
    /// `BEGIN ENCRYPTED PRIVATE KEY` (RFC 5208 section 6)
    EncryptedPkcs8,
    /// `PuTTY-User-Key-File-2` or `-3`
    Ppk,
    /// A line `type base64 comment`, as in `id_ed25519.pub`.
    PublicLine,
    /// The same with a certificate.
    Certificate,
    /// `---- BEGIN SSH2 PUBLIC KEY ----` (RFC 4716)
    Rfc4716,
    /// `BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`
    PublicPem,
    /// None of these.
    Unknown,
}

/// Which half of a pair a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// For the server.
    Public,
    /// The secret, with the public half in it.
    Private,
}

impl Container {
    /// Its name, as people and programs know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenSsh => "OpenSSH",
            Self::Pkcs1 => "PKCS#1",
            Self::Sec1 => "SEC1",
            Self::Dsa => "DSA (PEM)",
            Self::Pkcs8 | Self::EncryptedPkcs8 => "PKCS#8",
            Self::Ppk => "PPK",
            Self::PublicLine => "OpenSSH public key",
            Self::Certificate => "OpenSSH certificate",
            Self::Rfc4716 => "RFC 4716",
            Self::PublicPem => "PEM public key",
            Self::Unknown => "unknown",
        }
    }

    /// Which half it holds; `None` for [`Container::Unknown`].
    #[must_use]
    pub fn half(self) -> Option<Half> {
        match self {
            Self::Unknown => None,
            Self::PublicLine | Self::Certificate | Self::Rfc4716 | Self::PublicPem => Some(Half::Public),
            _ => Some(Half::Private),
        }
    }
}

/// The public half, which may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicHalf {
    /// The key. Of a certificate that in it.
    pub key: KeyData,
    /// The name of RFC 4253 section 6.6, such as `ssh-ed25519`.
    pub key_type: String,
    /// The size that `ssh-keygen -l` prints; `None` for a type that is not known here.
    pub bits: Option<u32>,
    /// `SHA256:...` as `ssh-keygen -l` prints it. For a certificate that of the key in it.
    pub fingerprint: String,
    /// `MD5:...` as `ssh-keygen -l -E md5` prints it.
    pub md5: String,
    /// The comment, which may be empty; `None` where the container has none or hides it.
    pub comment: Option<String>,
}

impl PublicHalf {
    fn of(key: &KeyData, comment: Option<String>) -> Self {
        Self {
            key: key.clone(),
            key_type: key.algorithm().as_str().to_owned(),
            bits: bits(key),
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
            md5: md5(key),
            comment,
        }
    }
}

/// Why there is no public half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Nothing that is known here.
    #[error("not a key file of a known form")]
    NotAKey,
    /// A form that is not opened here. `ssh-keygen` may open it.
    #[error("this form of key is not opened here")]
    NotOpenedHere,
    /// It is encrypted as a whole, the public half too.
    #[error("the key is encrypted as a whole")]
    Encrypted,
    /// The form is known, but what is in it is not read as a key. OpenSSL, and with it ssh, still takes some odd
    /// encodings that are damaged for us.
    #[error("the key is damaged")]
    Damaged,
}

/// When a certificate holds (PROTOCOL.certkeys), in seconds since 1970; the largest number stands for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// From when on.
    pub valid_after: i64,
    /// Until before when.
    pub valid_before: i64,
}

/// What a key file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    /// Its form.
    pub container: Container,
    /// Whether a passphrase is needed for the private half. `false` for a public one.
    pub encrypted: bool,
    /// How, as far as it stands in the clear.
    pub encryption: Option<Encryption>,
    /// The key, or why it is not known.
    pub public: Result<PublicHalf, Unread>,
    /// When a certificate holds.
    pub certificate: Option<Validity>,
    /// What OpenSSH refuses the bytes for, though the key in them may be good.
    pub byte_faults: Vec<ByteFault>,
}

impl KeyFile {
    /// With what shows only of an opened key.
    #[must_use]
    pub fn with_opened(self, key: &PrivateKey) -> Self {
        let comment = String::from_utf8_lossy(key.comment().as_bytes()).into_owned();
        Self { public: Ok(PublicHalf::of(key.public_key().key_data(), Some(comment))), ..self }
    }

    /// Which half it holds.
    #[must_use]
    pub fn half(&self) -> Option<Half> {
        self.container.half()
    }
}

/// Longer files are not keys.
const MOST_BYTES: usize = 1 << 20;

/// Reads a key file. Never fails.
#[must_use]
pub fn read(bytes: &[u8]) -> KeyFile {
    read_whole(bytes).0
}

/// The same, and the private key in it where that needs no passphrase: it is read once for both.
#[must_use]
pub fn read_whole(bytes: &[u8]) -> (KeyFile, Option<PrivateKey>) {
    if bytes.len() > MOST_BYTES {
        let none = KeyFile {
            container: Container::Unknown,
            encrypted: false,
            encryption: None,
            public: Err(Unread::NotAKey),
            certificate: None,
            byte_faults: Vec::new(),
        };
        return (none, None);
    }
    // The library is stricter than ssh in some of these and laxer in others; it gets the text put right.
    let text = bytes::put_right(bytes);
    let container = containers::recognize(&text);
    let openssh = containers::openssh(container, &text);
    let encrypted = containers::is_encrypted(container, &text, openssh.as_ref());
    let file = KeyFile {
        container,
        encrypted,
        encryption: encryption::of(container, &text, openssh.as_ref()),
        public: containers::public_half(container, &text, openssh.as_ref()),
        certificate: containers::validity(container, &text),
        byte_faults: bytes::faults(container, bytes),
    };
    let opened = match openssh {
        _ if encrypted || file.half() != Some(Half::Private) => None,
        Some(key) => Some(key),
        None => opened::open_text(container, &text, None).ok(),
    };
    (file, opened)
}

/// Of the key in the encoding of RFC 4253 section 6.6, as OpenSSH before 6.8 showed it.
fn md5(key: &KeyData) -> String {
    use md5::Digest as _;
    let Ok(bytes) = ssh_key::PublicKey::from(key.clone()).to_bytes() else { return String::new() };
    let hex: Vec<String> = md5::Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("MD5:{}", hex.join(":"))
}

/// The size that `ssh-keygen -l` prints.
fn bits(key: &KeyData) -> Option<u32> {
    if let Some(rsa) = key.rsa() {
        // The library's own size is one of whole bytes.
        return length(rsa.n());
    }
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => Some(256),
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 } => Some(256),
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 } => Some(384),
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 } => Some(521),
        Algorithm::Dsa => length(key.dsa()?.p()),
        _ => None,
    }
}

/// The length of a number in bits.
fn length(number: &Mpint) -> Option<u32> {
    let bytes = number.as_positive_bytes()?;
    let zeros = bytes.first()?.leading_zeros();
    u32::try_from(bytes.len()).ok()?.checked_mul(8)?.checked_sub(zeros)
}
