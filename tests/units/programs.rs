//! Runs the real programs in a cleared environment.

use proptest::test_runner::Config;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A program with nothing of the user's environment: no home but `home`, no system git configuration.
pub(crate) fn program(name: &str, home: &Path) -> Command {
    let mut command = Command::new(name);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .current_dir(home);
    command
}

/// Runs it with `input` on standard input.
pub(crate) fn run(mut command: Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start");
    // A program that does not read its input closes it early.
    let _ = child.stdin.take().expect("stdin").write_all(input);
    child.wait_with_output().expect("wait")
}

/// Standard output as text.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// So many generated cases, times the variable `MANY`, and no file of failures left in the tree: a case worth keeping
/// becomes a test.
pub(crate) fn cases(count: u32) -> Config {
    let times: u32 = std::env::var("MANY").ok().and_then(|many| many.parse().ok()).unwrap_or(1);
    Config { cases: count * times, failure_persistence: None, ..Config::default() }
}

/// Whether the git here is this version or a later one: Debian 12 has 2.39, and says some things in an older way.
pub(crate) fn git_is_at_least(wanted: (u32, u32)) -> bool {
    let said = Command::new("git").arg("--version").output().expect("git");
    let numbers: Vec<u32> =
        text(&said).split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).take(2).collect();
    numbers.len() == 2 && (numbers[0], numbers[1]) >= wanted
}
