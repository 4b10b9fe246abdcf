//! `doorkey which`: who speaks there, and if nobody does, the true reason.

use crate::home::{Home, Ran};

/// acme and globex share git.test by owner; initech has the whole of initech.test; all in force.
fn three() -> Home {
    let home = Home::in_force();
    home.run(&["profile", "add", "globex", "--host", "git.test", "--owner", "globex", "--yes"]).ok();
    home.run(&["profile", "add", "initech", "--host", "initech.test", "--yes"]).ok();
    home
}

#[track_caller]
fn nobody(home: &Home, place: &str, said: &[&str]) -> Ran {
    let ran = home.run(&["which", place]).with_code(1);
    assert!(ran.out.starts_with("nobody speaks for"), "{ran:#?}");
    for said in said {
        assert!(ran.out.contains(said), "{said:?} in {ran:#?}");
    }
    ran
}

#[test]
fn two_profiles_with_one_claim_are_named() {
    let home = three();
    let file = ".config/doorkey/profiles/acme.toml";
    home.write(".config/doorkey/profiles/copy.toml", home.text(file), 0o600);
    let said =
        ["profiles acme and copy both claim https://git.test/acme", "doorkey profile edit copy (or acme)"];
    let ran = nobody(&home, "https://git.test/acme/app", &said);
    assert!(!ran.out.contains("nobody claims"), "{ran:#?}");
    assert!(home.run(&["which", "https://git.test/globex/app"]).ok().out.starts_with("globex speaks"));
}

#[test]
fn a_profile_that_cannot_be_read_is_named_with_its_line() {
    let home = three();
    let file = ".config/doorkey/profiles/acme.toml";
    let text = home.text(file);
    home.write(file, text.replace("[[host]]", "[[host"), 0o600);
    let line = 1 + text.lines().position(|l| l == "[[host]]").unwrap();
    let where_it_is = format!("acme.toml: line {line}");
    nobody(
        &home,
        "https://git.test/acme/app",
        &["acme has https://git.test/acme, but its file cannot be used", &where_it_is],
    );
    nobody(
        &home,
        "https://far.test/x/y",
        &["no profile has https://far.test", "not everything is known", &where_it_is],
    );
    let known = home.run(&["which", "https://git.test/globex/app"]).ok();
    assert!(!known.out.contains("acme.toml"), "{known:#?}");
}

#[test]
fn a_host_alone_is_answered_for() {
    let home = three();
    for slash in ["", "/"] {
        let said = ["is managed by owner: acme (acme), globex (globex)"];
        nobody(&home, &format!("https://git.test{slash}"), &said);
        let whole = home.run(&["which", &format!("https://initech.test{slash}")]).ok();
        assert!(whole.out.contains("initech speaks") && whole.out.contains("the whole host"), "{whole:#?}");
    }
    nobody(&home, "https://far.test", &["no profile has https://far.test; git asks its other helpers"]);
    // ssh has no other helpers.
    nobody(&home, "git@far.test:x/y", &["no profile has ssh://far.test; ssh offers your own keys"]);
}

#[test]
fn what_is_no_place_is_said_in_its_own_words() {
    let home = three();
    let asked = |place: &str, what: &str, fix: &str| {
        for command in [&["which", place][..], &["inspect", "helpers", "--for", place]] {
            let ran = home.run(command).with_code(2);
            assert!(ran.err.contains(what) && ran.err.contains(fix), "{ran:#?}");
        }
    };
    asked("/nonexistent", "there is no folder /nonexistent", "fix: give a folder, or a URL");
    asked("nosuchdir", "there is no folder nosuchdir", "fix: give a folder");
    asked("./no.such/dir", "there is no folder ./no.such/dir", "fix: give a folder");
    asked("../nosuch", "there is no folder ../nosuch", "fix: give a folder");
    asked(
        "git.test/acme/app",
        "is neither a folder here nor a URL",
        "fix: write the scheme too: https://git.test/acme/app",
    );
    for bad in ["https://git.test/acme/../globex/app", "https://git.test/acme%2Fapp"] {
        let ran = home.run(&["which", bad]).with_code(2);
        assert!(ran.err.contains("without '..' and '%2F'"), "{ran:#?}");
    }
}
