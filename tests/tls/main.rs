//! Certificates, the rungs up to TLS, and the places that keep roots.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests stand up servers and files of their own, and fail loudly"
)]

mod cert;
#[path = "../support/counting.rs"]
mod counting;
mod git_trust;
mod handshake;
mod hostile;
mod no_proxy;
mod openssl;
mod pem;
mod pki;
mod proxy_choice;
mod rungs;
mod server;
mod server_chain;
mod trust;
