//! Running a client in a home: clean environment, own user, time limit, whole process group killed when it is over.

use super::home::Home;
use super::namespace::PATH;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{Read, Write};
use std::os::unix::fs::fchown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// How long a command may take, unless the test says otherwise.
const LIMIT: Duration = Duration::from_secs(60);

/// How long to wait for the output of a daemon that the command left behind with our pipe in its hands.
const GRACE: Duration = Duration::from_millis(300);

/// A command to be run in a home.
#[derive(Debug)]
pub(crate) struct Call<'h> {
    home: &'h Home,
    argv: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    input: Option<Vec<u8>>,
    folder: PathBuf,
    limit: Duration,
}

/// What a command said and how it ended.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// The command line, for messages.
    pub(crate) command: String,
    /// Exit code; none after a signal.
    pub(crate) code: Option<i32>,
    /// Standard output; bytes that are no UTF-8 are replaced.
    pub(crate) stdout: String,
    /// Standard error, likewise.
    pub(crate) stderr: String,
    /// Whether the time limit ended it.
    pub(crate) timed_out: bool,
    /// Wall time.
    pub(crate) took: Duration,
}

impl<'h> Call<'h> {
    pub(crate) fn new<S: AsRef<OsStr>>(home: &'h Home, argv: impl IntoIterator<Item = S>) -> Self {
        let argv = argv.into_iter().map(|word| word.as_ref().to_owned()).collect();
        Self { home, argv, env: BTreeMap::new(), input: None, folder: home.path.clone(), limit: LIMIT }
    }

    /// One more variable.
    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// What it reads from standard input; else that is empty.
    pub(crate) fn stdin(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// Working directory, relative to the home; else the home itself.
    pub(crate) fn in_folder(mut self, folder: impl AsRef<std::path::Path>) -> Self {
        self.folder = self.home.path.join(folder);
        self
    }

    /// Another time limit than a minute.
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The command as it would run, for tests that bring a terminal or hold it open (it has none of the time limit).
    pub(crate) fn command(&self) -> Command {
        self.prepare(&self.argv[0], &self.argv[1..])
    }

    fn prepare(&self, program: &OsStr, arguments: &[OsString]) -> Command {
        let home = self.home;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs([("PATH", PATH), ("LANG", "C.UTF-8"), ("USER", &home.user)])
            .env("HOME", &home.path)
            .envs(&home.env)
            .envs(&self.env)
            .current_dir(&self.folder)
            // std drops the supplementary groups too, when it was root.
            .uid(home.uid)
            .gid(home.uid);
        command
    }

    /// Runs it to its end or to the time limit.
    pub(crate) fn run(self) -> Output {
        // A session of its own: no terminal to ask on, and one group to kill.
        let mut command = self.prepare(OsStr::new("setsid"), &self.argv);
        let (stdout, pipe) = Stream::collect(self.home.uid);
        command.stdout(pipe);
        let (stderr, pipe) = Stream::collect(self.home.uid);
        command.stderr(pipe);
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        let begin = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{:?}: {error}", self.argv));
        drop(command); // holds the writing ends
        if let Some((mut pipe, input)) = child.stdin.take().zip(self.input) {
            // A command that does not read to the end is no fault of the test.
            std::thread::spawn(move || pipe.write_all(&input).ok());
        }
        let mut timed_out = false;
        let status = loop {
            if let Some(status) = child.try_wait().expect("its state") {
                break status;
            }
            if !timed_out && begin.elapsed() > self.limit {
                timed_out = true;
                let group = rustix::process::Pid::from_child(&child);
                rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let took = begin.elapsed();
        let words: Vec<_> = self.argv.iter().map(|word| word.to_string_lossy()).collect();
        Output {
            command: words.join(" "),
            code: status.code(),
            stdout: stdout.text(),
            stderr: stderr.text(),
            timed_out,
            took,
        }
    }
}

/// What a command prints on one of its two ends, collected by a thread.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: mpsc::Receiver<()>,
}

impl Stream {
    /// The stream and the end to write to, which the user may reopen by its name (`>/dev/stderr`).
    fn collect(uid: u32) -> (Self, Stdio) {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        fchown(&writer, Some(uid), Some(uid)).expect("its owner");
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (end, ended) = mpsc::channel();
        let all = Arc::clone(&bytes);
        std::thread::spawn(move || {
            let mut part = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut part) {
                all.lock().expect("its bytes").extend_from_slice(&part[..count]);
            }
            end.send(()).ok();
        });
        (Self { bytes, ended }, writer.into())
    }

    /// All of it, once every writer is gone; what there is, if a daemon keeps the end open.
    fn text(&self) -> String {
        self.ended.recv_timeout(GRACE).ok();
        String::from_utf8_lossy(&self.bytes.lock().expect("its bytes")).into_owned()
    }
}

impl Output {
    /// Fails the test unless the command succeeded.
    #[track_caller]
    pub(crate) fn ok(&self) -> &Self {
        self.exits(0)
    }

    /// Fails the test unless the command ended with this code.
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert!(self.code == Some(code), "expected exit {code}\n{self}");
        self
    }

    /// Fails the test unless the text stands in what was printed.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text) || self.stderr.contains(text), "expected {text:?}\n{self}");
        self
    }

    /// Fails the test if the text stands in what was printed.
    #[track_caller]
    pub(crate) fn does_not_say(&self, text: &str) -> &Self {
        assert!(
            !self.stdout.contains(text) && !self.stderr.contains(text),
            "did not expect {text:?}\n{self}"
        );
        self
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ {}", self.command)?;
        f.write_str(&self.stdout)?;
        f.write_str(&self.stderr)?;
        match self.code {
            _ if self.timed_out => write!(f, "[killed after {:?}]", self.took),
            Some(code) => write!(f, "[exit {code} after {:?}]", self.took),
            None => write!(f, "[killed by a signal after {:?}]", self.took),
        }
    }
}
