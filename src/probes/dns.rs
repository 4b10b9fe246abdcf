//! The lowest rung: does the name lead to an address?

use super::timed;
use crate::model::ladder::{Layer, Rung};
use crate::redact::for_terminal;
use crate::sys::Sys;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// Asks the resolver that git and ssh ask (`getaddrinfo`) for the addresses of `host`.
///
/// Broken: `dns-no-such-name`, `dns-timed-out`, `dns-failed`. The addresses are empty unless the rung holds.
#[must_use]
pub fn dns(sys: &Sys, host: &str, port: u16, limit: Duration) -> (Rung, Vec<SocketAddr>) {
    timed(|| {
        if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            let rung = Rung::ok(Layer::Dns, format!("{ip} is an address, no name is looked up"));
            return (rung, vec![SocketAddr::new(ip, port)]);
        }
        let answer = sys.resolve(host, port, limit);
        let by_hand = if answer.is_ok() { hosts_file_entry(sys, host) } else { None };
        read_answer(host, answer, by_hand.as_deref(), limit)
    })
}

/// What an answer of the resolver means. `by_hand` is the file that names the host, if one does.
#[must_use]
pub fn read_answer(
    host: &str,
    answer: io::Result<Vec<SocketAddr>>,
    by_hand: Option<&str>,
    limit: Duration,
) -> (Rung, Vec<SocketAddr>) {
    let host = for_terminal(host, false);
    let error = match answer {
        Ok(addresses) if !addresses.is_empty() => {
            let source = by_hand.map_or(String::new(), |file| format!(" (from {file})"));
            return (Rung::ok(Layer::Dns, format!("{host} is {}{source}", shown(&addresses))), addresses);
        }
        Ok(_) => io::Error::new(io::ErrorKind::NotFound, "no address"),
        Err(error) => error,
    };
    let rung = match classify(&error) {
        Answer::NoSuchName => Rung::broken(
            Layer::Dns,
            "dns-no-such-name",
            format!("the resolver knows no address for {host}"),
            format!("there is no host {host}, or it is known only inside another network"),
            format!(
                "check the spelling of {host}; if it is an internal name, connect to the VPN of that network"
            ),
        ),
        Answer::TimedOut => Rung::broken(
            Layer::Dns,
            "dns-timed-out",
            format!("no answer for {host} within {} s", limit.as_secs_f32()),
            "the name server does not answer",
            "check the network connection and the name servers in /etc/resolv.conf",
        ),
        Answer::Failed => Rung::broken(
            Layer::Dns,
            "dns-failed",
            format!("the resolver could not ask about {host}"),
            "no name server can be reached, or it refuses to answer",
            "check the network connection and the name servers in /etc/resolv.conf",
        ),
    };
    (rung, Vec::new())
}

enum Answer {
    NoSuchName,
    TimedOut,
    Failed,
}

/// `getaddrinfo` has codes of its own (RFC 3493 section 6.1), which std passes on as text only. These are the texts
/// of `gai_strerror` in glibc, musl and the BSDs; std never sets a locale, so they are English.
fn classify(error: &io::Error) -> Answer {
    if error.kind() == io::ErrorKind::TimedOut {
        return Answer::TimedOut;
    }
    if error.kind() == io::ErrorKind::NotFound {
        return Answer::NoSuchName;
    }
    let text = error.to_string();
    let no_name = [
        "Name or service not known",           // glibc EAI_NONAME
        "No address associated with hostname", // glibc EAI_NODATA
        "Name does not resolve",               // musl EAI_NONAME
        "Name has no usable address",          // musl EAI_NODATA
        "nodename nor servname provided",      // BSD, macOS EAI_NONAME
    ];
    if no_name.iter().any(|known| text.contains(known)) { Answer::NoSuchName } else { Answer::Failed }
}

/// `/etc/hosts`, when it names the host (hosts(5)): the usual reason why a name leads somewhere odd.
fn hosts_file_entry(sys: &Sys, host: &str) -> Option<String> {
    let path = "/etc/hosts";
    let bytes = sys.read(Path::new(path)).ok()??;
    let text = String::from_utf8_lossy(&bytes);
    let wanted = host.trim_end_matches('.');
    let named = text.lines().any(|line| {
        let line = line.split('#').next().unwrap_or_default();
        line.split_whitespace().skip(1).any(|name| name.eq_ignore_ascii_case(wanted))
    });
    named.then(|| path.to_owned())
}

/// Each address once, without the port.
fn shown(addresses: &[SocketAddr]) -> String {
    let mut seen: Vec<String> = Vec::new();
    for address in addresses {
        let ip = address.ip().to_string();
        if !seen.contains(&ip) {
            seen.push(ip);
        }
    }
    seen.join(", ")
}
