//! The second run changes nothing, and a dry run opens nothing for writing (SECURITY rules 28 and 29).

use crate::home::{CANARY, Home, differences, feed};
use std::process::Command;

type Case = (&'static [&'static str], &'static str);

/// Every command that changes something, in an order in which each has something to do.
const CHANGES: &[Case] = &[
    (
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
            "--email",
            "a@acme.test",
            "--yes",
        ],
        "",
    ),
    (&["token", "add", "acme", "--host", "git.test", "--user", "ada", "--stdin", "--yes"], CANARY),
    (&["token", "add", "acme", "--expires", "2199-12-31", "--note", "laptop", "--stdin", "--yes"], CANARY),
    (&["store", "move", "--key-file", "keys/other.key", "--yes"], ""),
    (&["use", "acme", "--yes"], ""),
    (
        &[
            "profile",
            "add",
            "globex",
            "--host",
            "git.test",
            "--owner",
            "globex",
            "--ssh-key",
            "id_x",
            "--transport",
            "both",
            "--yes",
        ],
        "",
    ),
    (&["route", "add", "https://git.test/other/fork", "acme", "--yes"], ""),
    (&["use", "globex", "--yes"], ""),
    (&["off"], ""),
    (&["on"], ""),
    (&["ssh", "new", "acme", "--no-passphrase", "--yes"], ""),
    (&["route", "remove", "https://git.test/other/fork", "acme", "--yes"], ""),
    (&["token", "remove", "acme", "--yes"], ""),
    (&["profile", "remove", "globex", "--yes"], ""),
];

#[test]
fn the_second_run_writes_nothing() {
    let home = Home::empty();
    home.store();
    for (arguments, input) in CHANGES {
        home.run_with(arguments, input.as_bytes()).ok();
        let before = home.tree();
        // What is gone cannot be removed again: exit code 2, and nothing changed either.
        let again = home.run_with(arguments, input.as_bytes());
        assert!(matches!(again.code, Some(0 | 2)), "{arguments:?}: {again:#?}");
        let after = home.tree();
        assert_eq!(before, after, "{arguments:?}: {:?}", differences(&before, &after));
    }
    let before = home.tree();
    home.run(&["store", "init", "--key-file", "keys/other.key"]).ok();
    home.run(&["store", "status"]).ok();
    let after = home.tree();
    assert_eq!(before, after, "{:?}", differences(&before, &after));
}

#[test]
fn reading_writes_nothing() {
    let home = Home::in_force();
    let request = b"protocol=https\nhost=git.test\npath=acme/x\n\n";
    let store = format!("protocol=https\nhost=git.test\npath=acme/x\nusername=ada\npassword={CANARY}\n\n");
    let reads: &[(&[&str], &[u8])] = &[
        (&[], b""),
        (&["current"], b""),
        (&["profile", "list"], b""),
        (&["profile", "show", "acme"], b""),
        (&["profile", "check"], b""),
        (&["route", "list"], b""),
        (&["token", "list"], b""),
        (&["rotate", "--list"], b""),
        (&["token", "show", "acme"], b""),
        (&["token", "check", "--offline"], b""),
        (&["store", "status"], b""),
        (&["history"], b""),
        (&["diff"], b""),
        (&["which", "https://git.test/acme/x"], b""),
        (&["completions", "bash"], b""),
        (&["store", "export", "acme", "--yes"], b""),
        (&["credential", "get"], request),
        (&["credential", "capability"], b""),
        // git reports each login that worked: the same secret again is no news.
        (&["credential", "store"], store.as_bytes()),
    ];
    let before = home.tree();
    for (arguments, input) in reads {
        home.run_with(arguments, input).ok();
        let after = home.tree();
        assert_eq!(before, after, "{arguments:?}: {:?}", differences(&before, &after));
    }
}

#[test]
fn a_dry_run_opens_nothing_for_writing() {
    let home = Home::empty();
    let mut dry_store: Vec<&str> = vec!["store", "init", "--dry-run", "--key-file"];
    let key = home.outside("vault-key");
    dry_store.push(key.to_str().unwrap());
    assert_dry(&home, &dry_store, "");
    home.store();
    for (arguments, input) in CHANGES {
        let dry: Vec<&str> = [*arguments, &["--dry-run"]].concat();
        let said = assert_dry(&home, &dry, input);
        let real = home.run_with(arguments, input.as_bytes()).ok();
        // The plan is the later change.
        let plan =
            |text: &str| text.lines().filter(|l| l.starts_with("- ")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(plan(&said), plan(&real.out), "{arguments:?}");
        assert_dry(&home, &["undo", "--dry-run"], "");
    }
}

fn assert_dry(home: &Home, arguments: &[&str], input: &str) -> String {
    let log = home.outside("trace");
    let plain = home.doorkey();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=%file,ftruncate,write,fchmod", "-o"]).arg(&log);
    strace.arg(plain.get_program()).args(arguments).env_clear().current_dir(home.dir());
    strace.env("HOME", home.dir()).env("PATH", std::env::var_os("PATH").unwrap());
    let before = home.tree();
    let ran = feed(strace, input.as_bytes()).ok();
    let after = home.tree();
    assert_eq!(before, after, "{arguments:?}: {:?}", differences(&before, &after));
    let root = home.dir().parent().unwrap().display().to_string();
    let trace = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
    assert!(trace.contains(&root), "{arguments:?}: strace saw nothing");
    let changes = [
        "rename", "link", "unlink", "rmdir", "mkdir", "symlink", "chmod", "truncate", "utime", "O_CREAT",
        "O_WRONLY", "O_RDWR",
    ];
    for line in trace.lines().filter(|l| l.contains(&root) && !l.contains("readlink")) {
        assert!(!changes.iter().any(|c| line.contains(c)), "{arguments:?}: {line}");
    }
    ran.out
}
