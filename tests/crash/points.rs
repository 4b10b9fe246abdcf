//! The system calls of a command that change something, from a plain run under strace.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A call by its name and its number among the calls of that name in one process: how strace's `when=` counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point {
    pub(crate) call: String,
    pub(crate) when: usize,
    /// The line that strace printed, for messages.
    pub(crate) line: String,
}

const CHANGING: &[&str] = &[
    "write",
    "pwrite64",
    "writev",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "mkdirat",
    "symlink",
    "symlinkat",
    "chmod",
    "fchmod",
    "fchmodat",
    "ftruncate",
    "utimensat",
    "copy_file_range",
    "sendfile",
    "flock",
];

/// Prepares `command` to run under strace, as `strace ARGS... COMMAND`.
pub(crate) fn under_strace(command: &Command, arguments: &[&str]) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq"]).args(arguments).arg(command.get_program()).args(command.get_args());
    strace.env_clear();
    for (name, value) in command.get_envs() {
        strace.env(name, value.unwrap());
    }
    strace.current_dir(command.get_current_dir().unwrap());
    strace
}

/// Reads a log of `strace -f -o`: the points of the first process, which is doorkey itself.
pub(crate) fn read_log(log: &Path) -> Vec<Point> {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    let first = text.split_whitespace().next().unwrap_or_default().to_owned();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let Some((process, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        let Some((call, arguments)) = rest.split_once('(') else { continue };
        if process != first || call.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            continue;
        }
        let when = counts.entry(call.to_owned()).or_default();
        *when += 1;
        let opens =
            call == "openat" && ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|f| arguments.contains(f));
        let screen = call == "write" && (arguments.starts_with("1,") || arguments.starts_with("2,"));
        if (CHANGING.contains(&call) && !screen) || (opens && !arguments.contains("/dev/null")) {
            found.push(Point { call: call.into(), when: *when, line: rest.chars().take(160).collect() });
        }
    }
    found
}

/// Every point with `DOORKEY_CRASH=all`, otherwise at most `most`, spread over the command and over the calls.
pub(crate) fn sample(points: Vec<Point>, most: usize) -> Vec<Point> {
    let all = std::env::var("DOORKEY_CRASH").is_ok_and(|v| v == "all");
    if all || points.len() <= most {
        return points;
    }
    let step = points.len() as f64 / most as f64;
    // The first and the last point are always among them; in between another offset for each length.
    let mut chosen: Vec<usize> = (0..most).map(|i| (i as f64 * step) as usize).collect();
    chosen.push(points.len() - 1);
    chosen.dedup();
    chosen.into_iter().map(|i| points[i].clone()).collect()
}
