//! A socket in a private folder for processes of the same user: one question, one answer, closed.
//!
//! Both ends look at the other's user id (`SO_PEERCRED`, unix(7)); where the system has no such thing, both refuse.

use super::Sys;
use super::fs::{FsError, Kind};
use crate::secret::Secret;
use std::io::ErrorKind::{ConnectionAborted, Interrupted, WouldBlock};
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// The longest question and the longest answer, in bytes.
const LONGEST: usize = 4096;
/// How long either end waits for the other.
const PATIENCE: Duration = Duration::from_secs(1);

/// The listening end.
#[derive(Debug)]
pub struct LocalSocket {
    listener: UnixListener,
    path: PathBuf,
    uid: u32,
}

impl Sys {
    /// Listens at `path`; its folder is made when missing and must be ours alone. `None`: somebody listens there.
    ///
    /// A socket that a killed process left behind is replaced.
    ///
    /// # Errors
    /// [`FsError::Unsafe`] when others may enter the folder; what the operating system says.
    pub fn listen_locally(&mut self, path: &Path) -> Result<Option<LocalSocket>, FsError> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        self.make_dir(folder, 0o700)?;
        self.check_trusted(folder)?;
        if let Some(look) = self.look_through(folder)?.filter(|l| l.mode & 0o077 != 0) {
            let reason = format!("may be entered by others (mode {:04o})", look.mode);
            return Err(FsError::Unsafe { path: folder.into(), reason });
        }
        if self.look(path)?.is_some_and(|l| l.kind == Kind::Other) {
            if UnixStream::connect(path).is_ok() {
                return Ok(None);
            }
            self.remove_file(path)?;
        }
        let fail = |e| FsError::io("listen at", path, e);
        let listener = UnixListener::bind(path).map_err(fail)?;
        self.set_mode(path, 0o600)?;
        Ok(Some(LocalSocket { listener, path: path.into(), uid: self.uid() }))
    }

    /// Asks whoever listens at `path`; `None` when nobody does or there was no answer.
    ///
    /// # Errors
    /// [`FsError::Unsafe`] when the socket is not ours, or others may write to a folder above it.
    pub fn ask_locally(&self, path: &Path, question: &[u8]) -> Result<Option<Secret>, FsError> {
        if self.look(path)?.is_none_or(|l| l.kind != Kind::Other) {
            return Ok(None);
        }
        self.check_trusted(path)?;
        let Ok(mut stream) = UnixStream::connect(path) else { return Ok(None) };
        if !is_of(&stream, self.uid()) {
            return Err(FsError::Unsafe { path: path.into(), reason: "is served by another user".into() });
        }
        Ok(exchange(&mut stream, question).ok().flatten())
    }
}

impl LocalSocket {
    /// Waits so long for one question of this user and answers it; says whether there was one.
    ///
    /// # Errors
    /// The socket does not work any more. Trouble with one caller is none: the next one is served.
    pub fn answer(&self, wait: Duration, reply: impl FnOnce(&[u8]) -> Option<Secret>) -> io::Result<bool> {
        // accept(2) keeps to SO_RCVTIMEO on Linux (socket(7)). A zero would mean "for ever".
        let wait = wait.max(Duration::from_millis(1));
        rustix::net::sockopt::set_socket_timeout(
            &self.listener,
            rustix::net::sockopt::Timeout::Recv,
            Some(wait),
        )?;
        let mut stream = match self.listener.accept() {
            Ok((stream, _)) => stream,
            Err(e) if matches!(e.kind(), WouldBlock | Interrupted | ConnectionAborted) => return Ok(false),
            Err(e) => return Err(e),
        };
        if !is_of(&stream, self.uid) {
            return Ok(false);
        }
        Ok(serve(&mut stream, reply).is_ok())
    }

    /// Stops listening and removes the socket.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn close(self, sys: &mut Sys) -> Result<(), FsError> {
        sys.remove_file(&self.path)
    }
}

fn serve(stream: &mut UnixStream, reply: impl FnOnce(&[u8]) -> Option<Secret>) -> io::Result<()> {
    let question = receive(stream)?;
    if let Some(answer) = reply(question.expose()) {
        stream.write_all(answer.expose())?;
    }
    Ok(())
}

fn exchange(stream: &mut UnixStream, question: &[u8]) -> io::Result<Option<Secret>> {
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(question)?;
    stream.shutdown(Shutdown::Write)?;
    let answer = receive(stream)?;
    Ok((!answer.is_empty()).then_some(answer))
}

/// Everything up to the end, in a buffer that does not grow.
fn receive(stream: &mut UnixStream) -> io::Result<Secret> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut buffer = Zeroizing::new(vec![0u8; LONGEST]);
    let mut length = 0;
    while let Some(free) = buffer.get_mut(length..).filter(|free| !free.is_empty()) {
        match stream.read(free)? {
            0 => return Ok(Secret::copy_of(buffer.get(..length).unwrap_or_default())),
            more => length += more,
        }
    }
    Err(io::ErrorKind::FileTooLarge.into())
}

#[cfg(target_os = "linux")]
pub(super) fn is_of(stream: &UnixStream, uid: u32) -> bool {
    rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid.as_raw() == uid)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_of(_: &UnixStream, _: u32) -> bool {
    false
}
