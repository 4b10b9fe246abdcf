//! One question over HTTPS and its answer (RFC 9112), with every step's own words when it fails.
//!
//! By hand over the probes beside it, because the chain is judged as git judges it, and because a general client copies
//! the login into buffers that nobody wipes. It follows no redirect, keeps no connection, and reads no more than
//! [`BODY_LIMIT`]: what an answer says is the caller's business.

use super::connect::proxy_connect;
use super::dns::dns;
use super::judge::Expect;
use super::proxy_choice;
use super::tcp::tcp;
use super::tls::tls;
use crate::formats::proxy::dialect::Decision;
use crate::formats::proxy::setting::Scheme as ProxyScheme;
use crate::model::ladder::{Layer, Outcome, Rung};
use crate::model::route::{Origin, Scheme};
use crate::redact::for_terminal;
use crate::secret::Secret;
use crate::sys::Sys;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The longest body that is read, in bytes.
pub const BODY_LIMIT: usize = 1 << 20;
/// The longest head that is read, in bytes.
const HEAD_LIMIT: usize = 64 << 10;
/// For name, connection and proxy, each.
const STEP: Duration = Duration::from_secs(10);
/// For all of it, however steadily the answer trickles in.
const WHOLE: Duration = Duration::from_secs(15);

/// How a host is reached.
#[derive(Debug, Clone, Copy)]
pub struct Way<'a> {
    /// The roots that count.
    pub roots: &'a [CertificateDer<'static>],
    /// The proxy, if there is one.
    pub proxy: &'a Decision,
    /// The profile whose settings are to be mended.
    pub profile: Option<&'a str>,
}

/// How the secret goes into the request. It goes into nothing else.
#[derive(Debug, Clone, Copy)]
pub enum Login<'a> {
    /// Nobody logs in.
    None,
    /// `Authorization: Bearer SECRET` (RFC 6750 section 2.1).
    Bearer(&'a Secret),
    /// `Authorization: Basic` of user and secret (RFC 7617 section 2).
    Basic(&'a str, &'a Secret),
    /// The secret as the whole value of a header: `PRIVATE-TOKEN`.
    Header(&'static str, &'a Secret),
}

/// An answer. Its texts come from outside.
#[derive(Debug)]
pub struct Reply {
    /// 200 to 599.
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    /// At most [`BODY_LIMIT`] bytes.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of that name (in lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// All headers of that name (in lower case).
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.trim())
    }
}

/// Asks `origin` for `target` (path and query) by GET.
///
/// # Errors
/// The broken rung. Nothing of the login was sent unless the chain is trusted.
pub fn get(
    sys: &Sys,
    way: &Way<'_>,
    origin: &Origin,
    target: &str,
    accept: &str,
    login: Login<'_>,
) -> Result<Reply, Box<Rung>> {
    if origin.scheme != Scheme::Https {
        let cause = format!("{origin} is not reached over HTTPS, and a token is never sent in clear");
        return Err(broken("http-plain", "plain HTTP", cause, "let the host be reached over HTTPS"));
    }
    let Some(request) = request(origin, target, accept, login) else {
        let shown = for_terminal(target, false);
        return Err(broken(
            "http-bad-request",
            &shown,
            "the question cannot be put into HTTP",
            "report this",
        ));
    };
    let mut stream = open(sys, way, origin)?;
    let sent = stream.write_all(&request).and_then(|()| stream.flush());
    drop(request);
    if let Err(error) = sent {
        return Err(cut_off(&error, "while the question was sent"));
    }
    answer(&mut stream)
}

/// A socket with one deadline for all that is done with it: its own limits start anew with each byte.
#[derive(Debug)]
pub(super) struct Timed {
    pub(super) stream: TcpStream,
    pub(super) until: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Climbs from the name to a trusted connection.
fn open(sys: &Sys, way: &Way<'_>, origin: &Origin) -> Result<impl Read + Write + use<>, Box<Rung>> {
    let proxy = way.proxy.proxy();
    if let Some(rung) = proxy_choice::rung(way.proxy).filter(|r| r.outcome == Outcome::Broken) {
        return Err(Box::new(rung));
    }
    if let Some(proxy) = proxy.filter(|p| p.scheme != ProxyScheme::Http) {
        return Err(Box::new(Rung::broken(
            Layer::Proxy,
            "proxy-not-spoken",
            format!("{} is {}", way.proxy.because, proxy.shown()),
            "doorkey itself speaks to HTTP proxies only",
            "git's own login still counts; for the rest name an http:// proxy under [proxy]",
        )));
    }
    let (host, port) = proxy.map_or((origin.host.as_str(), origin.port), |p| (p.host.as_str(), p.port));
    let (rung, addresses) = dns(sys, host, port, STEP);
    holds(rung)?;
    let (rung, stream) = tcp(sys, &addresses, STEP);
    holds(rung)?;
    let stream = stream.ok_or_else(|| cut_off(&ErrorKind::NotConnected.into(), "at the start"))?;
    let mut stream = Timed { stream, until: Instant::now() + WHOLE };
    if let Some(proxy) = proxy {
        let credentials = proxy.credentials.as_ref().filter(|(_, password)| !password.is_empty());
        holds(proxy_connect(&mut stream, &format!("{}:{}", origin.host.in_url(), origin.port), credentials))?;
    }
    let address = proxy.map(|p| p.address());
    let expect = Expect {
        proxy: address.as_deref(),
        profile: way.profile,
        ..Expect::new(origin.host.as_str(), way.roots, sys.now())
    };
    let shaken = tls(stream, &expect);
    holds(shaken.rung)?;
    shaken.stream.ok_or_else(|| cut_off(&ErrorKind::NotConnected.into(), "in the handshake"))
}

fn holds(rung: Rung) -> Result<(), Box<Rung>> {
    if rung.outcome == Outcome::Broken { Err(Box::new(rung)) } else { Ok(()) }
}

/// The request, wiped after use: one allocation of its final size, so that no copy of the secret stays behind (SECURITY
/// rule 34). `None` when a part of it cannot stand in HTTP.
fn request(origin: &Origin, target: &str, accept: &str, login: Login<'_>) -> Option<Zeroizing<Vec<u8>>> {
    // RFC 9112 section 3.2: no blank, no control character, nothing but ASCII.
    let plain = target.starts_with('/') && target.bytes().all(|b| b.is_ascii_graphic());
    let head = format!(
        "GET {target} HTTP/1.1\r\nHost: {}\r\nUser-Agent: doorkey/{}\r\nAccept: {accept}\r\nConnection: close\r\n",
        origin.authority(),
        env!("CARGO_PKG_VERSION"),
    );
    let (name, user, secret) = match login {
        Login::None => ("", None, None),
        Login::Bearer(secret) => ("Authorization: Bearer ", None, Some(secret)),
        Login::Basic(user, secret) => ("Authorization: Basic ", Some(user), Some(secret)),
        Login::Header(name, secret) => (name, None, Some(secret)),
    };
    let bare = secret.map(Secret::expose).unwrap_or_default();
    // Basic is coded, so it may hold anything but a colon in the name; everything else stands there as it is.
    let fits = user.map_or_else(|| bare.iter().all(u8::is_ascii_graphic), |u| !u.contains(':'));
    if !plain || !fits {
        return None;
    }
    let plain_length = user.map_or(0, |u| u.len() + 1) + bare.len();
    let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + name.len() + 2 * plain_length + 16));
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(name.as_bytes());
    if matches!(login, Login::Header(..)) {
        bytes.extend_from_slice(b": ");
    }
    match user {
        Some(user) => {
            let mut pair = Zeroizing::new(Vec::with_capacity(plain_length));
            pair.extend_from_slice(user.as_bytes());
            pair.push(b':');
            pair.extend_from_slice(bare);
            let mut coded = Zeroizing::new(vec![0; plain_length.div_ceil(3) * 4]);
            let length = STANDARD.encode_slice(pair.as_slice(), coded.as_mut_slice()).ok()?;
            bytes.extend_from_slice(coded.get(..length)?);
        }
        None => bytes.extend_from_slice(bare),
    }
    bytes.extend_from_slice(if secret.is_some() { b"\r\n\r\n" } else { b"\r\n" });
    Some(bytes)
}

/// How much of the body there is to come (RFC 9112 section 6.3).
enum Length {
    Known(usize),
    Chunked,
    ToTheEnd,
}

pub(super) fn answer(stream: &mut impl Read) -> Result<Reply, Box<Rung>> {
    let mut source = Source { stream, rest: Vec::new() };
    let mut reply = head(&mut source)?;
    reply.body = match length(&reply)? {
        Length::Known(count) if count > BODY_LIMIT => return Err(too_large()),
        Length::Known(count) => source.take(count)?,
        Length::Chunked => source.chunks()?,
        Length::ToTheEnd => source.up_to_the_end()?,
    };
    Ok(reply)
}

/// The answer to HEAD, which has no body (RFC 9110 section 9.3.2).
pub(super) fn answer_to_head(stream: &mut impl Read) -> Result<Reply, Box<Rung>> {
    head(&mut Source { stream, rest: Vec::new() })
}

fn head(source: &mut Source<'_, impl Read>) -> Result<Reply, Box<Rung>> {
    loop {
        let head = source.head()?;
        let mut fields = [httparse::EMPTY_HEADER; 128];
        let mut parsed = httparse::Response::new(&mut fields);
        let whole = parsed.parse(&head).is_ok_and(|status| status.is_complete());
        let Some(status) = parsed.code.filter(|_| whole) else { return Err(not_http(&head)) };
        let headers: Vec<(String, String)> = parsed
            .headers
            .iter()
            .map(|h| (h.name.to_ascii_lowercase(), String::from_utf8_lossy(h.value).into_owned()))
            .collect();
        // Interim answers (RFC 9110 section 15.2) come before the real one.
        if (100..200).contains(&status) {
            continue;
        }
        return Ok(Reply { status, headers, body: Vec::new() });
    }
}

fn length(reply: &Reply) -> Result<Length, Box<Rung>> {
    if matches!(reply.status, 204 | 304) {
        return Ok(Length::Known(0));
    }
    if let Some(coding) = reply.header("transfer-encoding") {
        if coding.eq_ignore_ascii_case("chunked") {
            return Ok(Length::Chunked);
        }
        return Err(not_http(coding.as_bytes()));
    }
    let mut lengths = reply.headers("content-length");
    match lengths.next() {
        None => Ok(Length::ToTheEnd),
        // Two that differ are a trick (RFC 9112 section 6.3, item 5).
        Some(first) if lengths.any(|other| other != first) => Err(not_http(first.as_bytes())),
        Some(first) => {
            let digits = first.bytes().all(|b| b.is_ascii_digit());
            match first.parse().ok().filter(|_| digits) {
                Some(count) => Ok(Length::Known(count)),
                None => Err(not_http(first.as_bytes())),
            }
        }
    }
}

struct Source<'a, R> {
    stream: &'a mut R,
    /// Read, but not used yet.
    rest: Vec<u8>,
}

impl<R: Read> Source<'_, R> {
    /// Reads more; `false` at the end.
    fn more(&mut self) -> Result<bool, Box<Rung>> {
        let mut buffer = [0u8; 8192];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    self.rest.extend_from_slice(buffer.get(..count).unwrap_or_default());
                    return Ok(true);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(cut_off(&error, "in the middle of the answer")),
            }
        }
    }

    /// Up to and with the empty line.
    fn head(&mut self) -> Result<Vec<u8>, Box<Rung>> {
        loop {
            if let Some(at) = self.rest.windows(4).position(|w| w == b"\r\n\r\n") {
                return Ok(self.rest.drain(..at + 4).collect());
            }
            if self.rest.len() > HEAD_LIMIT {
                return Err(not_http(&self.rest));
            }
            if !self.more()? {
                return Err(match self.rest.is_empty() {
                    true => cut_off(&ErrorKind::UnexpectedEof.into(), "before the answer"),
                    false => not_http(&self.rest),
                });
            }
        }
    }

    fn take(&mut self, count: usize) -> Result<Vec<u8>, Box<Rung>> {
        while self.rest.len() < count {
            if !self.more()? {
                return Err(cut_off(&ErrorKind::UnexpectedEof.into(), "in the middle of the answer"));
            }
        }
        Ok(self.rest.drain(..count).collect())
    }

    fn up_to_the_end(&mut self) -> Result<Vec<u8>, Box<Rung>> {
        while self.more()? {
            if self.rest.len() > BODY_LIMIT {
                return Err(too_large());
            }
        }
        Ok(std::mem::take(&mut self.rest))
    }

    /// RFC 9112 section 7.1; extensions and trailers are passed over.
    fn chunks(&mut self) -> Result<Vec<u8>, Box<Rung>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let digits = line.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
            let size = std::str::from_utf8(digits)
                .ok()
                .filter(|d| !d.is_empty() && d.len() <= 8 && d.bytes().all(|b| b.is_ascii_hexdigit()))
                .and_then(|d| usize::from_str_radix(d, 16).ok());
            match size {
                None => return Err(not_http(&line)),
                Some(0) => return Ok(body),
                Some(size) if size + body.len() > BODY_LIMIT => return Err(too_large()),
                Some(size) => body.extend(self.take(size)?),
            }
            if self.line()? != b"" {
                return Err(not_http(b"a chunk that does not end where it should"));
            }
        }
    }

    /// One line without its end.
    fn line(&mut self) -> Result<Vec<u8>, Box<Rung>> {
        loop {
            if let Some(at) = self.rest.windows(2).position(|w| w == b"\r\n") {
                let mut line: Vec<u8> = self.rest.drain(..at + 2).collect();
                line.truncate(at);
                return Ok(line);
            }
            // No size of a chunk is that long.
            if self.rest.len() > 1024 {
                return Err(not_http(self.rest.get(..80).unwrap_or_default()));
            }
            if !self.more()? {
                return Err(cut_off(&ErrorKind::UnexpectedEof.into(), "in the middle of the answer"));
            }
        }
    }
}

fn broken(code: &'static str, evidence: &str, cause: impl Into<String>, repair: &str) -> Box<Rung> {
    Box::new(Rung::broken(Layer::Http, code, evidence, cause, repair))
}

fn cut_off(error: &io::Error, when: &str) -> Box<Rung> {
    let slow = matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock);
    let (code, words) = if slow {
        ("http-timed-out", format!("no whole answer within {} s", WHOLE.as_secs()))
    } else {
        ("http-cut-off", format!("the connection was closed {when}"))
    };
    broken(code, &words, "the server gave no whole answer", "try it again later")
}

fn too_large() -> Box<Rung> {
    let words = format!("more than {} KiB", BODY_LIMIT >> 10);
    broken("http-too-large", &words, "no host says that much about a token", "look at what answers there")
}

fn not_http(bytes: &[u8]) -> Box<Rung> {
    let line = bytes.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    let text: String = String::from_utf8_lossy(line).chars().take(80).collect();
    let evidence = format!("the answer begins with \"{}\"", for_terminal(&text, false));
    broken(
        "http-not-http",
        &evidence,
        "what answers there does not speak HTTP as it should",
        "check the port in the URL",
    )
}
