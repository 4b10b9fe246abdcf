//! The OS keyring against a real gnome-keyring, in each state a session can be in.
//!
//! Each test starts this test program again on a session bus of its own, so nothing of the user's is touched. Needs
//! dbus-run-session, gnome-keyring-daemon, secret-tool and dbus-send.

use crate::machine::{Machine, entry, profile, run, secret_in_use, sys_at, token_of, version_in_use};
use crate::moving;
use doorkey::model::name::ProfileName;
use doorkey::secret::Secret;
use doorkey::stores::moving::{carry_over, unfinished};
use doorkey::stores::{self, How, KeyringProblem, State, StoreError, StoreKind, in_use};
use doorkey::sys::Sys;
use std::process::Command;

const ROOT: &str = "VAULT_KEYRING_ROOT";
/// An unlocked login keyring with an empty password.
const UNLOCKED: &str = "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";

/// Runs one of the ignored tests below on a new bus, after `before`.
fn on_a_bus(bus: &[&str], before: &str, test: &str) {
    on_a_bus_of(&Machine::new(), bus, before, test);
}

fn on_a_bus_of(machine: &Machine, bus: &[&str], before: &str, test: &str) {
    let root = machine.root.path();
    let this = std::env::current_exe().unwrap();
    let line =
        format!("{before}; exec '{}' --exact --ignored --nocapture os_keyring::{test}", this.display());
    let output = Command::new(bus[0])
        .args(&bus[1..])
        .args(["sh", "-c", &line])
        .env("HOME", root)
        .env("XDG_RUNTIME_DIR", root)
        .env("XDG_DATA_HOME", root.join("data"))
        .env(ROOT, root)
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

const BUS: &[&str] = &["dbus-run-session", "--"];

#[test]
fn an_unlocked_keyring() {
    on_a_bus(BUS, UNLOCKED, "in_an_unlocked_keyring");
}

#[test]
fn everything_moves_into_a_keyring_and_back() {
    on_a_bus(BUS, UNLOCKED, "in_and_out_of_a_keyring");
}

#[test]
fn a_keyring_that_is_locked_later() {
    on_a_bus(BUS, UNLOCKED, "in_a_keyring_that_gets_locked");
}

#[test]
fn a_keyring_that_hangs() {
    on_a_bus(BUS, UNLOCKED, "in_a_keyring_that_hangs");
}

#[test]
fn a_keyring_that_is_slow() {
    // Each message that it sends takes 150 ms longer.
    let slow = "(printf '\\n' | strace -f -qq -o /dev/null -e inject=sendmsg:delay_exit=150000 gnome-keyring-daemon \
        --foreground --unlock --components=secrets >/dev/null 2>&1 &)";
    let owned = "dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true";
    on_a_bus(BUS, &format!("{slow}; until {owned}; do sleep 0.1; done"), "in_a_slow_keyring");
}

#[test]
fn a_keyring_without_a_collection() {
    on_a_bus(BUS, "true", "in_a_locked_keyring");
}

#[test]
fn a_keyring_opened_with_the_wrong_password() {
    let machine = Machine::new();
    on_a_bus_of(&machine, BUS, &UNLOCKED.replace("\\n", "one"), "use_a_keyring");
    assert!(machine.path("data/keyrings/login.keyring").exists());
    on_a_bus_of(&machine, BUS, &UNLOCKED.replace("\\n", "two"), "find_it_locked");
    on_a_bus_of(&machine, BUS, &UNLOCKED.replace("\\n", "one"), "find_it_again");
}

#[test]
fn a_bus_without_a_keyring() {
    let folder = tempfile::TempDir::new().unwrap();
    let config = folder.path().join("bus.conf");
    let policy = "<policy context=\"default\"><allow send_destination=\"*\"/><allow receive_sender=\"*\"/>\
                  <allow own=\"*\"/></policy>";
    let text = format!(
        "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
         \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\"><busconfig><type>session</type>\
         <listen>unix:dir={}</listen>{policy}</busconfig>",
        folder.path().display()
    );
    std::fs::write(&config, text).unwrap();
    let option = format!("--config-file={}", config.display());
    on_a_bus(&["dbus-run-session", &option, "--"], "true", "without_a_keyring");
}

#[test]
fn no_bus() {
    on_a_bus(&["env"], "true", "without_a_keyring");
}

fn here() -> Sys {
    sys_at(std::env::var_os(ROOT).unwrap().as_ref())
}

fn acme() -> ProfileName {
    profile("acme")
}

#[test]
#[ignore = "run on a bus of its own"]
fn in_an_unlocked_keyring() {
    let mut machine = here();
    let sys = &mut machine;
    let id = token_of("ada");
    assert!(stores::init(sys, How::Keyring).unwrap().put(sys, &acme(), &id, &entry("x")).unwrap());
    assert_eq!(stores::describe(sys).unwrap(), Some(StoreKind::Keyring));
    let store = stores::open(sys).unwrap();
    let secret = "quote \" slash \\ tab \t 密";
    assert!(store.put(sys, &acme(), &id, &entry(secret)).unwrap());
    assert!(!store.put(sys, &acme(), &id, &entry(secret)).unwrap());
    let records = store.records(sys, &acme()).unwrap();
    assert_eq!(secret_in_use(&records, &id).unwrap(), secret);
    assert_eq!(records.len(), 2);
    assert!(store.records(sys, &profile("beta")).unwrap().is_empty());

    // Undo, twice; suspicion; retirement.
    let second = version_in_use(&*store, sys, &acme(), &id);
    let first = records.iter().find(|r| r.state == State::Retired).unwrap().version;
    assert!(first < second);
    assert!(store.restore(sys, &acme(), &id, first).unwrap());
    assert!(!store.restore(sys, &acme(), &id, first).unwrap());
    assert_eq!(secret_in_use(&store.records(sys, &acme()).unwrap(), &id).unwrap(), "x");
    assert!(store.mark_suspect(sys, &acme(), &id, &Secret::copy_of(b"x")).unwrap());
    assert_eq!(in_use(&store.records(sys, &acme()).unwrap(), &id).unwrap().state, State::Suspect);
    assert!(store.clear_suspect(sys, &acme(), &id).unwrap());
    store.put(sys, &acme(), &token_of("bob"), &entry("bob's")).unwrap();
    store.put(sys, &profile("beta"), &id, &entry("beta's")).unwrap();
    assert!(store.retire_all(sys, &acme()).unwrap());
    assert!(!store.retire_all(sys, &acme()).unwrap());

    // Another program sees one entry for each record, under the profile's own service name.
    let lookup = |service: &str| {
        let user = "ada@https://github.com/acme";
        run("secret-tool", &["lookup", "service", service, "username", user], b"")
    };
    let json: serde_json::Value = serde_json::from_slice(&lookup("doorkey/beta").unwrap()).unwrap();
    assert_eq!(json["schema"], "doorkey/keyring/v1");
    assert_eq!(json["records"][0]["secret"], "beta's");

    // The index has names only, and notices what is missing.
    let index =
        std::fs::read_to_string(sys.places().state().unwrap().join("vault/keyring-index.json")).unwrap();
    assert!(index.contains("\"ada\"") && !index.contains("beta's"), "{index}");
    run("secret-tool", &["clear", "service", "doorkey/beta"], b"").unwrap();
    let lost = store.records(sys, &profile("beta"));
    assert!(matches!(lost, Err(StoreError::OsKeyring(KeyringProblem::Lost { .. }))), "{lost:?}");
    assert!(store.put(sys, &profile("beta"), &id, &entry("new")).is_err());
    store.accept_as_is(sys, &profile("beta")).unwrap();
    assert!(store.records(sys, &profile("beta")).unwrap().is_empty());

    // A foreign entry under our name is not ours.
    let attributes = ["service", "doorkey/beta", "username", "ada@https://github.com/acme"];
    run("secret-tool", &[&["store", "--label=x"][..], &attributes].concat(), b"{}").unwrap();
    let foreign = store.put(sys, &profile("beta"), &id, &entry("new"));
    assert!(matches!(foreign, Err(StoreError::OsKeyring(KeyringProblem::NotOurs { .. }))), "{foreign:?}");

    store.erase_profile(sys, &acme()).unwrap();
    store.erase_profile(sys, &acme()).unwrap();
    assert!(lookup("doorkey/acme").is_err());
    assert!(store.records(sys, &acme()).unwrap().is_empty());
}

#[test]
#[ignore = "run on a bus of its own"]
fn in_and_out_of_a_keyring() {
    let mut machine = here();
    let sys = &mut machine;
    let key = How::KeyFile(sys.places().home().unwrap().join("keys/vault.txt"));
    stores::init(sys, How::KeyFile(key_path(&key))).unwrap();
    moving::fill(sys);
    let before = moving::all(sys);
    carry_over(sys, &How::Keyring).unwrap().unwrap();
    assert_eq!(stores::describe(sys).unwrap(), Some(StoreKind::Keyring));
    assert!(moving::same(&moving::all(&here()), &before));
    let secret = run("secret-tool", &["search", "--all", "service", "doorkey/beta"], b"").unwrap();
    assert!(String::from_utf8_lossy(&secret).contains("beta three"));
    moving::works(sys);

    let worked = moving::all(sys);
    carry_over(sys, &How::Passphrase(Secret::copy_of(b"p"))).unwrap().unwrap();
    assert!(moving::same(&moving::all(&here()), &worked));
    assert!(run("secret-tool", &["search", "--all", "service", "doorkey/beta"], b"").unwrap().is_empty());
    carry_over(sys, &How::Keyring).unwrap().unwrap();
    assert!(moving::same(&moving::all(&here()), &worked));

    // A locked one is neither moved out of nor into, and the try changes nothing.
    lock_login();
    let mut other = Machine::with_key_file().0;
    moving::fill(&mut other.sys);
    for (sys, how) in [(sys, &key), (&mut other.sys, &How::Keyring)] {
        let before = stores::describe(sys).unwrap();
        let refused = carry_over(sys, how);
        assert!(matches!(refused, Err(StoreError::OsKeyring(KeyringProblem::Locked))), "{refused:?}");
        assert_eq!(stores::describe(sys).unwrap(), before);
        assert!(unfinished(sys).unwrap().is_none());
    }
    assert_eq!(moving::all(&other.sys).len(), worked.len() - 1);
}

fn key_path(how: &How) -> std::path::PathBuf {
    let How::KeyFile(path) = how else { panic!("{how:?}") };
    path.clone()
}

fn lock_login() {
    let lock = [
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service.Lock",
        "array:objpath:/org/freedesktop/secrets/collection/login",
    ];
    run("dbus-send", &lock, b"").unwrap();
}

#[test]
#[ignore = "run on a bus of its own"]
fn in_a_keyring_that_gets_locked() {
    let mut machine = here();
    let sys = &mut machine;
    let store = stores::init(sys, How::Keyring).unwrap();
    store.put(sys, &acme(), &token_of("ada"), &entry("one")).unwrap();
    lock_login();
    let read = store.records(sys, &acme());
    assert!(matches!(read, Err(StoreError::OsKeyring(KeyringProblem::Locked))), "{read:?}");
    for id in [token_of("ada"), token_of("bob")] {
        let put = store.put(sys, &acme(), &id, &entry("two"));
        assert!(matches!(put, Err(StoreError::OsKeyring(KeyringProblem::Locked))), "{put:?}");
    }
}

/// Each entry is answered in time, and all of them together are not: the limit is for what a user waits for.
#[test]
#[ignore = "run on a bus of its own"]
fn in_a_slow_keyring() {
    let mut machine = here();
    let sys = &mut machine;
    let store = stores::init(sys, How::Keyring).unwrap();
    for number in 0..10 {
        store.put(sys, &acme(), &token_of(&format!("user-{number}")), &entry("one")).unwrap();
    }
    store.put(sys, &profile("beta"), &token_of("ada"), &entry("two")).unwrap();
    assert_eq!(store.records(sys, &profile("beta")).unwrap().len(), 1);
    let read = store.records(sys, &acme());
    assert!(matches!(read, Err(StoreError::OsKeyring(KeyringProblem::TimedOut { .. }))), "{read:?}");
}

#[test]
#[ignore = "run on a bus of its own"]
fn in_a_keyring_that_hangs() {
    let mut machine = here();
    let sys = &mut machine;
    let store = stores::init(sys, How::Keyring).unwrap();
    store.put(sys, &acme(), &token_of("ada"), &entry("one")).unwrap();
    let daemon = daemon();
    run("kill", &["-STOP", &daemon], b"").unwrap();
    let read = store.records(sys, &acme());
    run("kill", &["-CONT", &daemon], b"").unwrap();
    assert!(matches!(read, Err(StoreError::OsKeyring(KeyringProblem::TimedOut { .. }))), "{read:?}");
    assert_eq!(secret_in_use(&store.records(sys, &acme()).unwrap(), &token_of("ada")).unwrap(), "one");
}

/// The process id of this bus's keyring daemon, from the bus itself.
fn daemon() -> String {
    let ask = [
        "--session",
        "--print-reply=literal",
        "--dest=org.freedesktop.DBus",
        "/",
        "org.freedesktop.DBus.GetConnectionUnixProcessID",
        "string:org.freedesktop.secrets",
    ];
    let answer = String::from_utf8(run("dbus-send", &ask, b"").unwrap()).unwrap();
    answer.split_whitespace().last().unwrap().to_owned()
}

#[test]
#[ignore = "run on a bus of its own"]
fn in_a_locked_keyring() {
    let refused = stores::init(&mut here(), How::Keyring);
    assert!(matches!(refused, Err(StoreError::OsKeyring(KeyringProblem::Locked))), "{refused:?}");
    assert!(stores::describe(&here()).unwrap().is_none());
}

#[test]
#[ignore = "run on a bus of its own"]
fn without_a_keyring() {
    let refused = stores::init(&mut here(), How::Keyring);
    assert!(matches!(refused, Err(StoreError::OsKeyring(KeyringProblem::NoService { .. }))), "{refused:?}");
    assert!(stores::describe(&here()).unwrap().is_none());
}

#[test]
#[ignore = "run on a bus of its own"]
fn use_a_keyring() {
    let store = stores::init(&mut here(), How::Keyring).unwrap();
    store.put(&mut here(), &acme(), &token_of("ada"), &entry("one")).unwrap();
}

#[test]
#[ignore = "run on a bus of its own"]
fn find_it_locked() {
    let read = stores::open(&here()).unwrap().records(&here(), &acme());
    assert!(matches!(read, Err(StoreError::OsKeyring(KeyringProblem::Locked))), "{read:?}");
}

#[test]
#[ignore = "run on a bus of its own"]
fn find_it_again() {
    let records = stores::open(&here()).unwrap().records(&here(), &acme()).unwrap();
    assert_eq!(secret_in_use(&records, &token_of("ada")).unwrap(), "one");
}
