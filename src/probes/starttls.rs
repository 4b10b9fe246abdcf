//! The words before TLS in protocols that begin in clear, up to the server's yes. Nobody logs in, and nothing else is said.

use super::timed;
use crate::model::ladder::{Layer, Rung};
use crate::redact::for_terminal;
use std::io::{self, ErrorKind, Read, Write};

/// A protocol that begins in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 3207
    Smtp,
    /// RFC 9051 section 6.2.1
    Imap,
    /// RFC 2595 section 4
    Pop3,
    /// RFC 4217 section 4
    Ftp,
    /// RFC 4511 section 4.14
    Ldap,
    /// PostgreSQL documentation, Message Flow, SSL Session Encryption
    Postgres,
}

/// No line of a greeting is longer, and no greeting has more of them.
const LONGEST: usize = 4096;
const MOST: usize = 100;

/// Asks for TLS. When the rung holds, the next bytes are the handshake's.
///
/// Broken: `starttls-refused` with what the server said.
pub fn starttls(stream: &mut (impl Read + Write), protocol: Protocol) -> Rung {
    let (rung, ()) = timed(|| {
        let rung = match ask(stream, protocol) {
            Ok(said) if said.is_empty() => Rung::ok(Layer::Tls, "the server begins TLS"),
            Ok(said) => refused(&said),
            Err(error) => refused(match error.kind() {
                ErrorKind::UnexpectedEof => "it closed the connection",
                ErrorKind::WouldBlock | ErrorKind::TimedOut => "it did not answer in time",
                _ => "the connection broke",
            }),
        };
        (rung, ())
    });
    rung
}

fn refused(said: &str) -> Rung {
    Rung::broken(
        Layer::Tls,
        "starttls-refused",
        for_terminal(said, false),
        "the server does not begin TLS on this connection",
        "name the protocol that it speaks, or the port on which it speaks TLS at once",
    )
}

/// What the server said instead of yes; nothing for yes.
fn ask(stream: &mut (impl Read + Write), protocol: Protocol) -> io::Result<String> {
    match protocol {
        Protocol::Smtp => {
            let steps = [("", "220"), ("EHLO doorkey.invalid\r\n", "250"), ("STARTTLS\r\n", "220")];
            replies(stream, &steps)
        }
        Protocol::Ftp => replies(stream, &[("", "220"), ("AUTH TLS\r\n", "234")]),
        Protocol::Pop3 => replies(stream, &[("", "+OK"), ("STLS\r\n", "+OK")]),
        Protocol::Imap => {
            let greeting = line(stream)?;
            if !greeting.starts_with("* OK") {
                return Ok(greeting);
            }
            stream.write_all(b"a STARTTLS\r\n")?;
            // Untagged lines may come before the answer.
            for _ in 0..MOST {
                let said = line(stream)?;
                if !said.starts_with("* ") {
                    return Ok(if said.starts_with("a OK") { String::new() } else { said });
                }
            }
            Ok("too many lines".into())
        }
        Protocol::Postgres => {
            // SSLRequest: length 8, code 80877103
            stream.write_all(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])?;
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            Ok(if byte == *b"S" { String::new() } else { "it answered no to SSLRequest".into() })
        }
        Protocol::Ldap => {
            // LDAPMessage 1, ExtendedRequest with the name of StartTLS
            stream.write_all(b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037")?;
            ldap(stream)
        }
    }
}

/// Sends each word and takes the reply, whose last line begins with the code and no `-` behind it (RFC 5321 section
/// 4.2.1, RFC 959 section 4.2).
fn replies(stream: &mut (impl Read + Write), steps: &[(&str, &str)]) -> io::Result<String> {
    for (word, wanted) in steps {
        stream.write_all(word.as_bytes())?;
        let mut said = String::new();
        for _ in 0..MOST {
            said = line(stream)?;
            let is_code = said.bytes().take(3).all(|b| b.is_ascii_digit());
            // A line within a longer reply may also begin with a blank.
            if !(is_code && said.as_bytes().get(3) == Some(&b'-') || said.starts_with(' ')) {
                break;
            }
        }
        if !said.starts_with(wanted) {
            return Ok(said);
        }
    }
    Ok(String::new())
}

/// The result code of an ExtendedResponse: SEQUENCE, message number, [APPLICATION 24], ENUMERATED.
fn ldap(stream: &mut impl Read) -> io::Result<String> {
    let mut head = [0; 2];
    stream.read_exact(&mut head)?;
    // All that is read here is shorter than what needs a longer form of the length.
    let [0x30, length @ 0..0x80] = head else { return Ok("it does not answer in LDAP".into()) };
    let mut body = vec![0; usize::from(length)];
    stream.read_exact(&mut body)?;
    match body.as_slice() {
        [0x02, 0x01, 0x01, 0x78, _, 0x0a, 0x01, 0, ..] => Ok(String::new()),
        [0x02, 0x01, 0x01, 0x78, _, 0x0a, 0x01, code, ..] => Ok(format!("LDAP result code {code}")),
        _ => Ok("it does not answer in LDAP".into()),
    }
}

/// One line without its end, and not one byte more: what follows is the handshake's.
fn line(stream: &mut impl Read) -> io::Result<String> {
    let mut found = Vec::new();
    let mut byte = [0];
    while found.len() < LONGEST {
        stream.read_exact(&mut byte)?;
        if byte == *b"\n" {
            break;
        }
        found.extend_from_slice(&byte);
    }
    Ok(String::from_utf8_lossy(&found).trim_end().to_owned())
}
