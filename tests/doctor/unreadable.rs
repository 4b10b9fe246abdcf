//! Files and folders that are there and give nothing: found, with what they do to git and ssh, never taken for fine.

use crate::home::{Home, Ran, same};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

fn found(ran: &Ran, code: &str) -> serde_json::Value {
    let found = ran.json();
    found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["code"] == code)
        .unwrap_or_else(|| panic!("{found}"))
        .clone()
}

#[test]
fn a_folder_in_the_place_of_gits_file_is_an_error() {
    let home = Home::new();
    fs::create_dir(home.path(".gitconfig")).unwrap();
    // The oracle.
    let git = home.program("git", &["ls-remote", "/"]);
    assert!(git.code == 128 && git.err.contains("reading the configuration files"), "{}", git.err);
    same(&home.codes(), &["file-unreadable"]);
    let ran = home.doorkey(&["doctor"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("error[file-unreadable]: ~/.gitconfig is a folder") && ran.out.contains("git stops"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("no findings") && !ran.out.contains("checks were made"), "{}", ran.out);
    // `--only` of something else does not hide it.
    assert_eq!(home.doorkey(&["doctor", "--only", "key-weak"]).code, 1);
    // Its fix does what it says.
    let fix =
        found(&home.doorkey(&["doctor", "--json"]), "file-unreadable")["fix"].as_str().unwrap().to_owned();
    home.program("sh", &["-c", &fix]).fine();
    same(&home.codes(), &[]);
    let fine = home.doorkey(&["doctor", "--only", "key-weak"]).fine();
    assert!(fine.out.contains("2 checks were made"), "{}", fine.out);
}

#[test]
fn what_git_includes_and_cannot_read_keeps_use_back() {
    let home = Home::new();
    home.write(".gitconfig", "[include]\n\tpath = ~/more\n", 0o644);
    fs::create_dir(home.path("more")).unwrap();
    home.doorkey(&["profile", "add", "acme", "--host", "git.test", "--yes"]).fine();
    let ran = home.doorkey(&["use", "acme", "--yes"]);
    assert!(
        ran.code == 1 && ran.err.contains("~/more is a folder") && ran.err.contains("fix: mv ~/more"),
        "{}",
        ran.err
    );
    assert!(!home.path(".local/state/doorkey/current").exists());
}

#[test]
fn a_folder_in_the_place_of_sshs_file_is_an_error() {
    let home = Home::new();
    home.doorkey(&["profile", "add", "acme", "--host", "git.test", "--yes"]).fine();
    home.doorkey(&["store", "init", "--key-file", home.path("k").to_str().unwrap()]).fine();
    home.doorkey(&["use", "acme", "--yes"]).fine();
    fs::remove_file(home.path(".ssh/config")).unwrap();
    fs::create_dir(home.path(".ssh/config")).unwrap();
    // Not that the line is missing there, with a fix that cannot be carried out.
    same(&home.codes(), &["file-unreadable", "profile-without-token"]);
    assert_eq!(found(&home.doorkey(&["doctor", "--json"]), "file-unreadable")["severity"], "error");
}

#[test]
fn a_folder_without_rights_is_said_once() {
    let home = Home::new();
    home.key("id_acme", &["-t", "ed25519"]);
    home.write(".ssh/config", "Host web\n", 0o600);
    let program = home.path("doorkey");
    crate::executable::write(&program, fs::read(env!("CARGO_BIN_EXE_doorkey")).unwrap());
    home.mode(".ssh", 0o000);
    let mut command = Command::new(&program);
    if rustix::process::geteuid().is_root() {
        for path in ["", ".ssh", ".ssh/config", ".ssh/id_acme", ".ssh/id_acme.pub"] {
            chown(home.path(path), Some(65534), Some(65534)).unwrap();
        }
        command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&program);
    }
    command.args(["doctor", "--json"]).env_clear().env("HOME", home.path("")).env("PATH", "/usr/bin:/bin");
    let output = command.current_dir("/").output().unwrap();
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |f: &serde_json::Value| {
        (f["code"].as_str().unwrap().to_owned(), f["what"].as_str().unwrap().to_owned())
    };
    let found: Vec<_> =
        list["findings"].as_array().unwrap().iter().map(of).filter(|f| f.0 == "file-unreadable").collect();
    assert_eq!(found, [("file-unreadable".to_owned(), "~/.ssh cannot be read".to_owned())], "{list}");
    assert_eq!(output.status.code(), Some(1));
    fs::set_permissions(home.path(".ssh"), fs::Permissions::from_mode(0o700)).unwrap();
}
