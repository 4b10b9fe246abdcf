//! The formats against the programs that own them: git, ssh, ssh-keygen, curl, npm, where they are installed.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests ask the real programs, write temporary files, and stop at the first surprise"
)]

#[path = "../support/executable.rs"]
mod executable;
mod git_config;
mod git_credential;
mod git_credentials;
mod key_lines;
mod lines;
mod loose;
mod netrc;
mod npmrc;
mod programs;
mod prometheus;
mod remote_url;
mod route_table;
mod ssh_agent;
mod ssh_greeting;
mod token;
