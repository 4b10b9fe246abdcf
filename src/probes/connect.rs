//! The proxy's rung: HTTP CONNECT by hand (RFC 9110 section 9.3.6), so that every answer can be told apart.

use super::timed;
use crate::model::ladder::{Layer, Rung};
use crate::redact::for_terminal;
use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::{Read, Write};
use std::time::Instant;
use zeroize::Zeroizing;

/// The longest head of an answer that is read, in bytes.
const HEAD_LIMIT: usize = 32 << 10;

/// Asks the proxy at the other end of `stream` for a tunnel to `target` (`host:port`). When the rung holds, the
/// stream is the tunnel, and nothing of it was read.
///
/// With `credentials`, Basic is sent at once. Broken: `proxy-auth-required` (with the schemes that the proxy
/// offers), `proxy-refused`, `proxy-not-http`, `proxy-closed`.
pub fn proxy_connect(
    stream: &mut (impl Read + Write),
    target: &str,
    credentials: Option<&(String, Secret)>,
) -> Rung {
    let (rung, ()) = timed(|| (try_connect(stream, target, credentials), ()));
    rung
}

fn try_connect(
    stream: &mut (impl Read + Write),
    target: &str,
    credentials: Option<&(String, Secret)>,
) -> Rung {
    let shown = for_terminal(target, false);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if target.is_empty() || !target.chars().all(allowed) {
        return Rung::broken(
            Layer::Proxy,
            "proxy-refused",
            format!("{shown} is no host and port"),
            "the host name in the URL cannot be sent to a proxy",
            "correct the host name in the URL",
        );
    }
    let request = request(target, credentials);
    if stream.write_all(&request).and_then(|()| stream.flush()).is_err() {
        return closed("the connection broke while the request was sent");
    }
    drop(request);
    match read_head(stream) {
        Head::Whole(head) => judge(&head, &shown, credentials.is_some()),
        Head::Closed(start) if start.is_empty() => closed("the connection was closed without an answer"),
        Head::Silent(start) if start.is_empty() => closed("no answer in time"),
        Head::Closed(start) | Head::Silent(start) if is_http(&start) => {
            closed(&format!("the answer was cut off after \"{}\"", first_line(&start)))
        }
        Head::Closed(start) | Head::Silent(start) | Head::TooLong(start) => not_http(&start),
    }
}

/// The request, wiped after use: it may hold the password.
fn request(target: &str, credentials: Option<&(String, Secret)>) -> Zeroizing<Vec<u8>> {
    let head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: doorkey\r\n");
    let name = b"Proxy-Authorization: Basic ";
    let plain_length = credentials.map_or(0, |(user, password)| user.len() + 1 + password.len());
    let coded_length = plain_length.div_ceil(3) * 4;
    // One allocation of the final size, so that no copy of the password stays behind (SECURITY rule 34).
    let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + name.len() + coded_length + 4));
    bytes.extend_from_slice(head.as_bytes());
    if let Some((user, password)) = credentials {
        // RFC 7617 section 2
        let mut plain = Zeroizing::new(Vec::with_capacity(plain_length));
        plain.extend_from_slice(user.as_bytes());
        plain.push(b':');
        plain.extend_from_slice(password.expose());
        let mut coded = Zeroizing::new(vec![0; coded_length]);
        let length = STANDARD.encode_slice(plain.as_slice(), coded.as_mut_slice()).unwrap_or(0);
        bytes.extend_from_slice(name);
        bytes.extend_from_slice(coded.get(..length).unwrap_or_default());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

enum Head {
    /// With the empty line that ends it.
    Whole(Vec<u8>),
    Closed(Vec<u8>),
    Silent(Vec<u8>),
    TooLong(Vec<u8>),
}

/// Reads to the empty line and not one byte further: what follows belongs to the tunnel.
fn read_head(stream: &mut impl Read) -> Head {
    let mut head = Vec::new();
    let mut byte = [0u8];
    let deadline = Instant::now() + super::PATIENCE;
    loop {
        if Instant::now() > deadline {
            return Head::Silent(head);
        }
        match stream.read(&mut byte) {
            Ok(0) => return Head::Closed(head),
            Ok(_) => head.extend_from_slice(&byte),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                return Head::Silent(head);
            }
            Err(_) => return Head::Closed(head),
        }
        if head.ends_with(b"\r\n\r\n") || head.ends_with(b"\n\n") {
            return Head::Whole(head);
        }
        // What does not begin like HTTP will not become it; a line is enough to show.
        let hopeless = !is_http(&head) && (head.len() >= 80 || head.ends_with(b"\n"));
        if hopeless || head.len() >= HEAD_LIMIT {
            return Head::TooLong(head);
        }
    }
}

fn is_http(bytes: &[u8]) -> bool {
    let start = b"HTTP/1.";
    let common = bytes.len().min(start.len());
    !bytes.is_empty() && bytes.get(..common) == start.get(..common)
}

/// Interim answers (1xx) never come to CONNECT, so the first head is the answer.
fn judge(head: &[u8], target: &str, sent_password: bool) -> Rung {
    let line = first_line(head);
    let Some(status) = status_of(&line) else { return not_http(head) };
    match status {
        // RFC 9110 section 9.3.6: any 2xx opens the tunnel
        200..=299 => Rung::ok(Layer::Proxy, format!("the proxy opened a tunnel to {target}: {line}")),
        407 => {
            let schemes = schemes(head);
            let offered = if schemes.is_empty() { "none".to_owned() } else { schemes.join(", ") };
            let (cause, repair) = match (
                sent_password,
                schemes.iter().any(|s| s.eq_ignore_ascii_case("basic")),
            ) {
                (true, true) => (
                    "the proxy did not accept the user name and password",
                    "correct the user name and password of the proxy with `doorkey profile edit NAME`"
                        .to_owned(),
                ),
                (false, true) => (
                    "the proxy wants a user name and password",
                    "name the user in the proxy's URL under [proxy] with `doorkey profile edit NAME`"
                        .to_owned(),
                ),
                (_, false) => (
                    "the proxy wants a kind of login that is not Basic",
                    format!(
                        "run a local helper that logs in with {offered} (px, cntlm) and name it under [proxy]"
                    ),
                ),
            };
            Rung::broken(
                Layer::Proxy,
                "proxy-auth-required",
                format!("{line}; offered: {offered}"),
                cause,
                repair,
            )
        }
        _ => {
            let cause = match status {
                403 => format!("the proxy's rules do not allow {target}"),
                404 | 502 | 503 | 504 => format!("the proxy itself could not reach {target}"),
                400 | 405 | 501 => "this is a web server, or a proxy that makes no tunnels".to_owned(),
                _ => format!("the proxy refused a tunnel to {target}"),
            };
            let repair = match status {
                400 | 405 | 501 => "correct the proxy's address with `doorkey profile edit NAME`".to_owned(),
                _ => format!("ask who runs the proxy to let {target} through"),
            };
            Rung::broken(Layer::Proxy, "proxy-refused", line, cause, repair)
        }
    }
}

/// RFC 9112 section 4
fn status_of(line: &str) -> Option<u16> {
    let mut words = line.split(' ');
    let version = words.next()?;
    if !version.starts_with("HTTP/1.") {
        return None;
    }
    words.next()?.parse().ok().filter(|code| (100..600).contains(code))
}

/// The schemes of all `Proxy-Authenticate` lines (RFC 9110 section 11.7.1). A line may hold several challenges,
/// split by commas like their parameters; a parameter has `=` in its first word.
fn schemes(head: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(head);
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if !name.eq_ignore_ascii_case("proxy-authenticate") {
            continue;
        }
        for piece in outside_quotes(value) {
            let word = piece.split_whitespace().next().unwrap_or_default();
            let is_scheme = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            if is_scheme && !found.iter().any(|f| f.eq_ignore_ascii_case(word)) {
                found.push(word.to_owned());
            }
        }
    }
    found
}

fn outside_quotes(value: &str) -> Vec<&str> {
    let mut quoted = false;
    value
        .split(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .collect()
}

fn first_line(bytes: &[u8]) -> String {
    let line = bytes.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    let text: String = String::from_utf8_lossy(line).chars().take(120).collect();
    for_terminal(&text, false)
}

fn closed(evidence: &str) -> Rung {
    Rung::broken(
        Layer::Proxy,
        "proxy-closed",
        evidence,
        "the proxy gave no whole answer",
        "check the proxy's address and port with `doorkey profile edit NAME`",
    )
}

fn not_http(bytes: &[u8]) -> Rung {
    // A TLS record: type 20 to 23, version 3.x (RFC 8446 section 5.1).
    let is_tls = matches!(bytes, [20..=23, 3, ..]);
    let (cause, repair) = if is_tls {
        (
            "the proxy speaks TLS",
            "write the proxy's URL with https:// under [proxy] with `doorkey profile edit NAME`",
        )
    } else {
        (
            "what answers there is no HTTP proxy",
            "check the proxy's address and port with `doorkey profile edit NAME`",
        )
    };
    Rung::broken(
        Layer::Proxy,
        "proxy-not-http",
        format!("the answer begins with \"{}\"", first_line(bytes)),
        cause,
        repair,
    )
}
