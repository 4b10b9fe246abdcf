//! A connection behind standard input and output, as ssh wants it of a ProxyCommand.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;

/// Both ways until the server has said all.
///
/// # Errors
/// What the system says of the connection or of standard output.
pub fn relay(stream: TcpStream) -> io::Result<()> {
    // The files themselves: what is buffered by lines would keep ssh waiting.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut there = stream.try_clone()?;
    std::thread::spawn(move || {
        let _ = copy(&mut input, &mut there);
        let _ = there.shutdown(Shutdown::Write);
    });
    let mut from = stream;
    copy(&mut from, &mut output)
}

fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return to.flush(),
            Ok(count) => to.write_all(buffer.get(..count).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
