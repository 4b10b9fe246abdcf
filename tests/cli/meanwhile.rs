//! Several doorkeys, or doorkey and git, at the same time: nothing is lost (SECURITY rules 21 and 25).

use crate::home::{Home, Ran, feed};
use std::process::Command;
use std::time::{Duration, Instant};

/// Adds one profile with a host of its own.
fn add(name: &str) -> Vec<String> {
    let host = format!("{name}.test");
    ["profile", "add", name, "--host", &host, "--user", "u", "--yes"].map(str::to_owned).to_vec()
}

fn all_at_once(home: &Home, commands: Vec<(Vec<String>, &'static str)>) {
    let running: Vec<_> = commands
        .into_iter()
        .map(|(arguments, input)| {
            let mut command = home.doorkey();
            command.args(&arguments);
            (arguments, std::thread::spawn(move || feed(command, input.as_bytes())))
        })
        .collect();
    for (arguments, thread) in running {
        let ran = thread.join().unwrap();
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:#?}");
    }
}

fn routes_in_force(home: &Home) -> String {
    home.text(".local/state/doorkey/current/routes")
}

#[test]
fn all_of_sixteen_changes_at_once_are_there() {
    let home = Home::in_force();
    let names: Vec<String> = (0..8).map(|n| format!("p{n}")).collect();
    let mut commands: Vec<_> = names.iter().map(|n| (add(n), "")).collect();
    for user in ["ada", "ada", "ada", "ada"] {
        let token = ["token", "add", "acme", "--host", "git.test", "--user", user, "--stdin", "--yes"];
        commands.push((token.map(str::to_owned).to_vec(), "token-of-this-run-0123456789"));
        let route = format!("https://git.test/other/x{}", commands.len());
        commands.push((["route", "add", &route, "acme", "--yes"].map(str::to_owned).to_vec(), ""));
    }
    all_at_once(&home, commands);
    let routes = routes_in_force(&home);
    for name in &names {
        assert!(routes.contains(&format!("{name}.test")), "{name} is lost: {routes}");
    }
    assert_eq!(routes.matches("other/x").count(), 4, "{routes}");
    let tokens = home.run(&["token", "list", "--json"]).ok().out;
    assert_eq!(tokens.matches("\"active\"").count(), 1, "{tokens}");
    // Each is a change of its own, and the last one can be taken back.
    let history: serde_json::Value =
        serde_json::from_str(&home.run(&["history", "--json"]).ok().out).unwrap();
    let entries = history["entries"].as_array().unwrap();
    // One of the four tokens was put in; the others found it there.
    assert_eq!(entries.len(), 3 + 8 + 1 + 4, "{history:#}");
    home.run(&["undo", "--yes"]).ok();
    home.run(&["doctor", "--only", "generation-stale"]);
}

/// Runs `slow`, which waits before it takes the lock, and `quick` in that time.
fn overtaken(home: &Home, slow: &[&str], input: &str, quick: impl FnOnce()) -> Ran {
    let mut command = home.doorkey();
    command.args(slow);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=flock:delay_enter=3000000:when=1"]);
    strace.arg(command.get_program()).args(command.get_args()).env_clear().current_dir(home.dir());
    for (name, value) in command.get_envs() {
        strace.env(name, value.unwrap());
    }
    let lock = home.state().join("lock");
    let input = input.to_owned();
    let slow = std::thread::spawn(move || feed(strace, input.as_bytes()));
    // It waits once it has opened the lock, after its plan was made.
    let end = Instant::now() + Duration::from_secs(20);
    while !is_open_elsewhere(&lock) {
        assert!(Instant::now() < end && !slow.is_finished(), "it never came to the lock");
        std::thread::sleep(Duration::from_millis(5));
    }
    quick();
    slow.join().unwrap()
}

fn is_open_elsewhere(file: &std::path::Path) -> bool {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let descriptors = processes.filter_map(|p| std::fs::read_dir(p.path().join("fd")).ok());
    descriptors.flatten().flatten().any(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to == file))
}

#[test]
fn a_plan_that_was_overtaken_is_made_anew() {
    let home = Home::in_force();
    let add = ["profile", "add", "globex", "--host", "git.test", "--owner", "globex", "--yes"];
    let generation = home.state().join("current");
    overtaken(&home, &add, "", || {
        home.run(&["profile", "add", "initech", "--host", "initech.test", "--yes"]).ok();
    })
    .ok();
    let routes = routes_in_force(&home);
    assert!(routes.contains("globex") && routes.contains("initech.test"), "{routes}");
    // The generation of the other one was not written over.
    let mut names: Vec<_> = std::fs::read_dir(home.state().join("generations")).unwrap().flatten().collect();
    names.sort_by_key(std::fs::DirEntry::file_name);
    assert_eq!(names.len(), 3);
    let second = std::fs::read_to_string(names[1].path().join("routes")).unwrap();
    assert!(!second.contains("globex"), "{second}");
    assert!(std::fs::read_link(generation).unwrap().ends_with(names[2].file_name()));
}

#[test]
fn what_does_not_go_together_any_more_is_refused() {
    let home = Home::in_force();
    let add = |name| ["profile", "add", name, "--host", "git.test", "--owner", "same", "--yes"];
    let ran = overtaken(&home, &add("globex"), "", || {
        home.run(&add("initech")).ok();
    });
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.err.contains("both claim"), "{ran:#?}");
    assert!(!home.path(".config/doorkey/profiles/globex.toml").exists());
    home.run(&["use", "acme", "--yes"]).ok();

    let ran = overtaken(&home, &["use", "initech", "--yes"], "", || {
        home.run(&["profile", "remove", "initech", "--yes"]).ok();
    });
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(!routes_in_force(&home).contains("same"));
}

#[test]
fn undo_of_a_token_that_overtook_another_restores_that_one() {
    let home = Home::in_force();
    let token = ["token", "add", "acme", "--host", "git.test", "--user", "ada", "--stdin", "--yes"];
    overtaken(&home, &token, "the-slow-token-0123456789", || {
        home.token("acme", "the-quick-token-0123456789");
    })
    .ok();
    let in_use =
        || home.run_with(&["credential", "get"], b"protocol=https\nhost=git.test\npath=acme/x\n\n").out;
    assert!(in_use().contains("the-slow-token"));
    home.run(&["undo", "--yes"]).ok();
    assert!(in_use().contains("the-quick-token"), "{}", in_use());
}

#[test]
fn a_setting_that_git_writes_meanwhile_is_not_lost() {
    let home = Home::prepared();
    home.write(".gitconfig", "[user]\n\tname = Me\n", 0o644);
    // doorkey has read the file and waits before it takes git's lock.
    let mut command = home.doorkey();
    command.args(["use", "acme", "--yes"]);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=linkat,link:delay_enter=3000000:when=1"]);
    strace.arg(command.get_program()).args(command.get_args()).env_clear().current_dir(home.dir());
    for (name, value) in command.get_envs() {
        strace.env(name, value.unwrap());
    }
    let new = home.path("..gitconfig.doorkey-new");
    let slow = std::thread::spawn(move || feed(strace, b""));
    let end = Instant::now() + Duration::from_secs(20);
    while !new.exists() {
        assert!(Instant::now() < end && !slow.is_finished(), "it never came to git's file");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(home.program("git").args(["config", "--global", "alias.x", "log"]).status().unwrap().success());
    slow.join().unwrap().ok();
    assert_eq!(home.git("alias.x"), "log\n");
    assert_eq!(home.git("user.email"), "ada@acme.test\n");
}
