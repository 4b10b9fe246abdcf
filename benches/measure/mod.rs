//! Wall time, processor time and memory of whole processes.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Wall seconds, processor seconds and peak kilobytes, by GNU time.
pub(crate) fn time(program: &str, arguments: &[String], home: &Path) -> (f64, f64, u64) {
    let start = Instant::now();
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%U %S %M", program]).args(arguments).env("HOME", home).env_remove("SSH_AUTH_SOCK");
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().expect("GNU time");
    let wall = start.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = text.lines().last().expect("a line of GNU time");
    let numbers: Vec<f64> = last.split(' ').map(|n| n.parse().expect("a number")).collect();
    (wall, numbers[0] + numbers[1], numbers[2] as u64)
}

/// A line of a table: median and least wall milliseconds, processor milliseconds, kilobytes. Gives the median in seconds.
pub(crate) fn show(who: &str, mut runs: Vec<(f64, f64, u64)>) -> f64 {
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (median, least) = (runs[runs.len() / 2].0, runs[0].0);
    let processor = runs.iter().map(|r| r.1).sum::<f64>() / runs.len() as f64;
    let memory = runs.iter().map(|r| r.2).max().expect("a run");
    println!("{who:<44} {:>9.0} {:>9.0} {:>9.0} {memory:>9}", median * 1e3, least * 1e3, processor * 1e3);
    median
}
