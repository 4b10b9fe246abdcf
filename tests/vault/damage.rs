//! Damage of every kind: never a wrong secret, never a panic, never a silent loss.

use crate::machine::{Machine, entry, profile, secret_in_use, token_of};
use doorkey::stores::vault::Vault;
use doorkey::stores::{self, Store, StoreError, in_use};
use std::fs;
use std::path::PathBuf;

/// A vault with one profile and what each of its files holds.
fn small_vault() -> (Machine, Vec<(PathBuf, Vec<u8>)>) {
    let (mut machine, vault) = Machine::with_key_file();
    vault.put(&mut machine.sys, &profile("acme"), &token_of("ada"), &entry("ghp_secret")).unwrap();
    let files = [
        machine.profile_file("acme"),
        machine.identity_file("acme"),
        machine.counter_file("acme"),
        machine.path("state/vault/store.toml"),
        machine.key_file(),
    ]
    .map(|path| (path.clone(), fs::read(&path).unwrap()))
    .to_vec();
    (machine, files)
}

/// What a fresh process reads: the true secret, or an error.
fn read(machine: &Machine) -> Result<Option<String>, StoreError> {
    let sys = machine.later();
    let records = stores::open(&sys)?.records(&sys, &profile("acme"))?;
    // What git is answered with needs no identity of the profile; whoever exports or writes does.
    Vault::open(&sys)?.export_identity(&sys, &profile("acme"))?;
    Ok(secret_in_use(&records, &token_of("ada")))
}

/// Flips every bit of these files, one at a time.
fn flip_every_bit(machine: &Machine, files: &[(PathBuf, Vec<u8>)]) -> usize {
    let mut tried = 0;
    for (path, good) in files {
        let sealed = path.extension().is_some_and(|e| e == "age");
        for place in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[place / 8] ^= 1 << (place % 8);
            fs::write(path, &bad).unwrap();
            tried += 1;
            match read(machine) {
                // Comments and spaces may change without harm, and a lower counter is only a weaker memory.
                Ok(Some(secret)) => {
                    assert_eq!(secret, "ghp_secret", "{} bit {place}", path.display());
                    assert!(!sealed, "{} bit {place} is not noticed", path.display());
                }
                Ok(None) => panic!("{} bit {place}: the record is silently gone", path.display()),
                Err(_) => {}
            }
        }
        fs::write(path, good).unwrap();
    }
    assert_eq!(read(machine).unwrap().unwrap(), "ghp_secret");
    tried
}

#[test]
fn a_flipped_bit_anywhere_never_gives_a_wrong_secret() {
    let (machine, files) = small_vault();
    let tried = flip_every_bit(&machine, &files);
    assert!(tried > 10_000, "only {tried} bits");
}

#[test]
fn a_flipped_bit_in_a_vault_that_moved_never_leads_to_an_empty_one() {
    let (mut machine, _) = small_vault();
    let other = stores::How::KeyFile(machine.path("home/keys/other.txt"));
    stores::moving::carry_over(&mut machine.sys, &other).unwrap().unwrap();
    let is_small =
        |path: &PathBuf| path.ends_with("store.toml") || path.parent().unwrap().ends_with("profiles");
    let in_force = |path: &PathBuf| !path.starts_with(machine.path("state/vault-counters"));
    let files: Vec<(PathBuf, Vec<u8>)> = machine
        .state()
        .into_iter()
        .filter(|(path, (bytes, ..))| {
            !bytes.is_empty() && in_force(path) && (is_small(path) || path.ends_with("acme"))
        })
        .map(|(path, (bytes, ..))| (path, bytes))
        .collect();
    assert_eq!(files.len(), 3, "settings, records, number: {files:?}");
    let tried = flip_every_bit(&machine, &files);
    assert!(tried > 5_000, "only {tried} bits");
}

#[test]
fn a_file_cut_short_is_refused() {
    let (machine, files) = small_vault();
    for (path, good) in &files {
        for length in 0..good.len() {
            fs::write(path, &good[..length]).unwrap();
            match read(&machine) {
                Ok(found) => assert_eq!(found.unwrap(), "ghp_secret", "{} at {length}", path.display()),
                Err(StoreError::Locked) => panic!("{} at {length}", path.display()),
                Err(_) => {}
            }
            if path.extension().is_some_and(|e| e == "age") {
                assert!(
                    matches!(read(&machine), Err(StoreError::Damaged { .. })),
                    "{} at {length}",
                    path.display()
                );
            }
        }
        fs::write(path, good).unwrap();
    }
    assert_eq!(read(&machine).unwrap().unwrap(), "ghp_secret");
}

#[test]
fn bytes_after_the_end_are_refused() {
    let (machine, files) = small_vault();
    for (path, good) in files.iter().filter(|(p, _)| p.extension().is_some_and(|e| e == "age")) {
        for more in [&b"\0"[..], b"\n", good] {
            fs::write(path, [good, more].concat()).unwrap();
            assert!(matches!(read(&machine), Err(StoreError::Damaged { .. })), "{}", path.display());
        }
        fs::write(path, good).unwrap();
    }
}

#[test]
fn a_missing_file_is_an_error_and_not_an_empty_vault() {
    for missing in 0..2 {
        let (machine, files) = small_vault();
        fs::remove_file(&files[missing].0).unwrap();
        let mut sys = machine.later();
        assert!(read(&machine).is_err(), "{}", files[missing].0.display());
        let store = stores::open(&sys).unwrap();
        let put = store.put(&mut sys, &profile("acme"), &token_of("ada"), &entry("new"));
        // A lost identity is made anew with the next change; lost records are an alarm.
        assert_eq!(put.is_err(), missing == 0, "{put:?}");
    }
    let (machine, files) = small_vault();
    fs::remove_file(&files[3].0).unwrap();
    let mut sys = machine.later();
    assert!(matches!(stores::open(&sys), Err(StoreError::NoStore)));
    let again = stores::init(&mut sys, stores::How::KeyFile(machine.key_file()));
    assert!(matches!(again, Err(StoreError::Damaged { .. })), "{again:?}");
    let (machine, files) = small_vault();
    fs::remove_file(&files[4].0).unwrap();
    assert!(matches!(read(&machine), Err(StoreError::BadKeyFile { .. })));
}

#[test]
fn another_key_file_is_told_from_damage() {
    let (machine, _) = small_vault();
    let (other, _) = small_vault();
    fs::copy(other.key_file(), machine.key_file()).unwrap();
    assert!(matches!(read(&machine), Err(StoreError::WrongKeyFile { .. })));
}

#[test]
fn an_older_file_is_refused_until_it_is_accepted() {
    let (mut machine, vault) = Machine::with_key_file();
    let (acme, id) = (profile("acme"), token_of("ada"));
    vault.put(&mut machine.sys, &acme, &id, &entry("old")).unwrap();
    let old = fs::read(machine.profile_file("acme")).unwrap();
    vault.put(&mut machine.sys, &acme, &id, &entry("new")).unwrap();
    let new = fs::read(machine.profile_file("acme")).unwrap();
    fs::write(machine.profile_file("acme"), &old).unwrap();

    let refused = vault.records(&machine.sys, &acme);
    assert!(matches!(refused, Err(StoreError::Rollback { found: 1, known: 2, .. })), "{refused:?}");
    assert!(vault.put(&mut machine.sys, &acme, &id, &entry("x")).is_err());
    assert_eq!(fs::read(machine.profile_file("acme")).unwrap(), old);

    vault.accept_as_is(&mut machine.sys, &acme).unwrap();
    assert_eq!(read(&machine).unwrap().unwrap(), "old");
    vault.put(&mut machine.sys, &acme, &id, &entry("newer")).unwrap();
    assert_eq!(read(&machine).unwrap().unwrap(), "newer");
    // The past that was given up does not come back as something new.
    let newer = fs::read(machine.profile_file("acme")).unwrap();
    fs::write(machine.profile_file("acme"), &new).unwrap();
    assert!(matches!(read(&machine), Err(StoreError::Rollback { found: 2, known: 3, .. })));
    // A fork: another file with the same number as the last one.
    fs::write(machine.profile_file("acme"), &newer).unwrap();
    fs::write(machine.counter_file("acme"), format!("3 {}\n", "0".repeat(64))).unwrap();
    assert!(matches!(read(&machine), Err(StoreError::Rollback { found: 3, known: 3, .. })));
    // A number that leaves no next one.
    vault.accept_as_is(&mut machine.sys, &acme).unwrap();
    let known = fs::read_to_string(machine.counter_file("acme")).unwrap();
    fs::write(machine.counter_file("acme"), known.replacen('3', &u64::MAX.to_string(), 1)).unwrap();
    assert_eq!(read(&machine).unwrap().unwrap(), "newer");
    assert!(matches!(vault.put(&mut machine.sys, &acme, &id, &entry("x")), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_lost_file_can_be_accepted_as_empty() {
    let (mut machine, files) = small_vault();
    fs::remove_file(&files[0].0).unwrap();
    let vault = Vault::open(&machine.sys).unwrap();
    assert!(matches!(
        vault.records(&machine.sys, &profile("acme")),
        Err(StoreError::Rollback { found: 0, .. })
    ));
    vault.accept_as_is(&mut machine.sys, &profile("acme")).unwrap();
    assert!(vault.records(&machine.sys, &profile("acme")).unwrap().is_empty());
    let before = machine.state();
    vault.accept_as_is(&mut machine.sys, &profile("acme")).unwrap();
    assert_eq!(machine.state(), before);
    // The lost file does not come back as something new, neither before nor after the next one was written.
    for _ in 0..2 {
        let path = machine.profile_file("acme");
        let present = fs::read(&path).ok();
        fs::write(&path, &files[0].1).unwrap();
        assert!(matches!(read(&machine), Err(StoreError::Rollback { found: 1, .. })));
        fs::remove_file(&path).unwrap();
        if let Some(present) = present {
            fs::write(&path, present).unwrap();
        }
        vault.put(&mut machine.sys, &profile("acme"), &token_of("ada"), &entry("new")).unwrap();
    }
    assert_eq!(read(&machine).unwrap().unwrap(), "new");
}

#[test]
fn a_run_killed_between_file_and_number_is_finished_by_the_next() {
    let (mut machine, vault) = Machine::with_key_file();
    let (acme, id) = (profile("acme"), token_of("ada"));
    vault.put(&mut machine.sys, &acme, &id, &entry("one")).unwrap();
    let number = fs::read(machine.counter_file("acme")).unwrap();
    vault.put(&mut machine.sys, &acme, &id, &entry("two")).unwrap();
    let finished = machine.state();
    let counter = fs::read(machine.counter_file("acme")).unwrap();
    fs::write(machine.counter_file("acme"), number).unwrap();

    assert_eq!(read(&machine).unwrap().unwrap(), "two");
    assert!(!vault.put(&mut machine.sys, &acme, &id, &entry("two")).unwrap());
    assert_eq!(fs::read(machine.counter_file("acme")).unwrap(), counter);
    let path = machine.profile_file("acme");
    assert_eq!(machine.state()[&path], finished[&path]);
    assert_eq!(in_use(&vault.records(&machine.sys, &acme).unwrap(), &id).unwrap().version, 2);
}

#[test]
fn no_secret_shows_in_errors_or_debug_forms() {
    let (mut machine, vault) = Machine::with_key_file();
    let (acme, id) = (profile("acme"), token_of("ada"));
    vault.put(&mut machine.sys, &acme, &id, &entry("ghp_canary_0123456789")).unwrap();
    let key = fs::read_to_string(machine.key_file()).unwrap();
    let key = key.lines().last().unwrap();
    let shown = format!("{vault:?} {:?}", vault.records(&machine.sys, &acme).unwrap());
    assert!(!shown.contains("ghp_canary") && !shown.contains(key), "{shown}");
    for (path, (bytes, ..)) in machine.state() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("canary") && !text.contains(key), "{}", path.display());
    }
}
