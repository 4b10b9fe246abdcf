//! doctor on little homes as people have them: what it finds, what it mends, what it leaves as it was.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests build homes, run the program, and stop at the first surprise"
)]

mod bypasses;
#[path = "../support/executable.rs"]
mod executable;
mod fixes;
mod helpers;
mod home;
mod judged;
mod machines;
mod proxies;
mod reading;
mod registered;
mod ssh_leftovers;
mod suggest;
mod tenants;
mod trust;
mod unreadable;
mod weak_keys;
