//! What git's and ssh's words mean to `doorkey verify`. The servers themselves answer in `tests/lab/verify.rs`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may touch the machine and must fail loudly"
)]

#[path = "../support/executable.rs"]
mod executable;
mod order;
mod ssh_log;
mod words;
