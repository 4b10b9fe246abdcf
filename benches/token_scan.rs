//! `doorkey token scan` over a home of ten thousand files with secrets planted in it, beside gitleaks in the same run.
//!
//! `cargo bench --bench token_scan` prints median and least wall time and the mean processor time of alternating
//! runs, and how many of the planted places each names. `GITLEAKS=PATH` says where gitleaks is; without it only doorkey is measured.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    reason = "a benchmark may touch the machine and must fail loudly; it shares the tests' makers"
)]

#[path = "../tests/scan/clean.rs"]
mod clean;
#[path = "../tests/scan/makers.rs"]
mod makers;
#[path = "../tests/scan/planted.rs"]
mod planted;
#[path = "../tests/scan/projects.rs"]
mod projects;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 5;

/// Wall time, and processor time of all its threads, which a busy machine does not change.
struct Took {
    wall: Duration,
    processor: u64,
}

fn time(command: &mut Command) -> Took {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (before, start) = (processor(), Instant::now());
    command.status().expect("a program");
    Took { wall: start.elapsed(), processor: processor() - before }
}

/// Milliseconds that processes which we waited for have used: proc_pid_stat(5), `cutime` and `cstime`, in ticks of 10 ms.
fn processor() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("/proc");
    let fields: Vec<&str> = text.rsplit(')').next().expect("fields").split_whitespace().collect();
    [13, 14].iter().map(|at| fields[*at].parse::<u64>().expect("a number") * 10).sum()
}

fn ours(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorkey"));
    command.args(["token", "scan", "--json"]).arg(home).env_clear().env("HOME", home);
    command
}

fn gitleaks(program: &str, home: &Path, report: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["dir", "--no-banner", "--log-level", "fatal", "--report-format", "json", "--report-path"]);
    command.arg(report).arg(home).env_clear().env("HOME", home);
    command
}

/// How many planted secrets are named, by file and line, and how many other findings there are.
fn judged(home: &Path, garden: &planted::Garden, found: &[(String, u64)]) -> (usize, usize) {
    let place = |p: &planted::Planted| {
        let bytes = std::fs::read(home.join(&p.file)).expect("a planted file");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let at = text.find(p.written.trim_matches('"')).expect("the secret");
        (home.join(&p.file).to_str().expect("UTF-8").to_owned(), text[..at].matches('\n').count() as u64 + 1)
    };
    let places: Vec<_> = garden.planted.iter().map(place).collect();
    let named = places.iter().filter(|p| found.contains(p)).count();
    (named, found.iter().filter(|f| !places.contains(f)).count())
}

fn findings(document: &Value, path: &str, line: &str) -> Vec<(String, u64)> {
    let list = document.as_array().or_else(|| document["findings"].as_array()).expect("findings");
    list.iter()
        .map(|f| (f[path].as_str().unwrap_or_default().to_owned(), f[line].as_u64().unwrap_or(0)))
        .collect()
}

fn show(who: &str, mut times: Vec<Took>, (named, others): (usize, usize), planted: usize) -> (f64, u64) {
    times.sort_by_key(|t| t.wall);
    let ms = |t: &Took| t.wall.as_secs_f64() * 1000.0;
    let (median, least) = (ms(&times[times.len() / 2]), ms(&times[0]));
    let processor = times.iter().map(|t| t.processor).sum::<u64>() / times.len() as u64;
    println!(
        "{who:<20} {median:>9.0} {least:>9.0} {processor:>10}   {named} of {planted} planted, {others} others"
    );
    (median, processor)
}

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !std::env::args().any(|a| a == "--bench") {
        println!("run it with: cargo bench --bench token_scan");
        return;
    }
    let root = tempfile::tempdir().expect("a folder");
    let home = root.path().join("home");
    clean::fill(&home, 10_000);
    let garden = planted::plant();
    garden.write(&home);
    let planted = garden.planted.len();
    let report = root.path().join("report.json");
    let peer = std::env::var("GITLEAKS").ok();
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        a.push(time(&mut ours(&home)));
        if let Some(program) = &peer {
            b.push(time(&mut gitleaks(program, &home, &report)));
        }
    }
    println!("{:<20} {:>9} {:>9} {:>10}", "milliseconds", "median", "least", "processor");
    let output = ours(&home).output().expect("doorkey");
    let document = serde_json::from_slice(&output.stdout).expect("JSON");
    let here =
        show("doorkey token scan", a, judged(&home, &garden, &findings(&document, "path", "line")), planted);
    if peer.is_some() {
        let document = serde_json::from_slice(&std::fs::read(&report).expect("a report")).expect("JSON");
        let theirs = show(
            "gitleaks dir",
            b,
            judged(&home, &garden, &findings(&document, "File", "StartLine")),
            planted,
        );
        println!("ratio {:.2}, of processor time {:.2}", here.0 / theirs.0, here.1 as f64 / theirs.1 as f64);
    }
}
