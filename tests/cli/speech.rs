//! What doorkey says, read as somebody in a hurry: nothing secret, nothing raw, and every hint can be followed.

use crate::home::{CANARY, Home, Ran};

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

#[test]
fn a_token_among_the_arguments_is_not_said_again() {
    let home = Home::in_force();
    for arguments in [
        &["token", "add", "acme", CANARY][..],
        &["token", CANARY],
        &["store", "unlock", CANARY],
        &["use", "acme", CANARY],
        &[CANARY],
        &["token", "add", "acme", "--token-fd", CANARY],
        &["token", "add", "acme", &format!("--token={CANARY}")],
        &["token", "add", "acme", CANARY, "--json"],
    ] {
        let ran = home.run(arguments).with_code(2);
        assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY), "{ran:#?}");
    }
    let ran = home.run(&["token", "add", "acme", CANARY]);
    assert!(ran.err.contains("never taken from arguments") && ran.err.contains("make a new one"), "{ran:#?}");
}

#[test]
fn a_wrong_command_line_says_what_and_what_to_do() {
    let home = Home::empty();
    let cases: &[(&[&str], &str, &str)] = &[
        (&["status"], "no command \"status\"", "plain `doorkey`"),
        (&["docter"], "no command \"docter\"", "did you mean: doctor?"),
        (&["use"], "<PROFILE> is missing", "doorkey use <PROFILE>"),
        (&["use", "acme", "globex"], "a word too many: \"globex\"", "doorkey use [OPTIONS] <PROFILE>"),
        (&["doctor", "--fixx"], "no option --fixx", "did you mean: --fix?"),
        (&["--color", "red"], "\"red\" is no value for --color <WHEN>", "one of: auto, always, never"),
        (&["verify", "--jobs", "x"], "\"x\" is no value for --jobs", "see: doorkey verify --help"),
        (
            &["profile", "add", "a", "--host", "h", "--ssh-port", "0"],
            "\"0\" is no value for --ssh-port",
            "see: doorkey profile add --help",
        ),
    ];
    for (arguments, what, fix) in cases {
        let ran = home.run(arguments).with_code(2);
        assert!(ran.err.contains(what) && ran.err.contains(fix), "{arguments:?}: {}", ran.err);
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let ran = home.run(&arguments).with_code(2);
        assert_eq!(json(&ran)["schema"], "doorkey/error/v1", "{ran:#?}");
    }
}

#[test]
fn profile_files_are_judged_in_plain_words() {
    let home = Home::prepared();
    let path = ".config/doorkey/profiles/acme.toml";
    let good = home.text(path);
    for (text, words) in [
        ("foo = 1\n", "there is no setting \"foo\" here; there are: version, title"),
        ("dirs = \"x\"\n", "this is a text, and must be a list such as"),
        ("title = 1\n", "this is a number, and must be a text in quotes"),
        ("[[route]]\n", "the setting \"url\" is missing"),
        (
            "[[host]]\nname = \"other.test\"\nport = \"x\"\n",
            "this is a text, and must be a number from 0 to 65535",
        ),
    ] {
        let text = if text.starts_with('[') { format!("{good}\n{text}") } else { format!("{text}{good}") };
        home.write(path, text, 0o600);
        let ran = home.run(&["profile", "check"]).with_code(1);
        assert!(ran.out.contains(words), "{ran:#?}");
        assert!(ran.out.contains("\n  why: ") && ran.out.contains("\n  fix: "), "{ran:#?}");
    }
}

#[test]
fn profile_add_refuses_what_would_not_work() {
    let home = Home::empty();
    let cases: &[(&[&str], &str)] = &[
        (&["--verify", "notaurl"], "--verify"),
        (
            &["--owner", "acme", "--verify", "https://other.test/acme/x"],
            "is not a repository of this profile",
        ),
        (
            &["--owner", "acme", "--verify", "https://git.test/globex/x"],
            "is not a repository of this profile",
        ),
        (&["--email", "foo"], "is no e-mail address"),
        (&["--name", " "], "--name is empty"),
        (&["--owner", "a/../b"], "'.' or '..' segment"),
        (&["--proxy", "http://u:p@proxy"], "password does not belong"),
    ];
    for (more, words) in cases {
        let mut arguments = vec!["profile", "add", "acme", "--host", "git.test", "--yes"];
        arguments.extend(*more);
        let ran = home.run(&arguments).with_code(2);
        assert!(ran.err.contains(words), "{more:?}: {ran:#?}");
        assert!(ran.err.contains("\n  fix: "), "{more:?}: {ran:#?}");
    }
    let proof = ["--owner", "acme", "--verify", "https://git.test/acme/x", "--ssh-key", "id_none"];
    let ran =
        home.run(&[&["profile", "add", "acme", "--host", "git.test", "--yes"][..], &proof].concat()).ok();
    assert!(ran.out.contains("there is no key id_none yet: doorkey ssh new acme"), "{ran:#?}");
}

#[test]
fn numbers_of_changes_are_taken_at_their_word() {
    let home = Home::prepared();
    let ran = home.run(&["undo", "99", "--yes"]).with_code(2);
    assert!(ran.err.contains("there is no change 99"), "{ran:#?}");
    let ran = home.run(&["diff", "--json"]).ok();
    let found = json(&ran);
    assert_eq!(found["schema"], "doorkey/diff/v1");
    assert!(!found["steps"].as_array().unwrap().is_empty(), "{ran:#?}");
    let ran = home.run(&["off"]).ok();
    assert!(ran.out.contains("doorkey is off already"), "{ran:#?}");
}

#[test]
fn routes_say_what_they_do() {
    let home = Home::in_force();
    let ran = home.run(&["route", "add", "https://other.test/a/b", "acme", "--yes"]).ok();
    assert!(ran.out.contains("https://other.test is managed from now on"), "{ran:#?}");
    let ran = home.run(&["route", "add", "https://git.test/c/d", "acme", "--yes"]).ok();
    assert!(!ran.out.contains("from now on"), "{ran:#?}");
    let ran = home.run(&["route", "remove", "https://other.test/a/b", "acme", "--yes"]).ok();
    assert!(ran.out.contains("acme speaks for https://other.test/a/b no more"), "{ran:#?}");
    assert!(Home::empty().run(&["route", "list"]).ok().out.contains("There are no routes"));
}

#[test]
fn another_tenants_repository_is_not_given_away_by_a_hint() {
    let home = Home::in_force();
    home.run(&["profile", "add", "globex", "--host", "git.test", "--owner", "globex", "--yes"]).ok();
    let url = "https://git.test/globex/app.git";
    let ran = home.run(&["verify", "acme", "--repo", url, "--json"]);
    let note = &json(&ran)["repositories"][0]["note"];
    assert_eq!(note["code"], "wrong-profile", "{ran:#?}");
    assert_eq!(note["fix"], format!("doorkey verify globex --repo {url}"));
}

#[test]
fn doctors_document_tells_what_was_mended() {
    let home = Home::prepared();
    home.write(".ssh/config", "Host *\n  ForwardAgent yes\n", 0o600);
    let ran = home.run(&["doctor", "--fix", "--only", "forward-agent-everywhere", "--yes", "--json"]).ok();
    let found = json(&ran);
    assert_eq!(found["mended"][0]["code"], "forward-agent-everywhere", "{ran:#?}");
    assert_eq!(found["findings"].as_array().unwrap().len(), 0);
    assert!(found["change"].as_u64().is_some());
}

/// The descriptor goes on where the shell has read to.
#[test]
fn a_descriptor_is_read_from_where_it_stands() {
    let home = Home::prepared();
    home.write("two-lines", "ada\nsecond-line-91c2\n", 0o600);
    let line = format!(
        "exec 5<two-lines; read -r user <&5; {} token add acme --user \"$user\" --token-fd 5 --yes",
        env!("CARGO_BIN_EXE_doorkey")
    );
    Ran::of(&home.program("sh").args(["-c", &line]).output().unwrap()).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    let ran = home.run_with(&["credential", "get"], b"protocol=https\nhost=git.test\npath=acme/x\n\n");
    assert!(ran.out.contains("password=second-line-91c2\n"), "{ran:#?}");
    let ran = home.run(&["token", "add", "acme", "--token-fd", "77", "--yes"]).with_code(2);
    assert!(ran.err.contains("file descriptor 77 is not open"), "{ran:#?}");
}

#[test]
fn colour_is_there_when_it_is_asked_for() {
    let home = Home::in_force();
    assert!(home.run(&["--color", "always"]).ok().out.contains("\u{1b}[32mok:\u{1b}[0m"));
    home.write(".ssh/config", "Host *\n  ForwardAgent yes\n", 0o600);
    let ran = home.run(&["doctor", "--color", "always"]);
    assert!(ran.out.contains("\u{1b}[33mwarning\u{1b}[0m[forward-agent-everywhere]"), "{ran:#?}");
    assert!(!home.run(&["doctor"]).out.contains('\u{1b}'));
}

/// A reader that goes away does not turn a failure into a success.
#[test]
fn a_failure_into_a_closed_pipe_is_a_failure() {
    let home = Home::empty();
    for _ in 0..20 {
        let line = format!(
            "HOME=/etc/passwd {} profile add a --host b.test -y | head -0; echo \"${{PIPESTATUS[0]}}\"",
            env!("CARGO_BIN_EXE_doorkey")
        );
        let ran = Ran::of(&home.program("bash").args(["-c", &line]).output().unwrap());
        assert_eq!(ran.out, "3\n", "{ran:#?}");
    }
}
