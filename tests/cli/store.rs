//! `store move` and `store status` as people and scripts use them.

use crate::home::{CANARY, Home, Ran, differences};
use serde_json::Value;

/// doorkey with a passphrase on descriptor 3.
fn with_passphrase(home: &Home, words: &str, passphrase: &str) -> Ran {
    home.write("passphrase", passphrase, 0o600);
    let line = format!("exec '{}' {words} 3<passphrase", env!("CARGO_BIN_EXE_doorkey"));
    Ran::of(&home.program("sh").args(["-c", &line]).output().unwrap())
}

fn status(home: &Home) -> Value {
    serde_json::from_str(&home.run(&["store", "status", "--json"]).out).unwrap()
}

fn token(home: &Home) -> Ran {
    home.run_with(&["credential", "get"], b"protocol=https\nhost=git.test\npath=acme/app.git\n\n")
}

#[test]
fn it_moves_asks_first_and_names_the_way_back() {
    let home = Home::in_force();
    let key = home.outside("vault-key");
    let before = home.tree();
    let move_it = "store move --passphrase-fd 3";
    let dry = with_passphrase(&home, &format!("{move_it} --dry-run"), "right").ok();
    assert!(
        dry.out.contains("- carry 1 token and 0 sealed past versions of 1 profile from the vault"),
        "{}",
        dry.out
    );
    let unasked = with_passphrase(&home, move_it, "right").with_code(4);
    assert!(unasked.err.contains("--yes"), "{}", unasked.err);
    let changed: Vec<_> = differences(&before, &home.tree());
    assert!(changed.iter().all(|p| p.ends_with("passphrase") || p.ends_with("home")), "{changed:?}");

    let moved = with_passphrase(&home, &format!("{move_it} --yes"), "right").ok();
    assert!(moved.out.contains(&format!("doorkey store move --key-file {}", key.display())), "{}", moved.out);
    assert_eq!(status(&home)["kind"], "passphrase");
    assert!(token(&home).ok().out.contains(CANARY));
    let again = with_passphrase(&home, &format!("{move_it} --yes"), "right").ok();
    assert!(again.out.contains("Nothing to do"), "{}", again.out);
    home.run(&["store", "lock"]).ok();
    assert!(!token(&home).out.contains(CANARY));
    let wrong = with_passphrase(&home, "store unlock --passphrase-fd 3", "wrong").with_code(3);
    assert!(wrong.err.contains("error[passphrase-wrong]"), "{}", wrong.err);
    with_passphrase(&home, "store unlock --passphrase-fd 3", "right").ok();

    let back = home.run(&["store", "move", "--key-file", key.to_str().unwrap(), "--yes", "--json"]).ok();
    let json: Value = serde_json::from_str(&back.out).unwrap();
    assert_eq!((&json["schema"], &json["changed"]), (&"doorkey/store-move/v1".into(), &true.into()));
    assert_eq!(
        (&json["from"], &json["to"], &json["in-use"]),
        (&"passphrase".into(), &"key-file".into(), &1.into())
    );
    assert!(token(&home).ok().out.contains(CANARY));
    // What was done before both moves can still be taken back.
    home.run(&["undo", "--yes"]).ok();
}

#[test]
fn a_move_that_was_killed_is_said_and_cleared_up() {
    let home = Home::in_force();
    home.run(&["store", "move"]).with_code(2);
    let settings = home.text(".local/state/doorkey/vault/store.toml");
    let to = "version = 1\nkind = \"keyring\"\n";
    let intent = serde_json::json!({ "schema": "doorkey/store-move/v1", "from": settings, "to": to });
    home.write(".local/state/doorkey/vault/move.json", intent.to_string(), 0o600);
    assert!(status(&home)["unfinished-move"].as_str().unwrap().contains("before the switch"));
    let found = home.run(&["doctor", "--json"]);
    assert!(found.out.contains("store-move-unfinished"), "{}", found.out);
    assert!(token(&home).ok().out.contains(CANARY), "the old store is in use");
    home.run(&["store", "move", "--dry-run"]).ok();
    assert!(!status(&home)["unfinished-move"].is_null());
    home.run(&["store", "move", "--yes"]).ok();
    assert!(status(&home)["unfinished-move"].is_null());
    assert!(token(&home).ok().out.contains(CANARY));
}

#[test]
fn status_says_what_this_machine_could_have() {
    let home = Home::empty();
    let none = home.run(&["store", "status"]).with_code(3);
    assert!(none.err.contains("error[store-missing]"), "{}", none.err);
    home.store();
    let body = status(&home);
    assert_eq!((&body["kind"], &body["open"]), (&"key-file".into(), &true.into()));
    let kinds: Vec<&str> =
        body["possible"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["kernel-keyring", "keyring", "pass"]);
    assert_eq!(body["possible"][1]["usable"], false, "there is no session bus in this environment");
    let exists = home.run(&["store", "init", "--keyring"]).with_code(2);
    assert!(exists.err.contains("doorkey store move"), "{}", exists.err);
    let both = home.run(&["store", "move", "--keyring", "--pass"]).with_code(2);
    assert!(both.err.contains("exclude each other"), "{}", both.err);
}
