//! Which host keys hold for a profile: its own, and those that the user trusted when it was put in force.

use crate::home::{Home, Ran};
use std::path::PathBuf;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

fn home_with(known_hosts: &str, config: &str) -> Home {
    let home = Home::empty();
    home.write(".ssh/id_acme", "acme", 0o600);
    home.write(".ssh/known_hosts", known_hosts, 0o600);
    home.write(".ssh/config", config, 0o600);
    let add = ["profile", "add", "acme", "--host", "git.test", "--transport", "ssh", "--ssh-key", "id_acme"];
    home.run(&[&add[..], &["--yes"]].concat()).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

/// The files in which the real ssh looks for the host's key.
fn files(home: &Home) -> Vec<PathBuf> {
    let config = home.path(".ssh/config");
    let output = home.program("ssh").args(["-G", "-F", config.to_str().unwrap(), "git@git.test"]).output();
    let ran = Ran::of(&output.unwrap()).ok();
    let line = ran.out.lines().find_map(|line| line.strip_prefix("userknownhostsfile ")).unwrap();
    line.split(' ').map(PathBuf::from).collect()
}

/// Whether ssh would find a key under that name in them.
fn knows(home: &Home, name: &str) -> bool {
    files(home).iter().filter(|file| file.exists()).any(|file| {
        let output = home.program("ssh-keygen").args(["-F", name, "-f", file.to_str().unwrap()]).output();
        output.unwrap().status.success()
    })
}

#[test]
fn a_profile_reads_host_keys_from_files_of_its_own_only() {
    let home = home_with(&format!("git.test {KEY}\nother.test {KEY}\n"), "");
    assert!(files(&home).iter().all(|file| file.starts_with(home.state())), "{:?}", files(&home));
    assert!(knows(&home, "git.test") && !knows(&home, "other.test"));
    // What is accepted elsewhere later does not hold for the tenant.
    home.write(".ssh/known_hosts", format!("git.test {KEY}\n[git.test]:22 {KEY}\n@revoked * {KEY}\n"), 0o600);
    assert!(!home.run(&["doctor"]).out.contains("settings-outdated"));
    home.run(&["use", "acme", "--yes"]).ok();
    assert!(files(&home).iter().any(|f| std::fs::read_to_string(f).is_ok_and(|t| t.contains("@revoked"))));
    let before = home.tree();
    home.run(&["use", "acme", "--yes"]).ok();
    assert!(home.tree() == before);
}

#[test]
fn what_the_user_trusts_already_is_not_asked_anew() {
    let hashed = home_with(&format!("git.test {KEY}\nother.test {KEY}\n"), "");
    let known = hashed.path(".ssh/known_hosts");
    let done = hashed.program("ssh-keygen").args(["-q", "-H", "-f", known.to_str().unwrap()]).status();
    assert!(done.unwrap().success() && hashed.text(".ssh/known_hosts").starts_with("|1|"));
    hashed.run(&["use", "acme", "--yes"]).ok();
    assert!(knows(&hashed, "git.test") && !knows(&hashed, "other.test"));
    for (line, config, name) in [
        ("*.test,!other.test", "", "git.test"),
        ("[ssh.git.test]:443", "Host git.test\n  HostName ssh.git.test\n  Port 443\n", "[ssh.git.test]:443"),
        ("the-alias", "Host *\n  HostKeyAlias the-alias\n", "the-alias"),
    ] {
        assert!(knows(&home_with(&format!("{line} {KEY}\n"), config), name), "{line}");
    }
    // Nothing known: ssh notes what the user accepts in the profile's own file.
    let bare = home_with("", "");
    assert!(files(&bare)[0].parent().unwrap().is_dir() && !knows(&bare, "git.test"));
}
