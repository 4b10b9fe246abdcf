//! Names that would be something else in a file, a shell, a path or a terminal (SECURITY rules 18 and 19).

use crate::home::Home;

const PROFILES: &[&str] = &[
    "",
    ".",
    "..",
    "a..b",
    "a.",
    "-a",
    "_a",
    "A",
    "a b",
    "a/b",
    "../a",
    "/a",
    "a\\b",
    "a\nb",
    "a\tb",
    "a'b",
    "a\"b",
    "a$b",
    "a`b",
    "a;b",
    "a*b",
    "con",
    "nul.x",
    "com1",
    "lpt9",
    "\u{430}cme",
    "acme\u{202e}",
    "\u{1b}[31m",
    "a%b",
    "~",
];

const HOSTS: &[&str] = &[
    "",
    ".",
    "..",
    "-git.test",
    "git..test",
    "git.test/acme",
    "git.test?x",
    "git.test#x",
    "u@git.test",
    "git test",
    "git.test\n[core]",
    "git.test\u{1b}[0m",
    "git.test\\",
    "git.test'",
    "git.test\"",
    "$(id)",
    "`id`",
    "git.test;id",
    "git.test:0",
    "git.test:65536",
    "git.test:",
    "git.test:x",
    "git.test:443:443",
    "*",
    "*.test",
    "!git.test",
    "[::1",
    "::1]",
    "a,b",
    "%h",
    "git%2etest",
    "\u{202e}tset.tig",
    "git.te\u{200b}st|",
];

const USERS: &[&str] = &[
    "",
    "-ada",
    "ada lovelace",
    "ada\nx",
    "ada\tx",
    "a'b",
    "a\"b",
    "a`b",
    "a$b",
    "a\\b",
    "a;b",
    "a&b",
    "a<b",
    "a>b",
    "a|b",
    "a(b",
    "a)b",
    "a{b",
    "a}b",
    "a\u{1b}b",
    "a\0b",
];

const OWNERS: &[&str] = &[
    "", "/", ".", "..", "a/..", "a//b", "a%2fb", "a%5cb", "a\\b", "a\nb", "a\tb", "a\u{1b}b", "%00", "%zz",
    "a/./b",
];

fn assert_refused(home: &Home, arguments: &[&str]) {
    // An argument cannot hold a NUL.
    if arguments.iter().any(|a| a.contains('\0')) {
        return;
    }
    let before = home.tree();
    let ran = home.run(arguments);
    assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:#?}");
    assert!(ran.err.starts_with("error: "), "{arguments:?}: {ran:#?}");
    let shown = ran.err + &ran.out;
    let raw = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{202a}\u{2066}".contains(c);
    assert!(!shown.contains(raw), "{arguments:?}: {shown:?}");
    assert_eq!(home.tree(), before, "{arguments:?}");
}

#[test]
fn hostile_names_are_refused_and_shown_harmless() {
    let home = Home::prepared();
    for name in PROFILES {
        assert_refused(&home, &["profile", "add", "--host", "other.test", "--yes", "--", name]);
        assert_refused(&home, &["use", "--yes", "--", name]);
        assert_refused(&home, &["profile", "remove", "--yes", "--", name]);
        assert_refused(&home, &["profile", "show", "--", name]);
    }
    for host in HOSTS {
        assert_refused(&home, &["profile", "add", "other", &format!("--host={host}"), "--yes"]);
    }
    for user in USERS {
        let user = format!("--user={user}");
        assert_refused(&home, &["profile", "add", "other", "--host", "other.test", &user, "--yes"]);
        assert_refused(&home, &["token", "add", "acme", &user, "--stdin", "--yes"]);
    }
    for owner in OWNERS {
        let owner = format!("--owner={owner}");
        assert_refused(&home, &["profile", "add", "other", "--host", "other.test", &owner, "--yes"]);
    }
    for url in [
        "https://git.test/..",
        "https://git.test/a%2fb/c",
        "ftp://git.test/a/b",
        "https://git.test",
        "\u{1b}[31m",
        "-x",
    ] {
        assert_refused(&home, &["route", "add", "--yes", "--", url, "acme"]);
    }
}

/// Text that is allowed, and hostile to the files it goes into, comes back from git as it went in.
#[test]
fn identities_come_back_from_git_as_they_went_in() {
    for text in [
        "Ada \"the\" Countess",
        "back\\slash",
        "# no comment",
        "; no comment",
        "a;b # c",
        " spaces ",
        "Zo\u{eb} \u{4e2d}",
        "$(id) `id`",
        "[section]",
        "a = b",
    ] {
        let home = Home::empty();
        home.run(&[
            "profile",
            "add",
            "acme",
            "--host",
            "git.test",
            "--name",
            text,
            "--email",
            "a@acme.test",
            "--yes",
        ])
        .ok();
        home.run(&["use", "acme", "--yes"]).ok();
        assert_eq!(home.git("user.name"), format!("{text}\n"));
        assert_eq!(home.git("user.email"), "a@acme.test\n");
    }
    for text in ["a\nb", "a\rb", "a\u{1b}b"] {
        let home = Home::empty();
        assert_refused(&home, &["profile", "add", "acme", "--host", "git.test", "--name", text, "--yes"]);
    }
}

/// Home folders whose names are hard for git, ssh and shells: they work, or are refused before anything is written.
#[test]
fn hostile_home_folders() {
    for name in [
        "with blank",
        "it's",
        "dollar$HOME",
        "back\\slash",
        "quote\"quote",
        "per%cent",
        "semi;colon",
        "new\nline",
        "Zo\u{eb}",
        "bracket[1]",
        "star*",
        "ask?",
        "[!a-z]*",
    ] {
        let home = Home::empty();
        let dir = home.outside(name);
        std::fs::create_dir(&dir).unwrap();
        std::fs::write(home.outside("id"), "x").unwrap();
        let run = |program: &str, arguments: &[&str], input: &[u8]| {
            let mut command = home.program(program);
            command.env("HOME", &dir).args(arguments).current_dir(&dir);
            crate::home::feed(command, input)
        };
        let doorkey = env!("CARGO_BIN_EXE_doorkey");
        let key = home.outside("key");
        run(doorkey, &["store", "init", "--key-file", key.to_str().unwrap()], b"").ok();
        let id = home.outside("id");
        run(
            doorkey,
            &[
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
                id.to_str().unwrap(),
                "--transport",
                "both",
                "--yes",
            ],
            b"",
        )
        .ok();
        run(doorkey, &["token", "add", "acme", "--stdin", "--yes"], b"token-in-an-odd-home").ok();
        let used = run(doorkey, &["use", "acme", "--yes"], b"");
        if used.code != Some(0) {
            assert_eq!(used.code, Some(3), "{name:?}: {used:#?}");
            assert!(used.err.contains("cannot read back"), "{name:?}: {used:#?}");
            // What only a pattern or a token would be can be written.
            assert!(!name.contains(['[', '*', '?', '%']), "{name:?}: {used:#?}");
            assert!(!dir.join(".gitconfig").exists() && !dir.join(".ssh").exists(), "{name:?}");
            continue;
        }
        let filled = run("git", &["credential", "fill"], b"protocol=https\nhost=git.test\npath=acme/x\n\n");
        assert!(filled.out.contains("token-in-an-odd-home"), "{name:?}: {filled:#?}");
        let config = dir.join(".ssh/config");
        let ssh = run(
            "ssh",
            &["-G", "-F", config.to_str().unwrap(), "git@git.test", "git-upload-pack 'acme/x'"],
            b"",
        );
        assert!(ssh.out.contains(&format!("identityfile {}", id.display())), "{name:?}: {ssh:#?}");
        // The identity of a folder below such a home.
        let work = dir.join("work*[x]\\y");
        std::fs::create_dir(&work).unwrap();
        let add = ["profile", "add", "dirs", "--host", "x.test", "--email", "d@dirs.test", "--yes", "--dir"];
        run(doorkey, &[&add[..], &[work.to_str().unwrap()]].concat(), b"").ok();
        for (file, tilde) in [("a", false), ("b", true)] {
            let profile = dir.join(".config/doorkey/profiles/dirs.toml");
            if tilde {
                let text = std::fs::read_to_string(&profile).unwrap();
                let from = text.lines().find(|line| line.starts_with("dirs")).unwrap();
                std::fs::write(&profile, text.replace(from, "dirs = ['~/work*[x]\\y']")).unwrap();
            }
            run(doorkey, &["use", "acme", "--yes"], b"").ok();
            let repository = work.join(file);
            run("git", &["init", "-q", repository.to_str().unwrap()], b"").ok();
            let mail = run("git", &["-C", repository.to_str().unwrap(), "config", "user.email"], b"");
            assert_eq!(mail.out.trim(), "d@dirs.test", "{name:?} {file}: {mail:#?}");
        }
    }
}
