//! Where one tenant's route, token or spelling ends: each of these was once too wide.

use crate::home::{CANARY, Home, Ran};

/// Two tenants on one host, each with a token, in force.
fn two() -> Home {
    let home = Home::empty();
    home.store();
    for (name, user) in [("acme", "alice"), ("globex", "bob")] {
        home.run(&["profile", "add", name, "--host", "git.test", "--owner", name, "--user", user, "--yes"])
            .ok();
        home.run_with(&["token", "add", name, "--stdin", "--yes"], token(name).as_bytes()).ok();
    }
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

fn token(profile: &str) -> String {
    format!("token-of-{profile}-8d2f61c07a")
}

fn get(home: &Home, request: &str) -> Ran {
    home.run_with(&["credential", "get"], format!("{request}\n\n").as_bytes())
}

/// Whose token the helper hands out for a path on git.test.
fn speaker(home: &Home, path: &str) -> Option<&'static str> {
    let ran = get(home, &format!("protocol=https\nhost=git.test\npath={path}"));
    ["acme", "globex"].into_iter().find(|name| ran.out.contains(&token(name)))
}

#[test]
fn a_route_is_decoded_once() {
    let home = two();
    // `%2541` in a URL is the path `%41`, which is not `A`.
    for (url, path) in [
        ("https://git.test/q/a%2541b", "q/a%41b"),
        ("https://git.test/q/50%25", "q/50%"),
        ("https://git.test/q/a%23b", "q/a#b"),
        ("https://git.test/q/a%3Fb", "q/a?b"),
        ("https://git.test/q/a%20b", "q/a b"),
        ("https://git.test/q/%C3%BC", "q/\u{fc}"),
    ] {
        home.run(&["route", "add", url, "acme", "--yes"]).ok();
        assert_eq!(speaker(&home, path), Some("acme"), "{url}");
        assert_eq!(speaker(&home, &format!("{path}.git")), Some("acme"), "{url}");
        assert_eq!(speaker(&home, "globex/x.git"), Some("globex"), "{url} broke another tenant's route");
        // What is written can be read, and taken away again by the same words.
        home.run(&["profile", "check"]).ok();
        home.run(&["route", "remove", url, "acme", "--yes"]).ok();
        assert_eq!(speaker(&home, path), None, "{url}");
    }
    home.run(&["route", "add", "https://git.test/q/a%2541b", "acme", "--yes"]).ok();
    assert_eq!(speaker(&home, "q/aAb.git"), None);
}

#[test]
fn an_owner_with_a_percent_sign_comes_back() {
    let home = Home::empty();
    home.store();
    home.run(&[
        "profile", "add", "acme", "--host", "git.test", "--owner", "50%25", "--user", "alice", "--yes",
    ])
    .ok();
    home.run_with(&["token", "add", "acme", "--stdin", "--yes"], token("acme").as_bytes()).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    assert_eq!(speaker(&home, "50%/x.git"), Some("acme"));
    assert!(home.text(".config/doorkey/profiles/acme.toml").contains("\"50%25\""));
}

#[test]
fn a_token_for_one_owner_stays_with_it() {
    let home = two();
    home.run_with(&["token", "add", "acme", "--owner", "acme/sub", "--stdin", "--yes"], b"narrow-5c1d77e09b")
        .ok();
    home.run(&["token", "remove", "acme", "--host", "git.test", "--user", "nobody"]).with_code(2);
    let ran = get(&home, "protocol=https\nhost=git.test\npath=acme/sub/x.git");
    assert!(ran.out.contains("narrow-5c1d77e09b"), "{ran:#?}");
    // git tells the helper that it worked: that makes it no token for the rest.
    let stored =
        "protocol=https\nhost=git.test\npath=acme/sub/x.git\nusername=alice\npassword=narrow-5c1d77e09b\n\n";
    home.run_with(&["credential", "store"], stored.as_bytes()).ok();
    assert_eq!(speaker(&home, "acme/x.git"), Some("acme"));
}

#[test]
fn a_password_from_a_url_replaces_no_token() {
    let home = two();
    let stored =
        "protocol=https\nhost=git.test\npath=acme/public.git\nusername=alice\npassword=of-an-attacker\n\n";
    home.run_with(&["credential", "store"], stored.as_bytes()).ok();
    assert_eq!(speaker(&home, "acme/private.git"), Some("acme"));
    let erase = stored.replace("of-an-attacker", &token("acme"));
    home.run_with(&["credential", "erase"], erase.as_bytes()).ok();
    assert_eq!(speaker(&home, "acme/private.git"), None, "it is suspect");
    // The attacker's does not lift the suspicion, the very same does.
    home.run_with(&["credential", "store"], stored.as_bytes()).ok();
    assert_eq!(speaker(&home, "acme/private.git"), None);
    home.run_with(&["credential", "store"], erase.as_bytes()).ok();
    assert_eq!(speaker(&home, "acme/private.git"), Some("acme"));
}

#[test]
fn a_token_in_the_place_of_a_user_is_not_printed() {
    let home = two();
    let ran = get(&home, &format!("protocol=https\nhost=git.test\npath=acme/x.git\nusername={CANARY}"));
    assert!(ran.err.contains("git asks for user \"***\""), "{ran:#?}");
    assert!(!ran.err.contains(CANARY), "{ran:#?}");
}

#[test]
fn a_user_without_a_profiles_word_is_named() {
    let home = Home::empty();
    home.store();
    home.run(&["profile", "add", "acme", "--host", "git.test", "--owner", "acme", "--yes"]).ok();
    home.run_with(&["token", "add", "acme", "--user", "alice", "--stdin", "--yes"], token("acme").as_bytes())
        .ok();
    home.run(&["use", "acme", "--yes"]).ok();
    let ran = get(&home, "protocol=https\nhost=git.test\npath=acme/x.git\nusername=bob");
    assert!(ran.err.contains("git asks for user \"bob\", but profile acme is user \"alice\""), "{ran:#?}");
    home.run_with(&["token", "add", "acme", "--user", "carol", "--stdin", "--yes"], b"another-77").ok();
    let ran = get(&home, "protocol=https\nhost=git.test\npath=acme/x.git");
    assert!(ran.err.contains("has tokens of alice, carol") && ran.out == "quit=1\n", "{ran:#?}");
}

#[test]
fn a_route_to_another_host_gets_its_token() {
    let home = two();
    home.run(&["route", "add", "https://other.test/partner/shared", "acme", "--yes"]).ok();
    let request = "protocol=https\nhost=other.test\npath=partner/shared.git";
    let ran = get(&home, request);
    let hint = "doorkey token add acme --host other.test --user USER";
    assert!(ran.err.contains(hint), "{ran:#?}");
    let doctor = home.run(&["doctor", "--only", "profile-without-token"]);
    assert!(doctor.out.contains(hint), "{doctor:#?}");
    let add = ["token", "add", "acme", "--host", "other.test", "--user", "alice", "--stdin", "--yes"];
    home.run_with(&add, b"for-the-partner-31c").ok();
    assert!(get(&home, request).out.contains("for-the-partner-31c"));
}

#[test]
fn a_token_that_would_never_be_used_is_refused() {
    let home = two();
    let ran =
        home.run_with(&["token", "add", "acme", "--owner", "glbex", "--stdin", "--yes"], b"x").with_code(2);
    assert!(
        ran.err.contains("does not speak for \"glbex\"") && ran.err.contains("its owners there: acme"),
        "{ran:#?}"
    );
    let long = "x".repeat(3500);
    let ran = home.run_with(&["token", "add", "acme", "--stdin", "--yes"], long.as_bytes()).with_code(2);
    assert!(ran.err.contains("that token has 3500 bytes"), "{ran:#?}");
    // The longest that is taken comes through, in either form of answer.
    let longest = "x".repeat(3071 - "alice".len());
    home.run_with(&["token", "add", "acme", "--stdin", "--yes"], longest.as_bytes()).ok();
    let request = "protocol=https\nhost=git.test\npath=acme/x.git";
    assert!(get(&home, request).out.contains(&longest));
    let ran = get(&home, &format!("capability[]=authtype\n{request}"));
    let header = ran.out.lines().find(|line| line.starts_with("credential=")).expect("a header");
    let ran = home
        .run_with(
            &["credential", "erase"],
            format!("capability[]=authtype\n{request}\nauthtype=Basic\n{header}\n\n").as_bytes(),
        )
        .ok();
    assert_eq!(ran.err, "");
    let ran = home.run(&["token", "list"]).ok();
    assert!(ran.out.contains("refused by its host"), "git's words came through whole: {ran:#?}");
}

#[test]
fn one_host_stands_once_in_a_profile() {
    let home = two();
    let path = ".config/doorkey/profiles/acme.toml";
    let text = home.text(path);
    home.write(path, format!("{text}\n[[host]]\nname = \"git.test\"\nowners = [\"beta\"]\n"), 0o600);
    let ran = home.run(&["profile", "check"]).with_code(1);
    assert!(ran.out.contains("https://git.test stands in two [[host]] entries"), "{ran:#?}");
    // Another port, or another transport, is another origin.
    home.write(
        path,
        format!("{text}\n[[host]]\nname = \"git.test\"\nport = 8443\ntransport = \"https\"\n"),
        0o600,
    );
    home.run(&["profile", "check"]).ok();
}

#[test]
fn a_letter_that_looks_folded_is_another_owner() {
    let home = Home::empty();
    home.store();
    let add = [
        "profile",
        "add",
        "kde",
        "--host",
        "git.test",
        "--owner",
        "kde",
        "--provider",
        "gitlab",
        "--user",
        "alice",
        "--yes",
    ];
    home.run(&add).ok();
    home.run_with(&["token", "add", "kde", "--stdin", "--yes"], token("acme").as_bytes()).ok();
    home.run(&["use", "kde", "--yes"]).ok();
    assert_eq!(speaker(&home, "KDE/x.git"), Some("acme"));
    // KELVIN SIGN, whose lower case is k.
    assert_eq!(speaker(&home, "\u{212a}de/x.git"), None);
}

#[test]
fn a_user_name_with_a_colon_is_refused() {
    let home = two();
    let ran =
        home.run_with(&["token", "add", "acme", "--user", "a:b", "--stdin", "--yes"], b"x").with_code(2);
    assert!(ran.err.contains("user"), "{ran:#?}");
    let add = ["profile", "add", "third", "--host", "third.test", "--user", "a:b", "--yes"];
    let ran = home.run(&add).with_code(2);
    assert!(ran.err.contains("':'"), "{ran:#?}");
}

#[test]
fn a_relative_folder_for_state_is_refused() {
    let home = two();
    let mut command = home.doorkey();
    command.env("DOORKEY_STATE_DIR", "state").args(["use", "acme", "--yes"]);
    let ran = Ran::of(&command.output().unwrap()).with_code(3);
    assert!(ran.err.contains("not an absolute path"), "{ran:#?}");
    assert!(!home.path("state").exists());
}

/// The routes decide who gets a token, so whoever may write them may not be somebody else.
#[test]
fn routes_that_others_may_write_are_not_followed() {
    use std::fs::{Permissions, read_link, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let home = two();
    let routes = read_link(home.state().join("current")).unwrap();
    let routes = home.state().join(routes).join("routes");
    set_permissions(&routes, Permissions::from_mode(0o666)).unwrap();
    assert_eq!(speaker(&home, "acme/x.git"), None);
    set_permissions(&routes, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(speaker(&home, "acme/x.git"), Some("acme"));
    // Nor when a link leads to where others may write.
    let open = home.outside("open");
    std::fs::create_dir(&open).unwrap();
    std::fs::rename(home.state(), open.join("state")).unwrap();
    set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
    std::os::unix::fs::symlink(open.join("state"), home.state()).unwrap();
    assert_eq!(speaker(&home, "acme/x.git"), None);
    set_permissions(&open, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(speaker(&home, "acme/x.git"), Some("acme"));
}

/// An upgrade that writes over the user's file in place must not change what git calls.
#[test]
fn a_program_written_over_in_place_leaves_the_launcher() {
    let home = Home::prepared();
    let program = home.path("download/doorkey");
    std::fs::create_dir(home.path("download")).unwrap();
    crate::executable::write(&program, std::fs::read(env!("CARGO_BIN_EXE_doorkey")).unwrap());
    Ran::of(&home.program(program.to_str().unwrap()).args(["use", "acme", "--yes"]).output().unwrap()).ok();
    std::fs::write(&program, b"half of an upgrade").unwrap();
    let ran = Ran::of(
        &home
            .program("sh")
            .args(["-c", "printf 'url=https://git.test/acme/x\\n\\n' | git credential fill"])
            .output()
            .unwrap(),
    );
    assert!(ran.ok().out.contains("username=ada"));
}
