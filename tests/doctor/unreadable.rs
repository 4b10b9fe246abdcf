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
        ran.code == 3 && ran.err.contains("~/more is a folder") && ran.err.contains("fix: mv ~/more"),
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

#[test]
fn a_damaged_key_is_an_error_and_not_one_without_its_public_half() {
    let home = Home::new();
    let good = fs::read_to_string(home.key("id_good", &["-t", "ed25519"])).unwrap();
    let rsa = fs::read_to_string(home.key("id_rsa", &["-t", "rsa", "-b", "2048", "-m", "PEM"])).unwrap();
    let half = |text: &str| {
        text.lines().take(text.lines().count() / 2).fold(String::new(), |all, line| all + line + "\n")
    };
    let end = "-----END OPENSSH PRIVATE KEY-----\n";
    let damaged = [
        ("id_head", "-----BEGIN OPENSSH PRIVATE KEY-----\n".to_owned()),
        ("id_half", half(&good)),
        ("id_ended", half(&good) + end),
        ("id_empty", format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{end}")),
        ("id_pem", half(&rsa)),
    ];
    for (name, text) in &damaged {
        let path = home.write(&format!(".ssh/{name}"), text, 0o600);
        // The oracle.
        let said = home.program("ssh-keygen", &["-y", "-P", "", "-f", path.to_str().unwrap()]);
        assert_ne!(said.code, 0, "{name}");
    }
    let list = home.doorkey(&["doctor", "--json"]).json();
    let about = |name: &str| {
        let list = list["findings"].as_array().unwrap().iter();
        let mut codes: Vec<_> =
            list.filter(|f| f["what"].as_str().unwrap().contains(name)).map(|f| f["code"].clone()).collect();
        codes.retain(|code| code != "key-with-bad-bytes");
        codes
    };
    for (name, _) in &damaged {
        assert_eq!(about(name), ["key-damaged"], "{list}");
    }
    assert!(about("id_good").is_empty() && about("id_rsa").is_empty(), "{list}");
}

#[test]
fn the_way_to_a_public_half_leaves_no_empty_file() {
    let home = Home::new();
    let path = home.key("id_own", &["-t", "ed25519"]);
    let public = home.path(".ssh/id_own.pub");
    let good = fs::read_to_string(&public).unwrap();
    let other = home.key("id_other", &["-t", "ed25519"]);
    let fix =
        |code: &str| found(&home.doorkey(&["doctor", "--json"]), code)["fix"].as_str().unwrap().to_owned();
    for code in ["public-half-missing", "key-pair-mismatch"] {
        match code {
            "public-half-missing" => fs::remove_file(&public).unwrap(),
            _ => fs::copy(home.path(".ssh/id_other.pub"), &public).map(|_| ()).unwrap(),
        }
        let before = fs::read(&public).ok();
        let fix = fix(code);
        // ssh refuses the key for its mode: the command fails, and leaves what was there.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_ne!(home.program("sh", &["-c", &fix]).code, 0);
        assert_eq!(fs::read(&public).ok(), before, "{fix}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        home.program("sh", &["-c", &fix]).fine();
        let key = |text: &str| text.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(key(fs::read_to_string(&public).unwrap().trim()), key(good.trim()));
    }
    assert!(other.exists());
}
