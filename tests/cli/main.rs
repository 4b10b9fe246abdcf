//! The binary as people and scripts use it, each time in a home of its own.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may touch the machine and must fail loudly"
)]

mod adopt_cargo;
mod adopt_docker;
mod adopt_netrc;
mod adopt_npm;
mod bad_input;
mod bridges;
mod broken_machine;
mod ca_install;
mod canary;
#[path = "../support/counting.rs"]
mod counting;
mod edges;
#[path = "../support/executable.rs"]
mod executable;
mod expiry;
mod helper;
mod home;
mod hook;
mod host_keys;
mod hostile_names;
mod http_settings;
mod inspect_key;
mod inspect_proxy;
mod kept;
mod launcher;
mod leaks;
mod meanwhile;
mod parallel;
mod prompts;
#[path = "../support/root.rs"]
mod root;
mod scripted;
mod second_run;
#[allow(dead_code, reason = "the providers' tests use more of it")]
#[path = "../providers/server.rs"]
mod server;
mod session;
mod session_proxy;
mod speech;
mod ssh_convert;
mod ssh_match;
mod ssh_resolve;
mod ssh_whole_host;
mod status;
mod store;
mod streams;
mod tenants;
mod token_adopt;
mod token_inspect;
mod undo;
mod users_files;
mod which;
