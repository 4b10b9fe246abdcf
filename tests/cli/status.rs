//! `doorkey` and `doorkey current`: what is in force here, and what is wrong with it.

use crate::home::{CANARY, Home, Ran, feed};
use serde_json::Value;
use std::fs;

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:#?}"))
}

/// One thing is broken: the status says it and what to do, in words and as JSON.
#[track_caller]
fn says(home: &Home, code: i32, said: &str, fix: &str) {
    let words = home.run(&[]).with_code(code);
    let line = words.out.lines().find(|l| l.contains(said)).unwrap_or_else(|| panic!("{said}: {words:#?}"));
    assert!(line.contains(fix), "{line}");
    let found = json(&home.run(&["--json"]).with_code(code));
    let problems = found["problems"].as_array().unwrap();
    assert!(problems.iter().any(|p| p.as_str().unwrap().contains(said)), "{found}");
    assert!(found["findings"][0]["code"].is_string(), "{found}");
}

/// acme over HTTPS and SSH with a token and a key, in force.
fn in_force() -> Home {
    let home = Home::empty();
    home.store();
    fs::create_dir(home.path(".ssh")).unwrap();
    let key = home.path(".ssh/id_acme");
    let made =
        home.program("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap();
    assert!(made.success());
    home.run(&[
        "profile",
        "add",
        "acme",
        "--host",
        "git.test",
        "--owner",
        "acme",
        "--user",
        "ada",
        "--ssh-key",
        "id_acme",
        "--email",
        "ada@acme.test",
        "--yes",
    ])
    .ok();
    home.token("acme", CANARY);
    home.run(&["use", "acme", "--yes"]).ok();
    assert_eq!(json(&home.run(&["--json"]).ok())["problems"], Value::Array(Vec::new()));
    home
}

#[test]
fn the_status_says_what_is_broken() {
    let home = in_force();
    let key = home.path(".ssh/id_acme");
    let text = home.read(".ssh/id_acme");
    home.write(".ssh/id_acme", &text, 0o644);
    says(&home, 1, "~/.ssh/id_acme has mode 0644", "doorkey doctor --fix --only key-readable-by-others");
    fs::remove_file(&key).unwrap();
    says(&home, 1, "~/.ssh/id_acme is not there", "doorkey ssh new acme");
    home.write(".ssh/id_acme", &text, 0o600);
    fs::remove_file(home.state().join("bin/doorkey")).unwrap();
    says(&home, 1, "the program that git and ssh call is not there", "doorkey");
    home.run(&["on"]).ok();
    // git says that the host refused the token.
    let said = format!("protocol=https\nhost=git.test\npath=acme/a\nusername=ada\npassword={CANARY}\n\n");
    let mut reject = home.program("git");
    reject.args(["credential", "reject"]);
    feed(reject, said.as_bytes()).ok();
    says(&home, 1, "refused the token of acme", "doorkey token add acme");
    home.token("acme", "another-token");
    home.run(&[]).ok();
    let good = home.text(".gitconfig");
    home.write(".gitconfig", "[user]\n\tname = Ada\n", 0o644);
    says(&home, 1, "~/.gitconfig does not include doorkey's settings", "--only git-include-missing");
    home.write(".gitconfig", format!("{good}[broken\n"), 0o644);
    says(&home, 1, "~/.gitconfig: line", "put the line right");
    home.write(".gitconfig", &good, 0o644);
    fs::rename(home.outside("vault-key"), home.outside("away")).unwrap();
    says(&home, 1, "vault-key", "doorkey store status");
}

#[test]
fn the_status_says_what_runs_out_next() {
    let home = in_force();
    home.run(&["profile", "add", "globex", "--host", "globex.test", "--user", "g", "--yes"]).ok();
    let add = ["token", "add", "globex", "--stdin", "--expires", "2100-01-01", "--yes"];
    home.run_with(&add, b"a-token-5d21").ok();
    let ran = home.run(&[]).ok();
    assert!(ran.out.contains("globex for https://globex.test (g), on 2100-01-01"), "{ran:#?}");
    assert_eq!(json(&home.run(&["--json"]))["next-expiry"], 4102444800_u64);
}

#[test]
fn a_folder_of_a_profile_is_in_force_there() {
    let home = in_force();
    let folder = home.path("w/globex").display().to_string();
    home.run(&[
        "profile",
        "add",
        "globex",
        "--host",
        "globex.test",
        "--email",
        "g@globex.test",
        "--dir",
        &folder,
        "--yes",
    ])
    .ok();
    let repository = home.path("w/globex/app");
    let made = home.program("git").args(["init", "-q"]).arg(&repository).status().unwrap();
    assert!(made.success());
    let inside = |program: &str, arguments: &[&str]| {
        let mut command = match program {
            "doorkey" => home.doorkey(),
            other => home.program(other),
        };
        Ran::of(&command.args(arguments).current_dir(&repository).output().unwrap())
    };
    // The oracle: git's own answer there.
    assert_eq!(inside("git", &["config", "user.email"]).ok().out, "g@globex.test\n");
    let current = inside("doorkey", &["current"]).ok();
    assert!(current.out.starts_with("globex (") && current.out.contains("elsewhere: acme"), "{current:#?}");
    assert_eq!(json(&inside("doorkey", &["current", "--json"]))["profile"], "globex");
    assert!(inside("doorkey", &[]).out.contains("globex is in force here"));
    // Elsewhere, and in the folder itself, which is no repository, it is acme's.
    for place in [home.dir(), home.path("w/globex")] {
        let mut command = home.doorkey();
        let ran = Ran::of(&command.arg("current").current_dir(&place).output().unwrap());
        assert!(ran.out.starts_with("acme (chosen by: doorkey use)"), "{ran:#?}");
        let mail = home.program("git").args(["config", "user.email"]).current_dir(&place).output().unwrap();
        assert_eq!(String::from_utf8(mail.stdout).unwrap(), "ada@acme.test\n");
    }
    let removed = home.run(&["profile", "remove", "acme", "--yes"]).ok();
    assert!(removed.err.contains("its name and e-mail go with it"), "{removed:#?}");
    let other = home.run(&["profile", "remove", "globex", "--yes"]).ok();
    assert!(!other.err.contains("go with it"), "{other:#?}");
}

#[test]
fn off_and_never_on_are_two_things() {
    let home = Home::prepared();
    let never = home.run(&[]);
    assert!(
        never.out.contains("no profile was put in force yet") && never.out.contains("doorkey use PROFILE"),
        "{never:#?}"
    );
    assert!(
        home.run(&["which", "https://git.test/acme/app"]).out.contains("(not in force: doorkey use PROFILE)")
    );
    let helper = ["credential", "get"];
    let asked = home.run_with(&helper, b"protocol=https\nhost=git.test\n\n");
    assert!(
        asked.err.contains("no profile was put in force yet") && asked.err.contains("doorkey use PROFILE"),
        "{asked:#?}"
    );
    home.run(&["use", "acme", "--yes"]).ok();
    home.run(&["off"]).ok();
    assert!(home.run(&[]).out.contains("doorkey is off: git and ssh read none of its settings (doorkey on)"));
    assert!(home.run(&["current"]).out.contains("doorkey is off: doorkey on"));
    assert!(home.run(&["which", "https://git.test/acme/app"]).out.contains("(not in force: doorkey on)"));
    let asked = home.run_with(&helper, b"protocol=https\nhost=git.test\n\n");
    assert!(asked.err.contains("doorkey is off") && asked.err.contains("doorkey on"), "{asked:#?}");
}
