//! The rungs from a name to a trusted connection, each tried for itself, each saying one cause and one repair.
//!
//! A probe looks and describes. It takes what the rung below it found and returns its [`Rung`] together with what
//! the next one needs.

pub mod chain;
pub mod connect;
pub mod dns;
mod faults;
mod handshake_fault;
pub mod https;
pub mod interception;
pub mod judge;
pub mod name_server;
mod path;
pub mod plain_http;
pub mod proxy_choice;
pub mod starttls;
pub mod tap;
pub mod tcp;
pub mod tls;
mod witness;

use crate::model::ladder::Rung;
use std::time::{Duration, Instant};

/// The longest that a proxy's answer or a handshake may take as a whole, however steadily it trickles in.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a probe and writes down how long it took.
fn timed<T>(probe: impl FnOnce() -> (Rung, T)) -> (Rung, T) {
    let start = Instant::now();
    let (mut rung, found) = probe();
    rung.took_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    (rung, found)
}
