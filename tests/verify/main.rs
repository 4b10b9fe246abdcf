//! What git's and ssh's words mean to `doorkey verify`. The servers themselves answer in `tests/lab/verify.rs`.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test must fail loudly")]

mod ssh_log;
mod words;
