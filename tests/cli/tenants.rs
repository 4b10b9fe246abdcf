//! Two tenants on one machine: what one of them must never get from the other.

use crate::home::{Home, Ran};

fn git_asks(home: &Home, host: &str, path: &str) -> Ran {
    let request = format!("protocol=https\nhost={host}\npath={path}\n\n");
    let mut command = home.program("git");
    command.args(["credential", "fill"]).env("GIT_TERMINAL_PROMPT", "0");
    crate::home::feed(command, request.as_bytes())
}

fn token(home: &Home, token: &str) {
    home.run_with(&["token", "add", "acme", "--user", "u", "--stdin", "--yes"], token.as_bytes()).ok();
}

#[test]
fn one_profile_that_knows_the_kind_of_host_folds_owners_for_all() {
    let home = Home::empty();
    home.run(&[
        "profile",
        "add",
        "aaa",
        "--host",
        "git.x.test",
        "--provider",
        "gitlab",
        "--owner",
        "acme",
        "--yes",
    ])
    .ok();
    let second = home.run(&["profile", "add", "bbb", "--host", "git.x.test", "--owner", "ACME", "--yes"]);
    second.with_code(2);
    // Written by hand, it is refused all the same.
    home.write(
        ".config/doorkey/profiles/bbb.toml",
        "version = 1\n[[host]]\nname = \"git.x.test\"\nowners = [\"ACME\"]\ntransport = \"https\"\n",
        0o600,
    );
    let refused = home.run(&["use", "aaa", "--yes"]).with_code(2);
    assert!(refused.err.contains("aaa") && refused.err.contains("bbb"), "{refused:#?}");
}

#[test]
fn an_owner_taken_out_by_hand_is_gone_at_once() {
    let home = Home::empty();
    home.store();
    home.run(&[
        "profile",
        "add",
        "acme",
        "--host",
        "git.x.test",
        "--owner",
        "acme",
        "--owner",
        "client",
        "--user",
        "u",
        "--yes",
    ])
    .ok();
    token(&home, "tok-of-acme");
    home.run(&["use", "acme", "--yes"]).ok();
    assert!(git_asks(&home, "git.x.test", "client/x").out.contains("tok-of-acme"));
    let file = ".config/doorkey/profiles/acme.toml";
    home.write(file, home.text(file).replace(", \"client\"", ""), 0o600);
    let asked = git_asks(&home, "git.x.test", "client/x");
    assert!(!asked.out.contains("tok-of-acme") && asked.err.contains("does not claim"), "{asked:#?}");
    // A file that was put here with its old times is as new as any other.
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    std::fs::File::options().write(true).open(home.path(file)).unwrap().set_modified(old).unwrap();
    let asked = git_asks(&home, "git.x.test", "client/x");
    assert!(!asked.out.contains("tok-of-acme") && asked.err.contains("does not claim"), "{asked:#?}");
    assert!(git_asks(&home, "git.x.test", "acme/x").out.contains("tok-of-acme"));
    std::fs::remove_file(home.path(file)).unwrap();
    let asked = git_asks(&home, "git.x.test", "acme/x");
    assert!(!asked.out.contains("tok-of-acme") && asked.err.contains("was removed"), "{asked:#?}");
}

#[test]
fn a_change_that_later_ones_stand_on_is_not_taken_back_alone() {
    let home = Home::empty();
    home.store();
    home.run(&["profile", "add", "acme", "--host", "one.test", "--user", "u", "--yes"]).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    home.run(&["profile", "add", "globex", "--host", "two.test", "--user", "u", "--yes"]).ok();
    home.run(&["profile", "add", "initech", "--host", "three.test", "--user", "u", "--yes"]).ok();
    for id in ["1", "2", "3"] {
        let refused = home.run(&["undo", id, "--yes"]).with_code(2);
        assert!(refused.err.contains("doorkey undo 4"), "{refused:#?}");
    }
    token(&home, "first");
    token(&home, "second");
    home.run(&["undo", "5", "--yes"]).with_code(2);
    assert!(git_asks(&home, "one.test", "a/b").out.contains("second"));
    for _ in 0..6 {
        home.run(&["undo", "--yes"]).ok();
    }
    assert_eq!(home.run(&["profile", "list", "--json"]).ok().out.matches("\"name\"").count(), 0);
}

#[test]
fn a_folder_of_a_tenant_has_that_tenants_identity() {
    let home = Home::empty();
    let work = |name: &str| home.path(&format!("w/{name}")).display().to_string();
    for (name, mail) in [("acme", "ada@acme.test"), ("globex", "b@globex.test")] {
        let host = format!("{name}.test");
        home.run(&["profile", "add", name, "--host", &host, "--email", mail, "--dir", &work(name), "--yes"])
            .ok();
        let made = home.program("git").args(["init", "-q", &format!("{}/r", work(name))]).status().unwrap();
        assert!(made.success());
    }
    home.run(&["use", "acme", "--yes"]).ok();
    for (name, mail) in [("acme", "ada@acme.test"), ("globex", "b@globex.test")] {
        let output = home
            .program("git")
            .args(["-C", &format!("{}/r", work(name)), "config", "user.email"])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), mail, "{name}");
    }
}

#[test]
fn every_spelling_of_a_host_offers_the_one_key() {
    let home = Home::empty();
    home.write(".ssh/id_one", "", 0o600);
    home.run(&[
        "profile",
        "add",
        "one",
        "--host",
        "one.test",
        "--transport",
        "ssh",
        "--ssh-key",
        "id_one",
        "--yes",
    ])
    .ok();
    home.run(&["use", "one", "--yes"]).ok();
    let config = home.path(".local/state/doorkey/current/ssh_config");
    for host in ["one.test", "One.TEST", "one.test."] {
        let mut command = home.program("ssh");
        command.args(["-F", config.to_str().unwrap(), "-G", host]);
        let said = crate::home::feed(command, b"").ok();
        assert!(said.out.contains("identitiesonly yes"), "{host}: {said:#?}");
        assert_eq!(said.out.matches("identityfile ").count(), 1, "{host}: {said:#?}");
    }
}

#[test]
fn the_users_own_lines_are_not_shown_around_a_change() {
    let home = Home::empty();
    home.write(".gitconfig", "[github]\n\tuser = u\n\toauth = CANARY-0123456789\n", 0o600);
    home.run(&["profile", "add", "acme", "--host", "one.test", "--yes"]).ok();
    for arguments in [
        &["use", "acme", "--dry-run"][..],
        &["use", "acme", "--dry-run", "--json"],
        &["use", "acme", "--yes"],
    ] {
        let ran = home.run(arguments).ok();
        assert!(!ran.out.contains("CANARY"), "{ran:#?}");
    }
    assert!(!home.run(&["diff"]).ok().out.contains("CANARY"));
}

#[test]
fn a_user_with_only_the_xdg_file_keeps_it_as_the_global_one() {
    let home = Home::empty();
    home.write(".config/git/config", "[user]\n\temail = xdg@home.test\n", 0o644);
    home.run(&["profile", "add", "acme", "--host", "one.test", "--yes"]).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    let global = |key: &str| {
        let output = home.program("git").args(["config", "--global", key]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    assert_eq!(global("user.email"), "xdg@home.test");
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(home.text(".config/git/config"), "[user]\n\temail = xdg@home.test\n");
}

#[test]
fn a_url_in_the_place_of_a_host_is_told() {
    let home = Home::empty();
    for url in ["https://github.com/acme", "github.com/acme"] {
        let refused = home.run(&["profile", "add", "acme", "--host", url, "--yes"]).with_code(2);
        assert!(refused.err.contains("--host github.com --owner acme"), "{refused:#?}");
    }
}

#[test]
fn a_key_that_the_profile_names_is_made_under_that_name() {
    let home = Home::empty();
    home.run(&["profile", "add", "acme", "--host", "one.test", "--ssh-key", "id_named", "--yes"]).ok();
    home.run(&["ssh", "new", "acme", "--no-passphrase", "--yes"]).ok();
    assert!(home.path(".ssh/id_named.pub").exists());
}

#[test]
fn an_include_that_git_put_into_our_section_stays_one() {
    let home = Home::empty();
    home.write(".gitconfig", "[user]\n\tname = me\n", 0o644);
    home.run(&["profile", "add", "acme", "--host", "one.test", "--yes"]).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    let git = |arguments: &[&str]| {
        let output = home.program("git").args(["config", "--global"]).args(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    git(&["--add", "include.path", "/nowhere/other"]);
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(git(&["--no-includes", "--list"]), "user.name=me\ninclude.path=/nowhere/other");
}

#[test]
fn a_profile_that_is_gone_is_not_called_the_current_one() {
    let home = Home::empty();
    home.run(&["profile", "add", "acme", "--host", "one.test", "--yes"]).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    std::fs::remove_file(home.path(".config/doorkey/profiles/acme.toml")).unwrap();
    assert!(home.run(&["current"]).with_code(1).out.contains("not there any more"));
    assert!(home.run(&["doctor"]).out.contains("settings-outdated"));
}
