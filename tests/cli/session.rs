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
    home.write(".local/state/doorkey/vault/store.toml", "version = 1\nkind = \"keyring\"\n", 0o600);
    let ran = Ran::of(&command.output().unwrap()).ok();
    assert!(ran.out.contains("DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere\n"), "{ran:#?}");
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
        &["ssh", "check"],
        &["ssh", "check", "globex"],
        &["ssh", "convert", ".ssh/id_acme"],
        &["token", "scan", "--online"],
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
    // A session of the same profile is the one that is there.
    let script = format!("echo $DOORKEY_SESSION; {doorkey} exec acme -- sh -c 'echo $DOORKEY_SESSION'");
    let within = exec(&home, &["sh", "-c", &script]).ok();
    let folders: Vec<_> = within.out.lines().collect();
    assert!(folders.len() == 2 && folders[0] == folders[1], "{within:#?}");
    exec(&home, &[doorkey, "shell", "acme"]).with_code(2);
    // One that is gone is said to be; no other folder of doorkey's is a session.
    home.run(&["use", "acme", "--yes"]).ok();
    for folder in [".local/state/doorkey/sessions/gone", ".local/state/doorkey/current"] {
        let mut command = home.doorkey();
        let ran =
            Ran::of(&command.arg("current").env("DOORKEY_SESSION", home.path(folder)).output().unwrap());
        assert!(ran.with_code(3).err.contains("has ended"));
    }
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

/// The registries' programs ask the same helper, which knows whose session it is.
#[test]
fn docker_and_cargo_get_the_profiles_logins_alone() {
    let home = two_profiles();
    for (profile, host) in [("acme", "mine.test"), ("globex", "theirs.test")] {
        let file = format!(".config/doorkey/profiles/{profile}.toml");
        let text = home.text(&file) + &format!("[registries]\ndocker = [\"{host}\"]\ncargo = [\"{host}\"]\n");
        home.write(&file, text, 0o600);
        let login =
            format!("{{\"ServerURL\":\"{host}\",\"Username\":\"ada\",\"Secret\":\"secret-of-{profile}\"}}");
        let mut store = home.doorkey();
        store.args(["exec", profile, "--", "docker-credential-doorkey", "store"]);
        feed(store, login.as_bytes()).ok();
    }
    let docker = |host: &str| {
        let mut get = home.doorkey();
        get.args(["exec", "acme", "--", "docker-credential-doorkey", "get"]);
        feed(get, host.as_bytes())
    };
    assert!(docker("mine.test").ok().out.contains("secret-of-acme"));
    let refused = docker("theirs.test").with_code(1);
    assert!(!refused.out.contains("secret-of") && refused.out.contains("a session of acme"), "{refused:#?}");
    let config = exec(&home, &["sh", "-c", "cat $DOCKER_CONFIG/config.json $REGISTRY_AUTH_FILE"]).ok();
    assert!(config.out.contains("mine.test") && !config.out.contains("theirs.test"), "{config:#?}");
    let cargo = |host: &str| {
        let question = format!(
            "{{\"v\":1,\"kind\":\"get\",\"operation\":\"read\",\
             \"registry\":{{\"index-url\":\"sparse+https://{host}/i/\"}},\"args\":[]}}\n"
        );
        let mut get = home.doorkey();
        let script = "exec $CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS --cargo-plugin";
        get.args(["exec", "acme", "--", "sh", "-c", script]);
        feed(get, question.as_bytes()).out
    };
    // Nobody has logged in to its own, and to the other's nobody could from here.
    assert!(cargo("mine.test").contains("not-found"), "{}", cargo("mine.test"));
    assert!(cargo("theirs.test").contains("a session of acme"), "{}", cargo("theirs.test"));
}

#[test]
fn a_dry_run_shows_and_makes_nothing() {
    let home = two_profiles();
    let before = home.tree();
    let shown = home.run(&["exec", "-n", "acme", "--", "sh", "-c", "touch ran"]).ok();
    assert!(shown.out.contains("GIT_CONFIG_GLOBAL=") && !shown.out.contains(CANARY), "{shown:#?}");
    assert!(shown.out.contains("would run: "), "{shown:#?}");
    home.run(&["shell", "-n", "acme"]).ok();
    assert!(home.tree() == before);
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
        // What PATH finds, not only what the variable names.
        let ssh = said.0.lines().find(|line| line.trim_end().ends_with("/bin/ssh"));
        assert!(ssh.is_some_and(|line| line.contains("/sessions/")), "{shell}: {said:?}");
        session.send_line("env | grep theirs; printf 'none-%s\\n' left").unwrap();
        let said = session.exp_string("none-left").unwrap_or_else(|e| panic!("{shell}: {e}"));
        assert!(!said.contains("=theirs"), "{shell}: {said}");
        session.send_line("exit").unwrap();
        session.exp_eof().unwrap_or_else(|e| panic!("{shell}: {e}"));
    }
}
