//! Killed, or failed, at every system call that changes something: what git, ssh and doorkey read is the old state or
//! the new one, and the next run of the same command ends in the new one.
//!
//! The default run takes at most 40 points of a command, spread over it: every one of the short commands.
//! `DOORKEY_CRASH=all cargo test --test crash` takes them all.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may touch the machine and must fail loudly"
)]

#[path = "../cli/home.rs"]
#[allow(dead_code, reason = "shared with tests/cli")]
mod home;

#[path = "../support/root.rs"]
mod root;

mod adopt;
mod commands;
mod failing;
mod killed;
mod points;
mod scenario;
mod since;
mod ssh_convert;
