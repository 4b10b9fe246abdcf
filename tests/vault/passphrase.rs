//! The vault with a passphrase: locked, unlocked, damaged. Each scrypt costs about a second, so these tests are few.

use crate::machine::{Machine, entry, profile, secret_in_use, token_of};
use doorkey::secret::Secret;
use doorkey::stores::vault::{Access, Vault};
use doorkey::stores::{self, How, Store, StoreError, StoreKind};
use std::fs;
use std::time::Duration;

fn passphrase(text: &str) -> Secret {
    Secret::copy_of(text.as_bytes())
}

fn master_file(machine: &Machine) -> std::path::PathBuf {
    machine.path("state/vault/master.age")
}

#[test]
fn locked_until_unlocked_until_locked() {
    let mut machine = Machine::new();
    let right = passphrase("correct horse ünïcode");
    let store = stores::init(&mut machine.sys, How::Passphrase(right.clone())).unwrap();
    assert_eq!(*store.kind(), StoreKind::Passphrase);
    // What init gave is open; nobody else is let in.
    store.put(&mut machine.sys, &profile("acme"), &token_of("ada"), &entry("one")).unwrap();
    assert!(matches!(stores::open(&machine.later()), Err(StoreError::Locked)));
    assert_eq!(Vault::access(&machine.later()).unwrap(), Access::Locked);
    let sealed = machine.state();

    let wrong = Vault::unlock(&mut machine.sys, &passphrase("wrong"), Duration::from_secs(60));
    assert!(matches!(wrong, Err(StoreError::WrongPassphrase { .. })), "{wrong:?}");
    assert!(matches!(stores::open(&machine.later()), Err(StoreError::Locked)));

    let vault = Vault::unlock(&mut machine.sys, &right, Duration::from_secs(60)).unwrap();
    let sys = machine.later();
    let records = stores::open(&sys).unwrap().records(&sys, &profile("acme")).unwrap();
    assert_eq!(secret_in_use(&records, &token_of("ada")).unwrap(), "one");
    let Access::Unlocked { until } = Vault::access(&sys).unwrap() else { panic!("not unlocked") };
    assert!((until - sys.now() - 60).abs() < 5);
    assert_eq!(machine.state(), sealed, "unlocking wrote to the vault");

    assert!(Vault::lock(&mut machine.sys).unwrap());
    assert!(!Vault::lock(&mut machine.sys).unwrap());
    assert!(matches!(stores::open(&machine.later()), Err(StoreError::Locked)));

    vault.keep_unlocked(&mut machine.sys, Duration::from_secs(1)).unwrap();
    assert!(stores::open(&machine.later()).is_ok());
    std::thread::sleep(Duration::from_millis(1_300));
    assert!(matches!(stores::open(&machine.later()), Err(StoreError::Locked)));
    assert_eq!(Vault::access(&machine.later()).unwrap(), Access::Locked);
}

#[test]
fn a_changed_passphrase_and_the_stock_age() {
    let mut machine = Machine::new();
    let (old, new) = (passphrase("old one"), passphrase("new one"));
    let vault = Vault::init_with_passphrase(&mut machine.sys, &old).unwrap();
    vault.put(&mut machine.sys, &profile("acme"), &token_of("ada"), &entry("one")).unwrap();
    let before = fs::read(master_file(&machine)).unwrap();
    let refused = Vault::change_passphrase(&mut machine.sys, &passphrase("wrong"), &new);
    assert!(matches!(refused, Err(StoreError::WrongPassphrase { .. })));
    assert_eq!(fs::read(master_file(&machine)).unwrap(), before);

    Vault::change_passphrase(&mut machine.sys, &old, &new).unwrap();
    let refused = Vault::open_with_passphrase(&machine.sys, &old);
    assert!(matches!(refused, Err(StoreError::WrongPassphrase { .. })));

    // The stock age opens the master with the new one, the master a profile's identity, that its records.
    let key = machine.path("master.txt");
    let line = format!("age -d -o {} {}", key.display(), master_file(&machine).display());
    let mut age = rexpect::spawn(&line, Some(20_000)).unwrap();
    age.exp_string("passphrase").unwrap();
    age.send_line("new one").unwrap();
    age.exp_eof().unwrap();
    let open = |key: &std::path::Path, file: std::path::PathBuf| {
        crate::machine::run("age", &["-d", "-i", key.to_str().unwrap(), file.to_str().unwrap()], b"").unwrap()
    };
    let identity = machine.path("acme.txt");
    fs::write(&identity, open(&key, machine.identity_file("acme"))).unwrap();
    let json = String::from_utf8(open(&identity, machine.profile_file("acme"))).unwrap();
    assert!(json.contains("\"secret\":\"one\""), "{json}");
}

#[test]
fn a_damaged_master_is_told_from_a_wrong_passphrase() {
    let mut machine = Machine::new();
    let right = passphrase("right");
    Vault::init_with_passphrase(&mut machine.sys, &right).unwrap();
    let path = master_file(&machine);
    let good = fs::read(&path).unwrap();
    let text = String::from_utf8_lossy(&good).into_owned();
    let stanza = text.lines().nth(1).unwrap();
    let open = |machine: &Machine| Vault::open_with_passphrase(&machine.sys, &right).map(|_| ());

    // Refused by what the header says, before any work.
    for factor in ["1", "17", "21", "63", "64", "255"] {
        let other = stanza.replace(" 18", &format!(" {factor}"));
        fs::write(&path, replaced(&good, stanza, &other)).unwrap();
        let refused = open(&machine);
        assert!(matches!(refused, Err(StoreError::WorkFactor { .. })), "{factor} gave {refused:?}");
    }
    for length in [0, 1, 20, 22, 40, 60, 100, 140, 180] {
        fs::write(&path, &good[..length]).unwrap();
        let refused = open(&machine);
        assert!(matches!(refused, Err(StoreError::Damaged { .. })), "{length} gave {refused:?}");
    }
    for other in
        [stanza.replace(" 18", " 256"), stanza.replace(" 18", ""), "-> X25519 AAAA".into(), String::new()]
    {
        fs::write(&path, replaced(&good, stanza, &other)).unwrap();
        assert!(matches!(open(&machine), Err(StoreError::Damaged { .. })), "{other}");
    }

    // Past the key derivation: the text inside is proved by its own tag; the wrapped key is not told from a passphrase.
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    fs::write(&path, &bad).unwrap();
    assert!(matches!(open(&machine), Err(StoreError::Damaged { .. })));
    let salt = stanza.split(' ').nth(2).unwrap();
    let other = if salt.starts_with('A') { 'B' } else { 'A' };
    fs::write(&path, replaced(&good, salt, &format!("{other}{}", &salt[1..]))).unwrap();
    assert!(matches!(open(&machine), Err(StoreError::WrongPassphrase { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(open(&machine), Err(StoreError::Damaged { .. })));
    assert!(matches!(stores::open(&machine.sys), Err(StoreError::Locked)));
}

fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|w| w == old.as_bytes()).unwrap();
    [&bytes[..at], new.as_bytes(), &bytes[at + old.len()..]].concat()
}

#[test]
fn what_cannot_be_a_passphrase_makes_no_vault() {
    let mut machine = Machine::new();
    for bad in [&b""[..], b"\xff\xfe"] {
        let refused = Vault::init_with_passphrase(&mut machine.sys, &Secret::copy_of(bad));
        assert!(matches!(refused, Err(StoreError::BadPassphrase { .. })));
    }
    assert!(!machine.path("state").exists());
}

#[test]
fn a_key_file_is_never_cached() {
    let (mut machine, vault) = Machine::with_key_file();
    let minute = Duration::from_secs(60);
    assert_eq!(Vault::access(&machine.sys).unwrap(), Access::KeyFile);
    let refusals = [
        vault.keep_unlocked(&mut machine.sys, minute).map(|_| ()),
        Vault::unlock(&mut machine.sys, &passphrase("x"), minute).map(|_| ()),
        Vault::change_passphrase(&mut machine.sys, &passphrase("x"), &passphrase("y")),
        Vault::lock(&mut machine.sys).map(|_| ()),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Err(StoreError::OtherKind { .. })), "{refusal:?}");
    }
    let recipient = fs::read_to_string(machine.path("state/vault/store.toml")).unwrap();
    let recipient = recipient.split("recipient = \"").nth(1).unwrap().split('"').next().unwrap();
    assert!(recipient.starts_with("age1"));
    assert!(!fs::read_to_string("/proc/keys").unwrap().contains(recipient));
}
