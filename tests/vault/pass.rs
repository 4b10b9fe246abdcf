//! The password store of the real `pass` and gpg, with a key made for the test; and stand-ins for a `pass` that hangs
//! or lies.

use crate::machine::{Machine, entry, profile, run, secret_in_use, token_of, version_in_use};
use crate::moving::{NAMES, all, fill, same, works};
use doorkey::secret::Secret;
use doorkey::stores::moving::{carry_over, unfinished};
use doorkey::stores::{self, How, PassProblem, State, StoreError, StoreKind, in_use};
use doorkey::sys::Sys;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROOT: &str = "VAULT_PASS_ROOT";
const ACME: &str = "home/.password-store/doorkey/acme";

/// A machine with a GnuPG key and an initialised password store.
struct Desk {
    machine: Machine,
}

impl Desk {
    fn new() -> Self {
        Self::with_key_passphrase("")
    }

    fn with_key_passphrase(passphrase: &str) -> Self {
        let desk = Self { machine: Machine::new() };
        for folder in ["home", "gnupg", "bin"] {
            std::fs::create_dir(desk.machine.path(folder)).unwrap();
        }
        run("chmod", &["700", desk.machine.path("gnupg").to_str().unwrap()], b"").unwrap();
        // Nobody can be asked for anything.
        std::fs::write(desk.machine.path("gnupg/gpg-agent.conf"), "pinentry-program /bin/false\n").unwrap();
        let key = [
            "--passphrase",
            passphrase,
            "--quick-gen-key",
            "desk@test",
            "future-default",
            "default",
            "never",
        ];
        desk.program("gpg", &[&["--batch", "--quiet", "--pinentry-mode", "loopback"][..], &key].concat());
        desk.program("pass", &["init", "desk@test"]);
        desk
    }

    /// What a fresh process sees, with the test's own folder first in PATH.
    fn sys(&self) -> Sys {
        sys_at(self.machine.root.path())
    }

    fn program(&self, name: &str, arguments: &[&str]) -> String {
        let output = self.command(name).args(arguments).output().unwrap();
        assert!(output.status.success(), "{name} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env_clear().envs(variables(self.machine.root.path())).stdin(Stdio::null());
        command
    }

    /// A program that stands in for `pass`.
    fn stand_in(&self, script: &str) {
        crate::executable::write(&self.machine.path("bin/pass"), format!("#!/bin/sh\n{script}\n"));
    }

    fn entries(&self, name: &str) -> Vec<String> {
        let folder = self.machine.path(&format!("home/.password-store/doorkey/{name}"));
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Seals a text for the key, as everybody can who knows it, under the name of an entry.
    fn forge(&self, entry: &str, text: &str) {
        let plain = self.machine.path("plain");
        std::fs::write(&plain, text).unwrap();
        let target = self.machine.path(&format!("home/.password-store/{entry}.gpg"));
        let words = ["--batch", "--yes", "--quiet", "-e", "-r", "desk@test", "-o", target.to_str().unwrap()];
        self.program("gpg", &[&words[..], &[plain.to_str().unwrap()]].concat());
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.command("gpgconf").args(["--kill", "all"]).status();
    }
}

fn variables(root: &Path) -> Vec<(OsString, OsString)> {
    let path = format!("{}:/usr/bin:/bin", root.join("bin").display());
    let own = [("HOME", "home"), ("DOORKEY_STATE_DIR", "state"), ("DOORKEY_CONFIG_DIR", "config")];
    let own = own.into_iter().chain([("XDG_RUNTIME_DIR", "run"), ("GNUPGHOME", "gnupg")]);
    own.map(|(name, below)| (name.into(), root.join(below).into_os_string()))
        .chain([("PATH".into(), path.into())])
        .collect()
}

fn sys_at(root: &Path) -> Sys {
    Sys::with_env(variables(root))
}

#[test]
fn it_keeps_changes_and_forgets_as_the_other_stores_do() {
    let desk = Desk::new();
    let mut sys = desk.sys();
    let (acme, id) = (profile("acme"), token_of("ada"));
    stores::init(&mut sys, How::Pass).unwrap();
    assert_eq!(stores::describe(&sys).unwrap(), Some(StoreKind::Pass));
    let store = stores::open(&sys).unwrap();
    assert!(store.records(&sys, &acme).unwrap().is_empty());
    let secret = "quote \" slash \\ tab \t 密 ";
    assert!(store.put(&mut sys, &acme, &id, &entry("one")).unwrap());
    assert!(store.put(&mut sys, &acme, &id, &entry(secret)).unwrap());
    assert!(!store.put(&mut sys, &acme, &id, &entry(secret)).unwrap());
    assert_eq!(desk.entries("acme"), ["2.gpg"], "one entry, and nothing beside it");
    let records = store.records(&desk.sys(), &acme).unwrap();
    assert_eq!(secret_in_use(&records, &id).unwrap(), secret);
    let first = records.iter().find(|r| r.state == State::Retired).unwrap().version;
    assert!(first < version_in_use(&*store, &sys, &acme, &id));
    assert!(store.restore(&mut sys, &acme, &id, first).unwrap());
    assert_eq!(secret_in_use(&store.records(&sys, &acme).unwrap(), &id).unwrap(), "one");
    assert!(store.mark_suspect(&mut sys, &acme, &id, &Secret::copy_of(b"one")).unwrap());
    assert_eq!(in_use(&store.records(&sys, &acme).unwrap(), &id).unwrap().state, State::Suspect);

    // What pass shows is a key and the book in the vault's own form; the state holds neither.
    let shown = desk.program("pass", &["show", "doorkey/acme/4"]);
    let (key, book) = shown.trim_end().split_once('\n').unwrap();
    let json: serde_json::Value = serde_json::from_str(book).unwrap();
    assert_eq!((key.len(), &json["profile"], &json["counter"]), (64, &"acme".into(), &4.into()));
    for (path, (bytes, ..)) in desk.machine.state() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains(key) && !text.contains("one"), "{}", path.display());
    }
    store.erase_profile(&mut sys, &acme).unwrap();
    assert!(desk.entries("acme").is_empty() && store.records(&sys, &acme).unwrap().is_empty());
    assert!(store.put(&mut sys, &acme, &id, &entry("again")).unwrap());
    assert_eq!(desk.entries("acme"), ["5.gpg"], "a number is never given twice");
}

#[test]
fn what_others_sealed_moved_or_put_back_is_refused() {
    let desk = Desk::new();
    let mut sys = desk.sys();
    let (acme, beta, id) = (profile("acme"), profile("beta"), token_of("ada"));
    let store = stores::init(&mut sys, How::Pass).unwrap();
    store.put(&mut sys, &acme, &id, &entry("old")).unwrap();
    let old = std::fs::read(desk.machine.path(ACME).join("1.gpg")).unwrap();
    store.put(&mut sys, &acme, &id, &entry("new")).unwrap();
    store.put(&mut sys, &beta, &id, &entry("beta")).unwrap();
    store.put(&mut sys, &beta, &id, &entry("beta too")).unwrap();
    let path = desk.machine.path(ACME).join("2.gpg");
    let good = std::fs::read(&path).unwrap();
    let text = desk.program("pass", &["show", "doorkey/acme/2"]);
    let beta_text = desk.program("pass", &["show", "doorkey/beta/2"]);

    let (beta_key, beta_book) = beta_text.split_once('\n').unwrap();
    let (key, book) = text.split_once('\n').unwrap();
    let forgeries = [
        text.replace("\"new\"", "\"wen\""),
        text.replace("github.com", "evil.example"),
        text.replace("\"counter\":2", "\"counter\":3"),
        format!("{beta_key}\n{book}"),
        format!("{key}\n{beta_book}"),
        beta_text.clone(),
        text.trim_end().to_owned(),
        format!("{text}\n"),
        key.to_owned(),
        String::new(),
    ];
    for forgery in forgeries {
        desk.forge("doorkey/acme/2", &forgery);
        let refused = store.records(&sys, &acme);
        assert!(
            matches!(refused, Err(StoreError::Pass(PassProblem::NotOurs { .. }))),
            "{forgery:.90}: {refused:?}"
        );
        assert!(store.put(&mut sys, &acme, &id, &entry("x")).is_err());
        assert_eq!(desk.entries("acme"), ["2.gpg"]);
    }
    // Another profile's file, and an older one under the present number.
    for bytes in
        [std::fs::read(desk.machine.path("home/.password-store/doorkey/beta/2.gpg")).unwrap(), old.clone()]
    {
        std::fs::write(&path, bytes).unwrap();
        let refused = store.records(&sys, &acme);
        assert!(matches!(refused, Err(StoreError::Pass(PassProblem::NotOurs { .. }))), "{refused:?}");
    }
    // An older one under its own number does not matter; without the present one it is a past that was put back.
    std::fs::write(&path, &good).unwrap();
    std::fs::write(desk.machine.path(ACME).join("1.gpg"), &old).unwrap();
    assert_eq!(secret_in_use(&store.records(&sys, &acme).unwrap(), &id).unwrap(), "new");
    std::fs::remove_file(&path).unwrap();
    let refused = store.records(&sys, &acme);
    assert!(matches!(refused, Err(StoreError::Rollback { found: 1, known: 2, .. })), "{refused:?}");
    store.accept_as_is(&mut sys, &acme).unwrap();
    assert_eq!(secret_in_use(&store.records(&sys, &acme).unwrap(), &id).unwrap(), "old");
    // Cut short at every tenth byte.
    for length in (0..old.len()).step_by(10) {
        std::fs::write(desk.machine.path(ACME).join("1.gpg"), &old[..length]).unwrap();
        assert!(store.records(&sys, &acme).is_err(), "{length}");
    }
}

#[test]
fn another_machines_entries_are_not_written_over() {
    let desk = Desk::new();
    let mut sys = desk.sys();
    let (acme, id) = (profile("acme"), token_of("ada"));
    stores::init(&mut sys, How::Pass).unwrap().put(&mut sys, &acme, &id, &entry("theirs")).unwrap();
    std::fs::rename(desk.machine.path("state"), desk.machine.path("state of the other machine")).unwrap();
    let store = stores::init(&mut sys, How::Pass).unwrap();
    let refused = store.put(&mut sys, &acme, &id, &entry("ours"));
    assert!(matches!(refused, Err(StoreError::Pass(PassProblem::Unknown { .. }))), "{refused:?}");
    store.accept_as_is(&mut sys, &acme).unwrap();
    assert_eq!(secret_in_use(&store.records(&sys, &acme).unwrap(), &id).unwrap(), "theirs");
    store.put(&mut sys, &acme, &id, &entry("ours")).unwrap();
    // The other machine sees the later entry under the same key.
    std::fs::rename(desk.machine.path("state"), desk.machine.path("state of this machine")).unwrap();
    std::fs::rename(desk.machine.path("state of the other machine"), desk.machine.path("state")).unwrap();
    let records = stores::open(&sys).unwrap().records(&sys, &acme).unwrap();
    assert_eq!(secret_in_use(&records, &id).unwrap(), "ours");
}

#[test]
fn everything_moves_into_pass_and_back() {
    let desk = Desk::new();
    let mut sys = desk.sys();
    let key = How::KeyFile(desk.machine.key_file());
    stores::init(&mut sys, How::KeyFile(desk.machine.key_file())).unwrap();
    fill(&mut sys);
    let before = all(&sys);
    carry_over(&mut sys, &How::Pass).unwrap().unwrap();
    assert!(same(&all(&desk.sys()), &before));
    assert_eq!(NAMES.map(|name| desk.entries(name).len()), [1, 1, 1]);
    works(&mut sys);
    let worked = all(&sys);
    carry_over(&mut sys, &key).unwrap().unwrap();
    assert!(same(&all(&desk.sys()), &worked));
    assert_eq!(NAMES.map(|name| desk.entries(name).len()), [0, 0, 0]);
    carry_over(&mut sys, &How::Pass).unwrap().unwrap();
    assert!(same(&all(&desk.sys()), &worked));
}

#[test]
fn a_pass_that_lies_hangs_or_is_not_there_is_not_moved_into() {
    let desk = Desk::new();
    let mut sys = desk.sys();
    stores::init(&mut sys, How::KeyFile(desk.machine.key_file())).unwrap();
    fill(&mut sys);
    let before = all(&sys);
    let kind = stores::describe(&sys).unwrap();
    let mut refused = |script: &str| {
        desk.stand_in(script);
        let error = carry_over(&mut sys, &How::Pass).unwrap_err();
        assert_eq!(stores::describe(&sys).unwrap(), kind);
        assert!(same(&all(&desk.sys()), &before), "{script}");
        error
    };
    // Changes one letter of what is stored, but for the trial.
    let error = refused(
        "case $1 in insert) sed s/beta/beto/ | /usr/bin/pass \"$@\";; *) exec /usr/bin/pass \"$@\";; esac",
    );
    assert!(matches!(error, StoreError::NotTheSame { .. }), "{error:?}");
    let error = refused("cat >/dev/null; exit 1");
    assert!(matches!(error, StoreError::Pass(PassProblem::Failed { .. })), "{error:?}");
    let error = refused("sleep 600");
    assert!(matches!(error, StoreError::Pass(PassProblem::TimedOut { .. })), "{error:?}");
    std::fs::remove_file(desk.machine.path("bin/pass")).unwrap();
    std::fs::remove_file(desk.machine.path("home/.password-store/.gpg-id")).unwrap();
    let error = carry_over(&mut sys, &How::Pass).unwrap_err();
    assert!(matches!(error, StoreError::Pass(PassProblem::NotInitialised)), "{error:?}");
    assert!(unfinished(&sys).unwrap().is_none());
    let mut bare = Sys::with_env(
        variables(desk.machine.root.path())
            .into_iter()
            .filter(|(name, _)| name != "PATH")
            .collect::<Vec<_>>(),
    );
    let error = carry_over(&mut bare, &How::Pass).unwrap_err();
    assert!(matches!(error, StoreError::Pass(PassProblem::Missing)), "{error:?}");
}

#[test]
fn a_key_whose_passphrase_nobody_can_type_is_said_to_be_locked() {
    let desk = Desk::with_key_passphrase("secret of the key");
    desk.program("gpgconf", &["--kill", "all"]);
    let refused = stores::init(&mut desk.sys(), How::Pass);
    assert!(matches!(refused, Err(StoreError::Pass(PassProblem::Locked { .. }))), "{refused:?}");
    assert!(stores::describe(&desk.sys()).unwrap().is_none());
}

/// Runs `put_two` under strace; its exit status.
fn under_strace(desk: &Desk, options: &[&str]) -> std::process::ExitStatus {
    desk.command("strace")
        .args(options)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--test-threads=1", "pass::put_two"])
        .env(ROOT, desk.machine.root.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("strace")
}

#[test]
fn the_secret_is_in_no_argument_and_no_environment() {
    let desk = Desk::new();
    let mut sys = desk.sys();
    stores::init(&mut sys, How::Pass)
        .unwrap()
        .put(&mut sys, &profile("acme"), &token_of("ada"), &entry("one"))
        .unwrap();
    let log = desk.machine.path("log");
    let options = ["-f", "-qq", "-v", "-s", "100000", "-e", "trace=execve", "-o", log.to_str().unwrap()];
    assert!(under_strace(&desk, &options).success());
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("insert") && log.contains("\"doorkey/acme/2\"") && !log.contains("canary"), "{log}");
    let records = stores::open(&sys).unwrap().records(&sys, &profile("acme")).unwrap();
    assert_eq!(secret_in_use(&records, &token_of("ada")).unwrap(), "canary two");
}

#[test]
fn killed_in_a_put_the_old_or_the_new_value_is_there() {
    let mut killed = 0;
    let desk = Desk::new();
    let mut sys = desk.sys();
    let (acme, id) = (profile("acme"), token_of("ada"));
    let store = stores::init(&mut sys, How::Pass).unwrap();
    for call in ["fsync", "rename", "wait4,waitid"] {
        for when in 1.. {
            store.put(&mut sys, &acme, &id, &entry("one")).unwrap();
            let inject = format!("inject={call}:signal=KILL:when={when}");
            // All threads of doorkey, and what it starts.
            let status = under_strace(&desk, &["-f", "-qq", "-o", "/dev/null", "-e", &inject]);
            if status.success() {
                break;
            }
            killed += usize::from(status.signal() == Some(9));
            let found = secret_in_use(&store.records(&desk.sys(), &acme).unwrap(), &id).unwrap();
            assert!(found == "one" || found == "canary two", "{call} {when}: {found}");
            store.put(&mut sys, &acme, &id, &entry("three")).unwrap();
            assert_eq!(desk.entries("acme").len(), 1, "{call} {when}");
        }
    }
    assert!(killed > 8, "{killed}");
}

#[test]
#[ignore = "run by the tests above, under strace"]
fn put_two() {
    let mut sys = sys_at(&PathBuf::from(std::env::var_os(ROOT).unwrap()));
    let store = stores::open(&sys).unwrap();
    store.put(&mut sys, &profile("acme"), &token_of("ada"), &entry("canary two")).unwrap();
}
