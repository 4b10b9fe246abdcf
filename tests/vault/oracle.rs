//! The stock `age` and `age-keygen` agree with us, both ways.

use crate::machine::{Machine, entry, profile, run, secret_in_use, token_of};
use doorkey::stores::vault::Vault;
use doorkey::stores::{self, Store, StoreError};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The exported identity in a file, for `age -i`.
fn export(machine: &Machine, vault: &Vault, name: &str) -> std::path::PathBuf {
    let path = machine.path(&format!("{name}.txt"));
    fs::write(&path, vault.export_identity(&machine.sys, &profile(name)).unwrap().expose()).unwrap();
    path
}

#[test]
fn stock_age_opens_a_profile_with_its_exported_identity_and_no_other() {
    let (mut machine, vault) = Machine::with_key_file();
    vault.put(&mut machine.sys, &profile("acme"), &token_of("ada"), &entry("ghp_\"quoted\"")).unwrap();
    vault.put(&mut machine.sys, &profile("beta"), &token_of("ada"), &entry("ghp_beta")).unwrap();
    let (acme, beta) = (export(&machine, &vault, "acme"), export(&machine, &vault, "beta"));

    let plain = run("age", &["-d", "-i", text(&beta), text(&machine.profile_file("beta"))], b"").unwrap();
    let json: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(json["schema"], "doorkey/vault/v1");
    assert_eq!(json["profile"], "beta");
    assert_eq!(json["counter"], 1);
    assert_eq!(json["records"][0]["secret"], "ghp_beta");
    assert_eq!(json["records"][0]["state"], "active");
    assert_eq!(json["mac"].as_str().unwrap().len(), 64);

    let plain = run("age", &["-d", "-i", text(&acme), text(&machine.profile_file("acme"))], b"").unwrap();
    let json: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(json["records"][0]["secret"]["base64"], "Z2hwXyJxdW90ZWQi");

    let refused = run("age", &["-d", "-i", text(&acme), text(&machine.profile_file("beta"))], b"");
    assert!(refused.unwrap_err().contains("no identity matched"));
    // The master opens everything: with the key file alone, the stock program gets all of it back.
    let key = machine.key_file();
    let whole = run("age", &["-d", "-i", text(&key), text(&machine.profile_file("acme"))], b"").unwrap();
    assert_eq!(whole, plain);
    let identity = run("age", &["-d", "-i", text(&key), text(&machine.identity_file("acme"))], b"").unwrap();
    assert_eq!(identity, fs::read(&acme).unwrap());
}

#[test]
fn age_keygen_names_the_recipient_that_we_name() {
    let (machine, _) = Machine::with_key_file();
    let key = fs::read_to_string(machine.key_file()).unwrap();
    let recipient =
        String::from_utf8(run("age-keygen", &["-y", text(&machine.key_file())], b"").unwrap()).unwrap();
    assert!(key.contains(&format!("# public key: {}\n", recipient.trim())), "{recipient}");
    let settings = fs::read_to_string(machine.path("state/vault/store.toml")).unwrap();
    assert!(settings.contains(&format!("recipient = \"{}\"", recipient.trim())), "{settings}");
}

#[test]
fn a_key_of_age_keygen_serves() {
    let mut machine = Machine::new();
    let key = machine.path("mine.txt");
    run("age-keygen", &["-o", text(&key)], b"").unwrap();
    let made = fs::read(&key).unwrap();
    let vault = Vault::init_with_key_file(&mut machine.sys, &key).unwrap();
    vault.put(&mut machine.sys, &profile("acme"), &token_of("ada"), &entry("one")).unwrap();
    let sys = machine.later();
    let records = stores::open(&sys).unwrap().records(&sys, &profile("acme")).unwrap();
    assert_eq!(secret_in_use(&records, &token_of("ada")).unwrap(), "one");
    assert_eq!(fs::read(&key).unwrap(), made);
}

/// Seals `plain` for the recipient of an identity file by the stock `age`, into the place of a profile's records.
fn forge(machine: &Machine, identity: &Path, name: &str, plain: &[u8]) {
    let recipient = String::from_utf8(run("age-keygen", &["-y", text(identity)], b"").unwrap()).unwrap();
    let sealed = run("age", &["-r", recipient.trim()], plain).unwrap();
    fs::write(machine.profile_file(name), sealed).unwrap();
}

#[test]
fn a_forged_file_is_refused() {
    let (mut machine, vault) = Machine::with_key_file();
    let acme = profile("acme");
    vault.put(&mut machine.sys, &acme, &token_of("ada"), &entry("one")).unwrap();
    let identity = export(&machine, &vault, "acme");
    let plain = run("age", &["-d", "-i", text(&identity), text(&machine.profile_file("acme"))], b"").unwrap();
    let plain = String::from_utf8(plain).unwrap();

    // The true text sealed anew by age is still ours, but no longer the file that we wrote.
    forge(&machine, &identity, "acme", plain.as_bytes());
    assert!(matches!(
        vault.records(&machine.sys, &acme),
        Err(StoreError::Rollback { found: 1, known: 1, .. })
    ));
    vault.accept_as_is(&mut machine.sys, &acme).unwrap();
    assert_eq!(vault.records(&machine.sys, &acme).unwrap().len(), 1);

    let without_mac = format!("{}}}", plain.split(",\"mac\"").next().unwrap());
    let forgeries = [
        plain.replace("\"one\"", "\"eno\""),
        plain.replace("\"counter\":1", "\"counter\":2"),
        plain.replace("github.com", "evil.example"),
        plain.replace("\"active\"", "\"retired\""),
        plain.replace("\"mac\":\"", "\"mac\":\"\",\"mac\":\""),
        plain.replacen('{', "{ ", 1),
        format!("{plain}\n"),
        without_mac,
        String::new(),
        "{}".into(),
        "[".repeat(100_000),
    ];
    for forgery in forgeries {
        forge(&machine, &identity, "acme", forgery.as_bytes());
        let refused = vault.records(&machine.sys, &acme);
        assert!(matches!(refused, Err(StoreError::NotOurs { .. })), "{forgery:.80} gave {refused:?}");
        assert!(vault.accept_as_is(&mut machine.sys, &acme).is_err());
        assert!(vault.put(&mut machine.sys, &acme, &token_of("ada"), &entry("new")).is_err());
    }
    forge(&machine, &identity, "acme", plain.replace("vault/v1", "vault/v2").as_bytes());
    assert!(matches!(vault.records(&machine.sys, &acme), Err(StoreError::Newer { .. })));
}

#[test]
fn two_records_that_changed_places_are_refused() {
    let (mut machine, vault) = Machine::with_key_file();
    let acme = profile("acme");
    for user in ["ada", "bob"] {
        vault.put(&mut machine.sys, &acme, &token_of(user), &entry(&format!("secret of {user}"))).unwrap();
    }
    let identity = export(&machine, &vault, "acme");
    let plain = run("age", &["-d", "-i", text(&identity), text(&machine.profile_file("acme"))], b"").unwrap();
    let plain = String::from_utf8(plain).unwrap();
    let exchanged = |a: &str, b: &str| plain.replace(a, "\0").replace(b, a).replace('\0', b);
    let records = plain.split("\"records\":[").nth(1).unwrap().split(']').next().unwrap();
    let (first, second) = records.split_once("},{").unwrap();
    let turned = plain.replace(records, &format!("{{{}}},{{{}}}", &second[..second.len() - 1], &first[1..]));
    assert_eq!(turned.len(), plain.len());
    for forgery in [exchanged("secret of ada", "secret of bob"), exchanged("\"ada\"", "\"bob\""), turned] {
        assert_ne!(forgery, plain);
        forge(&machine, &identity, "acme", forgery.as_bytes());
        let refused = vault.records(&machine.sys, &acme);
        assert!(matches!(refused, Err(StoreError::NotOurs { .. })), "{forgery} gave {refused:?}");
    }
}

#[test]
fn another_profiles_files_under_this_name_are_refused() {
    let (mut machine, vault) = Machine::with_key_file();
    for name in ["acme", "beta"] {
        vault.put(&mut machine.sys, &profile(name), &token_of("ada"), &entry(name)).unwrap();
    }
    fs::copy(machine.profile_file("beta"), machine.profile_file("acme")).unwrap();
    assert!(matches!(vault.records(&machine.sys, &profile("acme")), Err(StoreError::NotOurs { .. })));
    fs::copy(machine.identity_file("beta"), machine.identity_file("acme")).unwrap();
    assert!(matches!(vault.records(&machine.sys, &profile("acme")), Err(StoreError::NotOurs { .. })));
    assert_eq!(vault.records(&machine.sys, &profile("beta")).unwrap().len(), 1);
}

#[test]
fn opening_one_profile_needs_nothing_of_another() {
    let (mut machine, vault) = Machine::with_key_file();
    for name in ["acme", "beta"] {
        vault.put(&mut machine.sys, &profile(name), &token_of("ada"), &entry(name)).unwrap();
    }
    for path in [machine.profile_file("beta"), machine.identity_file("beta"), machine.counter_file("beta")] {
        fs::write(&path, b"garbage").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    }
    assert_eq!(vault.records(&machine.sys, &profile("acme")).unwrap().len(), 1);
    assert!(vault.records(&machine.sys, &profile("beta")).is_err());
}
