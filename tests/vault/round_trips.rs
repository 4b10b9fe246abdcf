//! What is put comes back; each change may be repeated; each can be undone.

use crate::machine::{Machine, entry, profile, secret_in_use, token_of, version_in_use};
use doorkey::secret::Secret;
use doorkey::stores::{self, Entry, How, State, Store, StoreError, StoreKind, in_use, last_retired};

#[test]
fn every_field_comes_back() {
    let (mut machine, vault) = Machine::with_key_file();
    let (acme, id) = (profile("acme"), token_of("ada"));
    // Quotes, backslashes, controls, other scripts, and bytes that are no UTF-8 at all.
    let secrets: [&[u8]; 6] = [
        b"ghp_plain",
        b"with \"quotes\" and \\",
        b"tab\tline\n",
        "pässwörd 密".as_bytes(),
        b"\xff\x00\xfe",
        b"",
    ];
    for secret in secrets {
        let put = Entry {
            secret: Secret::copy_of(secret),
            expires: Some(1_800_000_000),
            note: Some("for \"CI\" \\ \u{1f511}".into()),
            password_expiry_utc: Some(-1),
            oauth_refresh_token: Some(Secret::copy_of(b"refresh \"x\"")),
        };
        assert!(vault.put(&mut machine.sys, &acme, &id, &put).unwrap());
        let records = stores::open(&machine.later()).unwrap().records(&machine.later(), &acme).unwrap();
        let found = in_use(&records, &id).unwrap();
        assert_eq!(found.entry.secret.expose(), secret);
        assert!(found.entry.same_as(&put), "{found:?}");
        assert_eq!(found.state, State::Active);
        assert!((machine.sys.now() - found.added).abs() < 10);
    }
    assert_eq!(vault.records(&machine.sys, &acme).unwrap().len(), secrets.len());
}

#[test]
fn a_second_put_of_the_same_writes_nothing() {
    let (mut machine, vault) = Machine::with_key_file();
    let (acme, id) = (profile("acme"), token_of("ada"));
    assert!(vault.put(&mut machine.sys, &acme, &id, &entry("one")).unwrap());
    let before = machine.state();
    assert!(!vault.put(&mut machine.sys, &acme, &id, &entry("one")).unwrap());
    assert!(!vault.clear_suspect(&mut machine.sys, &acme, &id).unwrap());
    assert!(!vault.mark_suspect(&mut machine.sys, &acme, &id, &Secret::copy_of(b"other")).unwrap());
    assert!(!vault.retire(&mut machine.sys, &acme, &token_of("nobody")).unwrap());
    assert_eq!(machine.state(), before);
}

#[test]
fn reading_writes_nothing() {
    let (mut machine, vault) = Machine::with_key_file();
    vault.put(&mut machine.sys, &profile("acme"), &token_of("ada"), &entry("one")).unwrap();
    let before = machine.state();
    let sys = machine.later();
    stores::open(&sys).unwrap().records(&sys, &profile("acme")).unwrap();
    stores::open(&sys).unwrap().records(&sys, &profile("never-seen")).unwrap();
    assert!(stores::describe(&sys).unwrap().is_some());
    assert_eq!(machine.state(), before);
}

#[test]
fn a_new_value_retires_the_old_one_and_restore_swaps_them_back() {
    let (mut machine, vault) = Machine::with_key_file();
    let sys = &mut machine.sys;
    let (acme, id) = (profile("acme"), token_of("ada"));
    vault.put(sys, &acme, &id, &entry("one")).unwrap();
    let first = version_in_use(&vault, sys, &acme, &id);
    vault.put(sys, &acme, &id, &entry("two")).unwrap();
    let second = version_in_use(&vault, sys, &acme, &id);
    assert!(second > first);
    let records = vault.records(sys, &acme).unwrap();
    assert_eq!(secret_in_use(&records, &id).unwrap(), "two");
    assert_eq!(last_retired(&records, &id).unwrap().entry.secret.expose(), b"one");

    // The undo, twice, as after a crash; then the undo of the undo.
    assert!(vault.restore(sys, &acme, &id, first).unwrap());
    assert!(!vault.restore(sys, &acme, &id, first).unwrap());
    assert_eq!(secret_in_use(&vault.records(sys, &acme).unwrap(), &id).unwrap(), "one");
    assert!(vault.restore(sys, &acme, &id, second).unwrap());
    assert_eq!(secret_in_use(&vault.records(sys, &acme).unwrap(), &id).unwrap(), "two");
    assert!(matches!(vault.restore(sys, &acme, &id, 99), Err(StoreError::NoSuchVersion { version: 99 })));
}

#[test]
fn the_undo_of_a_put_that_never_happened_changes_nothing() {
    let (mut machine, vault) = Machine::with_key_file();
    let (acme, id) = (profile("acme"), token_of("ada"));
    for value in ["zero", "one"] {
        vault.put(&mut machine.sys, &acme, &id, &entry(value)).unwrap();
    }
    let before = machine.state();
    let version = version_in_use(&vault, &machine.sys, &acme, &id);
    assert!(!vault.restore(&mut machine.sys, &acme, &id, version).unwrap());
    assert_eq!(machine.state(), before);
}

#[test]
fn retire_and_restore() {
    let (mut machine, vault) = Machine::with_key_file();
    let sys = &mut machine.sys;
    let (acme, id) = (profile("acme"), token_of("ada"));
    vault.put(sys, &acme, &id, &entry("one")).unwrap();
    vault.put(sys, &acme, &token_of("bob"), &entry("bob's")).unwrap();
    let version = version_in_use(&vault, sys, &acme, &id);
    assert!(vault.retire(sys, &acme, &id).unwrap());
    assert!(!vault.retire(sys, &acme, &id).unwrap());
    let records = vault.records(sys, &acme).unwrap();
    assert!(in_use(&records, &id).is_none());
    assert_eq!(secret_in_use(&records, &token_of("bob")).unwrap(), "bob's");
    assert!(vault.restore(sys, &acme, &id, version).unwrap());
    assert_eq!(secret_in_use(&vault.records(sys, &acme).unwrap(), &id).unwrap(), "one");
    assert!(vault.retire_all(sys, &acme).unwrap());
    assert!(!vault.retire_all(sys, &acme).unwrap());
    assert!(vault.records(sys, &acme).unwrap().iter().all(|r| r.state == State::Retired));
}

#[test]
fn a_refused_value_is_suspect_until_it_was_tested() {
    let (mut machine, vault) = Machine::with_key_file();
    let sys = &mut machine.sys;
    let (acme, id) = (profile("acme"), token_of("ada"));
    vault.put(sys, &acme, &id, &entry("one")).unwrap();
    let state = |sys: &_| in_use(&vault.records(sys, &acme).unwrap(), &id).unwrap().state;
    assert!(!vault.mark_suspect(sys, &acme, &id, &Secret::copy_of(b"on")).unwrap());
    assert_eq!(state(sys), State::Active);
    assert!(vault.mark_suspect(sys, &acme, &id, &Secret::copy_of(b"one")).unwrap());
    assert!(!vault.mark_suspect(sys, &acme, &id, &Secret::copy_of(b"one")).unwrap());
    assert_eq!(state(sys), State::Suspect);
    assert!(vault.clear_suspect(sys, &acme, &id).unwrap());
    assert_eq!(state(sys), State::Active);
    vault.mark_suspect(sys, &acme, &id, &Secret::copy_of(b"one")).unwrap();
    assert!(vault.put(sys, &acme, &id, &entry("one")).unwrap());
    assert_eq!(state(sys), State::Active);
    assert_eq!(vault.records(sys, &acme).unwrap().len(), 1);
}

#[test]
fn profiles_with_awkward_names_do_not_meet() {
    let (mut machine, vault) = Machine::with_key_file();
    for name in ["acme", "acme.identity", "master", "store", "profiles", "lock"] {
        vault.put(&mut machine.sys, &profile(name), &token_of("ada"), &entry(name)).unwrap();
    }
    for name in ["acme", "acme.identity", "master", "store", "profiles", "lock"] {
        let records = vault.records(&machine.sys, &profile(name)).unwrap();
        assert_eq!(secret_in_use(&records, &token_of("ada")).unwrap(), name);
    }
}

#[test]
fn an_erased_profile_leaves_nothing_and_may_begin_again() {
    let (mut machine, vault) = Machine::with_key_file();
    let sys = &mut machine.sys;
    let before = files(&machine.root);
    vault.put(sys, &profile("acme"), &token_of("ada"), &entry("one")).unwrap();
    vault.erase_profile(sys, &profile("acme")).unwrap();
    vault.erase_profile(sys, &profile("acme")).unwrap();
    assert_eq!(files(&machine.root), before);
    assert!(vault.records(sys, &profile("acme")).unwrap().is_empty());
    assert!(vault.put(sys, &profile("acme"), &token_of("ada"), &entry("two")).unwrap());
}

fn files(root: &tempfile::TempDir) -> Vec<String> {
    let found = crate::machine::run("find", &[root.path().to_str().unwrap(), "-type", "f"], b"").unwrap();
    let mut lines: Vec<String> = String::from_utf8(found).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn one_store_only() {
    let mut machine = Machine::new();
    assert!(stores::describe(&machine.sys).unwrap().is_none());
    assert!(matches!(stores::open(&machine.sys), Err(StoreError::NoStore)));
    let key = machine.key_file();
    let store = stores::init(&mut machine.sys, How::KeyFile(key.clone())).unwrap();
    assert_eq!(*store.kind(), StoreKind::KeyFile { path: key.clone() });
    assert_eq!(stores::describe(&machine.sys).unwrap(), Some(StoreKind::KeyFile { path: key.clone() }));
    let again = stores::init(&mut machine.sys, How::KeyFile(key));
    assert!(matches!(again, Err(StoreError::Exists { .. })), "{again:?}");
}

#[test]
fn a_hundred_writers_lose_nothing() {
    let (machine, _) = Machine::with_key_file();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let machine = &machine;
            scope.spawn(move || {
                let mut sys = machine.later();
                for number in 0..25 {
                    let id = token_of(&format!("user-{writer}-{number}"));
                    let vault = stores::open(&sys).unwrap();
                    vault.put(&mut sys, &profile("acme"), &id, &entry("x")).unwrap();
                }
            });
        }
        for _ in 0..2 {
            let machine = &machine;
            scope.spawn(move || {
                let sys = machine.later();
                let vault = stores::open(&sys).unwrap();
                for _ in 0..50 {
                    vault.records(&sys, &profile("acme")).unwrap();
                }
            });
        }
    });
    let sys = machine.later();
    assert_eq!(stores::open(&sys).unwrap().records(&sys, &profile("acme")).unwrap().len(), 100);
}
