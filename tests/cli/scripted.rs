//! The forms that scripts rely on, and the exit codes.

use crate::home::{CANARY, Home, feed};
use std::os::fd::AsRawFd;

#[test]
fn the_scripted_forms_work_from_an_empty_home() {
    let home = Home::empty();
    home.write(".ssh/id_acme", "unused", 0o600);
    let key = home.outside("key");
    home.run(&["store", "init", "--key-file", key.to_str().unwrap()]).ok();
    home.run(&[
        "profile",
        "add",
        "acme",
        "--host",
        "git.test:8443",
        "--ssh-port",
        "2222",
        "--owner",
        "acme",
        "--owner",
        "acme-labs",
        "--provider",
        "gitlab",
        "--transport",
        "both",
        "--name",
        "Ada",
        "--email",
        "ada@acme.test",
        "--ssh-key",
        "id_acme",
        "--dir",
        "~/work/acme",
        "--proxy",
        "http://proxy.test:8080",
        "--no-proxy",
        "localhost,.test",
        "--verify",
        "https://git.test:8443/acme/app.git",
        "--yes",
    ])
    .ok();
    let add = ["token", "add", "acme", "--host", "git.test:8443", "--user", "ada", "--stdin", "--yes"];
    home.run_with(&add, CANARY.as_bytes()).ok();
    home.run(&["use", "acme", "--yes"]).ok();
    let asked =
        home.run_with(&["credential", "get"], b"protocol=https\nhost=git.test:8443\npath=acme/x\n\n").ok();
    assert_eq!(asked.out, format!("username=ada\npassword={CANARY}\n"));
    assert_eq!(home.git("user.email"), "ada@acme.test\n");
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(home.git("user.email"), "");
    assert!(!home.path(".gitconfig").exists());
}

#[test]
fn a_passphrase_comes_in_by_a_descriptor() {
    let home = Home::empty();
    let passphrase = home.outside("passphrase");
    std::fs::write(&passphrase, "correct horse\n").unwrap();
    let shell = |rest: &str| {
        let mut command = home.program("sh");
        command.args(["-c", &format!("\"$0\" {rest} 9<\"$1\"")]);
        command.arg(env!("CARGO_BIN_EXE_doorkey")).arg(&passphrase);
        feed(command, b"")
    };
    let made = shell("store init --passphrase-fd 9").ok();
    // Open at once, wherever the kernel's keyring may be used.
    let open = home.run(&["store", "status"]).ok();
    assert_eq!(open.out.contains("unlocked until"), made.out.contains("unlocked until"), "{made:#?}");
    home.run(&["store", "lock", "--dry-run"]).ok();
    assert_eq!(home.run(&["store", "status"]).ok().out, open.out, "a dry run locks nothing");
    home.run(&["store", "lock"]).ok();
    shell("store unlock --dry-run --passphrase-fd 9").ok();
    assert!(home.run(&["store", "status"]).ok().out.contains("locked;"));
    std::fs::write(&passphrase, "wrong horse\n").unwrap();
    let wrong = shell("store unlock --passphrase-fd 9").with_code(3);
    assert!(wrong.err.contains("passphrase does not open"), "{wrong:#?}");
    assert!(!wrong.err.contains("horse"), "{wrong:#?}");
    home.run(&["store", "unlock", "--passphrase-fd", "99"]).with_code(2);
    let file = std::fs::File::open(&passphrase).unwrap();
    // A descriptor of ours is closed on exec, so the child has none of that number.
    home.run(&["store", "unlock", "--passphrase-fd", &file.as_raw_fd().to_string()]).with_code(2);
}

#[test]
fn exit_codes() {
    let empty = Home::empty();
    let home = Home::in_force();
    let cases: &[(&Home, &[&str], i32)] = &[
        (&home, &[], 0),
        (&home, &["--help"], 0),
        (&home, &["--version"], 0),
        (&home, &["current"], 0),
        (&empty, &["current"], 1),
        (&home, &["which", "https://git.test/acme/app.git"], 0),
        (&home, &["which", "https://git.test/other/app.git"], 1),
        (&home, &["which", "not a url"], 2),
        (&home, &["which", "."], 2),
        (&home, &["profile", "check"], 0),
        (&home, &["profile", "show", "nobody"], 2),
        (&home, &["use", "nobody", "--yes"], 2),
        (&home, &["profile", "remove", "nobody", "--yes"], 2),
        (&home, &["route", "add", "https://git.test/x/y", "nobody", "--yes"], 2),
        (&home, &["token", "add", "nobody", "--stdin", "--yes"], 2),
        (&home, &["nonsense"], 2),
        (&home, &["--nonsense"], 2),
        (&home, &["profile", "add", "--yes"], 2),
        (&home, &["undo", "999", "--yes"], 2),
        (&empty, &["undo", "--yes"], 2),
        (&empty, &["on"], 2),
        (&empty, &["store", "status"], 3),
        (&empty, &["token", "list"], 3),
        // Nobody to ask: as good as a no.
        (&home, &["profile", "remove", "acme"], 4),
        (&home, &["use", "acme"], 0),
    ];
    for (home, arguments, code) in cases {
        let ran = home.run(arguments);
        assert_eq!(ran.code, Some(*code), "{arguments:?}: {ran:#?}");
    }
}

#[test]
fn json_is_one_document_that_names_its_schema() {
    let home = Home::in_force();
    let commands: &[&[&str]] = &[
        &["--json"],
        &["profile", "list", "--json"],
        &["profile", "show", "acme", "--json"],
        &["profile", "check", "--json"],
        &["route", "list", "--json"],
        &["token", "list", "--json"],
        &["rotate", "--list", "--json"],
        &["store", "status", "--json"],
        &["current", "--json"],
        &["history", "--json"],
        &["which", "https://git.test/acme/x", "--json"],
        &["use", "acme", "--yes", "--json"],
        &["use", "nobody", "--yes", "--json"],
        &["profile", "remove", "acme", "--json"],
        &["undo", "--dry-run", "--json"],
        &["profile", "remove", "acme", "--json", "--dry-run"],
        &["undo", "--yes", "--json"],
        &["off", "--json"],
    ];
    for arguments in commands {
        let ran = home.run(arguments);
        let value: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{arguments:?}: {e}: {ran:#?}"));
        let schema = value["schema"].as_str().unwrap_or_default();
        assert!(schema.starts_with("doorkey/") && schema.ends_with("/v1"), "{arguments:?}: {schema}");
        assert!(!ran.out.contains(CANARY));
    }
}
