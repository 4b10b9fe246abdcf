//! Whole processes, as git, ssh and people start them, each beside a peer in the same run.
//!
//! `cargo bench --bench whole_process` prints a table: median and least wall time over alternating runs, and the ratio
//! of the medians. `credential get` is measured against `git credential-store get`, with one profile and with 1,000
//! profiles and 10,000 credentials. `DOORKEY_PART=PATH` measures another build of the part for git and
//! ssh than the one of this run, such as that of `cargo static`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may touch the machine and must fail loudly"
)]

use doorkey::model::name::ProfileName;
use doorkey::model::plan::RecordId;
use doorkey::secret::Secret;
use doorkey::stores::{self, Entry, How};
use doorkey::sys::Sys;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 200;

struct Home {
    path: PathBuf,
}

impl Home {
    fn new(root: &Path, name: &str) -> Self {
        let path = root.join(name);
        fs::create_dir_all(path.join(".config/doorkey/profiles")).expect("a folder");
        Self { path }
    }

    fn env(&self) -> Vec<(OsString, OsString)> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        vec![
            ("HOME".into(), self.path.clone().into()),
            ("PATH".into(), path),
            ("DOORKEY_CONFIG_DIR".into(), self.path.join(".config/doorkey").into()),
            ("DOORKEY_STATE_DIR".into(), self.path.join(".local/state/doorkey").into()),
        ]
    }

    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).env_clear().envs(self.env()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn doorkey(&self, words: &[&str]) {
        let status = self.command(doorkey(), words).status().expect("doorkey");
        assert!(status.success(), "doorkey {words:?}");
    }
}

/// One profile with `tokens` tokens of as many users on one host.
fn fill_one(home: &Home, tokens: usize) {
    let mut sys = Sys::with_env(home.env());
    stores::init(&mut sys, How::KeyFile(home.path.join("key"))).expect("a store");
    let file = home.path.join(".config/doorkey/profiles/p0.toml");
    let text = "version = 1\n[[host]]\nname = \"git0.test\"\nowners = [\"owner0\"]\ntransport = \"https\"\n";
    fs::write(file, text).expect("a profile");
    let entry = Entry::new(Secret::copy_of(b"a-token-of-forty-characters-0123456789ab"));
    let id =
        |user| RecordId { origin: "https://git0.test".into(), path: String::new(), user: format!("u{user}") };
    let change = &mut |ledger: &mut stores::Ledger, at| {
        (0..tokens).map(|user| ledger.put(&id(user), &entry, at)).fold(false, |a, b| a | b)
    };
    let name = ProfileName::new("p0").expect("a name");
    stores::open(&sys).expect("the store").change(&mut sys, &name, &id(0), change).expect("tokens");
    home.doorkey(&["use", "p0", "--yes", "--quiet"]);
}

/// A home as doctor meets it: `small`, and `count` SSH keys.
fn with_keys(root: &Path, count: usize) -> Home {
    let home = Home::new(root, "keys");
    fill(&home, 1, 1);
    let ssh = home.path.join(".ssh");
    for number in 0..count {
        let key = ssh.join(format!("id_{number}"));
        let words = ["-q", "-t", "ed25519", "-N", "", "-f", key.to_str().unwrap()];
        assert!(Command::new("ssh-keygen").args(words).status().expect("ssh-keygen").success());
    }
    home
}

fn doorkey() -> &'static str {
    env!("CARGO_BIN_EXE_doorkey")
}

/// `profiles` profiles on hosts of ten, each with `tokens` tokens on as many hosts.
fn fill(home: &Home, profiles: usize, tokens: usize) {
    let mut sys = Sys::with_env(home.env());
    stores::init(&mut sys, How::KeyFile(home.path.join("key"))).expect("a store");
    let store = stores::open(&sys).expect("the store");
    for number in 0..profiles {
        let name = ProfileName::new(&format!("p{number}")).expect("a name");
        let mut text = format!("version = 1\ndirs = [\"~/work/{name}\"]\n");
        let mut ids = Vec::new();
        for host in 0..tokens {
            let host = format!("git{}.test", (number / 10) * 10 + host);
            text.push_str(&format!(
                "[[host]]\nname = \"{host}\"\nowners = [\"owner{number}\"]\ntransport = \"https\"\ntoken = {{ user = \"u\" }}\n"
            ));
            ids.push(RecordId { origin: format!("https://{host}"), path: String::new(), user: "u".into() });
        }
        let file = home.path.join(format!(".config/doorkey/profiles/{name}.toml"));
        fs::write(file, text).expect("a profile");
        let entry = Entry::new(Secret::copy_of(b"a-token-of-forty-characters-0123456789ab"));
        let first = ids[0].clone();
        store
            .change(&mut sys, &name, &first, &mut |ledger, at| {
                ids.iter().map(|id| ledger.put(id, &entry, at)).fold(false, |a, b| a | b)
            })
            .expect("tokens");
    }
    home.doorkey(&["use", "p0", "--yes", "--quiet"]);
}

fn time(mut command: Command, input: &str) -> Duration {
    command.stdin(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn().expect("a program");
    let mut pipe = child.stdin.take().expect("its input");
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    child.wait().expect("its end");
    start.elapsed()
}

fn compare(
    what: &str,
    ours: impl Fn() -> Command,
    peer: &str,
    theirs: impl Fn() -> Command,
    input: &str,
    runs: usize,
) {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        a.push(time(ours(), input));
        b.push(time(theirs(), input));
    }
    a.sort();
    b.sort();
    let ms = |d: Duration| d.as_secs_f64() * 1000.0;
    let (ma, mb) = (ms(a[a.len() / 2]), ms(b[b.len() / 2]));
    println!(
        "{what:<44} {ma:>8.2} {:>8.2}   {peer:<34} {mb:>8.2} {:>8.2}   {:>5.2}",
        ms(a[0]),
        ms(b[0]),
        ma / mb
    );
}

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !std::env::args().any(|a| a == "--bench") {
        println!("run it with: cargo bench --bench whole_process");
        return;
    }
    let part = std::env::var_os("DOORKEY_PART").map(PathBuf::from);
    let root = tempfile::tempdir().expect("a folder");
    let small = Home::new(root.path(), "small");
    fill(&small, 1, 1);
    let large = Home::new(root.path(), "large");
    fill(&large, 1000, 10);
    let dense = Home::new(root.path(), "dense");
    fill_one(&dense, 10_000);
    for home in [&small, &large, &dense] {
        fs::write(home.path.join(".git-credentials"), "https://u:a-token@git0.test\n").expect("a file");
    }
    println!("milliseconds: median, least{:>42} median, least   ratio", "");
    let ask = "protocol=https\nhost=git0.test\npath=owner0/app.git\nusername=u\n\n";
    let ask_dense = "protocol=https\nhost=git0.test\npath=owner0/app.git\nusername=u7777\n\n";
    let store = |home: &Home| home.command("git", &["credential-store", "get"]);
    for (what, home, ask) in [
        ("credential get, 1 profile", &small, ask),
        ("credential get, 1,000 profiles", &large, ask),
        ("credential get, 10,000 in 1 profile", &dense, ask_dense),
    ] {
        let own = || home.path.join(".local/state/doorkey/bin/doorkey");
        let launcher = part.as_ref().map_or_else(own, |part| {
            let copy = home.path.join("doorkey");
            fs::copy(part, &copy).expect("the part for git and ssh");
            copy
        });
        let generation = home.path.join(".local/state/doorkey/generations/000001");
        let words = ["credential", "--generation", generation.to_str().unwrap(), "get"];
        compare(
            what,
            || home.command(launcher.to_str().unwrap(), &words),
            "git credential-store get",
            || store(home),
            ask,
            RUNS,
        );
        let words = ["ssh-match", "--generation", generation.to_str().unwrap(), "--host", "git0.test", "p0"];
        compare(
            &what.replace("credential get", "ssh-match"),
            || home.command(launcher.to_str().unwrap(), &words),
            "git --version",
            || home.command("git", &["--version"]),
            "",
            RUNS,
        );
    }
    for (what, home) in
        [("hook-env, 1 profile", &small), ("hook-env, 1,000 profiles with a folder each", &large)]
    {
        let work = home.path.join("work/p0");
        fs::create_dir_all(&work).expect("a folder");
        fs::write(work.join(".envrc"), "export A=b\n").expect("a file");
        let launcher = home.path.join(".local/state/doorkey/bin/doorkey");
        let here = |program: &str, words: &[&str]| {
            let mut command = home.command(program, words);
            command.current_dir(&work).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        here("direnv", &["allow"]).status().expect("direnv is needed as the peer: apt-get install direnv");
        compare(
            what,
            || here(launcher.to_str().unwrap(), &["hook-env", "posix"]),
            "direnv export bash",
            || here("direnv", &["export", "bash"]),
            "",
            RUNS,
        );
    }
    compare(
        "status (doorkey), 1 profile",
        || small.command(doorkey(), &[]),
        "git --version",
        || small.command("git", &["--version"]),
        "",
        RUNS,
    );
    let keys = with_keys(root.path(), 100);
    for (what, home) in [("doctor, 1 profile", &small), ("doctor, 1 profile, 100 keys", &keys)] {
        compare(
            what,
            || home.command(doorkey(), &["doctor"]),
            "openssl storeutl, system bundle",
            || {
                home.command(
                    "openssl",
                    &["storeutl", "-noout", "-certs", "/etc/ssl/certs/ca-certificates.crt"],
                )
            },
            "",
            20,
        );
    }
    let parts = [doorkey().into(), env!("CARGO_BIN_EXE_git-credential-doorkey").into()];
    for program in parts.into_iter().chain(part) {
        let bytes = fs::metadata(&program).expect("it is built").len();
        println!("{bytes:>10} bytes: {}", program.display());
    }
}
