//! The certificates of a file or folder, told in order as they are read, in little memory.

use crate::formats::cert::Cert;
use crate::formats::containers::{self, Container, Contents, NotRead};
use crate::formats::pem::{Fault, Kind as Label, Pem, Piece, Pieces};
use crate::secret::Secret;
use crate::sys::Sys;
use crate::sys::fs::{FsError, Kind};
use crate::trust::bundle::is_hash_name;
use std::collections::HashSet;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// How many pieces of a text are read at once for each thread.
const PIECES: usize = 2;

/// What is told.
#[derive(Debug)]
pub enum CertEvent {
    /// A file is begun.
    File(PathBuf, Container),
    /// A certificate.
    Cert(Box<FoundCert>),
    /// PEM or DER that holds none, by its line.
    Malformed(Option<usize>),
    /// What is damaged in a text, by its line.
    Damage(usize, Fault),
    /// What else stands in a file: private keys, revocation lists, requests.
    Other(&'static str, Option<usize>),
    /// The text begins with a byte order mark.
    ByteOrderMark,
    /// Why a container was not read.
    NotRead(NotRead),
    /// The file or folder could not be looked at.
    Unreadable(PathBuf, FsError),
}

/// A certificate at its place.
#[derive(Debug)]
pub struct FoundCert {
    /// The line of its BEGIN, counted from 1.
    pub line: Option<usize>,
    /// What its container calls it.
    pub alias: Option<String>,
    /// What it says.
    pub cert: Cert,
    /// Whether the same one was told before.
    pub again: bool,
    /// Whether its label is one that not every program reads (`TRUSTED CERTIFICATE`).
    pub odd_label: bool,
}

/// A certificate or something else of a piece, before it is known which came before.
enum Told {
    Cert(Box<FoundCert>),
    Event(CertEvent),
}

type On<'o> = dyn FnMut(CertEvent) -> ControlFlow<()> + 'o;

/// Reads certificates, and remembers which were told.
#[derive(Debug)]
pub struct Certs<'s> {
    sys: &'s Sys,
    passphrase: Option<&'s Secret>,
    threads: usize,
    seen: HashSet<[u8; 32]>,
}

impl<'s> Certs<'s> {
    /// Containers are opened with this passphrase.
    #[must_use]
    pub fn new(sys: &'s Sys, passphrase: Option<&'s Secret>, threads: usize) -> Self {
        Self { sys, passphrase, threads: threads.max(1), seen: HashSet::new() }
    }

    /// Tells what stands in a file, or in the files of a folder: those that links point to, each once, and not those
    /// below it. `Break` ends it early.
    pub fn tell(&mut self, path: &Path, on: &mut On<'_>) -> ControlFlow<()> {
        let is_folder = matches!(self.sys.look_through(path), Ok(Some(look)) if look.kind == Kind::Dir);
        if !is_folder {
            return self.file(path, on);
        }
        let mut files = match self.sys.list(path) {
            Ok(files) => files,
            Err(error) => return on(CertEvent::Unreadable(path.into(), error)),
        };
        // A link by hash leads to a file that is told by its own name.
        let is_hash = |file: &PathBuf| file.file_name().and_then(|n| n.to_str()).is_some_and(is_hash_name);
        let mut told: HashSet<PathBuf> =
            files.iter().filter(|f| !is_hash(f)).filter_map(|f| self.sys.real_path(f)).collect();
        files.retain(|f| !is_hash(f) || self.sys.real_path(f).is_some_and(|real| told.insert(real)));
        for file in files {
            match self.sys.look_through(&file) {
                Ok(Some(look)) if look.kind == Kind::File => self.file(&file, on)?,
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn file(&mut self, path: &Path, on: &mut On<'_>) -> ControlFlow<()> {
        let opened = match self.sys.open(path) {
            Ok(Some((file, _))) => file,
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return on(CertEvent::Unreadable(path.into(), error)),
        };
        // DER and its kin begin with a SEQUENCE, Java's store with its own number; no text does.
        let mut opened = opened;
        let mut first = [0; 1];
        let count = opened.read(&mut first).unwrap_or_default();
        if count == 1 && matches!(first, [0x30 | 0xfe]) {
            return match self.sys.read(path) {
                Ok(Some(bytes)) if Container::of(&bytes) != Container::Pem => self.bytes(path, &bytes, on),
                Ok(Some(bytes)) => self.text(path, bytes.as_slice(), on),
                Ok(None) => ControlFlow::Continue(()),
                Err(error) => on(CertEvent::Unreadable(path.into(), error)),
            };
        }
        let beginning = first.get(..count).unwrap_or_default();
        self.text(path, beginning.chain(opened), on)
    }

    /// Tells what stands in these bytes.
    pub fn bytes(&mut self, path: &Path, bytes: &[u8], on: &mut On<'_>) -> ControlFlow<()> {
        let container = Container::of(bytes);
        if container == Container::Pem {
            return self.text(path, bytes, on);
        }
        on(CertEvent::File(path.into(), container))?;
        match containers::read(bytes, self.passphrase) {
            Ok(contents) => self.all(of_contents(contents, None), on),
            Err(why) => on(CertEvent::NotRead(why)),
        }
    }

    fn all(&mut self, found: Vec<Told>, on: &mut On<'_>) -> ControlFlow<()> {
        for one in found {
            match one {
                Told::Cert(found) => self.cert(*found, on)?,
                Told::Event(event) => on(event)?,
            }
        }
        ControlFlow::Continue(())
    }

    fn cert(&mut self, mut found: FoundCert, on: &mut On<'_>) -> ControlFlow<()> {
        found.again = !self.seen.insert(found.cert.sha256);
        on(CertEvent::Cert(Box::new(found)))
    }

    /// Reads pieces side by side, and tells them in order while the next ones are read.
    fn text(&mut self, path: &Path, from: impl Read + Send, on: &mut On<'_>) -> ControlFlow<()> {
        on(CertEvent::File(path.into(), Container::Pem))?;
        let mut pieces = Pieces::new(from);
        let (threads, passphrase) = (self.threads, self.passphrase);
        let mut ready = batch(&mut pieces, threads, passphrase);
        while let Some(told) = ready {
            let told = told.unwrap_or_else(|error| {
                vec![Told::Event(CertEvent::Unreadable(path.into(), FsError::io("read", path, error)))]
            });
            let (flow, next) = std::thread::scope(|scope| {
                let next = scope.spawn(|| batch(&mut pieces, threads, passphrase));
                (self.all(told, on), next.join())
            });
            flow?;
            ready = next.unwrap_or_default();
        }
        ControlFlow::Continue(())
    }
}

/// What the next pieces hold. `None` at the end.
fn batch(
    pieces: &mut Pieces<impl Read>,
    threads: usize,
    passphrase: Option<&Secret>,
) -> Option<io::Result<Vec<Told>>> {
    let batch: io::Result<Vec<Piece>> = pieces.by_ref().take(threads * PIECES).collect();
    match batch {
        Ok(batch) if batch.is_empty() => None,
        Ok(batch) => Some(Ok(side_by_side(&batch, threads, passphrase))),
        Err(error) => Some(Err(error)),
    }
}

fn side_by_side(batch: &[Piece], threads: usize, passphrase: Option<&Secret>) -> Vec<Told> {
    let read = |pieces: &[Piece]| -> Vec<Told> {
        pieces.iter().flat_map(|piece| of_piece(piece.read(), passphrase)).collect()
    };
    if batch.len() == 1 || threads == 1 {
        return read(batch);
    }
    let share = batch.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let running: Vec<_> = batch.chunks(share).map(|part| scope.spawn(|| read(part))).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

fn of_piece(pem: Pem, passphrase: Option<&Secret>) -> Vec<Told> {
    let mut found: Vec<(usize, Told)> = Vec::new();
    if pem.bom {
        found.push((0, Told::Event(CertEvent::ByteOrderMark)));
    }
    for damage in pem.damage {
        found.push((damage.line, Told::Event(CertEvent::Damage(damage.line, damage.fault))));
    }
    for block in pem.blocks {
        let line = Some(block.line);
        let odd_label = matches!(block.kind, Label::TrustedCertificate | Label::OldCertificate);
        let event = |event| (block.line, Told::Event(event));
        if let Some(der) = block.cert {
            found.push((block.line, one(&der, line, None, odd_label)));
        } else if let Some(bytes) = block.container {
            match containers::read(&bytes, passphrase) {
                Ok(contents) => {
                    found.extend(of_contents(contents, line).into_iter().map(|o| (block.line, o)))
                }
                Err(why) => found.push(event(CertEvent::NotRead(why))),
            }
        } else if let Some(what) = other(&block.kind) {
            found.push(event(CertEvent::Other(what, line)));
        }
    }
    found.sort_by_key(|(line, _)| *line);
    found.into_iter().map(|(_, read)| read).collect()
}

fn of_contents(contents: Contents, line: Option<usize>) -> Vec<Told> {
    let certs = contents.certs.into_iter().map(|held| one(&held.der, line, held.alias, line.is_some()));
    let keys = (0..contents.private_keys).map(|_| Told::Event(CertEvent::Other("private key", line)));
    let lists = contents.crls.iter().map(|_| Told::Event(CertEvent::Other("revocation list", line)));
    certs.chain(keys).chain(lists).collect()
}

fn one(der: &[u8], line: Option<usize>, alias: Option<String>, odd_label: bool) -> Told {
    match Cert::read(der) {
        Ok(cert) => Told::Cert(Box::new(FoundCert { line, alias, cert, again: false, odd_label })),
        Err(_) => Told::Event(CertEvent::Malformed(line)),
    }
}

fn other(kind: &Label) -> Option<&'static str> {
    match kind {
        Label::PrivateKey => Some("private key"),
        Label::Crl => Some("revocation list"),
        Label::Request => Some("certificate request"),
        Label::PublicKey => Some("public key"),
        Label::Other(_) => Some("block of another kind"),
        _ => None,
    }
}
