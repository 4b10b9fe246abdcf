//! Paths from a certificate to a root: the public suites, chains broken on purpose beside `openssl verify`, the command.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests ask the real program, write temporary files, and stop at the first surprise"
)]

mod broken;
mod command;
mod hostile;
#[path = "../tls/pki.rs"]
#[allow(dead_code, reason = "the other target needs more of it")]
mod pki;
mod suites;
