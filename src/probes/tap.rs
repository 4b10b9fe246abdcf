//! A stream that remembers how the other side began to speak, and does not wait for it for ever.

use std::io::{self, Read, Write};
use std::ops::RangeInclusive;
use std::time::Instant;

/// The content types of TLS records (RFC 8446 section 5.1, RFC 6520 heartbeat).
pub(super) const TLS_RECORD_TYPES: RangeInclusive<u8> = 20..=24;

const KEPT: usize = 128;

/// Passes everything on, and keeps the first bytes that were read.
#[derive(Debug)]
pub struct Tap<S> {
    stream: S,
    first: Vec<u8>,
    /// Against a server that sends one byte at a time: the socket's own limit starts anew with each.
    deadline: Option<Instant>,
}

impl<S> Tap<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, first: Vec::new(), deadline: Some(Instant::now() + super::PATIENCE) }
    }

    /// The handshake is over; from here on only the socket's limits hold.
    pub(super) fn lift_deadline(&mut self) {
        self.deadline = None;
    }

    pub(super) fn first_bytes(&self) -> &[u8] {
        &self.first
    }
}

impl<S: Read> Read for Tap<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.deadline.is_some_and(|end| Instant::now() > end) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let count = self.stream.read(buffer)?;
        let room = KEPT.saturating_sub(self.first.len()).min(count);
        self.first.extend_from_slice(buffer.get(..room).unwrap_or_default());
        Ok(count)
    }
}

impl<S: Write> Write for Tap<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
