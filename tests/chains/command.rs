//! `doorkey ca verify` as people and scripts call it: exit codes, words, JSON.

use crate::pki::{ca_params, leaf_params, self_signed, signed_by};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    /// A root, an intermediate and a leaf for git.acme.test.
    fn new() -> Self {
        let root = self_signed(ca_params("Lab Root CA"));
        let middle = signed_by(ca_params("Lab Issuing CA 1"), &root);
        let leaf = signed_by(leaf_params(&["git.acme.test"]), &middle);
        let files = Self { folder: tempfile::tempdir().unwrap() };
        files.write("root.pem", root.pem().as_bytes());
        files.write("middle.pem", middle.pem().as_bytes());
        files.write("leaf.pem", leaf.pem().as_bytes());
        files.write("leaf.der", leaf.der.as_ref());
        files.write("chain.pem", format!("{}{}", leaf.pem(), middle.pem()).as_bytes());
        files
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn verify(&self, arguments: &[&str]) -> Output {
        verify(self.folder.path(), arguments)
    }
}

fn verify(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
    command.args(["ca", "verify"]).args(arguments).current_dir(folder);
    command.env_clear().env("HOME", folder).env("PATH", "/usr/bin:/bin").output().unwrap()
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// 2026-06-01, when the lab's certificates are valid.
const AT: [&str; 2] = ["--at", "2026-06-01T00:00:00Z"];

#[test]
fn a_valid_one() {
    let files = Files::new();
    for leaf in [
        &["leaf.pem", "--intermediates", "middle.pem"][..],
        &["leaf.der", "--intermediates", "middle.pem"],
        &["chain.pem"],
    ] {
        let arguments = [leaf, &["--roots", "root.pem", "--host", "git.acme.test"], &AT].concat();
        let (code, out, err) = said(&files.verify(&arguments));
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(
            out.starts_with(
                "valid: it leads to O=Lab, CN=Lab Root CA\nthe path\n  0  O=Lab, CN=git.acme.test ("
            ),
            "{out}"
        );
        assert!(out.contains("\n  2  O=Lab, CN=Lab Root CA (") && out.contains(", trusted)\n"), "{out}");
    }
}

#[test]
fn one_that_is_not() {
    let files = Files::new();
    let arguments = [&["leaf.pem", "--roots", "root.pem"][..], &AT].concat();
    let (code, out, _) = said(&files.verify(&arguments));
    assert_eq!(code, 1, "{out}");
    assert!(out.starts_with("not valid\n  issuer-missing: certificate 0 (O=Lab, CN=git.acme.test): no certificate of its issuer was given: O=Lab, CN=Lab Issuing CA 1\n    RFC 5280 section 6.1.3 (a)(4)"), "{out}");
    assert!(out.contains("    do: give the issuer's certificate with --intermediates"), "{out}");
    assert!(out.contains("the path, as far as it leads\n"), "{out}");
}

#[test]
fn json_names_verdict_cause_path_and_edges() {
    let files = Files::new();
    let arguments =
        [&["chain.pem", "--roots", "root.pem", "--host", "other.test", "--json"][..], &AT].concat();
    let (code, out, _) = said(&files.verify(&arguments));
    assert_eq!(code, 1);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["schema"], "doorkey/ca-verify/v1");
    assert_eq!(json["verdict"], "not-valid");
    assert_eq!(json["purpose"], "server");
    assert_eq!(json["causes"][0]["code"], "name-wrong");
    assert_eq!(json["causes"][0]["depth"], 0);
    assert_eq!(json["causes"][0]["clause"], "RFC 9525 section 6.3");
    assert_eq!(json["path"].as_array().unwrap().len(), 3);
    assert_eq!(json["complete"], true);
    assert_eq!(json["edges"].as_array().unwrap().len(), 2);
    assert_eq!(json["edges"][1]["trusted"], true);
    assert_eq!(json["edges"][1]["issuer"], json["path"][2]["sha256"]);
}

#[test]
fn used_wrongly() {
    let files = Files::new();
    for wrong in [
        &["leaf.pem"][..],
        &["--roots", "root.pem"],
        &["leaf.pem", "--roots", "root.pem", "--at", "yesterday"],
        &["leaf.pem", "--roots", "root.pem", "--host", "a b"],
        &["leaf.pem", "--roots", "root.pem", "--host", "a", "--ip", "127.0.0.1"],
        &["leaf.pem", "--roots", "root.pem", "--ip", "127.0.0.300"],
        &["leaf.pem", "--roots", "root.pem", "--email", "ada"],
        &["leaf.pem", "--roots", "root.pem", "--purpose", "mail"],
        &["leaf.pem", "--roots", "root.pem", "--policy", "any"],
    ] {
        let (code, out, err) = said(&files.verify(wrong));
        assert_eq!((code, out.as_str()), (2, ""), "{wrong:?}: {err}");
        assert!(err.starts_with("error"), "{wrong:?}: {err}");
    }
}

#[test]
fn files_that_cannot_be_read() {
    let files = Files::new();
    files.write("empty.pem", b"");
    files.write("text.pem", b"there is no certificate here\n");
    files.write(
        "cut.pem",
        b"-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ3\n-----END CERTIFICATE-----\n",
    );
    for (leaf, roots) in [
        ("missing.pem", "root.pem"),
        ("leaf.pem", "missing.pem"),
        ("empty.pem", "root.pem"),
        ("text.pem", "root.pem"),
        ("cut.pem", "root.pem"),
        ("leaf.pem", "text.pem"),
        (".", "root.pem"),
    ] {
        let (code, out, err) = said(&files.verify(&[leaf, "--roots", roots]));
        assert_eq!((code, out.as_str()), (3, ""), "{leaf} {roots}: {err}");
        assert!(err.contains("error"), "{err}");
    }
    let (code, ..) = said(&files.verify(&["leaf.pem", "--roots", "root.pem", "--crl", "leaf.pem"]));
    assert_eq!(code, 3);
}

#[test]
fn every_code_is_explained() {
    let files = Files::new();
    let explain = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
        command.arg("explain").args(arguments).env_clear().env("HOME", files.folder.path());
        said(&command.env("PATH", "/usr/bin:/bin").output().unwrap())
    };
    let (_, all, _) = explain(&["--json"]);
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    let codes = |key: &str| -> Vec<String> {
        all[key].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let (checks, rules) = (codes("checks"), codes("rules"));
    assert!(rules.len() > 50, "{rules:?}");
    for code in &rules {
        assert!(!checks.contains(code), "{code} is a check's code too");
        assert_eq!(rules.iter().filter(|other| *other == code).count(), 1, "{code}");
        let (exit, out, _) = explain(&[code]);
        assert_eq!(exit, 0);
        assert!(
            out.starts_with(&format!("{code} (certificates)\n  rule  ")) && out.contains("\n  do    "),
            "{out}"
        );
    }
}

/// It is about what it is given: no home is needed.
#[test]
fn without_a_home_and_from_standard_input() {
    let files = Files::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
    command
        .args(["ca", "verify", "-", "--roots", "root.pem", "--at", AT[1]])
        .current_dir(files.folder.path());
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(std::fs::File::open(files.folder.path().join("chain.pem")).unwrap());
    let (code, out, err) = said(&command.output().unwrap());
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
}
