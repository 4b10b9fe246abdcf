//! `doorkey verify` against real servers: where each kind of fault breaks the climb, and that nothing changes.

use crate::support::{Home, Lab, Output, trial};
use libtest_mimic::Trial;
use serde_json::Value;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("verify_two_tenants_over_both_transports", two_tenants_over_both_transports),
        trial("verify_wrong_token", wrong_token),
    ]
}

const ACME: &str = "https://git.test/acme/app.git";

/// A home with a store, and nothing more.
fn home() -> Home {
    let home = Home::fresh("verify");
    home.doorkey(["store", "init", "--key-file", "key.txt", "--yes"]).ok();
    home
}

/// Adds a profile for an owner on git.test that trusts the lab's root.
fn add(home: &Home, owner: &str, more: &[&str]) {
    let ca = Lab::get().root_ca();
    let ca = ca.to_str().expect("a path");
    let usual = ["profile", "add", owner, "--host", "git.test", "--owner", owner, "--ca", ca, "--yes"];
    home.doorkey([&usual[..], more].concat()).ok();
}

/// Keeps a token for a profile.
fn token(home: &Home, profile: &str, user: &str, token: &str) {
    let words = ["token", "add", profile, "--host", "git.test", "--user", user, "--stdin", "--yes"];
    home.doorkey_call(words).stdin(token).run().ok();
}

fn use_profile(home: &Home, name: &str) {
    home.doorkey(["use", name, "--yes"]).ok();
}

/// acme with its right token, in force.
fn acme() -> Home {
    let home = home();
    add(&home, "acme", &["--verify", ACME]);
    let alice = Lab::get().identity("acme");
    token(&home, "acme", alice.user, alice.token);
    use_profile(&home, "acme");
    home
}

/// Runs verify with --json: the output, and the repositories in it.
fn verify(home: &Home, words: &[&str]) -> (Output, Vec<Value>) {
    let output = home.doorkey([&["verify"], words, &["--json"]].concat());
    let document: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}\n{output}"));
    assert_eq!(document["schema"], "doorkey/verify/v1", "{output}");
    let list = document["repositories"].as_array().expect("a list").clone();
    (output, list)
}

/// The broken rung: layer and code.
fn broken(repository: &Value) -> (String, String) {
    let rungs = repository["rungs"].as_array().expect("rungs");
    let rung = rungs.iter().find(|r| r["outcome"] == "broken").unwrap_or_else(|| panic!("{repository:#}"));
    (rung["layer"].as_str().expect("a layer").into(), rung["code"].as_str().expect("a code").into())
}

fn outcomes(repository: &Value) -> Vec<(&str, &str)> {
    let rungs = repository["rungs"].as_array().expect("rungs");
    let word = |v: &'static str| move |r: &Value| r[v].as_str().map(ToOwned::to_owned);
    let _ = word;
    rungs.iter().map(|r| (r["layer"].as_str().unwrap_or(""), r["outcome"].as_str().unwrap_or(""))).collect()
}

fn two_tenants_over_both_transports() {
    let home = home();
    home.know_ssh_hosts();
    for owner in ["acme", "globex"] {
        home.install_key(owner, &format!(".ssh/id_{owner}"));
        let https = format!("https://git.test/{owner}/app.git");
        let ssh = format!("git@git.test:{owner}/app.git");
        let key = format!("id_{owner}");
        add(&home, owner, &["--transport", "both", "--ssh-key", &key, "--verify", &https, "--verify", &ssh]);
        let identity = Lab::get().identity(owner);
        token(&home, owner, identity.user, identity.token);
    }
    use_profile(&home, "acme");
    let (output, list) = verify(&home, &[]);
    output.exits(0);
    eprintln!("{}", home.doorkey(["verify"]));
    eprintln!("{}", output);
    assert_eq!(list.len(), 4, "{output}");
    assert!(list.iter().all(|r| r["verdict"] == "ok" && r.get("note").is_none()), "{output}");
    let _ = outcomes(&list[0]);
}

fn wrong_token() {
    let home = home();
    add(&home, "acme", &["--verify", ACME, "--verify", "https://git.test/acme/lib.git"]);
    token(&home, "acme", "alice", "pat_of_nobody");
    use_profile(&home, "acme");
    let (output, list) = verify(&home, &["acme"]);
    output.exits(1);
    eprintln!("{}", home.doorkey(["verify"]));
    eprintln!("{}", output);
    assert_eq!(broken(&list[0]), ("authentication".into(), "auth-refused".into()));
}
