//! The lab: doorkey and git against real servers on loopback. `tests/README.md` says what runs where.
//!
//! The process starts itself anew in namespaces of its own ([`support::namespace`]), so that tests may use the real
//! ports 22 and 443, own user accounts and "the system's" trust store without touching the machine.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test may touch the machine and must fail loudly"
)]

mod adopt;
#[path = "../support/executable.rs"]
mod executable;
mod inspect_server;
mod lab_consumers;
mod lab_homes;
mod lab_https;
mod lab_proxies;
mod lab_secret_service;
mod lab_ssh;
mod lab_tls;
mod routing_consumers;
mod routing_helpers;
mod routing_https;
mod routing_ssh;
mod routing_switch;
mod routing_tenants;
mod sessions;
mod ssh_by_proxy;
mod ssh_check;
mod support;
mod t0303;
mod trust;
mod verify;
mod why;

use libtest_mimic::Arguments;
use support::namespace::{self, Place};

/// One line for each file of tests.
const SUBJECTS: &[fn() -> Vec<libtest_mimic::Trial>] = &[
    lab_homes::trials,
    lab_https::trials,
    lab_ssh::trials,
    lab_tls::trials,
    lab_proxies::trials,
    lab_secret_service::trials,
    lab_consumers::trials,
    routing_https::trials,
    routing_helpers::trials,
    routing_ssh::trials,
    routing_switch::trials,
    routing_consumers::trials,
    sessions::trials,
    inspect_server::trials,
    ssh_check::trials,
    ssh_by_proxy::trials,
    t0303::trials,
    adopt::trials,
    trust::trials,
    verify::trials,
    why::trials,
];

fn main() -> std::process::ExitCode {
    let mut arguments = Arguments::from_args();
    let trials: Vec<_> = SUBJECTS.iter().flat_map(|trials| trials()).collect();
    // Listing, and a filter that leaves nothing, need no servers.
    if arguments.list || trials.iter().all(|trial| arguments.is_filtered_out(trial)) {
        return libtest_mimic::run(&arguments, trials).exit_code();
    }
    match Place::now() {
        Place::Outside => namespace::enter(),
        Place::Init => namespace::init(),
        Place::Inside => {
            support::keep_places_of_panics();
            if !support::homes_have_addresses() {
                arguments.test_threads = Some(1);
            }
            let conclusion = libtest_mimic::run(&arguments, trials);
            support::hand_out_logs();
            conclusion.exit_code()
        }
    }
}
