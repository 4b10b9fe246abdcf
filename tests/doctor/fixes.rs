//! The commands that findings give are true on this machine: run as they stand, the finding is gone.

use crate::home::{CANARY, Home, Ran, same};

/// Runs the command of the one finding with this code in a shell, as a person would.
fn follow(home: &Home, code: &str) -> Ran {
    let found = home.doorkey(&["doctor", "--json", "--only", code]).json();
    let list = found["findings"].as_array().unwrap();
    assert_eq!(list.len(), 1, "{found}");
    assert_eq!(list[0]["fix-kind"], "command", "{found}");
    home.program("sh", &["-c", list[0]["fix"].as_str().unwrap()]).fine()
}

fn readable(home: &Home, key: &str) -> bool {
    home.program("ssh-keygen", &["-y", "-P", "", "-f", home.path(key).to_str().unwrap()]).code == 0
}

#[test]
fn a_missing_or_wrong_public_half_is_made_anew() {
    let home = Home::new();
    home.key("id a", &["-t", "ed25519"]);
    let right = home.read(".ssh/id a.pub");
    std::fs::remove_file(home.path(".ssh/id a.pub")).unwrap();
    same(&home.codes(), &["public-half-missing"]);
    follow(&home, "public-half-missing");
    assert_eq!(home.read(".ssh/id a.pub"), right);
    home.key("id_b", &["-t", "ed25519"]);
    std::fs::copy(home.path(".ssh/id a.pub"), home.path(".ssh/id_b.pub")).unwrap();
    same(&home.codes(), &["key-pair-mismatch"]);
    follow(&home, "key-pair-mismatch");
    same(&home.codes(), &[]);
}

#[test]
fn keys_with_wrong_line_ends_are_read_again() {
    for spoil in [|text: &str| text.replace('\n', "\r\n"), |text: &str| text.trim_end().to_owned()] {
        let home = Home::new();
        home.key("id_ed25519", &["-t", "ed25519"]);
        let good = home.read(".ssh/id_ed25519");
        home.write(".ssh/id_ed25519", spoil(&good), 0o600);
        assert!(!readable(&home, ".ssh/id_ed25519"), "ssh-keygen itself does not mind these bytes");
        same(&home.codes(), &["key-with-bad-bytes"]);
        follow(&home, "key-with-bad-bytes");
        assert_eq!(home.read(".ssh/id_ed25519"), good);
        assert!(readable(&home, ".ssh/id_ed25519"));
        same(&home.codes(), &[]);
    }
}

#[test]
fn a_remote_is_written_without_its_password() {
    let home = Home::new();
    home.repository("my work/app", &format!("https://ada:{CANARY}@git.test:8443/acme/app.git"));
    same(&home.codes(), &["token-in-remote-url"]);
    follow(&home, "token-in-remote-url");
    let url = home
        .program("git", &["-C", home.path("my work/app").to_str().unwrap(), "remote", "get-url", "origin"]);
    assert_eq!(url.out.trim(), "https://git.test:8443/acme/app.git");
    same(&home.codes(), &[]);
}

#[test]
fn the_public_roots_are_put_beside_the_private_one() {
    let mut home = Home::new();
    let (key, cert) = (home.path("ca.key"), home.path("ca.pem"));
    let arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Acme", "-keyout"];
    let mut all = arguments.to_vec();
    all.extend([key.to_str().unwrap(), "-out", cert.to_str().unwrap()]);
    home.program("openssl", &all).fine();
    home.set("AWS_CA_BUNDLE", cert.to_str().unwrap());
    follow(&home, "trust-variable-private-only");
    home.set("AWS_CA_BUNDLE", home.path("ca.pem.all").to_str().unwrap());
    same(&home.codes(), &[]);
}
