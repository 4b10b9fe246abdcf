//! The lab's SSH host, asked by plain git and ssh.

use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;
use std::collections::BTreeSet;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("lab_ssh_right_key_clones", right_key_clones),
        trial("lab_ssh_other_owners_key_finds_nothing", other_owners_key_finds_nothing),
        trial("lab_ssh_unknown_key_is_denied", unknown_key_is_denied),
        trial("lab_ssh_greeting_names_the_key", greeting_names_the_key),
        trial("lab_ssh_port_2222_has_another_host_key", port_2222_has_another_host_key),
        trial("lab_ssh_port_2200_counts_offered_keys", port_2200_counts_offered_keys),
        trial("lab_ssh_lfs_verbs_are_logged", lfs_verbs_are_logged),
        trial("lab_ssh_a_home_has_its_own_configuration", a_home_has_its_own_configuration),
    ]
}

/// A home with one owner's key under the name that ssh tries by itself.
fn home_with(owner: &str) -> Home {
    let home = Home::fresh("ssh");
    home.know_ssh_hosts();
    home.install_key(owner, ".ssh/id_ed25519");
    home
}

fn right_key_clones() {
    let home = home_with("acme");
    home.run(["git", "clone", "git@git.test:acme/app.git"]).ok();
    assert_eq!(home.read("app/README"), "acme/app\n");
    let seen = home.seen_ssh();
    let [one] = &seen[..] else { panic!("{seen:#?}") };
    assert_eq!((one.key.as_str(), one.answer.as_str(), one.port), ("acme", "served", 22));
    assert_eq!(one.command, "git-upload-pack 'acme/app.git'");
}

fn other_owners_key_finds_nothing() {
    let home = home_with("globex");
    home.run(["git", "clone", "git@git.test:acme/app.git"]).exits(128).says("ERROR: Repository not found.");
    let seen = home.seen_ssh();
    let [one] = &seen[..] else { panic!("{seen:#?}") };
    assert_eq!((one.key.as_str(), one.answer.as_str()), ("globex", "not-found"));
}

fn unknown_key_is_denied() {
    let home = Home::fresh("ssh");
    home.know_ssh_hosts();
    home.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ".ssh/id_ed25519"]).ok();
    let output = home.run(["git", "ls-remote", "git@git.test:acme/app.git"]);
    output.exits(128).says("git@git.test: Permission denied (publickey).");
    assert_eq!(home.seen_ssh(), []);
}

fn greeting_names_the_key() {
    let home = home_with("personal");
    home.run(["ssh", "-T", "git@git.test"]).exits(1).says("Hi erin! You've successfully authenticated");
    assert_eq!(home.seen_ssh()[0].answer, "greeting");
}

fn port_2222_has_another_host_key() {
    let home = home_with("acme");
    let with_alias = "ssh -o HostKeyAlias=git.test -o StrictHostKeyChecking=yes";
    let url = "ssh://git@git.test:2222/acme/app.git";
    let changed = home.call(["git", "ls-remote", url]).env("GIT_SSH_COMMAND", with_alias).run();
    changed
        .exits(128)
        .says("has changed and you have requested strict checking")
        .says("Host key verification failed.");
    home.run(["git", "ls-remote", url]).ok();
    assert_eq!(home.seen_ssh()[0].port, 2222);
}

fn port_2200_counts_offered_keys() {
    let home = home_with("acme");
    home.install_key("globex", ".ssh/id_globex");
    home.install_key("initech", ".ssh/id_initech");
    home.write(
        ".ssh/config",
        "IdentityFile ~/.ssh/id_ed25519\nIdentityFile ~/.ssh/id_globex\nIdentityFile ~/.ssh/id_initech\n",
        0o600,
    );
    home.run(["ssh", "-T", "-p", "2200", "git@git.test"]).exits(255).says("Permission denied (publickey)");
    let offered = home.offered_keys();
    let expected: Vec<String> = ["acme", "globex", "initech"]
        .map(|owner| {
            let public = Lab::get().key(owner).with_extension("pub");
            let line = std::fs::read_to_string(public).expect("its public half");
            let listed = home.call(["ssh-keygen", "-l", "-f", "-"]).stdin(line).run();
            listed.ok().stdout.split(' ').nth(1).expect("a fingerprint").to_owned()
        })
        .into();
    let fingerprints: Vec<_> = offered.iter().map(|offered| offered.fingerprint.clone()).collect();
    assert_eq!(fingerprints, expected);
    let connections: BTreeSet<_> = offered.iter().map(|offered| offered.connection).collect();
    assert_eq!(connections.len(), 1, "all over one connection: {offered:#?}");
}

fn lfs_verbs_are_logged() {
    let home = home_with("acme");
    let answer = home.run(["ssh", "git@git.test", "git-lfs-authenticate", "acme/lfs.git", "download"]);
    answer.ok().says("\"href\":\"https://git.test/acme/lfs.git/info/lfs\"");
    home.run(["ssh", "git@git.test", "git-lfs-transfer", "globex/lfs.git", "upload"]).exits(1);
    let answers: Vec<_> = home.seen_ssh().into_iter().map(|seen| (seen.answer, seen.command)).collect();
    let expected = [
        ("lfs".to_owned(), "git-lfs-authenticate acme/lfs.git download".to_owned()),
        ("not-found".to_owned(), "git-lfs-transfer globex/lfs.git upload".to_owned()),
    ];
    assert_eq!(answers, expected);
}

fn a_home_has_its_own_configuration() {
    let home = Home::fresh("ssh");
    home.write(".ssh/config", "Host git.test\n    User somebody-of-this-home\n", 0o600);
    home.run(["ssh", "-G", "git.test"]).ok().says("user somebody-of-this-home\n");
    // Even when $HOME points elsewhere: ssh asks passwd.
    home.call(["ssh", "-G", "git.test"]).env("HOME", "/").run().ok().says("user somebody-of-this-home\n");
    Home::fresh("ssh").run(["ssh", "-G", "git.test"]).ok().does_not_say("somebody-of-this-home");
}
