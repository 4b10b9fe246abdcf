//! A socket before another agent's socket: what comes in is looked at, and what comes back too.

use super::Sys;
use super::fs::FsError;
use super::local_socket::is_of;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// What may pass. Messages are without their length.
pub trait Guard: Send + Sync + 'static {
    /// The longest message, in bytes.
    fn longest(&self) -> usize;
    /// Whether a request goes on to the agent.
    fn lets_in(&self, request: &[u8]) -> bool;
    /// What of the agent's answer is given; `None` = nothing.
    fn gives_out(&self, answer: &[u8]) -> Option<Vec<u8>>;
    /// What is said to a request that does not go on.
    fn refusal(&self) -> &'static [u8];
}

/// How often it is looked whether the socket is still needed.
const LOOK: Duration = Duration::from_secs(10);

impl Sys {
    /// Listens at `path`, and starts this program with these arguments, which finds the listening socket as its standard
    /// input: there it is to [`Sys::hand_on`] the socket, and then to [`serve`]. Its variables are `keep` alone.
    ///
    /// # Errors
    /// The socket or the program cannot be made.
    pub fn listen_for(&mut self, path: &Path, arguments: &[&OsStr], keep: &[&str]) -> Result<(), FsError> {
        let fail = |e| FsError::io("listen at", path, e);
        let listener = UnixListener::bind(path).map_err(fail)?;
        self.set_mode(path, 0o600)?;
        let mut command = again(arguments).map_err(fail)?;
        command.env_clear().envs(keep.iter().filter_map(|name| Some((*name, self.env(name)?))));
        command.stdin(Stdio::from(OwnedFd::from(listener)));
        let status = command.status().map_err(fail)?;
        if status.success() { Ok(()) } else { Err(fail(io::ErrorKind::Other.into())) }
    }

    /// Starts this program once more with the socket on standard input. As this process ends then, the other one is no
    /// child of a program that knows nothing of it.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn hand_on(&mut self, arguments: &[&OsStr]) -> io::Result<()> {
        let socket = rustix::io::dup(io::stdin())?;
        again(arguments)?.stdin(Stdio::from(socket)).process_group(0).spawn().map(|_| ())
    }
}

#[expect(clippy::disallowed_methods, reason = "starts doorkey itself, beside the command of a session")]
fn again(arguments: &[&OsStr]) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}

/// Serves the listening socket on standard input, before the agent at `agent`, for as long as `needed` says so.
///
/// # Errors
/// There is no such socket.
pub fn serve(agent: PathBuf, uid: u32, guard: impl Guard, needed: impl Fn() -> bool) -> io::Result<()> {
    let listener = UnixListener::from(rustix::io::dup(std::io::stdin())?);
    // accept(2) keeps to SO_RCVTIMEO on Linux (socket(7)).
    rustix::net::sockopt::set_socket_timeout(&listener, rustix::net::sockopt::Timeout::Recv, Some(LOOK))?;
    let guard = Arc::new(guard);
    loop {
        match listener.accept() {
            Ok((client, _)) if is_of(&client, uid) => {
                let (guard, agent) = (Arc::clone(&guard), agent.clone());
                std::thread::spawn(move || relay(client, &agent, &*guard));
            }
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                if !needed() {
                    return Ok(());
                }
            }
            Err(e) if matches!(e.kind(), io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted) => {}
            Err(e) => return Err(e),
        }
    }
}

/// One connection, to its end.
fn relay(mut client: UnixStream, agent: &Path, guard: &dyn Guard) -> io::Result<()> {
    let mut real = UnixStream::connect(agent)?;
    loop {
        let request = receive(&mut client, guard.longest())?;
        let answer = if guard.lets_in(&request) {
            send(&mut real, &request)?;
            guard.gives_out(&receive(&mut real, guard.longest())?)
        } else {
            None
        };
        send(&mut client, answer.as_deref().unwrap_or(guard.refusal()))?;
    }
}

fn receive(from: &mut UnixStream, longest: usize) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > longest {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length];
    from.read_exact(&mut message)?;
    Ok(message)
}

fn send(to: &mut UnixStream, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    to.write_all(&[&length.to_be_bytes()[..], message].concat())
}
