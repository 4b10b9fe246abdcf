//! Namespaces of our own: mount, network, pid, host name, IPC. Everything started inside ends with pid 1.

use super::{etc, own_root};
use std::process::{Command, ExitCode, Stdio};

/// Says where this process runs: unset outside, `init` for pid 1 of the namespaces, `tests` below it.
const MARK: &str = "DOORKEY_LAB_INSIDE";

/// Where the lab lives: on a tmpfs in the private mount namespace, so that nothing is left behind.
pub(crate) const ROOT: &str = "/run/lab";

/// Search path of everything in the lab; doorkey and (bound from the builder's home) the Rust toolchain come first.
pub(crate) const PATH: &str =
    "/run/lab/bin:/run/lab/rust/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// What the lab cannot do without; `tests/setup` installs them.
const NEEDED: &[&str] =
    &["unshare", "setsid", "mount", "ip", "nginx", "fcgiwrap", "sshd", "ssh-keygen", "git", "openssl"];

/// Where this process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the machine.
    Outside,
    /// Pid 1 of the namespaces.
    Init,
    /// The process that runs the tests.
    Inside,
}

impl Place {
    pub(crate) fn now() -> Self {
        match std::env::var(MARK).as_deref() {
            Ok("init") => Self::Init,
            Ok("tests") => Self::Inside,
            _ => Self::Outside,
        }
    }
}

/// Runs this program again, with the same arguments, as pid 1 of new namespaces, and hands its exit code on.
pub(crate) fn enter() -> ExitCode {
    let missing: Vec<_> = NEEDED.iter().filter(|name| !etc::is_installed(name)).collect();
    if !missing.is_empty() {
        eprintln!("lab: not installed: {missing:?}. Run tests/setup.");
        return ExitCode::FAILURE;
    }
    let mut flags =
        vec!["--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "--kill-child"];
    if !rustix::process::geteuid().is_root() {
        // sshd, nginx and each test's home have users of their own, so one mapped uid is not enough.
        flags.extend(["--user", "--map-root-user", "--map-auto"]);
    }
    let probe =
        |flags: &[&str]| Command::new("unshare").args(flags).arg("true").stdin(Stdio::null()).output();
    let mut probed = probe(&flags);
    if probed.as_ref().is_ok_and(|output| !output.status.success()) {
        // Where the root is no mount point, `init` makes the namespace private.
        flags.extend(["--propagation", "unchanged"]);
        probed = probe(&flags);
    }
    match probed {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            eprint!("lab: no namespaces to be had here: {}", String::from_utf8_lossy(&output.stderr));
            eprintln!(
                "lab: as root this needs CAP_SYS_ADMIN (in a container: --privileged); as another user it needs \
                 unprivileged user namespaces, newuidmap (package uidmap) and lines in /etc/subuid and /etc/subgid."
            );
            return ExitCode::FAILURE;
        }
        Err(error) => {
            eprintln!("lab: unshare: {error}");
            return ExitCode::FAILURE;
        }
    }
    let status = Command::new("unshare")
        .args(&flags)
        .arg(std::env::current_exe().expect("own path"))
        .args(std::env::args_os().skip(1))
        .env(MARK, "init")
        .stdin(Stdio::null())
        .status();
    code(status.ok().and_then(|status| status.code()))
}

#[expect(clippy::zombie_processes, reason = "its loop waits for every child there is")]
/// Pid 1: makes the mounts, runs the tests as a child and reaps whatever is orphaned meanwhile.
pub(crate) fn init() -> ExitCode {
    // By its name: another root may be taken below.
    let this = std::env::current_exe().expect("own path");
    own_root::make_private().expect("mounts of our own");
    etc::make_private();
    let keep = ["CI", "RUST_BACKTRACE", "TERM", "NO_COLOR", "DOORKEY_LAB_LOGS"];
    let child = Command::new(this)
        .args(std::env::args_os().skip(1))
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| keep.iter().any(|kept| name == kept)))
        .envs([("PATH", PATH), ("LANG", "C.UTF-8"), ("HOME", ROOT), (MARK, "tests")])
        .spawn()
        .expect("the tests start");
    let child = rustix::process::Pid::from_child(&child);
    loop {
        match rustix::process::wait(rustix::process::WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == child => return code(status.exit_status()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("wait: {error}"),
        }
    }
}

/// `None` stands for death by a signal.
fn code(code: Option<i32>) -> ExitCode {
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(101))
}
