//! PKCS#7, PKCS#12 and Java's key stores as openssl and keytool write them.

use crate::pki::{Made, ca_params, leaf_params, self_signed, signed_by};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

struct Lab {
    folder: tempfile::TempDir,
    certs: Vec<Made>,
}

impl Lab {
    /// `all.pem`: root, intermediate and leaf; `leaf.key`: the leaf's key.
    fn new() -> Self {
        let root = self_signed(ca_params("Container Root CA"));
        let middle = signed_by(ca_params("Container Issuing CA"), &root);
        let mut leaf = leaf_params(&["git.acme.test"]);
        leaf.not_after = middle.params.not_after;
        let leaf = signed_by(leaf, &middle);
        let lab = Self { folder: tempfile::tempdir().unwrap(), certs: vec![root, middle, leaf] };
        let text: String = lab.certs.iter().map(Made::pem).collect();
        lab.write("all.pem", text.as_bytes());
        for (name, cert) in ["root", "middle", "leaf"].iter().zip(&lab.certs) {
            lab.write(&format!("{name}.pem"), cert.pem().as_bytes());
            lab.write(&format!("{name}.der"), cert.der.as_ref());
        }
        lab.write("leaf.key", lab.certs[2].key.serialize_pem().as_bytes());
        lab
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    fn run(&self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let output =
            Command::new(words[0]).args(&words[1..]).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn sha256(&self) -> Vec<String> {
        use sha2::{Digest, Sha256};
        let hex = |der: &[u8]| Sha256::digest(der).iter().map(|b| format!("{b:02x}")).collect();
        self.certs.iter().map(|made| hex(made.der.as_ref())).collect()
    }

    /// The digests that doorkey tells, in order, and the whole document.
    fn told(&self, name: &str, passphrase: Option<&str>) -> (i32, Vec<String>, Value) {
        let output = inspect(self.folder.path(), &[name, "--json"], passphrase);
        let json: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{name}: {e}: {output:?}"));
        let certs = json["certs"].as_array().unwrap().iter();
        let prints = certs.filter_map(|c| c["cert"]["sha256"].as_str().map(str::to_owned)).collect();
        (output.status.code().unwrap(), prints, json)
    }
}

/// `doorkey ca inspect`, with a passphrase on descriptor 0.
fn inspect(folder: &Path, arguments: &[&str], passphrase: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
    command.args(["ca", "inspect"]).args(arguments).current_dir(folder).env_clear();
    command.env("HOME", folder).env("PATH", "/usr/bin:/bin").stdin(std::process::Stdio::piped());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    if passphrase.is_some() {
        command.args(["--passphrase-fd", "0"]);
    }
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    if let Some(passphrase) = passphrase {
        stdin.write_all(passphrase.as_bytes()).unwrap();
    }
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn pem_der_and_pkcs7() {
    let lab = Lab::new();
    lab.run("openssl crl2pkcs7 -nocrl -certfile all.pem -out all.p7b");
    lab.run("openssl crl2pkcs7 -nocrl -certfile all.pem -outform der -out all.der.p7b");
    lab.run("openssl x509 -in root.pem -trustout -addtrust serverAuth -out trusted.pem");
    let all = lab.sha256();
    for name in ["all.pem", "all.p7b", "all.der.p7b"] {
        let (code, told, json) = lab.told(name, None);
        assert_eq!((code, &told), (0, &all), "{name}: {json}");
    }
    for (name, index) in [("root.pem", 0), ("root.der", 0), ("leaf.der", 2), ("trusted.pem", 0)] {
        let (code, told, json) = lab.told(name, None);
        assert_eq!((code, told), (0, vec![all[index].clone()]), "{name}: {json}");
    }
    let (_, _, json) = lab.told("trusted.pem", None);
    assert_eq!(json["certs"][0]["odd-label"], true);
}

#[test]
fn pkcs12_of_openssl() {
    let lab = Lab::new();
    let all = lab.sha256();
    let forms = [
        ("new.p12", "-passout pass:s3cret", Some("s3cret")),
        ("old.p12", "-legacy -passout pass:s3cret", Some("s3cret")),
        (
            "triple.p12",
            "-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1 -passout pass:s3cret",
            Some("s3cret"),
        ),
        ("open.p12", "-certpbe NONE -nomac -passout pass:", None),
        ("java.p12", "-passout pass:changeit", None),
        ("none.p12", "-passout pass:", None),
    ];
    for (name, how, passphrase) in forms {
        lab.run(&format!("openssl pkcs12 -export -nokeys -in all.pem {how} -out {name}"));
        let (code, mut told, json) = lab.told(name, passphrase);
        told.sort();
        let mut wanted = all.clone();
        wanted.sort();
        assert_eq!((code, told), (0, wanted), "{name}: {json}");
    }
    let (code, told, json) = lab.told("new.p12", Some("wrong"));
    assert_eq!((code, told.len()), (1, 0), "{json}");
    assert_eq!(json["certs"][0]["what"], "it does not open with this passphrase");
    let (code, told, _) = lab.told("new.p12", None);
    assert_eq!((code, told.len()), (1, 0));
}

#[test]
fn a_private_key_beside_is_said_and_never_shown() {
    let lab = Lab::new();
    lab.run("openssl pkcs12 -export -inkey leaf.key -in leaf.pem -passout pass:s3cret -out pair.p12");
    let key = std::fs::read_to_string(lab.folder.path().join("leaf.key")).unwrap();
    lab.write("pair.pem", format!("{}{key}", lab.certs[2].pem()).as_bytes());
    for (name, passphrase) in [("pair.p12", Some("s3cret")), ("pair.pem", None)] {
        let output = inspect(lab.folder.path(), &[name], passphrase);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("a private key: whoever reads this file has it"), "{name}: {said}");
        for line in key.lines().filter(|line| line.len() > 20 && !line.starts_with('-')) {
            assert!(!said.contains(line), "{name}");
        }
        assert!(!said.contains("s3cret"));
    }
}

#[test]
fn javas_key_stores() {
    let lab = Lab::new();
    for (name, kind) in [("old.jks", "JKS"), ("new.p12", "PKCS12")] {
        for (alias, file) in [("Root", "root.pem"), ("middle-ä", "middle.pem")] {
            lab.run(&format!("keytool -importcert -noprompt -storetype {kind} -alias {alias} -file {file} -keystore {name} -storepass changeit"));
        }
        let (code, mut told, json) = lab.told(name, None);
        told.sort();
        let mut wanted = lab.sha256()[..2].to_vec();
        wanted.sort();
        assert_eq!((code, told), (0, wanted), "{name}: {json}");
        // keytool itself decides about case, and about letters that the locale lacks.
        let aliases =
            json["certs"].as_array().unwrap().iter().map(|c| c["alias"].as_str().unwrap().to_lowercase());
        let aliases: Vec<String> = aliases.collect();
        assert!(aliases.contains(&"root".to_owned()) && aliases.len() == 2, "{name}: {aliases:?}");
    }
    // The digest of the old form is checked where a passphrase was given.
    assert_eq!(lab.told("old.jks", Some("changeit")).0, 0);
    assert_eq!(lab.told("old.jks", Some("other")).0, 1);
}

#[test]
fn damage_is_named_with_its_line() {
    let lab = Lab::new();
    let root = lab.certs[0].pem();
    let lines: Vec<&str> = root.lines().collect();
    let cut = [&lines[..3], &lines[lines.len() - 1..]].concat().join("\n");
    lab.write("damaged.pem", format!("# mine\n{cut}\n{root}").as_bytes());
    let output = inspect(lab.folder.path(), &["damaged.pem"], None);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("! line 2: "), "{said}");
    assert!(said.contains("1 certificate in 1 file; 1 faults."), "{said}");
    for name in ["all.p7b", "all.p12", "all.jks"] {
        lab.run(match name {
            "all.p7b" => "openssl crl2pkcs7 -nocrl -certfile all.pem -outform der -out all.p7b",
            "all.p12" => "openssl pkcs12 -export -nokeys -in all.pem -passout pass: -out all.p12",
            _ => "keytool -importcert -noprompt -storetype JKS -alias a -file root.pem -keystore all.jks -storepass changeit",
        });
        let bytes = std::fs::read(lab.folder.path().join(name)).unwrap();
        for end in (8..bytes.len()).step_by(37) {
            lab.write("cut", &bytes[..end]);
            let output = inspect(lab.folder.path(), &["cut"], None);
            assert_eq!(output.status.code(), Some(1), "{name} cut at {end}: {output:?}");
        }
    }
}

#[test]
fn one_certificate_is_shown_as_a_whole() {
    let lab = Lab::new();
    let output = inspect(lab.folder.path(), &["root.pem"], None);
    let said = String::from_utf8_lossy(&output.stdout);
    for row in [
        "subject            O=Lab, CN=Container Root CA\n",
        "issuer             itself\n",
        "signature          ecdsa-with-SHA256, by its own key\n",
        "CA                 yes\n",
        "key usage          keyCertSign, cRLSign\n",
        "permits names      all of them\n",
    ] {
        assert!(said.contains(row), "{row:?} in {said}");
    }
    // `inspect FILE` tells a certificate from a key by itself.
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
    command.args(["inspect", "root.pem"]).current_dir(lab.folder.path()).env_clear();
    let other = command.env("HOME", lab.folder.path()).env("PATH", "/usr/bin:/bin").output().unwrap();
    assert_eq!(said, String::from_utf8_lossy(&other.stdout));
}
