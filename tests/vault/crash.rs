//! Killed before any system call that changes something, a put is done or not done, and may be repeated.

use crate::machine::{Machine, entry, profile, secret_in_use, sys_at, token_of, version_in_use};
use doorkey::stores::{self, Store};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

const ROOT: &str = "VAULT_CRASH_ROOT";

#[test]
fn a_put_survives_a_kill_at_every_change() {
    let mut killed = 0;
    for call in ["mkdir", "chmod", "openat", "write", "fchmod", "fsync", "rename", "unlink", "flock"] {
        for first in [true, false] {
            for when in 1.. {
                let (mut machine, vault) = Machine::with_key_file();
                let (acme, id) = (profile("acme"), token_of("ada"));
                if !first {
                    vault.put(&mut machine.sys, &acme, &id, &entry("one")).unwrap();
                }
                let before = (!first).then_some("one");
                if put_two_under_strace(machine.root.path(), call, when) {
                    break;
                }
                killed += 1;
                let at = format!("{call} {when}, first put: {first}");
                let sys = &mut machine.later();
                let store = stores::open(sys).unwrap_or_else(|e| panic!("{at}: {e}"));
                let records = store.records(sys, &acme).unwrap_or_else(|e| panic!("{at}: {e}"));
                let found = secret_in_use(&records, &id);
                assert!(found.as_deref() == before || found.as_deref() == Some("two"), "{at}: {found:?}");
                store.put(sys, &acme, &id, &entry("two")).unwrap_or_else(|e| panic!("{at}: {e}"));
                let done = machine.state();
                assert!(!store.put(sys, &acme, &id, &entry("two")).unwrap());
                assert_eq!(machine.state(), done, "{at}");
                assert!(!done.keys().any(|p| p.to_string_lossy().contains("doorkey-new")), "{at}: {done:?}");
                assert_eq!(version_in_use(&*store, sys, &acme, &id), if first { 1 } else { 2 }, "{at}");
            }
        }
    }
    assert!(killed > 30, "only {killed} kills");
}

/// Whether the child ended by itself, without being killed.
fn put_two_under_strace(root: &Path, call: &str, when: usize) -> bool {
    let inject = format!("inject={call}:signal=KILL:when={when}");
    let status = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args(["-e", &inject])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--test-threads=1", "crash::put_two"])
        .env(ROOT, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("strace");
    // strace ends by the signal that ended its child.
    assert!(status.success() || status.signal() == Some(9), "{call} {when}: {status}");
    status.success()
}

#[test]
#[ignore = "run by a_put_survives_a_kill_at_every_change"]
fn put_two() {
    let mut sys = sys_at(std::env::var_os(ROOT).unwrap().as_ref());
    let store = stores::open(&sys).unwrap();
    store.put(&mut sys, &profile("acme"), &token_of("ada"), &entry("two")).unwrap();
}
