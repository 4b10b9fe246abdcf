//! What this process lets others see of itself.

use crate::secret::Secret;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::sync::mpsc;
use std::time::Duration;
use zeroize::Zeroizing;

/// No core file and no reading of our memory by other processes of the user (SECURITY rule 33).
///
/// First statement of `main`. Failure is no reason to stop: an older kernel or a sandbox may refuse.
pub fn harden() {
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// The parent's argument list, from `/proc/PPID/cmdline`. `None` where there is no /proc or the parent has gone.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "reads the kernel's own file of the parent process")]
pub fn parent_arguments() -> Option<Vec<Vec<u8>>> {
    let parent = rustix::process::getppid()?.as_raw_nonzero();
    let bytes = std::fs::read(format!("/proc/{parent}/cmdline")).ok()?;
    if bytes.is_empty() {
        return None;
    }
    let body = bytes.strip_suffix(b"\0").unwrap_or(&bytes);
    Some(body.split(|b| *b == 0).map(<[u8]>::to_vec).collect())
}

/// This process as a name that no other has until the machine starts anew: its number and when it began (proc(5),
/// `/proc/PID/stat`, field 22). It outlives an exec(3).
#[must_use]
pub fn own_name() -> Option<String> {
    let pid = std::process::id();
    Some(format!("{pid}-{}", began(pid)?))
}

/// Whether the process of that name lives.
#[must_use]
pub fn lives(name: &str) -> bool {
    let parts = name.split_once('-').and_then(|(pid, start)| Some((pid.parse().ok()?, start.parse().ok()?)));
    parts.is_some_and(|(pid, start): (u32, u64)| began(pid) == Some(start))
}

#[expect(clippy::disallowed_methods, reason = "reads the kernel's own file of a process")]
fn began(pid: u32) -> Option<u64> {
    let text = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name, in parentheses, and may hold anything.
    let after = text.iter().rposition(|b| *b == b')').and_then(|at| text.get(at + 1..))?;
    std::str::from_utf8(after).ok()?.split_whitespace().nth(19)?.parse().ok()
}

/// The values that a variable has in the environments of this user's processes, as they were started.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "reads the kernel's own files of processes")]
pub fn values_in_use(variable: &str) -> BTreeSet<OsString> {
    let name = [variable.as_bytes(), b"="].concat();
    let mut found = BTreeSet::new();
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        // Others' environments may hold secrets.
        let environment =
            std::fs::read(process.path().join("environ")).map(Zeroizing::new).unwrap_or_default();
        let values = environment.split(|b| *b == 0).filter_map(|pair| pair.strip_prefix(name.as_slice()));
        found.extend(values.map(|value| OsStr::from_bytes(value).to_owned()));
    }
    found
}

/// Reads at most `limit` bytes into a buffer that is wiped afterwards and never moved. `None` when reading fails.
#[must_use]
pub fn read_wiped(from: impl std::io::Read, limit: usize) -> Option<Secret> {
    let mut bytes = Vec::with_capacity(limit);
    let result = from.take(limit as u64).read_to_end(&mut bytes);
    let read = Secret::take(bytes);
    result.ok().map(|_| read)
}

/// Whether standard output goes into a pipe, and so neither to a terminal nor into a file.
#[must_use]
pub fn output_is_a_pipe() -> bool {
    rustix::fs::fstat(std::io::stdout())
        .is_ok_and(|stat| rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::Fifo)
}

/// Reads a line of at most `limit` bytes, without its end, into a buffer that is wiped afterwards. `None` at the end of the
/// input, when reading fails, and for a longer line.
#[must_use]
pub fn read_line_wiped(from: &mut impl std::io::BufRead, limit: usize) -> Option<Secret> {
    let mut bytes = Vec::with_capacity(limit + 1);
    let result = std::io::BufRead::read_until(
        &mut std::io::Read::take(&mut *from, limit as u64 + 1),
        b'\n',
        &mut bytes,
    );
    let line = Secret::take(bytes);
    let body = line.expose().strip_suffix(b"\n")?;
    result.ok().map(|_| Secret::copy_of(body))
}

/// Runs `work` beside us with a time limit. `None` when it took longer: then the process should end, and it with it.
pub fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = send.send(work());
    });
    receive.recv_timeout(limit).ok()
}

/// A bug ends the process with code 70 and one line that names the place in our code, never a value
/// (SECURITY rule 34).
#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "nothing can be trusted after a bug, not even unwinding"
)]
pub fn end_on_bug() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(|| "an unknown place".into(), ToString::to_string);
        let text = format!(
            "error: doorkey has a bug, at {place}\n  why: something happened that its authors ruled out; nothing more was done\n  \
             fix: please report this line; an interrupted change is taken back by the next one\n"
        );
        let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
        std::process::exit(70);
    }));
}
