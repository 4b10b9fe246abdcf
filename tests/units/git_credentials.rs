//! Stored logins against `git credential-store get`.

use crate::programs::{cases, program, run, text};
use doorkey::formats::git_credentials::{Problem, parse};
use proptest::prelude::*;

thread_local!(static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap());

/// Asks git and us for a login; both as `user:password`.
fn same_as_git(file: &[u8], protocol: &str, host: &str, path: Option<&str>, user: Option<&str>) {
    FOLDER.with(|folder| {
        std::fs::write(folder.path().join("store"), file).unwrap();
        let mut git = program("git", folder.path());
        git.args(["credential-store", "--file", "store", "get"]);
        let mut request = format!("protocol={protocol}\nhost={host}\n");
        for (key, value) in [("path", path), ("username", user)] {
            request += &value.map(|value| format!("{key}={value}\n")).unwrap_or_default();
        }
        let answer = text(&run(git, request.as_bytes()));
        let field = |name: &str| answer.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        let theirs = field("username").map(|user| (user.to_owned(), field("password").unwrap().to_owned()));
        let ours = parse(file);
        let ours = ours.logins.iter().find(|login| login.serves(protocol, host, path, user));
        let ours = ours.map(|l| (l.username.clone(), l.password.expose_str().unwrap().to_owned()));
        assert_eq!(ours, theirs, "{request}{}", file.escape_ascii());
    });
}

const FILE: &[u8] = b"https://me:p%40w@git.test\n\n# note\nhttps://nouser.test\nhttps://:pw@git.test/x\nbad\n\
https://me:pw@[::1]:8443/a%20b/\nhttps://a:b@c@git.test\nhttp://me:@h.test?q\nhttps://me:pw@\n://me:pw@h.test\n\
https://a%zz:p@h.test\nhttps://a:p%0ax@n.test\nhttps://cr:pw@cr.test\r\nhttps://u@x.test\nhttps://u:\xff@y.test";

#[test]
fn lines_are_read_as_git_reads_them() {
    for (protocol, host, path, user) in [
        ("https", "git.test", None, None),
        ("https", "git.test", Some("x"), None),
        ("https", "git.test", Some("y"), None),
        ("https", "git.test", None, Some("you")),
        ("https", "GIT.test", None, None),
        ("https", "[::1]:8443", Some("a b"), Some("me")),
        ("https", "[::1]", None, None),
        ("https", "c@git.test", None, None),
        ("http", "h.test", None, None),
        ("https", "h.test", None, None),
        ("https", "n.test", None, None),
        ("https", "cr.test", None, None),
        ("https", "x.test", None, None),
    ] {
        same_as_git(FILE, protocol, host, path, user);
    }
}

#[test]
fn bad_lines_are_told_and_passwords_are_not() {
    let file = parse(FILE);
    let bad: Vec<_> = file.bad_lines.iter().map(|bad| (bad.line, bad.problem)).collect();
    assert_eq!(
        bad,
        [
            (3, Problem::NoUrl),
            (4, Problem::NoLogin),
            (6, Problem::NoUrl),
            (11, Problem::NoUrl),
            (13, Problem::NoUrl),
            (15, Problem::NoLogin),
        ]
    );
    assert_eq!(
        file.logins.iter().map(|login| login.line).collect::<Vec<_>>(),
        [1, 5, 7, 8, 9, 10, 12, 14, 16]
    );
    assert_eq!(&FILE[file.logins[0].span.clone()], b"https://me:p%40w@git.test\n");
    assert!(!format!("{file:?}").contains("p@w"));
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_lines_are_read_as_git_reads_them(pieces in proptest::collection::vec(proptest::sample::select(&[
        "https://", "https://", "me", "me:pw@", "me:pw@", "@", ":", "/", "h.test", "h.test", "\n", "%40", "%", "%0a", "?", "#", "\r", " ", "\u{feff}", "x", "//",
    ][..]), 0..14)) {
        same_as_git(pieces.concat().as_bytes(), "https", "h.test", None, None);
        same_as_git(pieces.concat().as_bytes(), "https", "h.test", Some("x"), Some("me"));
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let file = parse(&bytes);
        prop_assert!(file.bad_lines.iter().all(|bad| !bytes[bad.span.clone()].is_empty()));
    }
}
