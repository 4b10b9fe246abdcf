//! Keys that others can have, that no host takes, or that two tenants share: by `doctor`, and by `inspect` of a folder.

use crate::home::Home;
use dashu_int::UBig;
use serde_json::{Value, json};
use ssh_key::private::{EcdsaKeypair, KeypairData};
use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{LineEnding, Mpint, PrivateKey, PublicKey};
use std::path::Path;
use std::process::Command;

fn vector(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats_ssh/vectors/weak").join(name))
        .unwrap()
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn prime() -> UBig {
    let output =
        Command::new("openssl").args(["prime", "-generate", "-bits", "1024", "-hex"]).output().unwrap();
    UBig::from_str_radix(String::from_utf8(output.stdout).unwrap().trim(), 16).unwrap()
}

fn rsa_line(n: &UBig) -> String {
    let number = |number: &UBig| Mpint::from_positive_bytes(&number.to_be_bytes());
    let key = RsaPublicKey::new(number(&UBig::from(65_537u32)), number(n)).unwrap();
    PublicKey::new(KeyData::Rsa(key), "made@test").to_openssh().unwrap() + "\n"
}

/// A private half that belongs to another public half, as a careless merge of two files leaves it.
fn mixed() -> Vec<u8> {
    let key = |byte| p256::SecretKey::from_slice(&[byte; 32]).unwrap();
    let public = key(1).public_key().into();
    let pair = EcdsaKeypair::NistP256 { public, private: key(2).into() };
    let key = PrivateKey::new(KeypairData::Ecdsa(pair), "mixed").unwrap();
    key.to_openssh(LineEnding::LF).unwrap().as_bytes().to_vec()
}

/// A private file that hides its public half, which stands beside it.
const HIDDEN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";

fn shared(home: &Home) {
    let (p, q, r) = (prime(), prime(), prime());
    for (name, n) in [("one", &p * &q), ("two", &q * &r)] {
        home.write(&format!(".ssh/{name}"), HIDDEN, 0o600);
        home.write(&format!(".ssh/{name}.pub"), rsa_line(&n), 0o644);
    }
}

#[test]
fn doctor_says_which_keys_others_can_have() {
    let home = Home::new();
    home.write(".ssh/chip", vector("privkey05.pem"), 0o600);
    shared(&home);
    home.write(".ssh/mixed", mixed(), 0o600);
    let good = home.key("good", &["-t", "ed25519"]);
    let (ca, signed) = (home.key("ca", &["-t", "ed25519"]), home.key("signed", &["-t", "ecdsa"]));
    let certify = |key: &Path, dates: &str| {
        let public = key.with_extension("pub");
        run(
            "ssh-keygen",
            &["-q", "-s", ca.to_str().unwrap(), "-I", "me", "-V", dates, public.to_str().unwrap()],
        );
    };
    certify(&signed, "20200101:20210101");
    certify(&good, "always:forever");
    let document = home.doorkey(&["doctor", "--json"]).json();
    let said = |code: &str| -> Vec<String> {
        let all = document["findings"].as_array().unwrap().iter().filter(|f| f["code"] == code);
        all.map(|f| f["what"].as_str().unwrap().to_owned()).collect()
    };
    let open = said("key-breakable");
    assert_eq!(open.len(), 3, "{open:#?}");
    assert!(open[0].starts_with("~/.ssh/chip is an RSA key made by an Infineon chip"), "{open:#?}");
    assert!(open[1].starts_with("~/.ssh/one is an RSA key that has a prime in common"), "{open:#?}");
    let weak = said("key-weak");
    assert_eq!(weak, ["~/.ssh/mixed holds a private half that belongs to another public half"]);
    let expired = said("key-certificate-expired");
    assert!(expired.len() == 1 && expired[0].starts_with("~/.ssh/signed-cert.pub expired "), "{expired:#?}");
    assert!(said("key-in-two-profiles").is_empty() && said("key-without-passphrase").is_empty());
}

#[test]
fn one_key_of_two_tenants_is_found_by_its_fingerprint() {
    let home = Home::new();
    let key = home.key("id_acme", &["-t", "ed25519"]);
    std::fs::copy(&key, home.path(".ssh/copy")).unwrap();
    home.key("id_other", &["-t", "ed25519"]);
    for (name, key) in [("acme", "~/.ssh/id_acme"), ("globex", "~/.ssh/copy"), ("initech", "~/.ssh/id_other")]
    {
        let add = [
            "profile",
            "add",
            name,
            "--host",
            "git.test",
            "--owner",
            name,
            "--transport",
            "ssh",
            "--ssh-key",
            key,
        ];
        home.doorkey(&[&add[..], &["--email", "a@b.test", "--yes"]].concat()).fine();
    }
    let document = home.doorkey(&["doctor", "--json", "--only", "key-in-two-profiles"]).json();
    let found = document["findings"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{found:#?}");
    let what = "profiles acme and globex use the same key (~/.ssh/id_acme and ~/.ssh/copy)";
    assert_eq!(found[0]["what"], what);
    let open = home.doorkey(&["doctor", "--json", "--only", "key-without-passphrase"]).json();
    assert_eq!(open["findings"].as_array().unwrap().len(), 3, "{open}");
    let path = home.path(".ssh/id_acme");
    run("ssh-keygen", &["-q", "-p", "-P", "", "-N", "long enough", "-f", path.to_str().unwrap()]);
    let open = home.doorkey(&["doctor", "--json", "--only", "key-without-passphrase"]).json();
    assert_eq!(open["findings"].as_array().unwrap().len(), 2, "{open}");
}

/// What `inspect FOLDER --json` says of each file, by its name.
fn inspected(home: &Home, folder: &str) -> (Value, Vec<(String, Value)>) {
    let path = home.path(folder);
    let document = home.doorkey(&["inspect", path.to_str().unwrap(), "--json"]).json();
    assert_eq!(document["schema"], "doorkey/inspect-keys/v1");
    let keys = document["keys"].as_array().unwrap().iter().map(|key| {
        let file = Path::new(key["file"].as_str().unwrap()).strip_prefix(&path).unwrap();
        (file.to_str().unwrap().to_owned(), key.clone())
    });
    let keys = keys.collect();
    (document, keys)
}

fn codes(key: &Value) -> Vec<&str> {
    key["weaknesses"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect()
}

#[test]
fn inspect_tells_every_key_below_a_folder() {
    let home = Home::new();
    let names =
        ["rsa-fermat-pkcs1.key", "ssh06.pub", "rsa-e1.key", "rsa-ok.key", "dsa-sshpub-ietf-example.key"];
    for name in names {
        home.write(&format!("keys/deep/{name}"), vector(name), 0o600);
    }
    home.write("keys/mixed", mixed(), 0o600);
    home.write("keys/notes.txt", "no key", 0o600);
    home.write("keys/large", vec![b'-'; 1 << 17], 0o600);
    let pair = home.key("pair", &["-t", "ed25519"]);
    for name in ["keys/pair", "keys/zcopy"] {
        std::fs::copy(&pair, home.path(name)).unwrap();
    }
    std::fs::copy(pair.with_extension("pub"), home.path("keys/pair.pub")).unwrap();
    std::fs::copy(pair.with_extension("pub"), home.path("keys/mixed.pub")).unwrap();
    home.write("keys/open", std::fs::read(home.key("other", &["-t", "ecdsa"])).unwrap(), 0o644);
    std::os::unix::fs::symlink("/", home.path("keys/root")).unwrap();
    let (document, keys) = inspected(&home, "keys");
    let order: Vec<&str> = keys.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        order,
        [
            "deep/dsa-sshpub-ietf-example.key",
            "deep/rsa-e1.key",
            "deep/rsa-fermat-pkcs1.key",
            "deep/rsa-ok.key",
            "deep/ssh06.pub",
            "mixed",
            "mixed.pub",
            "open",
            "pair",
            "zcopy"
        ]
    );
    let of = |name: &str| &keys.iter().find(|(known, _)| known == name).unwrap().1;
    assert_eq!(codes(of("deep/rsa-fermat-pkcs1.key")), ["rsa-close-primes"]);
    assert_eq!(codes(of("deep/ssh06.pub")), ["rsa-roca"]);
    assert_eq!(codes(of("deep/rsa-e1.key")), ["rsa-exponent"]);
    assert_eq!(codes(of("deep/dsa-sshpub-ietf-example.key")), ["dsa"]);
    assert_eq!(codes(of("mixed")), ["halves-differ"]);
    assert_eq!((of("mixed")["pair"].as_str(), of("pair")["pair"].as_str()), (Some("other"), Some("same")));
    for good in ["deep/rsa-ok.key", "open", "pair"] {
        assert_eq!(codes(of(good)), [] as [&str; 0], "{good}");
    }
    let print = of("pair")["fingerprint"].as_str().unwrap();
    let files = [home.path("keys/pair"), home.path("keys/zcopy")];
    assert_eq!(document["same"], json!({ print: files }));
    assert_eq!(document["summary"], json!({ "files": 13, "keys": 10, "bad": 6 }));
    let ran = home.doorkey(&["inspect", home.path("keys").to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("OPEN: it is an RSA key whose two primes lie close together"), "{}", ran.out);
    assert!(ran.out.contains("ssh refuses it: mode 0644"), "{}", ran.out);
    assert!(ran.out.contains("10 keys in 13 files; 6 of them not as they should be."), "{}", ran.out);
}

#[test]
fn a_prime_in_common_is_told_of_both_keys() {
    let home = Home::new();
    shared(&home);
    home.key("apart", &["-t", "rsa", "-b", "2048"]);
    let (document, keys) = inspected(&home, ".ssh");
    assert_eq!(keys.len(), 5, "{document:#}");
    let path = |name: &str| home.path(".ssh").join(name);
    let expected = json!([
        { "key": path("one.pub"), "with": path("two.pub") }, { "key": path("two.pub"), "with": path("one.pub") }
    ]);
    assert_eq!(document["shared-primes"], expected);
}

#[test]
fn a_list_of_debians_keys_is_used_where_it_is() {
    // The folder is the machine's, so this needs to be root in a mount namespace of its own.
    let home = Home::new();
    let key = home.key("id_rsa", &["-t", "rsa", "-b", "2048"]);
    let print = Command::new("ssh-keygen").args(["-l", "-E", "md5", "-f"]).arg(&key).output().unwrap();
    let text = String::from_utf8(print.stdout).unwrap();
    let digits: String = text.split(' ').nth(1).unwrap().trim_start_matches("MD5:").replace(':', "");
    let list = home.write(
        "lists/blacklist.RSA-2048",
        format!("# list\n0123456789abcdef0123\n{}\n", &digits[12..]),
        0o644,
    );
    let script = format!(
        "mount --make-rprivate / && mount -t tmpfs none /etc/ssh && cp {} /etc/ssh/ && exec {} doctor --only key-breakable",
        list.display(),
        env!("CARGO_BIN_EXE_doorkey")
    );
    let ran = home.program("unshare", &["-r", "-m", "sh", "-c", &script]);
    assert!(
        ran.out.contains("~/.ssh/id_rsa is one of the keys that Debian's OpenSSL could make"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert!(!home.doorkey(&["doctor", "--only", "key-breakable"]).out.contains("id_rsa"));
}

#[test]
fn a_passphrase_that_is_hashed_once_is_found_and_convert_mends_it() {
    let home = Home::new();
    home.key("id_new", &["-t", "ed25519"]);
    home.doorkey(&["store", "init", "--key-file", home.path("vault/key").to_str().unwrap(), "--yes"]);
    let key = home.path(".ssh/id_old");
    let file = key.to_str().unwrap();
    run("ssh-keygen", &["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "a phrase", "-f", file]);
    let few = home.path(".ssh/id_few");
    run("ssh-keygen", &["-q", "-t", "ed25519", "-a", "2", "-N", "a phrase", "-f", few.to_str().unwrap()]);
    let add = [
        "profile",
        "add",
        "acme",
        "--host",
        "git.test",
        "--transport",
        "ssh",
        "--ssh-key",
        "id_old",
        "--yes",
    ];
    home.doorkey(&add).fine();
    let found = || -> Vec<String> {
        let document = home.doorkey(&["doctor", "--json", "--only", "key-easily-guessed"]).json();
        let all = document["findings"].as_array().unwrap().iter();
        all.map(|f| format!("{}: {}", f["what"].as_str().unwrap(), f["fix"]["command"])).collect()
    };
    let before = found();
    assert_eq!(before.len(), 2, "{before:#?}");
    assert!(
        before[0].starts_with("~/.ssh/id_few has a passphrase that is guarded by 2 rounds of bcrypt"),
        "{before:#?}"
    );
    assert!(
        before[1].starts_with("~/.ssh/id_old has a passphrase that is guarded by one round of MD5"),
        "{before:#?}"
    );
    let phrase = home.write("phrase", "a phrase", 0o600);
    let script = format!(
        "{} ssh convert {file} --passphrase-fd 3 --yes 3<{}",
        env!("CARGO_BIN_EXE_doorkey"),
        phrase.display()
    );
    home.program("sh", &["-c", &script]).fine();
    assert_eq!(found().len(), 1);
}
