//! The lab's SSH host, asked by plain git.

use crate::support::{Home, trial};
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("lab_ssh_right_key_clones", right_key_clones),
        trial("lab_ssh_other_owners_key_finds_nothing", other_owners_key_finds_nothing),
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
