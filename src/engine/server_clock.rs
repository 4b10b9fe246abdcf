//! Whose clock is wrong when a certificate is out of date: this machine's or nobody's.

use super::server_chain::{Seen, Server, authority, reach};
use crate::formats::cert::Cert;
use crate::probes::judge::Expect;
use crate::probes::plain_http;
use crate::probes::tls::tls;
use crate::sys::Sys;
use serde::Serialize;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// Two clocks.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Clock {
    /// This machine's, in seconds since 1970.
    pub here: i64,
    /// The server's, by the Date of its answer.
    pub there: i64,
    /// Whether the chain is valid at the server's time.
    pub valid_there: bool,
}

impl Clock {
    /// How many seconds this machine is ahead of the server.
    #[must_use]
    pub fn ahead(&self) -> i64 {
        self.here - self.there
    }
}

/// Asks for the time over a connection that is judged at a time at which its chain is valid, if there is one: what comes
/// over it is the server's.
pub(super) fn look(sys: &Sys, server: &Server<'_>, seen: &Seen) -> Option<Clock> {
    let sent = &seen.handshake.as_ref()?.chain.sent;
    // Only a web server tells the time.
    if server.starttls.is_some() {
        return None;
    }
    let then = in_the_middle(sent)?;
    let (_, stream) = reach(sys, server, PATIENCE);
    let address = server.proxy.proxy().map(|p| p.address());
    let expect = Expect { proxy: address.as_deref(), ..Expect::new(server.name, server.roots, then) };
    let mut stream = tls(stream?, &expect).stream?;
    let there = plain_http::date(&mut stream, &authority(server.host, server.port))?;
    let valid_there = sent.iter().all(|cert| (cert.not_before..=cert.not_after).contains(&there));
    Some(Clock { here: sys.now(), there, valid_there })
}

/// The middle of the time in which all are valid.
fn in_the_middle(sent: &[Cert]) -> Option<i64> {
    let from = sent.iter().map(|cert| cert.not_before).max()?;
    let to = sent.iter().map(|cert| cert.not_after).min()?;
    (from <= to).then(|| from + (to - from) / 2)
}
