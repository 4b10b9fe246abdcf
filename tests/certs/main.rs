//! Certificates in files: whatever openssl, keytool and editors make of them, doorkey reads what is in it and where.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests ask the real programs, write temporary files, and stop at the first surprise"
)]

mod containers;
mod forecast;
mod pieces;
#[path = "../tls/pki.rs"]
#[allow(dead_code, reason = "another target needs more of it")]
mod pki;
#[path = "../tls/server.rs"]
#[allow(dead_code, reason = "another target needs more of it")]
mod server;
