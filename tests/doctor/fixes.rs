//! The commands that findings give are true on this machine: run as they stand, the finding is gone.

use crate::home::{CANARY, Home, Ran, same};
use std::os::unix::fs::PermissionsExt;

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

#[test]
fn files_with_secrets_are_closed_to_others() {
    let home = Home::new();
    home.write("dotfiles/netrc", format!("machine far.test login ada password {CANARY}\n"), 0o640);
    std::os::unix::fs::symlink("dotfiles/netrc", home.path(".netrc")).unwrap();
    home.write(".git-credentials", format!("https://ada:{CANARY}@far.test\n"), 0o644);
    home.write(".npmrc", format!("//npm.test/:_authToken={CANARY}\n"), 0o604);
    let key = home.path("vault.key");
    home.doorkey(&["store", "init", "--key-file", key.to_str().unwrap(), "--yes"]).fine();
    home.mode("vault.key", 0o644);
    let files = [".npmrc", ".git-credentials", "dotfiles/netrc", "vault.key"];
    let modes = || files.map(|file| std::fs::metadata(home.path(file)).unwrap().permissions().mode() & 0o777);
    let before = (files.map(|file| home.read(file)), modes());
    let lasting = ["token-in-git-credentials", "token-in-netrc", "token-in-npmrc"];
    same(&home.codes(), &[&["secret-readable-by-others", "store-broken"][..], &lasting].concat());
    let status = home.doorkey(&[]);
    assert!(status.out.contains("~/vault.key has mode 0644") && status.code == 1, "{}", status.out);
    let ran = home.doorkey(&["doctor", "--fix", "--yes"]);
    assert!(ran.out.contains("mended [secret-readable-by-others]: ~/.netrc has mode 0640"), "{}", ran.out);
    same(&home.codes(), &lasting);
    assert_eq!(modes(), [0o600; 4]);
    home.doorkey(&["undo", "--yes"]).fine();
    assert_eq!((files.map(|file| home.read(file)), modes()), before);
}

#[test]
fn the_way_into_the_store_can_be_walked_here() {
    let home = Home::new();
    let login = format!("https://ada:{CANARY}@git.test\n");
    home.write(".git-credentials", &login, 0o600);
    let fix = || {
        let found = home.doorkey(&["doctor", "--json"]).json();
        let found =
            found["findings"].as_array().unwrap().iter().find(|f| f["code"] == "token-in-git-credentials");
        found.unwrap()["fix"].as_str().unwrap().to_owned()
    };
    let bare = fix();
    assert!(bare.contains("(doorkey store init; doorkey profile suggest)"), "{bare}");
    home.doorkey(&["store", "init", "--key-file", home.path("k").to_str().unwrap(), "--yes"]).fine();
    let with_store = fix();
    assert!(with_store.contains("(doorkey profile suggest)"), "{with_store}");
    home.doorkey(&["profile", "add", "acme", "--host", "git.test", "--owner", "acme", "--yes"]).fine();
    assert!(fix().contains("(doorkey token add acme --host git.test)"), "{}", fix());
    home.doorkey(&["profile", "add", "globex", "--host", "git.test", "--owner", "globex", "--yes"]).fine();
    assert!(
        fix().contains(
            "(doorkey token add acme --host git.test or: doorkey token add globex --host git.test)"
        ),
        "{}",
        fix()
    );
    home.write(".git-credentials", format!("{login}https://ada:{CANARY}@far.test\n"), 0o600);
    assert!(fix().contains("doorkey profile suggest") && fix().contains("git.test"), "{}", fix());
}
