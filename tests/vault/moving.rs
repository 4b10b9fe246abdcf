//! Moving everything into another store: whole before, whole after, and whole when it is killed in between.

use crate::machine::{Machine, entry, profile, secret_in_use, sys_at, token_of};
use doorkey::model::name::ProfileName;
use doorkey::model::plan::RecordId;
use doorkey::secret::Secret;
use doorkey::stores::moving::{self, Load};
use doorkey::stores::{self, Entry, How, Record, State, Store, StoreError, StoreKind, last_retired};
use doorkey::sys::Sys;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

const ROOT: &str = "VAULT_MOVING_ROOT";
const TO: &str = "VAULT_MOVING_TO";

pub(crate) const NAMES: [&str; 3] = ["acme", "beta", "master"];

/// Three profiles, and in them every state and field that a record can have.
pub(crate) fn fill(sys: &mut Sys) {
    let store = stores::open(sys).unwrap();
    for name in NAMES {
        let name = profile(name);
        for (user, values) in
            [("ada", &["one", "two", "three"][..]), ("bob", &["b \" \\ \t 密"]), ("gone", &["g"])]
        {
            for value in values {
                let full = Entry {
                    secret: Secret::copy_of(format!("{name} {value}").as_bytes()),
                    expires: Some(2_000_000_000),
                    note: Some(format!("note of {user}")),
                    password_expiry_utc: Some(2_000_000_001),
                    oauth_refresh_token: Some(Secret::copy_of(b"refresh \x01")),
                };
                store.put(sys, &name, &token_of(user), &full).unwrap();
            }
        }
        store.retire(sys, &name, &token_of("gone")).unwrap();
        let refused = Secret::copy_of(format!("{name} b \" \\ \t 密").as_bytes());
        assert!(store.mark_suspect(sys, &name, &token_of("bob"), &refused).unwrap());
    }
}

/// Everything that the store of this machine holds, sorted.
pub(crate) fn all(sys: &Sys) -> Vec<(ProfileName, Record)> {
    let store = stores::open(sys).unwrap();
    let mut found = Vec::new();
    for name in NAMES.map(profile) {
        let mut records = store.records(sys, &name).unwrap();
        records.sort_by(|a, b| (&a.id, a.version).cmp(&(&b.id, b.version)));
        found.extend(records.into_iter().map(|r| (name.clone(), r)));
    }
    found
}

pub(crate) fn same(a: &[(ProfileName, Record)], b: &[(ProfileName, Record)]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.0 == y.0 && x.1.same_as(&y.1))
}

/// The store works on: a version that was retired before the move comes back by its number, and a new one is newer.
pub(crate) fn works(sys: &mut Sys) {
    let (store, acme, id) = (stores::open(sys).unwrap(), profile("acme"), token_of("ada"));
    let before = store.records(sys, &acme).unwrap();
    let (now, old) = (secret_in_use(&before, &id).unwrap(), last_retired(&before, &id).unwrap().version);
    assert!(store.restore(sys, &acme, &id, old).unwrap());
    assert_ne!(secret_in_use(&store.records(sys, &acme).unwrap(), &id).unwrap(), now);
    assert!(store.put(sys, &acme, &token_of("new"), &entry("new")).unwrap());
    let records = store.records(sys, &acme).unwrap();
    let newest = records.iter().find(|r| r.id == token_of("new")).unwrap().version;
    assert!(records.iter().all(|r| r.id == token_of("new") || r.version < newest), "{records:?}");
}

/// The sealed files of all vaults of the machine, and what a move leaves for the next run.
fn files(machine: &Machine) -> Vec<PathBuf> {
    let wanted = |p: &PathBuf| p.extension().is_some_and(|e| e == "age") || p.ends_with("move.json");
    machine.state().into_keys().filter(wanted).collect()
}

fn other_key(machine: &Machine) -> How {
    How::KeyFile(machine.path("home/keys/other.txt"))
}

#[test]
fn from_a_key_file_to_a_passphrase_to_a_key_file_nothing_is_lost() {
    let (mut machine, _) = Machine::with_key_file();
    fill(&mut machine.sys);
    let before = all(&machine.sys);
    let secret = || Secret::copy_of(b"right");
    let tree = machine.state();
    let ahead = moving::look_ahead(&machine.sys, &How::Passphrase(secret())).unwrap().unwrap();
    let key = StoreKind::KeyFile { path: machine.key_file() };
    assert_eq!(ahead, Load { from: key, to: StoreKind::Passphrase, profiles: 3, in_use: 6, retired: 9 });
    assert_eq!(machine.state(), tree, "looking ahead writes nothing");

    let done = moving::carry_over(&mut machine.sys, &How::Passphrase(secret())).unwrap().unwrap();
    assert_eq!(done.load, ahead);
    assert!(done.open && same(&all(&machine.later()), &before));
    assert_eq!(stores::describe(&machine.sys).unwrap(), Some(StoreKind::Passphrase));
    // Three profiles, three identities, the master: all in the new folder.
    let sealed = files(&machine);
    assert!(
        sealed.len() == 7 && sealed.iter().all(|f| !f.starts_with(machine.path("state/vault"))),
        "{sealed:?}"
    );
    assert!(machine.key_file().exists(), "the key file is the user's");
    let vault = stores::vault::Vault::open_with_passphrase(&machine.sys, &secret()).unwrap();
    assert!(!vault.records(&machine.sys, &profile("acme")).unwrap().is_empty());
    assert!(moving::carry_over(&mut machine.sys, &How::Passphrase(secret())).unwrap().is_none());

    let other = other_key(&machine);
    let done = moving::carry_over(&mut machine.sys, &other).unwrap().unwrap();
    assert_eq!(done.load.from, StoreKind::Passphrase);
    assert!(same(&all(&machine.later()), &before));
    assert_eq!(files(&machine).len(), 6);
    works(&mut machine.sys);
}

#[test]
fn another_passphrase_makes_another_master() {
    let mut machine = Machine::new();
    let (old, new) = (Secret::copy_of(b"old"), Secret::copy_of(b"new"));
    stores::init(&mut machine.sys, How::Passphrase(old.clone())).unwrap();
    assert!(matches!(
        moving::look_ahead(&machine.sys, &How::Passphrase(new.clone())),
        Err(StoreError::Locked)
    ));
    stores::vault::Vault::unlock(&mut machine.sys, &old, stores::vault::UNLOCKED).unwrap();
    fill(&mut machine.sys);
    let before = all(&machine.sys);
    moving::carry_over(&mut machine.sys, &How::Passphrase(new)).unwrap().unwrap();
    assert!(same(&all(&machine.later()), &before));
    let refused = stores::vault::Vault::open_with_passphrase(&machine.sys, &old);
    assert!(matches!(refused, Err(StoreError::WrongPassphrase { .. })), "{refused:?}");
    stores::vault::Vault::lock(&mut machine.sys).unwrap();
    assert!(matches!(stores::open(&machine.sys), Err(StoreError::Locked)));
}

#[test]
fn the_same_key_under_another_path_moves_nothing() {
    let (mut machine, _) = Machine::with_key_file();
    fill(&mut machine.sys);
    let before = (all(&machine.sys), files(&machine));
    let path = machine.path("home/keys/copy.txt");
    std::fs::copy(machine.key_file(), &path).unwrap();
    moving::carry_over(&mut machine.sys, &How::KeyFile(path.clone())).unwrap().unwrap();
    assert_eq!(stores::describe(&machine.sys).unwrap(), Some(StoreKind::KeyFile { path }));
    assert!(same(&all(&machine.later()), &before.0) && files(&machine) == before.1);
}

#[test]
fn what_was_sealed_before_a_move_is_old_after_the_way_back() {
    let (mut machine, _) = Machine::with_key_file();
    let (acme, id) = (profile("acme"), token_of("ada"));
    let first = How::KeyFile(machine.key_file());
    let store = stores::open(&machine.sys).unwrap();
    for value in ["one", "two", "three", "four"] {
        store.put(&mut machine.sys, &acme, &id, &entry(value)).unwrap();
    }
    let sealed = std::fs::read(machine.profile_file("acme")).unwrap();
    let other = other_key(&machine);
    moving::carry_over(&mut machine.sys, &other).unwrap().unwrap();
    moving::carry_over(&mut machine.sys, &first).unwrap().unwrap();
    let now = files(&machine).into_iter().find(|f| f.ends_with("profiles/acme.age")).unwrap();
    std::fs::write(now, sealed).unwrap();
    let read = stores::open(&machine.sys).unwrap().records(&machine.sys, &acme);
    assert!(matches!(read, Err(StoreError::Rollback { found: 4, .. })), "{read:?}");
}

#[test]
fn what_cannot_be_read_is_not_moved() {
    let (mut machine, _) = Machine::with_key_file();
    fill(&mut machine.sys);
    let path = machine.profile_file("beta");
    let good = std::fs::read(&path).unwrap();
    std::fs::write(&path, &good[..good.len() - 1]).unwrap();
    let other = other_key(&machine);
    let before = machine.state();
    for _ in 0..2 {
        let refused = moving::carry_over(&mut machine.sys, &other);
        assert!(matches!(refused, Err(StoreError::Damaged { .. })), "{refused:?}");
    }
    assert_eq!(machine.state(), before);
    std::fs::remove_file(&path).unwrap();
    let refused = moving::carry_over(&mut machine.sys, &other);
    assert!(matches!(refused, Err(StoreError::Rollback { .. })), "{refused:?}");
}

#[test]
fn nobody_finds_nothing_while_it_is_moved_to_and_fro() {
    let (mut machine, _) = Machine::with_key_file();
    fill(&mut machine.sys);
    let (first, second) = (How::KeyFile(machine.key_file()), other_key(&machine));
    let (stop, machine) = (AtomicBool::new(false), &machine);
    let put = std::thread::scope(|scope| {
        let until_stopped = |work: &dyn Fn(&mut Sys, usize)| {
            let mut sys = machine.later();
            let mut count = 0;
            while !stop.load(Ordering::Relaxed) {
                work(&mut sys, count);
                count += 1;
            }
            count
        };
        let reader = scope.spawn(move || {
            until_stopped(&|sys, _| {
                let records = stores::open(sys).unwrap().records(sys, &profile("acme")).unwrap();
                assert_eq!(secret_in_use(&records, &token_of("ada")).unwrap(), "acme three");
            })
        });
        let writer = scope.spawn(move || {
            let mut sys = machine.later();
            for count in 0..40 {
                let id = token_of(&format!("user-{count}"));
                stores::open(&sys).unwrap().put(&mut sys, &profile("beta"), &id, &entry("x")).unwrap();
            }
            40
        });
        let mut sys = machine.later();
        for _ in 0..6 {
            for to in [&second, &first] {
                moving::carry_over(&mut sys, to).unwrap().unwrap();
                // Who waits for the lock looks every 20 ms.
                std::thread::sleep(std::time::Duration::from_millis(25));
            }
        }
        stop.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
        writer.join().unwrap()
    });
    let sys = machine.later();
    let records = stores::open(&sys).unwrap().records(&sys, &profile("beta")).unwrap();
    for count in 0..put {
        let id = token_of(&format!("user-{count}"));
        assert!(secret_in_use(&records, &id).is_some(), "what {count} of {put} put is lost");
    }
}

#[test]
fn killed_at_any_change_it_is_in_the_old_or_the_new_store() {
    let mut killed = 0;
    let (mut old, mut new) = (0, 0);
    for call in ["mkdir", "write", "fchmod", "fsync", "rename", "unlink", "rmdir"] {
        for when in 1.. {
            let (mut machine, _) = Machine::with_key_file();
            let acme = profile("acme");
            for (name, value) in [("acme", "one"), ("acme", "two"), ("beta", "b")] {
                stores::open(&machine.sys)
                    .unwrap()
                    .put(&mut machine.sys, &profile(name), &token_of("ada"), &entry(value))
                    .unwrap();
            }
            let before = all(&machine.sys);
            let to = other_key(&machine);
            if move_under_strace(machine.root.path(), call, when) {
                break;
            }
            killed += 1;
            let at = format!("{call} {when}");
            assert!(same(&all(&machine.later()), &before), "{at}");
            let moved = stores::describe(&machine.sys).unwrap() == Some(to.kind());
            *(if moved { &mut new } else { &mut old }) += 1;
            if let Some(left) = moving::unfinished(&machine.sys).unwrap() {
                assert_eq!(left.switched, moved, "{at}");
            }
            // A change in between, then the next run.
            let store = stores::open(&machine.sys).unwrap();
            store.put(&mut machine.sys, &acme, &token_of("bob"), &entry("new")).unwrap();
            let before = all(&machine.sys);
            if moving::carry_over(&mut machine.sys, &to).unwrap().is_none() {
                moving::finish(&mut machine.sys).unwrap();
            }
            assert_eq!(stores::describe(&machine.sys).unwrap(), Some(to.kind()), "{at}");
            assert!(same(&all(&machine.later()), &before), "{at}");
            let left = files(&machine);
            assert_eq!(left.len(), 4, "{at}: {left:?}");
            assert!(left.iter().all(|f| !f.starts_with(machine.path("state/vault"))), "{at}: {left:?}");
            assert!(moving::unfinished(&machine.sys).unwrap().is_none(), "{at}");
        }
    }
    assert!(killed > 60 && old > 20 && new > 5, "{killed} kills, {old} before the switch, {new} after it");
}

/// Whether the child ended by itself, without being killed.
fn move_under_strace(root: &Path, call: &str, when: usize) -> bool {
    let inject = format!("inject={call}:signal=KILL:when={when}");
    let status = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", &inject])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--test-threads=1", "moving::move_to_the_other_key"])
        .env(ROOT, root)
        .env(TO, root.join("home/keys/other.txt"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("strace");
    assert!(status.success() || status.signal() == Some(9), "{call} {when}: {status}");
    status.success()
}

#[test]
#[ignore = "run by killed_at_any_change_it_is_in_the_old_or_the_new_store"]
fn move_to_the_other_key() {
    let mut sys = sys_at(std::env::var_os(ROOT).unwrap().as_ref());
    let to = How::KeyFile(std::env::var_os(TO).unwrap().into());
    moving::carry_over(&mut sys, &to).unwrap().unwrap();
}

#[test]
fn a_store_that_was_opened_before_the_move_refuses_to_change() {
    let (mut machine, vault) = Machine::with_key_file();
    let id: RecordId = token_of("ada");
    vault.put(&mut machine.sys, &profile("acme"), &id, &entry("one")).unwrap();
    let present = stores::open(&machine.sys).unwrap();
    let other = other_key(&machine);
    moving::carry_over(&mut machine.sys, &other).unwrap().unwrap();
    // The vault itself knows no other place; the store of the user does.
    let refused = vault.put(&mut machine.sys, &profile("acme"), &id, &entry("lost"));
    assert!(matches!(refused, Err(StoreError::Moved)), "{refused:?}");
    assert!(present.put(&mut machine.sys, &profile("acme"), &id, &entry("two")).unwrap());
    let records = present.records(&machine.sys, &profile("acme")).unwrap();
    assert_eq!(secret_in_use(&records, &id).unwrap(), "two");
    assert_eq!(records.iter().filter(|r| r.state == State::Retired).count(), 1);
}
