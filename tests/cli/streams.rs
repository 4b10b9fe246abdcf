//! Closed and odd streams and arguments: no panic, no half line.

use crate::home::{Home, Ran, feed};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let home = Home::in_force();
    for line in [
        "completions bash",
        "--help",
        "profile list",
        "history",
        "diff",
        "route list",
        "use acme --yes",
        "undo --dry-run",
        "profile remove acme --dry-run",
        "token list",
        "--version",
        "",
        "nonsense 2>&1",
    ] {
        for reader in ["head -c 1", "true"] {
            let script = format!("{{ \"$0\" {line}; echo \"rc=$?\" >&2; }} | {reader}");
            let mut command = home.program("sh");
            command.args(["-c", &script, env!("CARGO_BIN_EXE_doorkey")]);
            let ran = feed(command, b"");
            assert!(!ran.err.contains("panicked") && !ran.err.contains("Broken pipe"), "{line}: {ran:#?}");
            let fine = ["rc=0", "rc=2", "rc=141"].iter().any(|rc| ran.err.contains(rc));
            assert!(fine, "{line}: {ran:#?}");
        }
    }
}

#[test]
fn closed_and_full_streams() {
    let home = Home::in_force();
    for redirect in [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "> /dev/full", "2> /dev/full"] {
        for line in
            ["profile list", "use nobody --yes", "token add acme --stdin --yes", "--help", "off", "on"]
        {
            let script = format!("exec \"$0\" {line} {redirect}");
            let mut command = home.program("sh");
            command.args(["-c", &script, env!("CARGO_BIN_EXE_doorkey")]);
            let ran = feed(command, b"");
            assert!(ran.code.is_some_and(|c| c < 100), "{line} {redirect}: {ran:#?}");
            assert!(!ran.err.contains("panicked"), "{line} {redirect}: {ran:#?}");
        }
    }
    // The answer to git cannot be written: not 0, and git says so.
    let mut command = home.program("sh");
    command.args(["-c", "exec \"$0\" credential get > /dev/full", env!("CARGO_BIN_EXE_doorkey")]);
    let ran = feed(command, b"protocol=https\nhost=git.test\npath=acme/x\n\n");
    assert_eq!(ran.code, Some(3), "{ran:#?}");
}

#[test]
fn arguments_that_are_not_utf_8() {
    let home = Home::in_force();
    let odd = OsStr::from_bytes(b"a\xff\xfeb");
    for before in [
        &[][..],
        &["use", "--yes"],
        &["which"],
        &["profile", "show"],
        &["profile", "add"],
        &["credential"],
        &["ssh-match"],
        &["credential", "--generation"],
        &["ssh-match", "--host"],
        &["store", "init", "--key-file"],
        &["undo"],
        &["completions"],
        &["route", "add", "https://git.test/a/b"],
    ] {
        let output = home.doorkey().args(before).arg(odd).stdin(Stdio::null()).output().unwrap();
        let ran = Ran::of(&output);
        assert!(ran.code.is_some_and(|c| c < 4), "{before:?}: {ran:#?}");
        assert!(!ran.err.contains("panicked"), "{before:?}: {ran:#?}");
    }
    // And an environment that is not.
    let output = home.doorkey().env("XDG_STATE_HOME", odd).env("LANG", odd).arg("current").output().unwrap();
    assert!(!Ran::of(&output).err.contains("panicked"));
}

#[test]
fn a_pipe_gets_no_colour_and_no_questions() {
    let home = Home::in_force();
    for arguments in [
        &["profile", "list"][..],
        &[],
        &["history"],
        &["profile", "remove", "acme", "--dry-run"],
        &["use", "nobody"],
    ] {
        let ran = home.run(arguments);
        assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{ran:#?}");
    }
}
