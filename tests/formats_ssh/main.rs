//! The formats of OpenSSH against the programs that own them: `ssh -G`, `ssh-keygen`.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests ask the real programs, write temporary files, and stop at the first surprise"
)]

mod config_files;
mod config_generated;
mod config_oracle;
mod config_recorded;
mod keys;
mod known_hosts;
mod opened;
mod weak_keys;
