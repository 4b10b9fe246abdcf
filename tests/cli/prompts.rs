//! Questions on a terminal: answered, denied, interrupted.

use crate::home::{CANARY, Home};
use rexpect::session::{Options, PtySession, spawn_with_options};
use std::process::Command;

fn terminal(home: &Home, arguments: &[&str]) -> PtySession {
    let mut command = home.doorkey();
    command.args(arguments).env("TERM", "xterm");
    on_terminal(&command, home)
}

/// Runs a command line on a terminal of its own.
pub(crate) fn on_terminal(command: &Command, home: &Home) -> PtySession {
    // The terminal is standard input, too.
    let mut on_terminal = Command::new(command.get_program());
    on_terminal.args(command.get_args()).env_clear().current_dir(home.dir());
    for (name, value) in command.get_envs() {
        on_terminal.env(name, value.unwrap());
    }
    let options = Options::new().timeout_ms(Some(20_000)).strip_ansi_escape_codes(true);
    spawn_with_options(on_terminal, options).unwrap()
}

fn ended(session: &PtySession) -> i32 {
    // The status' type has no public name; its text has: `Exited(Pid(7), 4)`, `Signaled(Pid(7), SIGINT, false)`.
    let text = format!("{:?}", session.process().wait().unwrap());
    match text.strip_prefix("Exited(") {
        Some(rest) => rest.trim_end_matches(')').rsplit(", ").next().unwrap().parse().unwrap(),
        // What a shell makes of it.
        None if text.contains("SIGINT") => 130,
        None => panic!("{text}"),
    }
}

#[test]
fn profile_add_asks_for_what_is_missing() {
    let home = Home::empty();
    let mut p = terminal(&home, &["profile", "add"]);
    p.exp_string("Name of the profile").unwrap();
    // A slip is said, and asked again; the answers before it stay.
    p.send_line("Acme!").unwrap();
    p.exp_string("profile name \"Acme!\"").unwrap();
    p.exp_string("Name of the profile").unwrap();
    p.send_line("acme").unwrap();
    p.exp_string("Its git server").unwrap();
    p.send("\x1b[A\r").unwrap(); // up from the first: the last, "another"
    p.flush().unwrap();
    p.exp_string("Host name").unwrap();
    p.send_line("https://git.test/x").unwrap();
    p.exp_string("was given a URL").unwrap();
    p.exp_string("Host name").unwrap();
    p.send_line("git.test:8443").unwrap();
    p.exp_string("Owners").unwrap();
    p.send_line("acme acme-labs").unwrap();
    p.exp_string("How its repositories are reached").unwrap();
    p.send("\r").unwrap(); // the first: HTTPS
    p.flush().unwrap();
    p.exp_string("user name").unwrap();
    p.send_line("ada").unwrap();
    p.exp_string("Name in commits").unwrap();
    p.send_line("Ada").unwrap();
    p.exp_string("E-mail").unwrap();
    p.send_line("ada@acme.test").unwrap();
    p.exp_string("Do this?").unwrap();
    p.send("y").unwrap();
    p.flush().unwrap();
    p.exp_string("profile acme is made").unwrap();
    p.exp_eof().unwrap();
    assert_eq!(ended(&p), 0);
    let text = home.text(".config/doorkey/profiles/acme.toml");
    for wanted in ["port = 8443", "\"acme-labs\"", "user = \"ada\"", "email = \"ada@acme.test\""] {
        assert!(text.contains(wanted), "{text}");
    }
}

/// What was typed into the editor is never lost, and the profile is never a broken one.
#[test]
fn a_broken_edit_can_be_gone_on_with() {
    let home = Home::in_force();
    let path = ".config/doorkey/profiles/acme.toml";
    let before = home.text(path);
    let editor = home.outside("editor");
    // Breaks the file the first time, mends it the second.
    let script = "#!/bin/sh\nif grep -q 'broken = \\[' \"$1\"; then sed -i 's/^broken = \\[$/title = \"Mended\"/' \"$1\"\n\
                  else { echo 'broken = ['; cat \"$1\"; } >\"$1.new\" && mv \"$1.new\" \"$1\"; fi\n";
    crate::executable::write(&editor, script);
    let on_terminal = |answer: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
        command.args(["profile", "edit", "acme", "--yes"]).env_clear().current_dir(home.dir());
        command.env("HOME", home.dir()).env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm");
        command.env("EDITOR", &editor);
        let options = Options::new().timeout_ms(Some(20_000)).strip_ansi_escape_codes(true);
        let mut p = spawn_with_options(command, options).unwrap();
        p.exp_string("The profile itself is as it was").unwrap();
        p.exp_string("Edit it again?").unwrap();
        p.send(answer).unwrap();
        p.flush().unwrap();
        let shown = p.exp_eof().unwrap();
        (ended(&p), shown)
    };
    let (code, shown) = on_terminal("n");
    assert_eq!(code, 2, "{shown}");
    assert!(
        shown.contains("what you typed is kept in ~/.local/state/doorkey/edit/acme.not-taken.toml"),
        "{shown}"
    );
    assert_eq!(home.text(path), before);
    assert!(home.text(".local/state/doorkey/edit/acme.not-taken.toml").starts_with("broken = [\n"));
    let (code, shown) = on_terminal("y");
    assert_eq!(code, 0, "{shown}");
    assert!(home.text(path).starts_with("title = \"Mended\"\n"), "{}", home.text(path));
}

#[test]
fn an_editor_that_fails_is_named() {
    let home = Home::in_force();
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
    command.args(["profile", "edit", "acme"]).env_clear().current_dir(home.dir());
    command.env("HOME", home.dir()).env("PATH", std::env::var_os("PATH").unwrap()).env("EDITOR", "false");
    let options = Options::new().timeout_ms(Some(20_000)).strip_ansi_escape_codes(true);
    let mut p = spawn_with_options(command, options).unwrap();
    let shown = p.exp_eof().unwrap();
    assert_eq!(ended(&p), 3, "{shown}");
    assert!(
        shown.contains("false ended with exit code 1") && shown.contains("nothing was changed"),
        "{shown}"
    );
}

#[test]
fn a_narrow_terminal_gets_a_line_a_field() {
    let home = Home::in_force();
    for (columns, wanted) in [(40, "PROFILE     acme"), (200, "PROFILE  SPEAKS FOR     E-MAIL")] {
        let mut command = Command::new("sh");
        let line = format!("stty cols {columns}; exec \"$0\" profile list");
        command.args(["-c", &line, env!("CARGO_BIN_EXE_doorkey")]);
        command.env_clear().current_dir(home.dir());
        command.env("HOME", home.dir()).env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm");
        let options = Options::new().timeout_ms(Some(20_000)).strip_ansi_escape_codes(true);
        let mut p = spawn_with_options(command, options).unwrap();
        let shown = p.exp_eof().unwrap();
        assert!(shown.to_uppercase().contains(&wanted.to_uppercase()), "{columns}: {shown}");
    }
}

#[test]
fn a_token_is_asked_for_and_not_shown() {
    let home = Home::in_force();
    home.run(&["token", "remove", "acme", "--yes"]).ok();
    let mut p = terminal(&home, &["token", "add", "acme", "--yes"]);
    p.exp_string("token").unwrap();
    p.send_line(CANARY).unwrap();
    let shown = p.exp_eof().unwrap();
    assert_eq!(ended(&p), 0, "{shown}");
    assert!(!shown.contains(CANARY), "{shown}");
    let asked = home.run_with(&["credential", "get"], b"protocol=https\nhost=git.test\npath=acme/x\n\n");
    assert!(asked.out.contains(CANARY), "{asked:#?}");
}

#[test]
fn no_is_4_and_changes_nothing() {
    for arguments in [
        &["use", "acme"][..],
        &["profile", "remove", "acme"],
        &["undo"],
        &["token", "remove", "acme"],
        &["ssh", "new", "acme", "--no-passphrase"],
    ] {
        for answer in ["n", "\r"] {
            let home = Home::prepared();
            let before = home.tree();
            let mut p = terminal(&home, arguments);
            p.exp_string("?").unwrap();
            p.exp_string("(y/n)").unwrap();
            p.send(answer).unwrap();
            p.flush().unwrap();
            let shown = p.exp_eof().unwrap();
            assert_eq!(ended(&p), 4, "{arguments:?}: {shown}");
            assert!(shown.contains("nothing was changed"), "{shown}");
            assert_eq!(home.tree(), before, "{arguments:?}");
        }
    }
}

#[test]
fn ctrl_c_is_130_and_the_cursor_comes_back() {
    let cases: &[(&[&str], &str)] = &[
        (&["use", "acme"], "(y/n)"),
        (&["token", "add", "acme"], "token"),
        (&["profile", "add"], "Name of the profile"),
        (&["profile", "add", "other"], "Its git server"),
    ];
    for (arguments, question) in cases {
        let home = Home::prepared();
        let before = home.tree();
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
        command.args(*arguments).env_clear().current_dir(home.dir());
        command.env("HOME", home.dir()).env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm");
        let mut p = spawn_with_options(command, Options::new().timeout_ms(Some(20_000))).unwrap();
        let mut shown = p.exp_string(question).unwrap();
        // The prompt is drawn before the terminal is switched to single keys.
        std::thread::sleep(std::time::Duration::from_millis(300));
        p.send_control('c').unwrap();
        shown += &p.exp_eof().unwrap();
        assert_eq!(ended(&p), 130, "{arguments:?}: {shown:?}");
        let hidden = shown.rfind("\u{1b}[?25l");
        let back = shown.rfind("\u{1b}[?25h");
        assert!(hidden.is_none() || back > hidden, "{arguments:?}: the cursor stays hidden: {shown:?}");
        assert_eq!(home.tree(), before, "{arguments:?}");
    }
}

#[test]
fn the_terminal_shows_keys_again_after_ctrl_c_at_a_secret() {
    for arguments in ["token add acme", "store init"] {
        let home = if arguments == "store init" { Home::empty() } else { Home::prepared() };
        let mut command = Command::new("sh");
        command.args([
            "-c",
            &format!("stty echo; \"$0\" {arguments}; echo \"rc=$?\"; stty -a"),
            env!("CARGO_BIN_EXE_doorkey"),
        ]);
        command.env_clear().current_dir(home.dir());
        command.env("HOME", home.dir()).env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm");
        let options = Options::new().timeout_ms(Some(20_000)).strip_ansi_escape_codes(true);
        let mut p = spawn_with_options(command, options).unwrap();
        p.exp_string("not shown").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        p.send("half a secret").unwrap();
        p.send_control('c').unwrap();
        let shown = p.exp_eof().unwrap();
        assert!(shown.contains("rc=130") && !shown.contains("half"), "{shown}");
        for mode in ["echo", "isig", "icanon"] {
            assert!(shown.split_whitespace().any(|word| word == mode), "{mode}: {shown}");
        }
    }
    // Two different passphrases: asked again.
    let home = Home::empty();
    let mut p = terminal(&home, &["store", "init"]);
    for line in ["one horse", "two horses", "correct horsex\u{7f}", "correct horse"] {
        p.exp_string("not shown").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(100));
        p.send_line(line).unwrap();
    }
    let shown = p.exp_eof().unwrap();
    assert_eq!(ended(&p), 0, "{shown}");
    assert!(!shown.contains("horse"), "{shown}");
    home.run(&["store", "lock"]).ok();
    home.run_with(&["store", "unlock", "--passphrase-fd", "0"], b"correct horse").ok();
    home.run(&["store", "lock"]).ok();
}

#[test]
fn a_plan_that_was_agreed_to_is_shown_again_when_something_changed_meanwhile() {
    let home = Home::in_force();
    let mut p = terminal(&home, &["profile", "add", "globex", "--host", "git.test", "--owner", "globex"]);
    p.exp_string("generation 000001 to 000002").unwrap();
    p.exp_string("Do this?").unwrap();
    home.run(&["profile", "add", "initech", "--host", "initech.test", "--yes"]).ok();
    p.send("y").unwrap();
    p.flush().unwrap();
    p.exp_string("changed meanwhile").unwrap();
    p.exp_string("generation 000002 to 000003").unwrap();
    p.exp_string("Do this?").unwrap();
    p.send("y").unwrap();
    p.flush().unwrap();
    p.exp_string("profile globex is made").unwrap();
    p.exp_eof().unwrap();
    assert_eq!(ended(&p), 0);
    let routes = home.text(".local/state/doorkey/current/routes");
    assert!(routes.contains("globex") && routes.contains("initech.test"), "{routes}");
}
