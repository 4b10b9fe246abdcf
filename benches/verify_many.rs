//! `doorkey verify` of 40 repositories beside `git ls-remote` of the same 40, one by one, as a person would try them.
//!
//! `cargo bench --bench verify_many` starts the lab (tests/README.md): a real HTTPS host, reached through a relay that
//! holds every piece of data for 50 ms each way, as a host 100 ms away does. Both use the same git, home and helper.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may touch the machine and must fail loudly"
)]

#[path = "../tests/support/executable.rs"]
mod executable;
#[path = "../tests/lab/support/mod.rs"]
mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, lchown, symlink};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use support::namespace::{self, Place};
use support::{Home, Lab};

const REPOSITORIES: usize = 40;
const ONE_WAY: Duration = Duration::from_millis(50);
const RUNS: usize = 3;

/// The relay's port on the host's own address.
const PORT: u16 = 8443;

fn main() -> std::process::ExitCode {
    // `cargo test --benches` only wants to see that it builds.
    if !std::env::args().any(|a| a == "--bench") {
        println!("run it with: cargo bench --bench verify_many");
        return std::process::ExitCode::SUCCESS;
    }
    match Place::now() {
        Place::Outside => namespace::enter(),
        Place::Init => namespace::init(),
        Place::Inside => {
            measure();
            std::process::ExitCode::SUCCESS
        }
    }
}

fn measure() {
    let home = home();
    relay();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let start = Instant::now();
        home.doorkey(["verify", "acme", "--quiet"]).ok();
        ours.push(start.elapsed());
        let start = Instant::now();
        for number in 0..REPOSITORIES {
            home.run(["git", "ls-remote", "--quiet", &url(number), "HEAD"]).ok();
        }
        theirs.push(start.elapsed());
    }
    ours.sort();
    theirs.sort();
    let (a, b) = (ours[RUNS / 2].as_secs_f64(), theirs[RUNS / 2].as_secs_f64());
    println!(
        "{REPOSITORIES} repositories, host 100 ms away, seconds (median of {RUNS}): doorkey verify {a:.2}, \
         git ls-remote one by one {b:.2}, ratio {:.1}",
        b / a
    );
}

fn url(number: usize) -> String {
    format!("https://git.test:{PORT}/acme/r{number}.git")
}

/// A home in which acme's profile is in force and names all repositories.
fn home() -> Home {
    let home = Home::fresh("bench");
    let lab = Lab::get();
    let folder = std::path::Path::new(namespace::ROOT).join("repositories/acme");
    let owner = std::fs::metadata(folder.join("app.git")).expect("it is there").uid();
    for number in 0..REPOSITORIES {
        let link = folder.join(format!("r{number}.git"));
        symlink("app.git", &link).expect("a link");
        // git looks at the owner of the link, too.
        lchown(&link, Some(owner), None).expect("its owner");
    }
    home.doorkey(["store", "init", "--key-file", "key.txt", "--yes"]).ok();
    let (ca, host) = (lab.root_ca(), format!("git.test:{PORT}"));
    let urls: Vec<_> = (0..REPOSITORIES).map(url).collect();
    let mut add = vec!["profile", "add", "acme", "--host", &host, "--owner", "acme", "--yes"];
    add.extend(["--ca", ca.to_str().expect("a path")]);
    add.extend(urls.iter().flat_map(|url| ["--verify", url]));
    home.doorkey(add).ok();
    let identity = lab.identity("acme");
    let words = ["token", "add", "acme", "--host", &host, "--user", identity.user, "--stdin", "--yes"];
    home.doorkey_call(words).stdin(identity.token).run().ok();
    home.doorkey(["use", "acme", "--yes"]).ok();
    home
}

/// Stands before the host and holds what passes.
fn relay() {
    let listener = TcpListener::bind(("127.0.1.3", PORT)).expect("the port is free");
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            std::thread::spawn(move || {
                // The connection itself takes a way there and one back.
                std::thread::sleep(2 * ONE_WAY);
                let server = TcpStream::connect(("127.0.1.3", 443)).expect("the host runs");
                hold(client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
                hold(server, client);
            });
        }
    });
}

/// Passes on what comes from one to the other, each piece [`ONE_WAY`] after it came.
fn hold(mut from: TcpStream, mut to: TcpStream) {
    let (send, pieces) = mpsc::channel::<(Instant, Vec<u8>)>();
    std::thread::spawn(move || {
        let mut piece = [0; 16384];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            if send.send((Instant::now() + ONE_WAY, piece[..length].to_vec())).is_err() {
                return;
            }
        }
    });
    std::thread::spawn(move || {
        for (due, piece) in pieces {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&piece).is_err() {
                return;
            }
        }
        to.shutdown(Shutdown::Write).ok();
    });
}
