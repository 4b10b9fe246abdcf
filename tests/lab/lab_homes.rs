//! The harness itself: homes, users, time limits, terminals.

use crate::support::{Home, Lab, trial};
use libtest_mimic::Trial;
use std::time::Duration;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("lab_home_has_a_clean_environment", clean_environment),
        trial("lab_home_belongs_to_a_user_of_its_own", user_of_its_own),
        trial("lab_home_feeds_standard_input", feeds_standard_input),
        trial("lab_home_limit_kills_the_group", limit_kills_the_group),
        trial("lab_home_can_hold_a_terminal", can_hold_a_terminal),
        trial("lab_home_runs_doorkey", runs_doorkey),
    ]
}

fn clean_environment() {
    let mut home = Home::fresh("home");
    home.set_env("OF_THE_HOME", "1");
    let output = home.call(["env"]).env("OF_THE_CALL", "2").run();
    let mut names: Vec<_> = output.ok().stdout.lines().filter_map(|line| line.split('=').next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["HOME", "LANG", "OF_THE_CALL", "OF_THE_HOME", "PATH", "USER"]);
    output.says(&format!("HOME={}\n", home.path.display()));
    // Nothing of the machine's own configuration of git either.
    for git in Lab::get().gits() {
        let git = git.to_str().expect("a path");
        assert_eq!(home.run([git, "config", "--list", "--show-origin"]).ok().stdout, "");
    }
}

fn user_of_its_own() {
    let (home, other) = (Home::fresh("home"), Home::fresh("home"));
    assert_eq!(home.run(["id", "-un"]).ok().stdout.trim(), home.user);
    home.run(["sh", "-c", "pwd; echo ~"]).ok().says(&format!("{0}\n{0}\n", home.path.display()));
    let secret = home.write("deep/down/secret", "of this home", 0o600);
    home.run(["cat", "deep/down/secret"]).ok().says("of this home");
    assert_eq!(home.run(["stat", "-c", "%a", "deep", "deep/down/secret"]).ok().stdout, "700\n600\n");
    other.run(["cat", secret.to_str().expect("a path")]).exits(1).says("Permission denied");
}

fn feeds_standard_input() {
    let home = Home::fresh("home");
    assert_eq!(home.call(["cat"]).stdin("a\nb").run().ok().stdout, "a\nb");
    assert_eq!(home.run(["cat"]).ok().stdout, "");
    home.run(["sh", "-c", "echo reopened >/dev/stderr; exit 3"]).exits(3).says("reopened");
}

fn limit_kills_the_group() {
    let home = Home::fresh("home");
    let output = home
        .call(["sh", "-c", "echo began; sleep 98765 & sleep 98765"])
        .limit(Duration::from_millis(300))
        .run();
    assert!(output.timed_out, "{output}");
    output.says("began");
    assert_eq!(output.code, None);
    let commands = std::fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(|process| std::fs::read_to_string(process.ok()?.path().join("cmdline")).ok());
    assert_eq!(commands.filter(|command| command.contains("98765")).count(), 0);
}

fn can_hold_a_terminal() {
    let home = Home::fresh("home");
    let script = "printf 'who? ' >/dev/tty; read name </dev/tty; echo \"$(id -un) met $name\"";
    let command = home.call(["sh", "-c", script]).command();
    let mut terminal = rexpect::session::spawn_command(command, Some(10_000)).expect("a terminal");
    terminal.exp_string("who? ").expect("the question");
    terminal.send_line("alice").expect("an answer");
    terminal.exp_string(&format!("{} met alice", home.user)).expect("what it said");
    // Without a terminal of its own a command has none to ask on, whoever started the tests.
    home.run(["sh", "-c", ": </dev/tty"]).exits(2).says("/dev/tty");
}

fn runs_doorkey() {
    let home = Home::fresh("home");
    home.doorkey(["--version"]).ok();
    home.run(["sh", "-c", "command -v doorkey"]).ok().says(Lab::doorkey().to_str().expect("a path"));
}
