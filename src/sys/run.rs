//! Other programs: by absolute path, with an argument list, a clean environment and a time limit.

use super::Sys;
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// What a program printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Standard output, at most 16 MiB.
    pub stdout: Vec<u8>,
    /// Standard error, at most 16 MiB.
    pub stderr: Vec<u8>,
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Wall time.
    pub took: Duration,
}

impl Ran {
    /// Whether the exit code is 0.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.code == Some(0)
    }

    /// Standard error as text.
    #[must_use]
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.stderr).trim().to_owned()
    }
}

/// Why a program gave no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Not in PATH.
    #[error("{0} is not installed, or not in PATH")]
    Missing(String),
    /// It could not be started or read.
    #[error("could not run {program}")]
    Failed {
        /// Its name.
        program: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// It ended with an error.
    #[error("{program} ended with {}", code.map_or("a signal".to_owned(), |code| format!("exit code {code}")))]
    Ended {
        /// Its name.
        program: String,
        /// Its exit code; `None` when a signal ended it.
        code: Option<i32>,
    },
    /// It was stopped after its time limit.
    #[error("{program} did not end within {} s", limit.as_secs())]
    TooSlow {
        /// Its name.
        program: String,
        /// The limit.
        limit: Duration,
    },
}

/// The programs that may be run through `&Sys`, each with an argument list that changes nothing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Ask {
    /// `git --version`
    GitVersion,
    /// `git config --list -z --show-origin --show-scope`, in a folder or outside any repository.
    GitConfig {
        /// The folder to stand in.
        dir: PathBuf,
    },
    /// `git config --get KEY`
    GitValue {
        /// The key.
        key: String,
    },
    /// `git config -z --get-urlmatch http URL`: git's HTTP settings for a URL, outside any repository.
    GitHttp {
        /// The repository.
        url: String,
    },
    /// `git ls-remote --get-url URL`: the URL after the user's `url.<base>.insteadOf`. Uses no network.
    GitUrl {
        /// The repository.
        url: String,
    },
    /// `git ls-remote URL HEAD`: what the user's own git does, with the user's own helpers.
    GitLsRemote {
        /// The repository.
        url: String,
    },
    /// `ssh -V`
    SshVersion,
    /// `ssh -F none -v -T` with one key at one host, which asks for nothing, forwards nothing and accepts no new host key: a
    /// git host answers with a greeting.
    SshGreeting {
        /// The private key's file.
        key: PathBuf,
        /// Files with host keys, as ssh_config(5) writes them.
        known_hosts: String,
        /// Whether no other host key counts.
        pinned: bool,
        /// How the host is reached, as `Keyword=value`.
        options: Vec<String>,
        /// The port, where it is not the usual one.
        port: Option<u16>,
        /// The user.
        user: String,
        /// The host.
        host: String,
    },
    /// `ssh-add -l`
    AgentKeys,
    /// `pass show ENTRY`: an entry of the user's password store.
    PassEntry {
        /// Its name, as `pass` has it.
        entry: String,
    },
    /// `gh auth token --hostname HOST --user USER`
    GhToken {
        /// The host.
        host: String,
        /// The user.
        user: String,
    },
    /// `git credential-NAME get`: another credential helper.
    HelperToken {
        /// Its name.
        name: String,
    },
    /// `certutil -d sql:FOLDER -L -n NAME`: whether a database of NSS has a certificate of that name.
    NssCertificate {
        /// The database's folder.
        folder: PathBuf,
        /// The name.
        name: String,
    },
    /// `openssl verify -x509_strict -purpose sslserver` of the certificate on standard input.
    OpensslVerify {
        /// The roots, PEM.
        roots: PathBuf,
        /// The other certificates, PEM; openssl does not take a file with none.
        others: Option<PathBuf>,
        /// The name or address that it must bear.
        name: String,
    },
    /// `ssh-keygen -l -f FILE`
    KeyFingerprint {
        /// The key file.
        file: PathBuf,
    },
}

impl Ask {
    fn command(&self) -> (&'static str, Vec<OsString>) {
        let words = |list: &[&str]| list.iter().map(OsString::from).collect::<Vec<_>>();
        match self {
            Self::GitVersion => ("git", words(&["--version"])),
            Self::GitConfig { dir } => {
                let mut list = vec![OsString::from("-C"), dir.into()];
                list.extend(words(GUARDS));
                list.extend(words(&["config", "--list", "-z", "--show-origin", "--show-scope"]));
                ("git", list)
            }
            Self::GitValue { key } => ("git", words(&["config", "--get", key])),
            Self::GitHttp { url } => ("git", words(&["config", "-z", "--get-urlmatch", "http", url])),
            Self::GitUrl { url } => ("git", words(&["ls-remote", "--get-url", "--", url])),
            Self::GitLsRemote { url } => {
                let mut list = words(&["ls-remote", "--", url]);
                list.push("HEAD".into());
                ("git", list)
            }
            Self::SshVersion => ("ssh", words(&["-V"])),
            Self::SshGreeting { key, known_hosts, pinned, options, port, user, host } => {
                let mut list = words(&["-F", "none", "-v", "-T", "-l", user]);
                for option in GREETING.iter().copied().chain(options.iter().map(String::as_str)) {
                    list.extend(words(&["-o", option]));
                }
                list.extend(words(&["-o", &format!("UserKnownHostsFile={known_hosts}")]));
                if *pinned {
                    list.extend(words(&["-o", &format!("GlobalKnownHostsFile={known_hosts}")]));
                }
                list.push("-i".into());
                list.push(key.into());
                list.extend(port.iter().flat_map(|port| words(&["-p", &port.to_string()])));
                list.extend(words(&["--", host]));
                ("ssh", list)
            }
            Self::AgentKeys => ("ssh-add", words(&["-l"])),
            Self::GhToken { host, user } => {
                ("gh", words(&["auth", "token", "--hostname", host, "--user", user]))
            }
            Self::HelperToken { name } => ("git", words(&[&format!("credential-{name}"), "get"])),
            Self::PassEntry { entry } => ("pass", words(&["show", "--", entry])),
            Self::NssCertificate { folder, name } => {
                let mut list = words(&["-d"]);
                let mut place = OsString::from("sql:");
                place.push(folder);
                list.push(place);
                list.extend(words(&["-L", "-n", name]));
                ("certutil", list)
            }
            Self::OpensslVerify { roots, others, name } => {
                let mut list = words(&["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile"]);
                list.push(roots.into());
                list.extend(others.iter().flat_map(|others| [OsString::from("-untrusted"), others.into()]));
                let is_address = name.parse::<std::net::IpAddr>().is_ok();
                list.extend(words(&[if is_address { "-verify_ip" } else { "-verify_hostname" }, name]));
                ("openssl", list)
            }
            Self::KeyFingerprint { file } => {
                let mut list = words(&["-l", "-f"]);
                list.push(file.into());
                ("ssh-keygen", list)
            }
        }
    }
}

/// What is fixed in [`Ask::SshGreeting`], whatever its options say.
const GREETING: &[&str] = &[
    "BatchMode=yes",
    "IdentitiesOnly=yes",
    "PubkeyAuthentication=yes",
    "PreferredAuthentications=publickey",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    "ControlMaster=no",
    "ControlPath=none",
    "ForwardAgent=no",
    "ForwardX11=no",
    "ClearAllForwardings=yes",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
    "ConnectTimeout=10",
    "LogLevel=DEBUG1",
];

/// What a repository's own configuration could make git run, switched off (SECURITY rule 16).
const GUARDS: &[&str] = &[
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.pager=cat",
    "--no-optional-locks",
];

/// What a program gets beside its argument list.
#[derive(Debug, Default)]
pub struct With<'a> {
    /// Variables that are set on top of the user's environment.
    pub set: Vec<(&'a str, OsString)>,
    /// Variables that are removed from it.
    pub unset: Vec<&'a str>,
    /// Bytes for standard input; otherwise it is empty.
    pub input: Option<&'a [u8]>,
    /// The folder to stand in.
    pub dir: Option<&'a Path>,
}

impl Sys {
    /// The absolute path of a program, found in the absolute folders of PATH (SECURITY rule 17).
    #[must_use]
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.env("PATH")?;
        path.split(':').map(Path::new).filter(|d| d.is_absolute()).map(|d| d.join(name)).find(|file| {
            self.look_through(file)
                .ok()
                .flatten()
                .is_some_and(|l| l.kind == super::fs::Kind::File && l.mode & 0o111 != 0)
        })
    }

    /// Runs a program that only reads.
    ///
    /// # Errors
    /// Missing, not startable, or slower than `limit`.
    pub fn ask(&self, what: &Ask, with: With<'_>, limit: Duration) -> Result<Ran, RunError> {
        let (name, arguments) = what.command();
        self.spawn(name, &arguments, with, limit)
    }

    /// Runs a program that may change something.
    ///
    /// # Errors
    /// Missing, not startable, or slower than `limit`.
    pub fn run(
        &mut self,
        name: &str,
        arguments: &[OsString],
        with: With<'_>,
        limit: Duration,
    ) -> Result<Ran, RunError> {
        self.spawn(name, arguments, with, limit)
    }

    /// Becomes another program, with exactly this environment: returns only when that could not be done.
    #[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
    pub fn become_program(
        &mut self,
        program: &Path,
        arguments: &[OsString],
        environment: &BTreeMap<OsString, OsString>,
    ) -> RunError {
        let source = Command::new(program).args(arguments).env_clear().envs(environment).exec();
        RunError::Failed { program: program.display().to_string(), source }
    }

    /// Lets the user's editor change a text, in a private file of ours that is removed afterwards. `editor` may carry
    /// arguments, separated by blanks, as git's does.
    ///
    /// # Errors
    /// The editor is missing or fails; the text is as it was then.
    #[expect(clippy::disallowed_methods, reason = "an editor needs the terminal, which `spawn` takes away")]
    pub fn edit_text(&mut self, editor: &str, name: &str, text: &[u8]) -> Result<Vec<u8>, RunError> {
        let mut words = editor.split_whitespace();
        let program = words.next().unwrap_or("vi");
        let failed = |source: io::Error| RunError::Failed { program: program.into(), source };
        let file =
            if program.starts_with('/') { Some(PathBuf::from(program)) } else { self.program(program) };
        let file = file.ok_or_else(|| RunError::Missing(program.into()))?;
        let state = self.places().state().map(Path::to_path_buf).unwrap_or_default();
        let folder = state.join("edit");
        let copy = folder.join(name);
        let disk = |_| failed(io::ErrorKind::PermissionDenied.into());
        self.make_dir(&folder, 0o700).map_err(disk)?;
        self.write_atomic(&copy, text, super::fs::Write::with_mode(0o600)).map_err(disk)?;
        let status = Command::new(file).args(words).arg(&copy).status().map_err(failed);
        let after = self.read(&copy).map_err(disk)?.unwrap_or_default();
        let _ = self.remove_file(&copy);
        match status {
            Ok(status) if status.success() => Ok(after),
            Ok(status) => Err(RunError::Ended { program: program.into(), code: status.code() }),
            Err(error) => Err(error),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
    fn spawn(
        &self,
        name: &str,
        arguments: &[OsString],
        with: With<'_>,
        limit: Duration,
    ) -> Result<Ran, RunError> {
        let file = self.program(name).ok_or_else(|| RunError::Missing(name.into()))?;
        let failed = |source: io::Error| RunError::Failed { program: name.into(), source };
        let mut command = Command::new(file);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that a time limit ends its children too (ssh, git-remote-https).
        command.process_group(0);
        command.env_clear().envs(self.env_all());
        for name in &with.unset {
            command.env_remove(name);
        }
        for (name, value) in &with.set {
            command.env(name, value);
        }
        if let Some(dir) = with.dir {
            command.current_dir(dir);
        }
        let start = Instant::now();
        let mut child = command.spawn().map_err(failed)?;
        let group = Pid::from_raw(i32::try_from(child.id()).unwrap_or(0));
        let stdin = child.stdin.take();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            let input = with.input.unwrap_or_default();
            scope.spawn(move || {
                if let Some(mut pipe) = stdin {
                    let _ = pipe.write_all(input);
                }
            });
            let out = scope.spawn(move || drain(stdout));
            let err = scope.spawn(move || drain(stderr));
            let mut nap = Duration::from_millis(1);
            let status = loop {
                if let Some(status) = child.try_wait().map_err(failed)? {
                    break Some(status);
                }
                if start.elapsed() > limit {
                    break None;
                }
                std::thread::sleep(nap);
                nap = (nap * 2).min(Duration::from_millis(20));
            };
            if let Some(group) = group {
                // Also after a normal end: a daemon that kept our pipes open must not keep us waiting.
                let _ = kill_process_group(group, Signal::KILL);
            }
            if status.is_none() {
                let _ = child.wait();
            }
            let (stdout, stderr) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
            match status {
                Some(status) => Ok(Ran { stdout, stderr, code: status.code(), took: start.elapsed() }),
                None => Err(RunError::TooSlow { program: name.into(), limit }),
            }
        })
    }
}

/// Everything the pipe gives. What it gives may be a secret, so a buffer that becomes too small is wiped when it is
/// left behind (SECURITY rule 34).
fn drain(pipe: Option<impl Read>) -> Vec<u8> {
    let Some(mut pipe) = pipe.map(|p| p.take(super::fs::LIMIT)) else { return Vec::new() };
    let mut bytes = Zeroizing::new(Vec::with_capacity(FIRST));
    let mut piece = Zeroizing::new(vec![0u8; FIRST]);
    loop {
        let length = match pipe.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        if bytes.capacity() - bytes.len() < length {
            let mut larger = Zeroizing::new(Vec::with_capacity(bytes.capacity() * 2));
            larger.extend_from_slice(&bytes);
            bytes = larger;
        }
        bytes.extend_from_slice(piece.get(..length).unwrap_or_default());
    }
    std::mem::take(&mut bytes)
}

/// As much as most programs print, and as a pipe holds.
const FIRST: usize = 64 << 10;
