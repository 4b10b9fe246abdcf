//! The stores against the stock `age`, the kernel's keyring and a real Secret Service, and against damage.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may touch the machine and must fail loudly"
)]

mod agent;
mod crash;
mod damage;
#[path = "../support/executable.rs"]
mod executable;
mod guards;
mod kernel_keyring;
mod ledger;
mod machine;
mod moving;
mod oracle;
#[cfg(feature = "os-keyring")]
mod os_keyring;
mod pass;
mod passphrase;
mod round_trips;
