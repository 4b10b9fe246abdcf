//! `doorkey inspect FOLDER` over a thousand private keys, beside badkeys and a loop of `ssh-keygen -lf` in the same run, and over
//! ten thousand to see that memory stays.
//!
//! `cargo bench --bench ssh_keys` prints wall time, processor time and peak memory of alternating runs. `BADKEYS=PATH` says where
//! badkeys is (`pip install badkeys`; it is run with every check but the blocklist, which has to be fetched); without it only
//! the others are measured. `KEYS=FOLDER` takes the keys there.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may touch the machine and must fail loudly"
)]

mod measure;

use measure::{show, time};
use std::path::{Path, PathBuf};
use std::process::Command;

const RUNS: usize = 5;

/// All of badkeys' checks but the one that needs its own data.
const CHECKS: &str =
    "fermat,roca,rsainvalid,rsapoly,sharedprimes,smalld,smallfactors,dsasparse,rsawarnings,rsabias";

/// Every other key is RSA; one in ten is encrypted.
fn make(folder: &Path, count: usize) {
    std::fs::create_dir_all(folder).expect("a folder");
    let kinds: [&[&str]; 6] = [
        &["-t", "rsa", "-b", "2048"],
        &["-t", "ed25519"],
        &["-t", "rsa", "-b", "2048"],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "rsa", "-b", "3072"],
        &["-t", "ecdsa", "-b", "384"],
    ];
    std::thread::scope(|scope| {
        for part in 0..2 {
            scope.spawn(move || {
                for number in (part..count).step_by(2) {
                    let phrase = if number % 10 == 9 { "a passphrase" } else { "" };
                    let mut command = Command::new("ssh-keygen");
                    command.args(["-q", "-a", "1", "-N", phrase, "-C", "bench", "-f"]);
                    command.arg(folder.join(format!("key{number:05}"))).args(kinds[number / 2 % kinds.len()]);
                    assert!(command.status().expect("ssh-keygen").success());
                }
            });
        }
    });
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|end| end == "pub") {
            std::fs::remove_file(path).expect("removed");
        }
    }
}

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !std::env::args().any(|a| a == "--bench") {
        println!("run it with: cargo bench --bench ssh_keys");
        return;
    }
    let root = tempfile::tempdir().expect("a folder");
    let folder = std::env::var("KEYS").map_or_else(|_| root.path().join("keys"), PathBuf::from);
    if !folder.exists() {
        make(&folder, 1000);
    }
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let many = root.path().join("many");
    std::fs::create_dir(&many).expect("a folder");
    let files: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("keys").map(|entry| entry.expect("an entry").path()).collect();
    for copy in 0..10 {
        for file in &files {
            let name = format!("{copy}-{}", file.file_name().expect("a name").to_str().expect("UTF-8"));
            std::fs::copy(file, many.join(name)).expect("copied");
        }
    }
    let keygen = format!("for f in {}/*; do ssh-keygen -lf \"$f\"; done", text(&folder));
    let badkeys = std::env::var("BADKEYS").ok();
    let all: Vec<String> = files.iter().map(|file| text(file)).collect();
    let (mut ours, mut ours_many, mut loops, mut peers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for run in 0..RUNS {
        ours.push(time(
            env!("CARGO_BIN_EXE_doorkey"),
            &["inspect".into(), text(&folder), "--json".into()],
            root.path(),
        ));
        loops.push(time("sh", &["-c".into(), keygen.clone()], root.path()));
        if run < 2 {
            ours_many.push(time(
                env!("CARGO_BIN_EXE_doorkey"),
                &["inspect".into(), text(&many), "--json".into()],
                root.path(),
            ));
            if let Some(program) = &badkeys {
                peers.push(time(
                    program,
                    &[vec!["-a".into(), "-c".into(), CHECKS.into()], all.clone()].concat(),
                    root.path(),
                ));
            }
        }
    }
    println!(
        "{:<44} {:>9} {:>9} {:>9} {:>9}",
        "milliseconds; kilobytes at most", "median", "least", "processor", "memory"
    );
    let here = show(&format!("doorkey inspect, {} keys", files.len()), ours);
    show(&format!("doorkey inspect, {} keys", files.len() * 10), ours_many);
    let there = show(&format!("ssh-keygen -lf, {} keys, one after another", files.len()), loops);
    println!("doorkey is {:.0} times as fast as ssh-keygen", there / here);
    if badkeys.is_some() {
        let there = show(&format!("badkeys, {} keys", files.len()), peers);
        println!("doorkey is {:.0} times as fast as badkeys", there / here);
    }
}
