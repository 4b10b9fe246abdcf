//! PEM, the text form of certificates (RFC 7468): the only place that reads it.
//!
//! Library readers skip a damaged block or stop at it, and do not say where it was. A bundle must be diagnosed, so
//! this scanner finds the BEGIN and END lines itself, says line by line what is damaged, and hands each clean
//! block to `rustls_pemfile`.

mod pieces;

pub use pieces::{Piece, Pieces};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use serde::Serialize;
use std::ops::Range;

/// What a block says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `CERTIFICATE` (RFC 7468 section 5).
    Certificate,
    /// `TRUSTED CERTIFICATE`: OpenSSL's own form, with trust settings after the certificate. Go, Node and rustls
    /// do not read it.
    TrustedCertificate,
    /// `X509 CERTIFICATE`: an old name (RFC 7468 section 5.1). Go and rustls do not read it.
    OldCertificate,
    /// `X509 CRL`.
    Crl,
    /// `CERTIFICATE REQUEST` or `NEW CERTIFICATE REQUEST`.
    Request,
    /// `PKCS7` or `CMS`: a container of certificates that no client reads as a bundle.
    Container,
    /// `PUBLIC KEY`.
    PublicKey,
    /// Any `... PRIVATE KEY`. Its bytes are never decoded here.
    PrivateKey,
    /// Something else, by its label.
    Other(String),
}

impl Kind {
    fn of(label: &str) -> Self {
        match label {
            "CERTIFICATE" => Self::Certificate,
            "TRUSTED CERTIFICATE" => Self::TrustedCertificate,
            "X509 CERTIFICATE" => Self::OldCertificate,
            "X509 CRL" => Self::Crl,
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Self::Request,
            "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => Self::Container,
            "PUBLIC KEY" | "RSA PUBLIC KEY" => Self::PublicKey,
            _ if label.ends_with("PRIVATE KEY") => Self::PrivateKey,
            _ => Self::Other(crate::redact::for_terminal(label, false)),
        }
    }

    fn is_decoded(&self) -> bool {
        self.holds_certificate() || matches!(self, Self::Crl | Self::Container)
    }

    fn holds_certificate(&self) -> bool {
        matches!(self, Self::Certificate | Self::TrustedCertificate | Self::OldCertificate)
    }
}

/// A block from its BEGIN to its END line.
#[derive(Debug, Clone)]
pub struct Block {
    /// What it says it is.
    pub kind: Kind,
    /// The line of BEGIN, counted from 1.
    pub line: usize,
    /// The line of END.
    pub last_line: usize,
    /// The certificate in it, when it holds one and is not damaged.
    pub cert: Option<CertificateDer<'static>>,
    /// The revocation list in it, when it holds one and is not damaged.
    pub crl: Option<CertificateRevocationListDer<'static>>,
    /// The bytes of a PKCS#7 container, when it is one and is not damaged.
    pub container: Option<Vec<u8>>,
}

/// What is wrong with a block, or with the whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The text ends, or the next block begins, before END.
    #[error("the block has no END line")]
    NoEnd,
    /// END without BEGIN.
    #[error("END without BEGIN")]
    NoBegin,
    /// END names something else than BEGIN did.
    #[error("the block ends as {0:?}")]
    OtherEnd(String),
    /// A character that is not base64, or padding at the wrong place.
    #[error("not base64")]
    BadBase64,
    /// The base64 is fine, but what it holds is not one whole DER value: cut off, or two blocks pasted into one.
    #[error("what it holds is cut off, or not one certificate or list")]
    NotOneValue,
    /// BEGIN stands on the line of the END before it. Only GnuTLS reads such a file.
    #[error("BEGIN on the same line as END: a line end is missing between two files")]
    Glued,
    /// Blanks before a line of the block. Only GnuTLS reads such a block.
    #[error("the block is indented")]
    Indented,
    /// A BEGIN or END line without its five dashes, or with text before it.
    #[error("a damaged BEGIN or END line")]
    BrokenMarker,
    /// UTF-16 (what PowerShell's `>` writes). Nothing reads it.
    #[error("the file is UTF-16 text; it must be ASCII")]
    Utf16,
    /// DER where PEM is expected.
    #[error("the file is binary (DER); it must be PEM text")]
    Der,
}

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What a PEM text holds.
#[derive(Debug, Clone, Default)]
pub struct Pem {
    /// Every block with matching BEGIN and END, in order.
    pub blocks: Vec<Block>,
    /// Everything that is damaged, by line.
    pub damage: Vec<Damage>,
    /// It starts with a UTF-8 byte order mark: Go, rustls, bun, deno, keytool and gRPC miss the first block.
    pub bom: bool,
    /// Its lines end in CR LF. Harmless.
    pub crlf: bool,
}

impl Pem {
    /// The undamaged certificates, in order.
    pub fn certs(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.blocks.iter().filter_map(|b| b.cert.as_ref())
    }

    /// The undamaged revocation lists, in order.
    pub fn crls(&self) -> impl Iterator<Item = &CertificateRevocationListDer<'static>> {
        self.blocks.iter().filter_map(|b| b.crl.as_ref())
    }

    /// The same, by value.
    #[must_use]
    pub fn into_certs(self) -> Vec<CertificateDer<'static>> {
        self.blocks.into_iter().filter_map(|b| b.cert).collect()
    }

    /// Whether a private key is in it (SECURITY rule 46: such a bundle is refused).
    #[must_use]
    pub fn holds_private_key(&self) -> bool {
        self.blocks.iter().any(|b| b.kind == Kind::PrivateKey)
    }
}

/// Reads a PEM text. Never fails: what cannot be read is in [`Pem::damage`].
#[must_use]
pub fn read(bytes: &[u8]) -> Pem {
    let mut pem = Pem::default();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        pem.damage.push(Damage { line: 1, fault: Fault::Utf16 });
        return pem;
    }
    let mut scan = Scan { bytes, pem, open: None };
    let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    scan.pem.bom = start > 0;
    let mut number = 0;
    let mut at = start;
    while at < bytes.len() {
        number += 1;
        let (line, next, crlf) = line_at(bytes, at);
        scan.pem.crlf |= crlf;
        scan.line(number, line);
        at = next;
    }
    if let Some(open) = scan.open.take() {
        scan.damage(open.line, Fault::NoEnd);
    }
    let mut pem = scan.pem;
    if pem.blocks.is_empty() && pem.damage.is_empty() && is_one_value(bytes) {
        pem.damage.push(Damage { line: 1, fault: Fault::Der });
    }
    pem
}

/// The range of the line that starts at `at`, the start of the next one, and whether it ended in CR LF.
fn line_at(bytes: &[u8], at: usize) -> (Range<usize>, usize, bool) {
    let rest = bytes.get(at..).unwrap_or_default();
    let Some(length) = rest.iter().position(|b| matches!(b, b'\n' | b'\r')) else {
        return (at..bytes.len(), bytes.len(), false);
    };
    let end = at + length;
    if rest.get(length..length + 2) == Some(b"\r\n") {
        (at..end, end + 2, true)
    } else {
        (at..end, end + 1, false)
    }
}

/// A block whose END has not been seen yet.
struct Open {
    label: String,
    kind: Kind,
    line: usize,
    start: usize,
    body: usize,
    faulty: bool,
}

struct Scan<'a> {
    bytes: &'a [u8],
    pem: Pem,
    open: Option<Open>,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

impl Scan<'_> {
    fn damage(&mut self, line: usize, fault: Fault) {
        self.pem.damage.push(Damage { line, fault });
    }

    /// One line, by its range in the text. Only the scan's own reading decides what is clean.
    fn line(&mut self, number: usize, range: Range<usize>) {
        let line = self.bytes.get(range.clone()).unwrap_or_default();
        let text = line.trim_ascii();
        if text.starts_with(END) {
            let end = find(text, DASHES, END.len());
            let after = end.map_or(text.len(), |e| e + DASHES.len());
            let label = text.get(END.len()..end.unwrap_or(text.len())).unwrap_or_default();
            let indent = line.len() - line.trim_ascii_start().len();
            self.end(number, label, range.start + indent + after, end.is_some());
            if indent > 0 {
                self.damage(number, Fault::Indented);
            }
            let rest = text.get(after..).unwrap_or_default();
            if rest.starts_with(BEGIN) {
                self.damage(number, Fault::Glued);
                self.begin(number, rest, range.start + indent + after);
            } else if !rest.is_empty() {
                self.damage(number, Fault::BrokenMarker);
            }
        } else if text.starts_with(BEGIN) {
            let indent = line.len() - line.trim_ascii_start().len();
            self.begin(number, text, range.start + indent);
            if indent > 0 {
                self.damage(number, Fault::Indented);
                if let Some(open) = &mut self.open {
                    open.faulty = true;
                }
            }
        } else if memchr::memchr(b'-', text).is_some()
            && (find(text, b"-----BEGIN", 0).is_some() || find(text, b"-----END", 0).is_some())
        {
            self.damage(number, Fault::BrokenMarker);
            if let Some(open) = &mut self.open {
                open.faulty = true;
            }
        } else {
            self.body(number, line);
        }
    }

    fn begin(&mut self, number: usize, text: &[u8], start: usize) {
        if let Some(open) = self.open.take() {
            self.damage(open.line, Fault::NoEnd);
        }
        let inner = text.strip_prefix(BEGIN).and_then(|t| t.strip_suffix(DASHES));
        let Some(inner) = inner.filter(|t| !t.contains(&b'-')) else {
            self.damage(number, Fault::BrokenMarker);
            return;
        };
        let label = String::from_utf8_lossy(inner).into_owned();
        let kind = Kind::of(&label);
        self.open = Some(Open { label, kind, line: number, start, body: start + text.len(), faulty: false });
    }

    fn body(&mut self, number: usize, line: &[u8]) {
        let Some(open) = &mut self.open else { return };
        if open.faulty || !open.kind.is_decoded() {
            return;
        }
        let fault = match line {
            [b' ' | b'\t', ..] if !line.trim_ascii().is_empty() => Fault::Indented,
            _ if line.trim_ascii_end().iter().all(|&b| is_base64(b)) => return,
            _ => Fault::BadBase64,
        };
        open.faulty = true;
        self.damage(number, fault);
    }

    fn end(&mut self, number: usize, label: &[u8], stop: usize, whole: bool) {
        let label = String::from_utf8_lossy(label).into_owned();
        let Some(open) = self.open.take() else {
            return self.damage(number, Fault::NoBegin);
        };
        if !whole {
            return self.damage(number, Fault::BrokenMarker);
        }
        if label != open.label {
            let shown = crate::redact::for_terminal(&label, false);
            return self.damage(number, Fault::OtherEnd(shown));
        }
        let (mut cert, mut crl, mut container) = (None, None, None);
        if open.kind.is_decoded() && !open.faulty {
            let marker = END.len() + label.len() + DASHES.len();
            let read = match open.kind {
                Kind::Crl => self.decode_list(&open, stop).map(|der| crl = Some(der)),
                Kind::Container => {
                    self.decode(&open, stop, marker).map(|der| container = Some(der.as_ref().to_vec()))
                }
                _ => self.decode(&open, stop, marker).map(|der| cert = Some(der)),
            };
            if let Err(fault) = read {
                self.damage(open.line, fault);
            }
        }
        self.pem.blocks.push(Block {
            kind: open.kind,
            line: open.line,
            last_line: number,
            cert,
            crl,
            container,
        });
    }

    fn decode_list(&self, open: &Open, stop: usize) -> Result<CertificateRevocationListDer<'static>, Fault> {
        let text = self.bytes.get(open.start..stop).unwrap_or_default();
        match rustls_pemfile::read_one_from_slice(text) {
            Ok(Some((rustls_pemfile::Item::Crl(der), _))) if is_one_value(&der) => Ok(der),
            Ok(Some((rustls_pemfile::Item::Crl(_), _))) => Err(Fault::NotOneValue),
            _ => Err(Fault::BadBase64),
        }
    }

    fn decode(&self, open: &Open, stop: usize, marker: usize) -> Result<CertificateDer<'static>, Fault> {
        let text = self.bytes.get(open.start..stop).unwrap_or_default();
        let der = if open.kind == Kind::Certificate {
            decode_certificate(text)?
        } else {
            let body = self.bytes.get(open.body..stop.saturating_sub(marker)).unwrap_or_default();
            let renamed =
                [b"-----BEGIN CERTIFICATE-----\n".as_slice(), body, b"\n-----END CERTIFICATE-----\n"]
                    .concat();
            decode_certificate(&renamed)?
        };
        if open.kind == Kind::TrustedCertificate {
            // x509(1): the certificate is followed by a value of its own with the trust settings.
            let length = value_length(&der).ok_or(Fault::NotOneValue)?;
            let first = der.get(..length).ok_or(Fault::NotOneValue)?;
            return Ok(CertificateDer::from(first.to_vec()));
        }
        if is_one_value(&der) { Ok(der) } else { Err(Fault::NotOneValue) }
    }
}

/// A certificate as one block, as RFC 7468 section 2 has it.
#[must_use]
pub fn of_certificate(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}

/// One clean block, by the library.
fn decode_certificate(block: &[u8]) -> Result<CertificateDer<'static>, Fault> {
    match rustls_pemfile::read_one_from_slice(block) {
        Ok(Some((rustls_pemfile::Item::X509Certificate(der), _))) => Ok(der),
        _ => Err(Fault::BadBase64),
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn find(text: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    text.get(from..)?.windows(needle.len()).position(|w| w == needle).map(|at| from + at)
}

/// Whether the bytes are exactly one DER SEQUENCE by its outermost length (X.690 section 8.1.3).
fn is_one_value(der: &[u8]) -> bool {
    value_length(der) == Some(der.len())
}

/// The length of the DER SEQUENCE at the start, with its header.
fn value_length(der: &[u8]) -> Option<usize> {
    let (&0x30, rest) = der.split_first()? else { return None };
    let (&first, rest) = rest.split_first()?;
    if first < 0x80 {
        return Some(2 + usize::from(first));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 4 {
        return None;
    }
    let length = rest.get(..count)?.iter().fold(0usize, |sum, &b| (sum << 8) | usize::from(b));
    length.checked_add(2 + count)
}
