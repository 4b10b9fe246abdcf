//! Who may read and write the files (SECURITY rule 30).

use crate::machine::{Machine, entry, profile, token_of};
use doorkey::stores::vault::Vault;
use doorkey::stores::{self, Store, StoreError};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn everything_is_private_in_any_umask() {
    for umask in ["000", "022", "077"] {
        // The umask belongs to the whole process, so each has one of its own.
        let this = std::env::current_exe().unwrap();
        let line =
            format!("umask {umask}; exec '{}' --exact --ignored guards::private_files", this.display());
        crate::machine::run("sh", &["-c", &line], b"").unwrap_or_else(|e| panic!("umask {umask}: {e}"));
    }
}

#[test]
#[ignore = "run by everything_is_private_in_any_umask"]
fn private_files() {
    let (mut machine, vault) = Machine::with_key_file();
    vault.put(&mut machine.sys, &profile("acme"), &token_of("ada"), &entry("one")).unwrap();
    for folder in ["state/vault", "state/vault/profiles", "state/vault/identities", "state/vault-counters"] {
        assert_eq!(mode(&machine.path(folder)), 0o700, "{folder}");
    }
    for (path, _) in machine.state() {
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), wanted, "{}", path.display());
    }
    assert_eq!(mode(&machine.key_file()), 0o600);
}

#[test]
fn what_others_may_write_is_refused() {
    let (mut machine, vault) = Machine::with_key_file();
    vault.put(&mut machine.sys, &profile("acme"), &token_of("ada"), &entry("one")).unwrap();
    let places = [
        machine.path("state"),
        machine.path("state/vault"),
        machine.path("state/vault/profiles"),
        machine.path("state/vault/identities"),
        machine.path("state/vault-counters"),
        machine.path("state/vault/store.toml"),
        machine.profile_file("acme"),
        machine.identity_file("acme"),
        machine.counter_file("acme"),
        machine.path("home/keys"),
        machine.key_file(),
    ];
    for place in places {
        let good = mode(&place);
        for open in [good | 0o020, good | 0o002] {
            set_mode(&place, open);
            let sys = machine.later();
            let refused = stores::open(&sys).and_then(|s| s.records(&sys, &profile("acme")));
            let refused = refused.and_then(|_| Vault::open(&sys)?.export_identity(&sys, &profile("acme")));
            assert!(
                matches!(refused, Err(StoreError::Unsafe { .. })),
                "{} gave {refused:?}",
                place.display()
            );
        }
        set_mode(&place, good);
    }
    let sys = machine.later();
    assert_eq!(stores::open(&sys).unwrap().records(&sys, &profile("acme")).unwrap().len(), 1);
}

#[test]
fn a_key_file_that_others_may_read_is_refused() {
    let (machine, _) = Machine::with_key_file();
    for open in [0o640, 0o604, 0o644] {
        set_mode(&machine.key_file(), open);
        assert!(matches!(Vault::open(&machine.sys), Err(StoreError::Unsafe { .. })));
    }
}

#[test]
fn a_link_to_a_key_file_in_an_open_folder_is_refused() {
    let mut machine = Machine::new();
    let open = machine.path("open");
    fs::create_dir_all(&open).unwrap();
    fs::create_dir_all(machine.path("home")).unwrap();
    let key = open.join("key");
    crate::machine::run("age-keygen", &["-o", key.to_str().unwrap()], b"").unwrap();
    let link = machine.path("home/key");
    symlink(&key, &link).unwrap();
    set_mode(&open, 0o777);
    let refused = Vault::init_with_key_file(&mut machine.sys, &link);
    assert!(matches!(refused, Err(StoreError::Unsafe { .. })), "{refused:?}");
    set_mode(&open, 0o700);
    Vault::init_with_key_file(&mut machine.sys, &link).unwrap();
}

#[test]
fn a_key_file_inside_doorkeys_folders_is_refused() {
    let mut machine = Machine::new();
    fs::create_dir_all(machine.path("state")).unwrap();
    symlink(machine.path("state"), machine.path("way-round")).unwrap();
    for place in ["state/key", "state/vault/key", "config/key", "state/new/key", "way-round/deep/key"] {
        let path = machine.path(place);
        let refused = Vault::init_with_key_file(&mut machine.sys, &path);
        assert!(matches!(refused, Err(StoreError::BadKeyFile { .. })), "{place} gave {refused:?}");
        assert!(!path.exists());
    }
    let refused = Vault::init_with_key_file(&mut machine.sys, Path::new("relative/key"));
    assert!(matches!(refused, Err(StoreError::BadKeyFile { .. })));
    assert!(stores::describe(&machine.sys).unwrap().is_none());
}

#[test]
fn a_file_that_is_no_key_is_refused_and_stays() {
    let mut machine = Machine::new();
    let good = String::from_utf8(crate::machine::run("age-keygen", &[], b"").unwrap()).unwrap();
    let line = good.lines().last().unwrap();
    let bad = [
        String::new(),
        "# only a comment\n".into(),
        "-----BEGIN OPENSSH PRIVATE KEY-----\n".into(),
        format!("{line}\n{line}\n"),
        line[..line.len() - 1].to_owned(),
        "\u{feff}".to_owned() + &good,
    ];
    for text in bad {
        let path = machine.path("key");
        fs::write(&path, &text).unwrap();
        set_mode(&path, 0o600);
        let refused = Vault::init_with_key_file(&mut machine.sys, &path);
        assert!(matches!(refused, Err(StoreError::BadKeyFile { .. })), "{text:?} gave {refused:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert!(stores::describe(&machine.sys).unwrap().is_none());
    }
}
