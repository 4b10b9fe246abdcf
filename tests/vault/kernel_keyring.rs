//! The kernel's keyring, in each of the situations a process can be in.

use crate::machine::run;
use doorkey::secret::Secret;
use doorkey::sys::Sys;
use std::time::Duration;

const NAME: &str = "VAULT_KERNEL_KEY";

/// A name that no other test and no other run uses.
fn name(test: &str) -> String {
    format!("doorkey-test:{test}:{}", std::process::id())
}

fn sys() -> Sys {
    Sys::with_env([])
}

fn keyring() -> String {
    String::from_utf8(run("keyctl", &["show", "@u"], b"").unwrap()).unwrap()
}

/// Runs one of the ignored tests below in a process of its own, behind `before`.
fn elsewhere(before: &[&str], test: &str, name: &str) -> Result<Vec<u8>, String> {
    let (_folder, this) = crate::machine::program_for_all();
    let variable = format!("{NAME}={name}");
    let test = format!("kernel_keyring::{test}");
    let line: Vec<&str> = before.iter().copied().chain(["env", &variable, this.to_str().unwrap()]).collect();
    let (program, arguments) = line.split_first().unwrap();
    let arguments = [arguments, &["--exact", "--ignored", "--nocapture", &test]].concat();
    run(program, &arguments, b"")
}

fn name_here() -> String {
    std::env::var(NAME).unwrap()
}

#[test]
#[ignore = "run by the others, in another process"]
fn keep() {
    sys().keep_key(&name_here(), &Secret::copy_of(b"kept"), Duration::from_secs(60)).unwrap();
    assert_eq!(sys().kept_key(&name_here()).unwrap().unwrap().expose(), b"kept");
}

#[test]
#[ignore = "run by the others, in another process"]
fn find() {
    assert_eq!(sys().kept_key(&name_here()).unwrap().unwrap().expose(), b"kept");
}

#[test]
#[ignore = "run by the others, in another process"]
fn drop_it() {
    assert!(sys().drop_key(&name_here()).unwrap());
    assert!(sys().kept_key(&name_here()).unwrap().is_none());
}

#[test]
#[ignore = "run by the others, in another process"]
fn be_refused() {
    let refused =
        sys().keep_key(&name_here(), &Secret::copy_of(b"kept"), Duration::from_secs(60)).unwrap_err();
    assert_eq!(refused.to_string(), "the kernel's keyring did not let doorkey keep a key: permission denied");
    assert!(sys().kept_key(&name_here()).is_err());
    assert!(sys().drop_key(&name_here()).is_err());
}

#[test]
fn a_key_is_kept_replaced_and_forgotten() {
    let (mut sys, name) = (sys(), name("kept"));
    assert!(sys.kept_key(&name).unwrap().is_none());
    sys.keep_key(&name, &Secret::copy_of(b"one"), Duration::from_secs(60)).unwrap();
    sys.keep_key(&name, &Secret::copy_of(b"two"), Duration::from_secs(60)).unwrap();
    assert_eq!(sys.kept_key(&name).unwrap().unwrap().expose(), b"two");
    assert_eq!(keyring().matches(&name).count(), 1, "{}", keyring());
    assert!(sys.drop_key(&name).unwrap());
    assert!(!sys.drop_key(&name).unwrap());
    assert!(sys.kept_key(&name).unwrap().is_none());
    assert!(!keyring().contains(&name), "{}", keyring());
}

#[test]
fn its_time_runs_out() {
    let (mut sys, name) = (sys(), name("time"));
    sys.keep_key(&name, &Secret::copy_of(b"kept"), Duration::from_secs(1)).unwrap();
    assert!(sys.kept_key(&name).unwrap().is_some());
    std::thread::sleep(Duration::from_millis(1_300));
    assert!(sys.kept_key(&name).unwrap().is_none());
    assert!(!sys.drop_key(&name).unwrap());
    // No time at all is not "for ever".
    sys.keep_key(&name, &Secret::copy_of(b"kept"), Duration::ZERO).unwrap();
    std::thread::sleep(Duration::from_millis(1_300));
    assert!(sys.kept_key(&name).unwrap().is_none());
}

/// With the session keyring this process has (often none of its own), with a new one, with one that is joined to the
/// user's; and for a user without rights over other users' keys.
#[test]
fn it_is_found_from_every_session_of_the_user_and_by_nobody_else() {
    let user: &[&str] = &["setpriv", "--reuid=4242", "--regid=4242", "--clear-groups"];
    let root = rustix::process::geteuid().is_root();
    let users: &[&[&str]] = if root { &[&[], user] } else { &[&[]] };
    for as_user in users {
        let new_session = [*as_user, &["keyctl", "session", "-"][..]].concat();
        let plain = as_user.to_vec();
        for keep in [&plain, &new_session] {
            let name = name(&format!("sessions-{}-{}", as_user.len(), keep.len()));
            elsewhere(keep, "keep", &name).unwrap();
            for find in [&plain, &new_session] {
                elsewhere(find, "find", &name).unwrap_or_else(|e| panic!("{keep:?} then {find:?}: {e}"));
            }
            if root {
                let stranger = ["setpriv", "--reuid=4343", "--regid=4343", "--clear-groups"];
                assert!(elsewhere(&stranger, "find", &name).is_err());
                let id = key_id(as_user, &name);
                let by_id = run(stranger[0], &[&stranger[1..], &["keyctl", "print", &id]].concat(), b"");
                assert!(by_id.unwrap_err().contains("Permission denied"));
            }
            elsewhere(&new_session, "drop_it", &name).unwrap();
        }
    }
}

/// The serial number, from the kernel's list of what the user may see.
fn key_id(as_user: &[&str], name: &str) -> String {
    let line = [as_user, &["cat", "/proc/keys"]].concat();
    let keys = String::from_utf8(run(line[0], &line[1..], b"").unwrap()).unwrap();
    let line = keys.lines().find(|l| l.contains(name)).unwrap_or_else(|| panic!("{name} is not in {keys}"));
    u32::from_str_radix(line.split_whitespace().next().unwrap(), 16).unwrap().to_string()
}

#[test]
fn a_refusal_is_said_as_one() {
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=keyctl,add_key:error=EPERM"];
    elsewhere(&strace, "be_refused", &name("refused")).unwrap();
}
