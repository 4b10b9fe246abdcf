//! Private keys of other programs, opened, beside what `ssh-keygen -y` and PuTTY say of them (vectors/README.md).

use doorkey::formats::ssh_key::{NotOpened, open, read_whole};
use doorkey::secret::Secret;
use serde_json::Value;
use ssh_key::HashAlg;
use std::process::Command;

fn cases() -> Vec<Value> {
    include_str!("vectors/private_keys.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn text<'a>(case: &'a Value, field: &str) -> Option<&'a str> {
    case[field].as_str()
}

fn phrase(case: &Value) -> Option<Secret> {
    text(case, "passphrase").map(|phrase| Secret::copy_of(phrase.as_bytes()))
}

/// Where we know better or less than `ssh-keygen`, and what comes of it: `None` is a key.
const OTHERWISE: &[(&str, Option<NotOpened>)] = &[
    // A factor is 2: `inspect` says so.
    ("pyca-PEM/rsa-bad-1025-q-is-2.pem", None),
    ("pyca-PKCS8/ec-inconsistent-curve2.pem", Some(NotOpened::Damaged)),
    ("pyca-PKCS8/ec-invalid-version.pem", Some(NotOpened::Damaged)),
    ("pyca-PKCS8/wrong-pem-delimiter-rsa.pem", Some(NotOpened::Damaged)),
    ("pyca-Traditional/rsa-wrong-version.pem", Some(NotOpened::Damaged)),
    // The curve's numbers stand in the file, not its name.
    ("pyca-EC/secp256r1-explicit-no-seed.pem", Some(NotOpened::NotOpenedHere)),
    ("pyca-EC/secp256r1-explicit-seed.pem", Some(NotOpened::NotOpenedHere)),
    ("pyca-EC/secp384r1-explicit-no-seed.pem", Some(NotOpened::NotOpenedHere)),
    ("pyca-EC/secp384r1-explicit-seed.pem", Some(NotOpened::NotOpenedHere)),
    ("pyca-EC/secp521r1-explicit-no-seed.pem", Some(NotOpened::NotOpenedHere)),
    ("pyca-EC/secp521r1-explicit-seed.pem", Some(NotOpened::NotOpenedHere)),
    ("rust-pkcs8/ed25519-priv-pkcs8v2.pem", None),
    // A comment before the key.
    ("rust-pem-rfc7468/chosen_header.pem", None),
];

#[test]
fn recorded_keys() {
    let mut opened = 0;
    for case in cases() {
        let name = text(&case, "name").unwrap();
        let key = open(text(&case, "text").unwrap().as_bytes(), phrase(&case).as_ref());
        if let Some((_, expected)) = OTHERWISE.iter().find(|(known, _)| *known == name) {
            assert_eq!(key.as_ref().err(), expected.as_ref(), "{name}");
            continue;
        }
        let ours = key.as_ref().map(|key| key.public_key().to_openssh().unwrap());
        let ours = ours.as_ref().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
        opened += usize::from(ours.is_ok());
        if let Some(print) = text(&case, "puttygen") {
            assert_eq!(key.unwrap().fingerprint(HashAlg::Sha256).to_string(), print, "{name}");
        } else if let Some(theirs) = text(&case, "ssh-keygen").or(text(&case, "pair")) {
            assert_eq!(ours.as_deref(), Ok(theirs), "{name}");
        } else if let Ok(ours) = &ours {
            // OpenSSH 10 knows no DSA any more.
            assert!(ours.starts_with("ssh-dss "), "{name}: {ours}");
        }
    }
    assert!(opened > 90, "{opened}");
}

#[test]
fn another_passphrase_opens_nothing() {
    let mut tried = 0;
    for case in cases().iter().filter(|case| phrase(case).is_some()) {
        let (name, bytes) = (text(case, "name").unwrap(), text(case, "text").unwrap().as_bytes());
        if open(bytes, phrase(case).as_ref()).is_err() || open(bytes, None).is_ok() {
            continue;
        }
        tried += 1;
        assert_eq!(open(bytes, None).err(), Some(NotOpened::NeedsPassphrase), "{name}");
        let wrong = open(bytes, Some(&Secret::copy_of(b"another passphrase"))).err();
        assert_eq!(wrong, Some(NotOpened::WrongPassphrase), "{name}");
    }
    assert!(tried > 40, "{tried}");
}

#[test]
fn a_file_that_asks_for_too_much_work_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let pass = |arguments: &[&str]| {
        let mut command = Command::new(arguments[0]);
        let output = command.args(&arguments[1..]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        std::fs::read(&path).unwrap()
    };
    let too_costly = |bytes: &[u8]| match open(bytes, Some(&Secret::copy_of(b"right"))) {
        Err(NotOpened::TooCostly(what)) => what,
        other => panic!("{:?}", other.err()),
    };
    let iterations = ["-v2", "aes-256-cbc", "-iter", "10000001", "-passout", "pass:right", "-out"];
    pass(&["openssl", "genpkey", "-algorithm", "ed25519", "-out"]);
    let plain = path.with_extension("plain");
    std::fs::rename(&path, &plain).unwrap();
    let made =
        pass(&[&["openssl", "pkcs8", "-topk8", "-in", plain.to_str().unwrap()], &iterations[..]].concat());
    assert_eq!(too_costly(&made), "10000001 iterations of PBKDF2");
    let ppk = cases()
        .into_iter()
        .find(|case| text(case, "name") == Some("rust-ssh-key/id_ed25519_enc.ppk"))
        .unwrap();
    let lines: Vec<String> = text(&ppk, "text")
        .unwrap()
        .lines()
        .map(|line| match line.split_once(": ") {
            Some(("Argon2-Memory", _)) => "Argon2-Memory: 4194304".to_owned(),
            _ => line.to_owned(),
        })
        .collect();
    assert!(too_costly(lines.join("\n").as_bytes()).starts_with("Argon2 with 4194304 KiB"));
    // The rounds of bcrypt stand in the clear: openssh-key-v1, cipher, "bcrypt", salt and rounds.
    std::fs::remove_file(&path).unwrap();
    let made = pass(&["ssh-keygen", "-q", "-t", "ed25519", "-N", "right", "-a", "16", "-f"]);
    let key = ssh_key::PrivateKey::from_openssh(&made).unwrap();
    let bytes = key.to_bytes().unwrap();
    let at = bytes.windows(4).position(|four| four == [0, 0, 0, 16]).unwrap();
    let rounds =
        bytes[at + 4..].windows(4).position(|four| four == [0, 0, 0, 16]).map(|more| at + 4 + more).unwrap();
    let mut costly = bytes.to_vec();
    costly[rounds..rounds + 4].copy_from_slice(&100_000u32.to_be_bytes());
    let text = ssh_key::PrivateKey::from_bytes(&costly).unwrap().to_openssh(ssh_key::LineEnding::LF).unwrap();
    assert_eq!(too_costly(text.as_bytes()), "100000 rounds of bcrypt");
}

#[test]
fn no_file_stops_the_opener() {
    let phrase = Secret::copy_of(b"x");
    for case in cases() {
        let bytes = text(&case, "text").unwrap().as_bytes();
        // Every cut, and every byte changed, where that needs no key derivation.
        if text(&case, "passphrase").is_some() {
            continue;
        }
        for at in (0..bytes.len()).step_by(7) {
            let _ = open(&bytes[..at], None);
            let mut changed = bytes.to_vec();
            changed[at] ^= 0x11;
            let _ = read_whole(&changed);
        }
        let _ = open(bytes, Some(&phrase));
    }
}
