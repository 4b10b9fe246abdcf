//! The lab's Secret Service, asked by secret-tool.

use crate::support::{Home, Output, SecretService, trial};
use libtest_mimic::Trial;
use std::time::Duration;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("lab_secret_service_round_trip", round_trip),
        trial("lab_secret_service_locked_gives_nothing", locked_gives_nothing),
        trial("lab_secret_service_absent_is_said", absent_is_said),
    ]
}

fn store(home: &Home) -> Output {
    let arguments = ["secret-tool", "store", "--label=a token", "service", "git.test", "username", "alice"];
    home.call(arguments).stdin("pat_in_the_keyring").limit(Duration::from_secs(10)).run()
}

fn lookup(home: &Home) -> Output {
    let arguments = ["secret-tool", "lookup", "service", "git.test", "username", "alice"];
    home.call(arguments).limit(Duration::from_secs(10)).run()
}

fn round_trip() {
    let mut home = Home::fresh("keyring");
    home.start_session_bus(SecretService::Unlocked);
    lookup(&home).exits(1);
    store(&home).ok();
    assert_eq!(lookup(&home).ok().stdout, "pat_in_the_keyring");
    // Another home has another keyring.
    let mut other = Home::fresh("keyring");
    other.start_session_bus(SecretService::Unlocked);
    lookup(&other).exits(1);
}

fn locked_gives_nothing() {
    let mut home = Home::fresh("keyring");
    home.start_session_bus(SecretService::Unlocked);
    store(&home).ok();
    home.lock_keyring();
    let output = lookup(&home);
    assert_ne!(output.code, Some(0), "{output}");
    output.does_not_say("pat_in_the_keyring");

    let mut locked = Home::fresh("keyring");
    locked.start_session_bus(SecretService::Locked);
    let output = store(&locked);
    assert_ne!(output.code, Some(0), "{output}");
}

fn absent_is_said() {
    let mut home = Home::fresh("keyring");
    home.start_session_bus(SecretService::Absent);
    lookup(&home).exits(1).says("org.freedesktop.secrets");
}
