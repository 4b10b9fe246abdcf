//! `doorkey exec` and `doorkey shell`: what a command in a session finds, how it ends, and that doorkey stays inside.

use crate::home::{CANARY, Home, Ran, feed};
use crate::prompts::on_terminal;
use std::os::unix::process::ExitStatusExt;

fn two_profiles() -> Home {
    let home = Home::prepared();
    home.run(&[
        "profile", "add", "globex", "--host", "git.test", "--owner", "globex", "--user", "ada", "--yes",
    ])
    .ok();
    home
}

fn exec(home: &Home, command: &[&str]) -> Ran {
    home.run(&[&["exec", "acme", "--"], command].concat())
}

#[test]
fn a_command_ends_as_it_ends() {
    let home = Home::prepared();
    exec(&home, &["true"]).ok();
    exec(&home, &["sh", "-c", "exit 7"]).with_code(7);
    let killed = home.doorkey().args(["exec", "acme", "--", "sh", "-c", "kill -TERM $$"]).status().unwrap();
    assert_eq!(killed.signal(), Some(15));
    // Standard input and output are its own.
    let mut command = home.doorkey();
    command.args(["exec", "acme", "--", "tr", "a-z", "A-Z"]);
    assert_eq!(feed(command, b"words").out, "WORDS");
    let missing = exec(&home, &["no-such-command"]).with_code(3);
    assert!(missing.err.contains("no-such-command") && missing.err.contains("fix:"), "{missing:#?}");
    home.run(&["exec", "acme"]).with_code(2);
    home.run(&["exec", "acme", "--"]).with_code(2);
    home.run(&["exec", "nobody", "--", "true"]).with_code(2);
    // The process is the command itself, so that whoever waits for it or signals it meets nobody else.
    let named =
        exec(&home, &["sh", "-c", "readlink /proc/$$/exe; case $DOORKEY_SESSION in */$$-*) echo own;; esac"]);
    assert!(named.ok().out.ends_with("own\n"));
}

#[test]
fn the_environment_is_an_allow_list() {
    let home = two_profiles();
    let mut command = home.doorkey();
    command.args(["exec", "--keep", "LET_IN", "acme", "--", "env"]);
    for name in
        ["GITHUB_TOKEN", "SSH_AUTH_SOCK", "GIT_ASKPASS", "GIT_DIR", "AWS_PROFILE", "VAULT_TOKEN", "MY_OWN"]
    {
        command.env(name, "left-outside");
    }
    command.env("LET_IN", "let-in").env("LC_TIME", "C").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let ran = Ran::of(&command.output().unwrap()).ok();
    assert!(!ran.out.contains("left-outside") && !ran.out.contains("DBUS"), "{ran:#?}");
    assert!(ran.out.contains("LET_IN=let-in\n") && ran.out.contains("LC_TIME=C\n"), "{ran:#?}");
    assert!(!ran.out.contains(CANARY));
    // With the store in the desktop's keyring, doorkey's own helper must reach it.
    assert!(ran.out.contains("\nGIT_CONFIG_GLOBAL="), "{ran:#?}");
}

#[test]
fn doorkey_stays_inside() {
    let home = two_profiles();
    let doorkey = env!("CARGO_BIN_EXE_doorkey");
    for words in [
        &["exec", "globex", "--", "true"][..],
        &["shell", "globex"],
        &["use", "acme", "--yes"],
        &["off"],
        &["undo", "--yes"],
        &["token", "show", "globex"],
        &["token", "remove", "acme", "--yes"],
        &["token", "check"],
        &["verify"],
        &["verify", "globex"],
        &["store", "lock"],
        &["store", "export", "acme"],
        &["profile", "remove", "globex", "--yes"],
        &["route", "add", "https://git.test/x/y", "acme", "--yes"],
        &["doctor"],
    ] {
        let refused = exec(&home, &[&[doorkey], words].concat()).with_code(2);
        assert!(refused.err.starts_with("error: this is a session of acme: "), "{words:?} {refused:#?}");
    }
    for words in [&["token", "show", "acme"][..], &["explain", "git-config-broken"], &["store", "status"]] {
        exec(&home, &[&[doorkey], words].concat()).ok();
    }
    let status = exec(&home, &[doorkey]).ok();
    assert!(status.out.contains("a session of acme"), "{status:#?}");
    let current = exec(&home, &[doorkey, "current"]).ok();
    assert_eq!(current.out, "acme (this is a session of it: exit leaves it)\n");
    // A session within, of the same profile.
    exec(&home, &[doorkey, "exec", "acme", "--", "true"]).ok();
    // One that is gone is said to be.
    let mut command = home.doorkey();
    let gone =
        Ran::of(&command.arg("current").env("DOORKEY_SESSION", home.path("nowhere")).output().unwrap());
    assert!(gone.with_code(3).err.contains("has ended"));
}

#[test]
fn nothing_is_changed_but_the_sessions_folder() {
    let home = two_profiles();
    home.run(&["use", "globex", "--yes"]).ok();
    exec(&home, &["true"]).ok();
    let before = home.users_tree();
    for _ in 0..40 {
        exec(&home, &["sh", "-c", "echo x >$DOORKEY_SESSION/mine; git config --global user.name somebody"])
            .ok();
    }
    assert!(home.users_tree() == before);
    // What ended is cleared away, what goes on is not.
    let sessions = || std::fs::read_dir(home.state().join("sessions")).unwrap().count();
    assert!(sessions() < 40, "{}", sessions());
    let left = exec(&home, &["sh", "-c", "(sleep 100 >/dev/null 2>&1 & echo $! $DOORKEY_SESSION)"]).ok();
    let (pid, folder) = left.out.trim().split_once(' ').unwrap();
    for _ in 0..40 {
        exec(&home, &["true"]).ok();
    }
    assert!(std::path::Path::new(folder).is_dir());
    std::process::Command::new("kill").arg(pid).status().unwrap();
    for _ in 0..40 {
        exec(&home, &["true"]).ok();
    }
    assert!(!std::path::Path::new(folder).exists());
}

#[test]
fn what_git_sends_before_it_asks_stands_in_the_way() {
    let home = Home::prepared();
    home.write(".netrc", "machine git.test login x password y\n", 0o600);
    let refused = exec(&home, &["true"]).with_code(1);
    assert!(refused.err.contains(".netrc"), "{refused:#?}");
}

/// A socket's path has at most 107 bytes (unix(7)).
#[test]
fn a_long_path_costs_the_agent_alone() {
    let home = Home::prepared();
    let key = home.path(".ssh/id_acme");
    home.write(".ssh/.keep", "", 0o600);
    home.program("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap();
    home.run(&["profile", "add", "globex", "--host", "ssh.test", "--ssh-key", "id_acme", "--yes"]).ok();
    let state = home.path(&"long/".repeat(20));
    let mut command = home.doorkey();
    command.args(["exec", "globex", "--", "sh", "-c", "echo agent:$SSH_AUTH_SOCK"]);
    command.env("SSH_AUTH_SOCK", home.path("agent.sock")).env("DOORKEY_STATE_DIR", state);
    let ran = Ran::of(&command.output().unwrap()).ok();
    assert_eq!(ran.out, "agent:\n");
    assert!(ran.err.contains("warning: the session has no SSH agent"), "{ran:#?}");
}

/// Start-up files set what a session leaves out; the prompt names the profile.
#[test]
fn shells_keep_their_settings_and_the_walls() {
    let home = two_profiles();
    let posix = "export GITHUB_TOKEN=theirs SSH_AUTH_SOCK=/theirs; alias hello='echo hi-there'\nexport PATH=/usr/bin:/bin\n";
    home.write(".bashrc", posix, 0o600);
    home.write(".zshrc", posix, 0o600);
    home.write(
        ".config/fish/config.fish",
        "set -gx GITHUB_TOKEN theirs; set -gx PATH /usr/bin /bin; alias hello='echo hi-there'\n",
        0o600,
    );
    for shell in ["bash", "zsh", "fish"] {
        let mut command = home.doorkey();
        command.args(["shell", "acme"]).env("SHELL", shell).env("TERM", "dumb");
        let mut session = on_terminal(&command, &home);
        session.exp_string("(acme)").unwrap_or_else(|e| panic!("{shell}: {e}"));
        session.send_line("hello").unwrap();
        session.exp_string("hi-there").unwrap_or_else(|e| panic!("{shell}: {e}"));
        session.send_line("command -v ssh; printf 'done-%s\\n' $DOORKEY_SESSION").unwrap();
        let said = session.exp_regex("done-/[^\r\n]+").unwrap_or_else(|e| panic!("{shell}: {e}"));
        assert!(said.0.contains("/bin/ssh") && said.0.contains("/sessions/"), "{shell}: {said:?}");
        session.send_line("env | grep theirs; printf 'none-%s\\n' left").unwrap();
        let said = session.exp_string("none-left").unwrap_or_else(|e| panic!("{shell}: {e}"));
        assert!(!said.contains("=theirs"), "{shell}: {said}");
        session.send_line("exit").unwrap();
        session.exp_eof().unwrap_or_else(|e| panic!("{shell}: {e}"));
    }
}
