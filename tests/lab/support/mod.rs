//! The harness: namespaces, servers, homes. Tests use [`Lab`] and [`Home`].
#![allow(dead_code, reason = "an interface for all subjects; not every subject uses every part")]

mod etc;
mod home;
mod https;
mod identity;
mod lab;
mod log;
pub(crate) mod namespace;
mod pki;
mod repositories;
mod run;
mod server;
mod ssh;

pub(crate) use home::{Home, homes_have_addresses};
pub(crate) use lab::Lab;

use libtest_mimic::Trial;

/// A trial from a function that panics when it fails.
pub(crate) fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}
