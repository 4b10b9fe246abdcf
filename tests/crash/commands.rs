//! The commands that are killed and failed, each with the home it starts from.

use crate::home::{CANARY, Home};
use crate::root::{PRINT, ROOT};
use crate::scenario::Scenario;
use std::os::unix::fs::{PermissionsExt, symlink};

/// The second token of the scenarios; not the canary, so that old and new differ.
const TOKEN: &str = "glpat-second-token-0123456789abcd";

pub(crate) fn scenarios() -> Vec<fn() -> Scenario> {
    vec![
        || Scenario::new("use", |_| {}, &["use", "acme", "--yes"], ""),
        || {
            Scenario::new(
                "token add",
                used,
                &["token", "add", "acme", "--host", "git.test", "--user", "ada", "--stdin", "--yes"],
                TOKEN,
            )
        },
        || {
            let noted =
                ["token", "add", "acme", "--expires", "2199-12-31", "--note", "laptop", "--stdin", "--yes"];
            Scenario::new("token dates", used, &noted, CANARY)
        },
        || {
            let first = ["token", "add", "globex", "--host", "git.test", "--user", "bob", "--stdin", "--yes"];
            Scenario::new("first token", second, &first, TOKEN)
        },
        || Scenario::new("profile add", used, GLOBEX, ""),
        || Scenario::new("profile add over ssh", used, INITECH, ""),
        || {
            Scenario::new(
                "use another",
                |h| {
                    second(h);
                    used(h)
                },
                &["use", "globex", "--yes"],
                "",
            )
        },
        || Scenario::new("off", used, &["off"], ""),
        || {
            Scenario::new(
                "on",
                |h| {
                    used(h);
                    h.run(&["off"]).ok();
                },
                &["on"],
                "",
            )
        },
        || Scenario::new("undo of use", used, &["undo", "3", "--yes"], ""),
        || {
            Scenario::new(
                "undo of a replaced token",
                |h| {
                    h.token("acme", TOKEN);
                    used(h)
                },
                &["undo", "3", "--yes"],
                "",
            )
        },
        || {
            Scenario::new(
                "undo of profile add",
                |h| {
                    used(h);
                    h.run(GLOBEX).ok();
                },
                &["undo", "4", "--yes"],
                "",
            )
        },
        || {
            Scenario::new(
                "route add",
                used,
                &["route", "add", "https://git.test/other/fork", "acme", "--yes"],
                "",
            )
        },
        || {
            Scenario::new(
                "route remove",
                routed,
                &["route", "remove", "https://git.test/other/fork", "acme", "--yes"],
                "",
            )
        },
        || Scenario::new("undo of route add", routed, &["undo", "4", "--yes"], ""),
        || {
            Scenario::new(
                "undo of route remove",
                |h| {
                    routed(h);
                    h.run(&["route", "remove", "https://git.test/other/fork", "acme", "--yes"]).ok();
                },
                &["undo", "5", "--yes"],
                "",
            )
        },
        || Scenario::new("token remove", used, &["token", "remove", "acme", "--yes"], ""),
        || {
            Scenario::new(
                "undo of token remove",
                |h| {
                    used(h);
                    h.run(&["token", "remove", "acme", "--yes"]).ok();
                },
                &["undo", "4", "--yes"],
                "",
            )
        },
        || Scenario::new("profile remove", used, &["profile", "remove", "acme", "--yes"], ""),
        || Scenario::new("ssh new", used, &["ssh", "new", "acme", "--no-passphrase", "--yes"], ""),
        || Scenario::new("use with linked files", linked, &["use", "acme", "--yes"], ""),
        || {
            Scenario::new(
                "undo of use with linked files",
                |h| {
                    linked(h);
                    used(h);
                },
                &["undo", "3", "--yes"],
                "",
            )
        },
        || Scenario::new("doctor --fix beside an equal line", repeated, FIX, ""),
        || {
            Scenario::new(
                "undo of doctor --fix beside an equal line",
                |h| {
                    repeated(h);
                    h.run(FIX);
                },
                &["undo", "3", "--yes"],
                "",
            )
        },
        || Scenario::new("ca install for a profile", with_root, CA_PROFILE, ""),
        || Scenario::new("ca install for the machine", with_root, CA_MACHINE, ""),
        || {
            let installed = |home: &Home| {
                with_root(home);
                home.run(CA_PROFILE).ok();
                home.run(CA_MACHINE).ok();
            };
            let away = &["ca", "uninstall", PRINT, "--scope", "machine", "--yes"];
            Scenario::new("ca uninstall for the machine", installed, away, "")
        },
        || Scenario::new("doctor --fix of several files", several, FIX_ALL, ""),
        || {
            Scenario::new(
                "undo of doctor --fix of several files",
                |h| {
                    several(h);
                    h.run(FIX_ALL);
                },
                &["undo", "3", "--yes"],
                "",
            )
        },
    ]
}

const GLOBEX: &[&str] = &[
    "profile",
    "add",
    "globex",
    "--host",
    "git.test",
    "--owner",
    "globex",
    "--user",
    "bob",
    "--email",
    "bob@globex.test",
    "--yes",
];
const INITECH: &[&str] = &[
    "profile",
    "add",
    "initech",
    "--host",
    "git.initech.test",
    "--transport",
    "ssh",
    "--ssh-key",
    "id_acme",
    "--yes",
];

const CA_PROFILE: &[&str] =
    &["ca", "install", "root.pem", "--profile", "acme", "--fingerprint", PRINT, "--yes"];
const CA_MACHINE: &[&str] =
    &["ca", "install", "root.pem", "--scope", "machine", "--fingerprint", PRINT, "--yes"];

fn with_root(home: &Home) {
    used(home);
    home.write("root.pem", ROOT, 0o644);
    home.write(".bashrc", "alias ll='ls -l'", 0o644);
    home.write(".curlrc", "silent", 0o644);
}

fn used(home: &Home) {
    home.run(&["use", "acme", "--yes"]).ok();
}

fn second(home: &Home) {
    home.run(GLOBEX).ok();
}

fn routed(home: &Home) {
    used(home);
    home.run(&["route", "add", "https://git.test/other/fork", "acme", "--yes"]).ok();
    assert!(
        home.run_with(&["credential", "get"], b"protocol=https\nhost=git.test\npath=acme/x\n\n")
            .out
            .contains(CANARY)
    );
}

const FIX: &[&str] = &["doctor", "--fix", "--only", "forward-agent-everywhere", "--yes"];
const FIX_ALL: &[&str] = &[
    "doctor",
    "--fix",
    "--only",
    "forward-agent-everywhere",
    "--only",
    "ssl-verify-off",
    "--only",
    "key-readable-by-others",
    "--yes",
];

/// The user's files are links into a folder of dotfiles.
fn linked(home: &Home) {
    for (name, file, up) in [(".gitconfig", "dot/gitconfig", ""), (".ssh/config", "dot/ssh_config", "../")] {
        home.write(file, home.read(name), 0o600);
        std::fs::remove_file(home.path(name)).unwrap();
        symlink(format!("{up}{file}"), home.path(name)).unwrap();
    }
}

/// The line that is taken out stands in the file a second time, where it is the user's wish.
fn repeated(home: &Home) {
    home.write(
        ".ssh/config",
        "Host *\n  ForwardAgent yes\nHost git.test\n  ForwardAgent yes\n  ServerAliveInterval 30\n",
        0o600,
    );
}

/// Equal lines in one finding, and several files.
fn several(home: &Home) {
    repeated(home);
    home.write(
        ".gitconfig",
        "[user]\n\tname = Me\n[http]\n\tsslVerify = false\n\tpostBuffer = 1\n\tsslVerify = false\n",
        0o644,
    );
    std::fs::remove_file(home.path(".ssh/id_acme")).unwrap();
    let key = home.path(".ssh/id_acme");
    let made = home.program("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(key).status();
    assert!(made.unwrap().success());
    std::fs::set_permissions(home.path(".ssh/id_acme"), std::fs::Permissions::from_mode(0o644)).unwrap();
}
