//! A handshake that broke off, in words.

use super::tap::TLS_RECORD_TYPES;
use crate::model::ladder::{Layer, Rung};
use crate::redact::for_terminal;
use std::io::{self, ErrorKind};

pub(super) fn failed(
    evidence: impl Into<String>,
    cause: impl Into<String>,
    repair: impl Into<String>,
) -> Rung {
    Rung::broken(Layer::Tls, "tls-handshake-failed", evidence, cause, repair)
}

const ASK_OWNER: &str = "ask the owner of the server whether it speaks TLS 1.2 or 1.3 on this port";

/// Why a handshake ended before the chain was judged bad; `first` is how the server began to speak.
pub(super) fn handshake_error(error: &io::Error, first: &[u8]) -> Rung {
    if let Some(start) = first.first()
        && !TLS_RECORD_TYPES.contains(start)
    {
        return not_tls(first);
    }
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>());
    match (inner, error.kind()) {
        (Some(error), _) => refused(error, first),
        (None, ErrorKind::WouldBlock | ErrorKind::TimedOut) => failed(
            "the server did not go on with the handshake in time",
            "the server is too slow, or a firewall drops TLS",
            "try again; if it stays so, ask who runs the network whether TLS to this host is filtered",
        ),
        (None, _) if first.is_empty() => failed(
            "the connection was closed before the server said anything",
            "something between this machine and the server, or the server itself, refuses TLS here",
            ASK_OWNER,
        ),
        (None, _) => failed(
            "the connection was closed in the middle of the handshake",
            "the server or something in between broke the handshake off",
            ASK_OWNER,
        ),
    }
}

fn not_tls(first: &[u8]) -> Rung {
    let line = first.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    let text: String = String::from_utf8_lossy(line).chars().take(80).collect();
    let (cause, repair) = if first.starts_with(b"HTTP/") {
        ("the server speaks plain HTTP on this port", "use the port that speaks HTTPS, usually 443")
    } else if first.starts_with(b"SSH-") {
        ("this is the SSH port", "use an ssh:// URL for this port, or the port that speaks HTTPS")
    } else {
        ("what answers there does not speak TLS", "check the port in the URL")
    };
    let evidence = format!("the answer begins with \"{}\"", for_terminal(&text, false));
    Rung::broken(Layer::Tls, "tls-not-tls", evidence, cause, repair)
}

pub(super) fn refused(error: &rustls::Error, first: &[u8]) -> Rung {
    use rustls::Error as E;
    if let Some(old) = old_version(first) {
        return failed(
            format!("the server chose {old}"),
            format!("the server speaks only {old}, which is no longer safe"),
            "ask the owner of the server to switch on TLS 1.2 or 1.3",
        );
    }
    match error {
        E::AlertReceived(alert) => {
            let word = snake_case(&format!("{alert:?}"));
            let (cause, repair) = match word.as_str() {
                "protocol_version" => (
                    "the server speaks no TLS version that is still safe",
                    "ask the owner of the server to switch on TLS 1.2 or 1.3",
                ),
                "unrecognised_name" | "unrecognized_name" => {
                    ("the server does not know this host name", "check the host name in the URL")
                }
                "certificate_required" => (
                    "the server wants a client certificate",
                    "ask the owner of the server for one, and set it with git's http.sslCert",
                ),
                _ => ("the server refused the handshake", ASK_OWNER),
            };
            failed(format!("the server sent the alert {word}"), cause, repair)
        }
        E::PeerIncompatible(_) => failed(
            "server and client have no version or cipher in common",
            "the server offers only settings that are no longer safe",
            "ask the owner of the server to switch on TLS 1.2 or 1.3",
        ),
        E::InvalidCertificate(_) => failed(
            "the server could not prove that it owns its certificate",
            "the certificate does not belong to the key of the server, or is of a kind that TLS does not allow",
            "ask the owner of the server to replace the certificate",
        ),
        _ => failed(
            "the server broke the rules of the handshake",
            "the server, or something in between, does not speak TLS as it should",
            ASK_OWNER,
        ),
    }
}

/// The version in a ServerHello of TLS 1.0 or 1.1 (RFC 5246 section 7.4.1.3: record header 5, handshake header 4).
fn old_version(first: &[u8]) -> Option<&'static str> {
    match (first.first(), first.get(5), first.get(9..11)) {
        (Some(22), Some(2), Some([3, 0])) => Some("SSL 3.0"),
        (Some(22), Some(2), Some([3, 1])) => Some("TLS 1.0"),
        (Some(22), Some(2), Some([3, 2])) => Some("TLS 1.1"),
        _ => None,
    }
}

/// An alert's name as RFC 8446 section 6 writes it.
fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().filter(char::is_ascii_alphanumeric) {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
