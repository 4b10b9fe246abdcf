//! Apply, then undo: the user's files are as before, to the byte and the mode (SECURITY rule 27).

use crate::home::{Home, Ran};

fn homes() -> Vec<(&'static str, Home)> {
    let empty = Home::empty();
    let rich = Home::empty();
    rich.write(
        ".gitconfig",
        "; mine\r\n[user]\r\n   name=Me\r\n\temail = me@home.test ; odd\r\n[alias]\r\n\tlg = \"log \\\"x\\\"\"",
        0o640,
    );
    rich.write(".ssh/config", "# first\nHost *\n    IdentityFile ~/.ssh/id_mine\n", 0o644);
    rich.write(".config/git/ignore", "*.swp\n", 0o644);
    let private = Home::empty();
    private.write(".ssh/config", "Host git.test\n  User git", 0o600);
    private.write(".gitconfig", "", 0o600);
    let xdg = Home::empty();
    xdg.write(".config/git/config", "[user]\n\temail = me@home.test\n", 0o644);
    vec![("empty", empty), ("rich", rich), ("private", private), ("xdg", xdg)]
}

const ADD: &[&str] = &[
    "profile",
    "add",
    "globex",
    "--host",
    "git.test",
    "--owner",
    "globex",
    "--email",
    "b@globex.test",
    "--yes",
];
const ROUTE: &[&str] = &["route", "add", "https://git.test/other/fork", "acme", "--yes"];
const UNROUTE: &[&str] = &["route", "remove", "https://git.test/other/fork", "acme", "--yes"];

fn shown(home: &Home) -> String {
    let commands: [&[&str]; 3] =
        [&["profile", "list", "--json"], &["token", "list", "--json"], &["current", "--json"]];
    let mut all: String = commands.iter().map(|c| home.run(c).out).collect();
    for path in ["acme/x", "globex/x", "other/fork"] {
        let request = format!("protocol=https\nhost=git.test\npath={path}\n\n");
        let Ran { out, err, .. } = home.run_with(&["credential", "get"], request.as_bytes());
        all += &format!("{path}: {out}{err}\n");
    }
    let numbers = without_dates(&all);
    numbers
        + &home.git("user.email")
        + &home.git("credential.https://git.test.helper").replace(char::is_numeric, "")
}

/// Without dates, which tell when and not what.
fn without_dates(text: &str) -> String {
    text.lines()
        .filter(|l| !l.contains("\"since\"") && !l.contains("\"added\""))
        .map(|l| format!("{l}\n"))
        .collect()
}

#[test]
fn undo_gives_every_file_back() {
    for (what, home) in homes() {
        let mut undone = 0;
        let mut check = |arguments: &[&str], input: &str| {
            let (files, view) = (home.users_tree(), shown(&home));
            home.run_with(arguments, input.as_bytes()).ok();
            assert_ne!(
                (&files, &view),
                (&home.users_tree(), &shown(&home)),
                "{what}: {arguments:?} does nothing"
            );
            home.run(&["undo", "--yes"]).ok();
            assert_eq!(home.users_tree(), files, "{what}: undo of {arguments:?}");
            assert_eq!(shown(&home), view, "{what}: undo of {arguments:?}");
            undone += 1;
        };
        home_store(&home);
        let add_acme: &[&str] = &[
            "profile",
            "add",
            "acme",
            "--host",
            "git.test",
            "--owner",
            "acme",
            "--user",
            "ada",
            "--email",
            "ada@acme.test",
            "--yes",
        ];
        check(add_acme, "");
        home.run(add_acme).ok();
        let token: &[&str] =
            &["token", "add", "acme", "--host", "git.test", "--user", "ada", "--stdin", "--yes"];
        check(token, "first-token-0123456789");
        home.run_with(token, b"first-token-0123456789").ok();
        check(&["use", "acme", "--yes"], "");
        check(ADD, "");
        check(ROUTE, "");
        home.run(&["use", "acme", "--yes"]).ok();
        check(token, "second-token-0123456789");
        check(&["off"], "");
        home.run(&["off"]).ok();
        check(&["on"], "");
        home.run(&["on"]).ok();
        check(ADD, "");
        home.run(ADD).ok();
        check(&["use", "globex", "--yes"], "");
        check(ROUTE, "");
        home.run(ROUTE).ok();
        check(UNROUTE, "");
        check(&["token", "remove", "acme", "--yes"], "");
        check(&["profile", "remove", "acme", "--yes"], "");
        assert_eq!(undone, 14, "{what}");
    }
}

fn home_store(home: &Home) {
    home.store();
}

#[test]
fn undo_of_a_new_key_sets_it_aside_each_time() {
    let home = Home::in_force();
    for round in 0..3 {
        home.run(&["ssh", "new", "acme", "--no-passphrase", "--yes"]).ok();
        let key = home.read(".ssh/id_ed25519_acme");
        home.run(&["undo", "--yes"]).ok();
        assert!(!home.path(".ssh/id_ed25519_acme").exists());
        assert!(!home.path(".ssh/id_ed25519_acme.pub").exists());
        let kept = home.tree().into_values().any(|f| f.content == key);
        assert!(kept, "round {round}: a key that may be in use elsewhere was deleted");
        assert!(!home.text(".config/doorkey/profiles/acme.toml").contains("id_ed25519_acme"));
    }
}

#[test]
fn an_undone_undo_brings_the_same_back() {
    let home = Home::in_force();
    home.token("acme", "second-token-0123456789");
    let before = shown(&home);
    home.run(&["undo", "--yes"]).ok();
    let undo = home.run(&["history", "--json"]).ok().out;
    let history: serde_json::Value = serde_json::from_str(&undo).unwrap();
    let id = history["entries"][0]["id"].to_string();
    home.run(&["undo", &id, "--yes"]).ok();
    assert_eq!(shown(&home), before);
}

#[test]
fn what_the_user_wrote_since_stays() {
    for (file, start) in [(".gitconfig", Some("[user]\n\tname = Me\n")), (".gitconfig", None)] {
        let home = Home::prepared();
        if let Some(start) = start {
            home.write(file, start, 0o644);
        }
        home.run(&["use", "acme", "--yes"]).ok();
        home.program("git").args(["config", "--global", "alias.x", "log"]).status().unwrap();
        home.program("git").args(["config", "--global", "core.editor", "vi"]).status().unwrap();
        let ssh = home.text(".ssh/config");
        home.write(".ssh/config", format!("# above\n{ssh}Host mine\n  User me\n"), 0o600);
        home.run(&["undo", "--yes"]).ok();
        assert_eq!(home.git("alias.x"), "log\n");
        assert_eq!(home.git("core.editor"), "vi\n");
        assert_eq!(home.git("include.path"), "");
        assert_eq!(home.text(".ssh/config"), "# above\nHost mine\n  User me\n");
        assert!(home.text(file).starts_with(start.unwrap_or_default()));
    }
}

#[test]
fn what_the_user_wrote_into_a_profile_since_stays() {
    let home = Home::prepared();
    let file = ".config/doorkey/profiles/acme.toml";
    home.run(ROUTE).ok();
    let text = home.text(file).replace("version = 1", "version = 1\ntitle = \"Mine\"");
    home.write(file, &text, 0o600);
    home.run(&["undo", "--yes"]).ok();
    let after = home.text(file);
    assert!(after.contains("title = \"Mine\"") && !after.contains("other/fork"), "{after}");
}

#[test]
fn a_changed_region_is_shown_and_nothing_is_touched() {
    let home = Home::in_force();
    let text = home.text(".gitconfig");
    home.write(".gitconfig", text.replace("/current/", "/elsewhere/"), 0o600);
    let before = home.tree();
    for arguments in [&["undo", "--yes"][..], &["undo", "--dry-run"]] {
        let ran = home.run(arguments).with_code(3);
        assert!(
            ran.err.contains("/current/gitconfig") && ran.err.contains("/elsewhere/gitconfig"),
            "{ran:#?}"
        );
        let after = home.tree();
        assert_eq!(before, after, "{:?}", crate::home::differences(&before, &after));
    }
}

/// A mended line goes back to where it stood, not to where its bytes were counted once.
#[test]
fn a_line_goes_back_beside_its_neighbours() {
    let fix = ["doctor", "--fix", "--only", "forward-agent-everywhere", "--yes"];
    let lines = "Host *\n  ForwardAgent yes\n  ServerAliveInterval 30\nHost foo\n  ForwardAgent yes\n";
    for (what, since, wanted) in [
        ("above", "# mine\n{}", Some("# mine\n{}")),
        ("below", "{}Host bar\n  User me\n", Some("{}Host bar\n  User me\n")),
        ("neighbours gone", "Host bar\n  User me\n", None),
    ] {
        let home = Home::prepared();
        home.write(".ssh/config", lines, 0o600);
        home.run(&fix).ok();
        let mended = home.text(".ssh/config");
        assert_eq!(mended, lines.replacen("  ForwardAgent yes\n", "", 1));
        home.write(".ssh/config", since.replace("{}", &mended), 0o600);
        let before = home.users_tree();
        match wanted {
            Some(wanted) => {
                home.run(&["undo", "--yes"]).ok();
                assert_eq!(home.text(".ssh/config"), wanted.replace("{}", lines), "{what}");
            }
            None => {
                for arguments in [&["undo", "--dry-run"][..], &["undo", "--yes"]] {
                    let ran = home.run(arguments).with_code(3);
                    assert!(ran.err.contains("ForwardAgent yes"), "{ran:#?}");
                    assert_eq!(home.users_tree(), before);
                }
            }
        }
    }
}

#[test]
fn the_undo_of_an_undo_does_not_take_an_equal_line_of_the_users() {
    let fix = ["doctor", "--fix", "--only", "forward-agent-everywhere", "--yes"];
    let home = Home::prepared();
    home.write(".ssh/config", "Host *\n  ForwardAgent yes\nHost foo\n  ForwardAgent yes\n", 0o600);
    home.run(&fix).ok();
    home.run(&["undo", "--yes"]).ok();
    // The user takes out the line that the undo brought back.
    home.write(".ssh/config", "Host *\nHost foo\n  ForwardAgent yes\n", 0o600);
    home.run(&["undo", "4", "--yes"]).with_code(3);
    assert_eq!(home.text(".ssh/config"), "Host *\nHost foo\n  ForwardAgent yes\n");
}

#[test]
fn an_old_generation_that_went_out_of_force_just_now_can_be_had_back() {
    let home = Home::in_force();
    let first = home.state().join("generations/000001");
    let old = home.program("touch").args(["-d", "3 days ago"]).arg(&first).status().unwrap();
    assert!(old.success());
    home.run(ADD).ok();
    assert!(first.is_dir(), "programs that run with it lost it");
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(std::fs::read_link(home.state().join("current")).unwrap(), first);
}

#[test]
fn a_ca_file_that_a_removed_profile_left_is_shown_as_what_it_is() {
    let home = Home::prepared();
    let make = |name: &str| {
        let (key, cert) = (home.outside("ca.key"), home.path("ca.pem"));
        let subject = format!("/CN={name}");
        let arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", &subject];
        let made =
            home.program("openssl").args(arguments).arg("-keyout").arg(key).arg("-out").arg(cert).output();
        assert!(made.unwrap().status.success());
    };
    let add = |more: &'static str| ["profile", "add", "corp", "--host", "corp.test", "--ca", "ca.pem", more];
    make("first");
    home.run(&add("--yes")).ok();
    let first = home.text(".config/doorkey/profiles/corp.ca.pem");
    home.run(&["profile", "remove", "corp", "--yes"]).ok();
    make("second");
    let shown = home.run(&add("--dry-run")).ok();
    assert!(shown.out.contains("- edit ~/.config/doorkey/profiles/corp.ca.pem"), "{shown:#?}");
    let removed = first.lines().nth(1).unwrap();
    assert!(shown.out.contains(&format!("-{removed}")), "{shown:#?}");
    home.run(&add("--yes")).ok();
    assert_eq!(home.text(".config/doorkey/profiles/corp.ca.pem"), home.text("ca.pem"));
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(home.text(".config/doorkey/profiles/corp.ca.pem"), first);
    home.write(".config/doorkey/profiles/corp.ca.pem", "my notes\n", 0o600);
    let ran = home.run(&add("--yes")).with_code(2);
    assert!(ran.err.contains("is there already"), "{ran:#?}");
}
