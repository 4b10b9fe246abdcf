//! The second rung: does a connection open?

use super::timed;
use crate::model::ladder::{Layer, Rung};
use crate::sys::Sys;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How one address answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// The host is there, nobody listens on the port (or a firewall says so).
    Refused,
    /// Silence: the usual sign of a firewall that drops.
    TimedOut,
    /// No way to the network or host.
    Unreachable,
}

/// Tries each address in turn until one opens. `limit` is the time for all of them together (at least one second
/// each); afterwards it limits each read and write on the connection.
///
/// Broken: `tcp-refused`, `tcp-timed-out`, `tcp-unreachable`.
#[must_use]
pub fn tcp(sys: &Sys, addresses: &[SocketAddr], limit: Duration) -> (Rung, Option<TcpStream>) {
    timed(|| {
        let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
        let each = (limit / count).max(Duration::from_secs(1)).min(limit);
        let mut failed: Vec<(SocketAddr, Answer)> = Vec::new();
        for address in addresses {
            match sys.connect(address, each) {
                Ok(stream) => {
                    let ready = stream
                        .set_read_timeout(Some(limit))
                        .and_then(|()| stream.set_write_timeout(Some(limit)));
                    // A socket that takes no time limit could hang for ever; it counts as not opened.
                    if ready.is_ok() {
                        return (Rung::ok(Layer::Tcp, opened(address, &failed)), Some(stream));
                    }
                    failed.push((*address, Answer::Unreachable));
                }
                Err(error) => failed.push((*address, classify(error.kind()))),
            }
        }
        (broken(&failed, limit), None)
    })
}

fn classify(kind: ErrorKind) -> Answer {
    match kind {
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => Answer::Refused,
        ErrorKind::TimedOut | ErrorKind::WouldBlock => Answer::TimedOut,
        _ => Answer::Unreachable,
    }
}

fn opened(address: &SocketAddr, failed: &[(SocketAddr, Answer)]) -> String {
    if failed.is_empty() {
        format!("connected to {address}")
    } else {
        format!("connected to {address}; {}", list(failed))
    }
}

fn list(failed: &[(SocketAddr, Answer)]) -> String {
    let lines: Vec<String> = failed
        .iter()
        .map(|(address, answer)| match answer {
            Answer::Refused => format!("{address} refused"),
            Answer::TimedOut => format!("{address} did not answer"),
            Answer::Unreachable => format!("no way to {address}"),
        })
        .collect();
    lines.join(", ")
}

/// The answer that says most: a refusal proves that the host is reached, silence at least that there is a way.
fn broken(failed: &[(SocketAddr, Answer)], limit: Duration) -> Rung {
    let any =
        |wanted: Answer| failed.iter().find(|(_, answer)| *answer == wanted).map(|(address, _)| address);
    let evidence = list(failed);
    if let Some(address) = any(Answer::Refused) {
        return Rung::broken(
            Layer::Tcp,
            "tcp-refused",
            evidence,
            format!("nothing listens on port {} there", address.port()),
            format!("check the port in the URL ({}), and that the server is running", address.port()),
        );
    }
    if any(Answer::TimedOut).is_some() {
        return Rung::broken(
            Layer::Tcp,
            "tcp-timed-out",
            format!("{evidence} within {} s", limit.as_secs_f32()),
            "a firewall drops the connection, or the host is down",
            "if this network lets traffic out through a proxy only, name it under [proxy] with `doorkey profile edit NAME`",
        );
    }
    Rung::broken(
        Layer::Tcp,
        "tcp-unreachable",
        if evidence.is_empty() { "there is no address to connect to".to_owned() } else { evidence },
        "this machine has no route to the host",
        "check the network connection, or connect to the VPN of that network",
    )
}
