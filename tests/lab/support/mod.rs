//! The harness: namespaces, servers, homes. Tests use [`Lab`] and [`Home`].
#![allow(
    dead_code,
    unused_imports,
    reason = "an interface for all subjects; not every subject uses every part"
)]

mod etc;
mod home;
mod https;
mod identity;
mod lab;
mod log;
mod names;
pub(crate) mod namespace;
mod own_root;
mod pki;
mod proxy_intercepting;
mod proxy_tunnel;
mod repositories;
mod run;
mod secret_service;
mod server;
mod ssh;

pub(crate) use home::{Home, homes_have_addresses};
pub(crate) use https::HttpsSeen;
pub(crate) use identity::Identity;
pub(crate) use lab::{Lab, Mark};
pub(crate) use log::hand_out as hand_out_logs;
pub(crate) use proxy_tunnel::ConnectSeen;
pub(crate) use run::{Call, Output};
pub(crate) use secret_service::SecretService;
pub(crate) use ssh::{Offered, SshSeen};

use libtest_mimic::Trial;

/// A trial from a function that panics when it fails.
pub(crate) fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        std::panic::catch_unwind(test).map_err(|payload| {
            let place = FAILED_AT.take().unwrap_or_default();
            format!("{place}: {}", panic_text(payload.as_ref())).into()
        })
    })
}

thread_local! {
    /// Where this thread's last panic was.
    static FAILED_AT: std::cell::Cell<Option<String>> = const { std::cell::Cell::new(None) };
}

/// Keeps the place of a panic for the list of failures, in which each stands once, without a backtrace.
pub(crate) fn keep_places_of_panics() {
    std::panic::set_hook(Box::new(|panic| FAILED_AT.set(panic.location().map(ToString::to_string))));
}

/// What a panic said.
fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
}
