//! What git hosts say of a token: the program against stand-ins for their APIs, which answer over real TLS, and to the
//! real git as well. The answers are held against the hosts' own descriptions (`contracts`).
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may touch the machine and must fail loudly"
)]

mod azure_devops;
mod bitbucket;
mod contract;
mod gitea;
mod github;
mod gitlab;
mod hostile;
mod loose;
mod offline;
mod reach;
mod real_names;
mod recognise;
mod server;
mod tables;
mod why;
mod world;
