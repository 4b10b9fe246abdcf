//! `doorkey ssh-connect PROXY HOST PORT`: ssh's way through an HTTP proxy (ssh_config(5), ProxyCommand). ssh calls this.

use crate::engine::server_chain::authority;
use crate::formats::proxy::setting::{Proxy, Scheme};
use crate::model::ladder::{Outcome, Rung};
use crate::probes::connect::proxy_connect;
use crate::probes::dns::dns;
use crate::probes::tcp::tcp;
use crate::redact;
use crate::sys::Sys;
use crate::sys::relay::relay;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

/// For name, connection and answer, each.
const PATIENCE: Duration = Duration::from_secs(10);

/// Exit code 0: the connection was made, and ended. 1: it was not; 2: used wrongly.
pub(super) fn run(sys: &Sys, words: &[&OsStr]) -> u8 {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let asked = match words.as_slice() {
        [proxy, host, port] => {
            Proxy::read(proxy).zip(port.parse::<u16>().ok()).map(|(p, port)| (p, *host, port))
        }
        _ => None,
    };
    let Some((proxy, host, port)) = asked.filter(|(proxy, ..)| proxy.scheme == Scheme::Http) else {
        say("usage: doorkey ssh-connect http://PROXY:PORT HOST PORT");
        return 2;
    };
    let Some(stream) = tunnel(sys, &proxy, host, port) else { return 1 };
    // What ssh waits for is what the server says: when that ends, so does this.
    match relay(stream) {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

fn tunnel(sys: &Sys, proxy: &Proxy, host: &str, port: u16) -> Option<TcpStream> {
    let (rung, addresses) = dns(sys, &proxy.host, proxy.port, PATIENCE);
    holds(proxy, &rung)?;
    let (rung, stream) = tcp(sys, &addresses, PATIENCE);
    holds(proxy, &rung)?;
    let mut stream = stream?;
    holds(proxy, &proxy_connect(&mut stream, &authority(host, port), None))?;
    // A connection that nobody types into is silent for hours.
    stream.set_read_timeout(None).and_then(|()| stream.set_write_timeout(None)).ok()?;
    Some(stream)
}

/// Says why there is no way. ssh shows it, and says after it that the connection was closed.
fn holds(proxy: &Proxy, rung: &Rung) -> Option<()> {
    if rung.outcome != Outcome::Broken {
        return Some(());
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    // One line, cause and repair with `; ` between, as the credential helper speaks.
    let cause = text(&rung.cause);
    let repair = match rung.code {
        // A command line is no place for a password, and nobody could be asked here.
        Some("proxy-auth-required") => {
            "run a helper on this machine that logs in to the proxy (px, cntlm), and name that under [proxy]"
                .into()
        }
        _ => text(&rung.repair),
    };
    let evidence = rung.evidence.replace('\n', " ").replace("; ", ", ");
    say(&format!("ssh goes through {}: {evidence}: {cause}; {repair}", proxy.shown()));
    None
}

fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "doorkey: {}", redact::said(text));
}
