//! Whether people are there.

use crate::secret::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;

/// Which of the three standard streams are a terminal.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Standard input.
    pub input: bool,
    /// Standard output.
    pub output: bool,
    /// Standard error.
    pub error: bool,
}

impl Terminal {
    /// Asks the operating system.
    #[must_use]
    pub fn find() -> Self {
        Self {
            input: std::io::stdin().is_terminal(),
            output: std::io::stdout().is_terminal(),
            error: std::io::stderr().is_terminal(),
        }
    }

    /// Whether a question can be asked and answered.
    #[must_use]
    pub fn can_ask(self) -> bool {
        self.input && self.error
    }
}

/// How many columns the terminal on standard output has; `None` when it is none.
#[must_use]
pub fn width() -> Option<usize> {
    let size = tcgetwinsize(io::stdout().as_fd()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Reads one line from the terminal on standard input without showing it, into a buffer that never grows (SECURITY rule
/// 34). `None` when the user pressed Ctrl-C or Ctrl-D, or typed more than `limit` bytes.
///
/// Ctrl-C is read as a key: a process that ends by the signal leaves the terminal without its echo.
///
/// # Errors
/// Standard input is no terminal, or cannot be read.
pub fn read_hidden(limit: usize) -> io::Result<Option<Secret>> {
    let stdin = io::stdin();
    let before = tcgetattr(stdin.as_fd())?;
    let mut silent: Termios = before.clone();
    silent.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
    tcsetattr(stdin.as_fd(), OptionalActions::Flush, &silent)?;
    let line = read_keys(stdin.lock(), limit);
    tcsetattr(stdin.as_fd(), OptionalActions::Flush, &before)?;
    line
}

fn read_keys(mut from: impl Read, limit: usize) -> io::Result<Option<Secret>> {
    let mut line = Vec::with_capacity(limit);
    let mut key = [0u8];
    let ended = loop {
        match from.read(&mut key) {
            Ok(0) => break Ok(false),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => break Err(e),
        }
        match key {
            [b'\r' | b'\n'] => break Ok(true),
            [0x03 | 0x04] => break Ok(false),
            // Backspace takes a whole character, Ctrl-U the line.
            [0x7f | 0x08] => while line.pop().is_some_and(|byte: u8| byte & 0xc0 == 0x80) {},
            [0x15] => line.clear(),
            [byte] if line.len() < limit => line.push(byte),
            _ => break Ok(false),
        }
    };
    let secret = Secret::take(line);
    Ok(ended?.then_some(secret))
}
