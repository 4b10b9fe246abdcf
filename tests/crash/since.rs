//! What the user did between a killed run and the next one stays, whatever it looks like.

use crate::home::{Home, Ran};
use crate::points::under_strace;
use std::os::unix::process::ExitStatusExt;

/// Kills a command before the first call of this name whose line in `strace` holds `marker`.
fn kill(home: &Home, arguments: &[&str], call: &str, marker: &str) {
    let rehearsal = home.outside("rehearsal");
    let copied = std::process::Command::new("cp").arg("-a").arg(home.dir()).arg(&rehearsal).status();
    assert!(copied.unwrap().success());
    let log = home.outside("log");
    let mut command = home.doorkey();
    command.args(arguments);
    let trace = format!("trace={call}");
    let output = under_strace(&command, &["-e", &trace, "-o", log.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{:#?}", Ran::of(&output));
    let text = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = text.lines().filter(|l| l.contains(&format!("{call}("))).collect();
    let when = lines.iter().position(|l| l.contains(marker)).unwrap_or_else(|| panic!("{lines:#?}")) + 1;
    std::fs::remove_dir_all(home.dir()).unwrap();
    std::fs::rename(&rehearsal, home.dir()).unwrap();
    let inject = format!("inject={call}:signal=KILL:when={when}");
    let killed = under_strace(&command, &["-o", "/dev/null", "-e", &inject]).output().unwrap();
    assert_eq!(killed.status.signal(), Some(9), "{:#?}", Ran::of(&killed));
}

/// Any command that changes something; what was interrupted is taken back first.
fn another(home: &Home) -> Ran {
    let ran = home.run(&["route", "add", "https://git.test/other/x", "acme", "--yes"]).ok();
    assert!(ran.err.contains("was taken back first"), "{ran:#?}");
    ran
}

#[test]
fn settings_of_git_stay_and_our_line_goes() {
    for marker in ["begun\", ", "current\""] {
        let home = Home::prepared();
        home.write(".gitconfig", "[user]\n\tname = Me\n", 0o644);
        // Before the end, or when git's file was written and the switch was not made.
        kill(&home, &["use", "acme", "--yes"], "rename", marker);
        assert!(home.text(".gitconfig").contains("doorkey"));
        home.program("git").args(["config", "--global", "user.name", "You"]).status().unwrap();
        home.program("git").args(["config", "--global", "alias.x", "log"]).status().unwrap();
        another(&home);
        assert_eq!(home.text(".gitconfig"), "[user]\n\tname = You\n[alias]\n\tx = log\n", "{marker}");
        assert!(!home.path(".ssh").exists(), "{marker}");
        home.run(&["use", "acme", "--yes"]).ok();
        assert!(home.text(".gitconfig").contains("doorkey"));
    }
}

const FIX: &[&str] = &["doctor", "--fix", "--only", "forward-agent-everywhere", "--yes"];
const EQUAL: &str = "Host *\n  ForwardAgent yes\nHost foo\n  ForwardAgent yes\n";

#[test]
fn an_equal_line_of_the_users_is_not_taken_for_ours() {
    for (undone, marker) in
        [(false, ".ssh/config"), (false, "begun\", "), (true, ".ssh/config"), (true, "begun\", ")]
    {
        let home = Home::prepared();
        home.write(".ssh/config", EQUAL, 0o600);
        let mut before = EQUAL.to_owned();
        if undone {
            home.run(FIX).ok();
            before = home.text(".ssh/config");
            kill(&home, &["undo", "--yes"], "rename", marker);
        } else {
            kill(&home, FIX, "rename", marker);
        }
        // The user writes into the file before the next run.
        home.write(
            ".ssh/config",
            format!("# mine\n{}Host bar\n  User me\n", home.text(".ssh/config")),
            0o600,
        );
        another(&home);
        let wanted = format!("# mine\n{before}Host bar\n  User me\n");
        assert_eq!(home.text(".ssh/config"), wanted, "undo {undone}, {marker}");
    }
}

#[test]
fn a_key_that_the_user_made_since_is_not_touched() {
    for marker in ["id_ed25519_acme\"", "id_ed25519_acme.pub\""] {
        let home = Home::prepared();
        let key = home.path(".ssh/id_ed25519_acme");
        kill(&home, &["ssh", "new", "acme", "--no-passphrase", "--yes"], "rename", marker);
        let _ = std::fs::remove_file(&key);
        std::fs::create_dir_all(home.path(".ssh")).unwrap();
        let made =
            home.program("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
        assert!(made.unwrap().success());
        let bytes = home.read(".ssh/id_ed25519_acme");
        another(&home);
        assert!(key.exists(), "{marker}: the user's key was moved away");
        assert_eq!(home.read(".ssh/id_ed25519_acme"), bytes, "{marker}");
        assert!(home.path(".ssh/id_ed25519_acme.pub").exists(), "{marker}");
    }
}

#[test]
fn what_cannot_be_told_is_left_and_said() {
    let home = Home::prepared();
    home.write(".ssh/config", "Host *\n  ForwardAgent yes\n", 0o600);
    kill(&home, FIX, "rename", "begun\", ");
    // Neither of the lines beside which it stood is there any more.
    home.write(".ssh/config", "Host other\n  User me\n", 0o600);
    let ran = another(&home);
    assert!(ran.err.contains("~/.ssh/config was changed by another program since"), "{ran:#?}");
    assert_eq!(home.text(".ssh/config"), "Host other\n  User me\n");
}
