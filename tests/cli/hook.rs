//! A profile's folders bring its variables into real shells on a terminal, and take them back.

use crate::home::{CANARY, Home};
use crate::prompts::on_terminal;
use crate::root::ROOT;
use rexpect::session::PtySession;
use serde_json::Value;

/// acme has `~/w/acme` and a root, globex a folder with a name that shells cut and `~/w/acme/inner`.
fn tenants() -> Home {
    let home = Home::empty();
    home.store();
    for folder in ["w/acme/deep", "w/acme/inner/x", "w/glo bex's", "w/none"] {
        std::fs::create_dir_all(home.path(folder)).unwrap();
    }
    home.write("root.pem", ROOT, 0o644);
    home.run(&[
        "profile",
        "add",
        "acme",
        "--host",
        "git.test",
        "--owner",
        "acme",
        "--dir",
        "~/w/acme",
        "--ca",
        "root.pem",
        "--proxy",
        "http://acme.test:3128",
        "--no-proxy",
        ".corp.test",
        "--yes",
    ])
    .ok();
    home.run(&[
        "profile",
        "add",
        "globex",
        "--host",
        "git.test",
        "--owner",
        "globex",
        "--dir",
        "~/w/glo bex's",
        "--dir",
        "~/w/acme/inner",
        "--proxy",
        "http://globex.test:3128",
        "--yes",
    ])
    .ok();
    home.token("acme", CANARY);
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

const SHELLS: [(&str, &str, &str); 3] = [
    ("bash", ".bashrc", "eval \"$(DOORKEY hook bash)\"; PS1='ready> '\n"),
    ("zsh", ".zshrc", "eval \"$(DOORKEY hook zsh)\"; PROMPT='ready> '\n"),
    (
        "fish",
        ".config/fish/config.fish",
        "DOORKEY hook fish | source; function fish_prompt; printf 'ready> '; end\n",
    ),
];

fn start(home: &Home, shell: &str, file: &str, line: &str) -> PtySession {
    home.write(file, line.replace("DOORKEY", env!("CARGO_BIN_EXE_doorkey")), 0o644);
    let mut command = home.program(shell);
    command.arg("-i").env("TERM", "dumb").env("http_proxy", "http://mine.test:1");
    let mut session = on_terminal(&command, home);
    session.exp_string("ready> ").unwrap_or_else(|e| panic!("{shell}: {e}"));
    session
}

/// What a line prints, and what is printed before the next prompt.
fn says(session: &mut PtySession, line: &str) -> String {
    session.send_line(&format!("{line}; printf 'end-%s\\n' mark")).unwrap();
    let said = session.exp_string("end-mark").unwrap_or_else(|e| panic!("{line}: {e}"));
    said + &session.exp_string("ready> ").unwrap_or_else(|e| panic!("{line}: {e}"))
}

fn go(session: &mut PtySession, place: &str) {
    says(session, &format!("cd {place}"));
}

const SHOW: &str = "printf 'is-%s-%s-%s\\n' \"$DOORKEY_PROFILE\" \"$http_proxy\" \"$GOPRIVATE\"";

#[track_caller]
fn shows(shell: &str, session: &mut PtySession, wanted: &str) {
    let said = says(session, SHOW);
    assert!(said.contains(&format!("is-{wanted}\r\n")), "{shell}: wanted {wanted}: {said}");
}

#[test]
fn shells_enter_and_leave() {
    let home = tenants();
    for (shell, file, line) in SHELLS {
        let mut session = start(&home, shell, file, line);
        let p = &mut session;
        shows(shell, p, "-http://mine.test:1-");
        go(p, "~/w/acme");
        shows(shell, p, "acme-http://acme.test:3128-git.test/acme");
        go(p, "deep");
        shows(shell, p, "acme-http://acme.test:3128-git.test/acme");
        // The longest folder counts.
        go(p, "../inner/x");
        shows(shell, p, "globex-http://globex.test:3128-git.test/globex");
        go(p, "../..");
        shows(shell, p, "acme-http://acme.test:3128-git.test/acme");
        go(p, "\"$HOME/w/glo bex's\"");
        shows(shell, p, "globex-http://globex.test:3128-git.test/globex");
        // acme's roots are gone with it.
        let said = says(p, "printf 'roots-%s\\n' \"$SSL_CERT_FILE\"");
        assert!(said.contains("roots-\r\n"), "{shell}: {said}");
        go(p, "~/w/none");
        shows(shell, p, "-http://mine.test:1-");
        let said = says(p, "env | sort");
        assert!(!said.contains("DOORKEY") && !said.contains("globex"), "{shell}: {said}");
        p.send_line("exit").unwrap();
        p.exp_eof().unwrap_or_else(|e| panic!("{shell}: {e}"));
    }
}

#[test]
fn what_the_user_does_stays() {
    let home = tenants();
    for (shell, file, line) in SHELLS {
        // A command of the user's own at each prompt sees the status, too.
        let line =
            if shell == "bash" { format!("PROMPT_COMMAND='seen=$?'; {line}") } else { line.to_owned() };
        let mut session = start(&home, shell, file, &line);
        let p = &mut session;
        // The status of a command is there at the next prompt.
        p.send_line(if shell == "fish" { "sh -c 'exit 7'" } else { "(exit 7)" }).unwrap();
        p.exp_string("ready> ").unwrap();
        let status = if shell == "fish" { "$status" } else { "$?" };
        let said = says(p, &format!("printf 'st-%s\\n' {status}"));
        assert!(said.contains("st-7"), "{shell}: {said}");
        if shell == "bash" {
            p.send_line("(exit 7)").unwrap();
            p.exp_string("ready> ").unwrap();
            let said = says(p, "printf 'seen-%s\\n' \"$seen\"");
            assert!(said.contains("seen-7"), "{said}");
        }
        go(p, "~/w/acme");
        p.send_line(if shell == "fish" { "sh -c 'exit 7'" } else { "(exit 7)" }).unwrap();
        p.exp_string("ready> ").unwrap();
        let said = says(p, &format!("printf 'st-%s\\n' {status}"));
        assert!(said.contains("st-7"), "{shell}, in a folder: {said}");
        // What is set by hand inside is not taken back.
        let by_hand = if shell == "fish" {
            "set -gx http_proxy http://hand.test:1"
        } else {
            "export http_proxy=http://hand.test:1"
        };
        says(p, by_hand);
        shows(shell, p, "acme-http://hand.test:1-git.test/acme");
        go(p, "~/w/none");
        shows(shell, p, "-http://hand.test:1-");
        p.send_line("exit").unwrap();
        p.exp_eof().unwrap_or_else(|e| panic!("{shell}: {e}"));
    }
}

/// Before doorkey is in force, and after it was removed, prompts say nothing.
#[test]
fn nothing_is_there() {
    for (shell, file, line) in SHELLS {
        let home = Home::empty();
        let mut session = start(&home, shell, file, line);
        let p = &mut session;
        let said = says(p, "cd /") + &says(p, SHOW);
        assert!(said.contains("is--http://mine.test:1-\r\n"), "{shell}: {said}");
        for word in ["No such file", "not found", "Unknown", "doorkey/bin"] {
            assert!(!said.contains(word), "{shell}: {said}");
        }
        p.send_line("exit").unwrap();
        p.exp_eof().unwrap_or_else(|e| panic!("{shell}: {e}"));
    }
}

/// A shell in a shell knows what the outer one brought; a session has everything of its own.
#[test]
fn shells_in_shells() {
    let home = tenants();
    let (shell, file, line) = SHELLS[0];
    let mut session = start(&home, shell, file, line);
    let p = &mut session;
    go(p, "~/w/acme");
    p.send_line("bash -i").unwrap();
    p.exp_string("ready> ").unwrap();
    go(p, "~/w/none");
    shows(shell, p, "-http://mine.test:1-");
    let doorkey = env!("CARGO_BIN_EXE_doorkey");
    let said = says(p, &format!("cd ~/w/acme && {doorkey} exec globex -- {doorkey} hook-env posix"));
    assert!(!said.contains("export"), "{said}");
    p.send_line("exit").unwrap();
    p.exp_string("ready> ").unwrap();
    p.send_line("exit").unwrap();
    p.exp_eof().unwrap();
}

/// A folder reached by a link is the same folder; a file in it decides nothing; when doorkey is off none counts.
#[test]
fn which_folder_counts() {
    let home = tenants();
    std::os::unix::fs::symlink(home.path("w/acme/deep"), home.path("link")).unwrap();
    std::fs::create_dir_all(home.path("w/acme-other/.config/doorkey/profiles")).unwrap();
    home.write("w/acme-other/.doorkey.toml", "profile = \"acme\"\n", 0o644);
    home.write("w/acme-other/.envrc", "export DOORKEY_PROFILE=acme\n", 0o644);
    let asked = |folder: &str| {
        let mut command = home.doorkey();
        let output = command.args(["hook-env", "posix"]).current_dir(home.path(folder)).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(asked("link").contains("export DOORKEY_PROFILE='acme'"));
    assert_eq!(asked("w/acme-other"), "");
    assert_eq!(asked("w"), "");
    assert!(!asked("w/acme").contains(CANARY));
    home.run(&["off", "--yes"]).ok();
    assert_eq!(asked("w/acme"), "");
}

/// What the environment says was changed before is no way into the shell.
#[test]
fn a_hostile_environment() {
    let home = tenants();
    for changed in
        ["x;touch$IFS/tmp/x=1", "=", "a=b=c=d", "PATH=%2Fusr%2Fbin=%27;touch ~/owned;%27", "%", "A=%00=%0A"]
    {
        let mut command = home.doorkey();
        command.args(["hook-env", "posix"]).current_dir(home.path("w/none")).env("DOORKEY_CHANGED", changed);
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let ran = home.program("sh").args(["-c", &text]).status().unwrap();
        assert!(ran.success(), "{changed}: {text}");
        assert!(!home.path("owned").exists(), "{changed}: {text}");
    }
}

#[test]
fn variables_of_a_profile() {
    let home = tenants();
    let ran = home.run(&["env", "acme"]).ok();
    assert!(ran.out.contains("export https_proxy='http://acme.test:3128'\n"), "{ran:#?}");
    assert!(ran.out.contains("export no_proxy='corp.test,.corp.test'\n"), "{ran:#?}");
    let json: Value = serde_json::from_str(&home.run(&["env", "acme", "--json"]).ok().out).unwrap();
    let roots = json["variables"]["SSL_CERT_FILE"].as_str().unwrap();
    let bundle = std::fs::read_to_string(roots).unwrap();
    assert!(bundle.contains(ROOT.lines().nth(1).unwrap()), "its own root is in it");
    assert!(bundle.matches("BEGIN CERTIFICATE").count() > 50, "and the public ones");
    // git has the roots of each host by its own settings.
    assert!(json["variables"]["GIT_SSL_CAINFO"].is_null());
    let fish = home.run(&["env", "acme", "--shell", "fish"]).ok();
    assert!(fish.out.contains("set -gx DOORKEY_PROFILE 'acme'\n"), "{fish:#?}");
    home.run(&["env", "nobody"]).with_code(2);
    home.run(&["hook", "csh"]).with_code(2);
    home.run(&["off", "--yes"]).ok();
    let off = home.run(&["env", "acme"]).with_code(3);
    assert!(off.err.contains("doorkey on"), "{off:#?}");
    assert!(home.run(&["hook", "bash"]).ok().err.contains("doorkey on"));
}

#[test]
fn a_folder_is_given() {
    let home = tenants();
    home.write(
        ".config/doorkey/profiles/acme.toml",
        format!("# mine\n{}", home.text(".config/doorkey/profiles/acme.toml")),
        0o600,
    );
    let before = home.text(".config/doorkey/profiles/acme.toml");
    let here = |folder: &str| {
        let mut command = home.doorkey();
        let output = command.args(["hook-env", "posix"]).current_dir(home.path(folder)).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(here("w/none"), "");
    home.run(&["use", "acme", "--for", "w/none", "-n"]).ok();
    assert_eq!(home.text(".config/doorkey/profiles/acme.toml"), before);
    home.run(&["use", "acme", "--for", "w/acme/../none/.", "--yes"]).ok();
    let after = home.text(".config/doorkey/profiles/acme.toml");
    assert!(
        after.starts_with("# mine\n") && after.contains("dirs = [\"~/w/acme\", \"~/w/none\"]"),
        "{after}"
    );
    assert!(here("w/none").contains("DOORKEY_PROFILE='acme'"));
    // Once more changes nothing; another profile's folder is refused; so is none.
    home.run(&["use", "acme", "--for", "w/none", "--yes"]).ok();
    assert_eq!(home.text(".config/doorkey/profiles/acme.toml"), after);
    let refused = home.run(&["use", "globex", "--for", "w/none", "--yes"]).with_code(2);
    assert!(refused.err.contains("is a folder of acme already"), "{refused:#?}");
    home.run(&["use", "globex", "--for", "w/nowhere", "--yes"]).with_code(2);
    home.run(&["use", "nobody", "--for", "w/none", "--yes"]).with_code(2);
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(home.text(".config/doorkey/profiles/acme.toml"), before);
    assert_eq!(here("w/none"), "");
}
