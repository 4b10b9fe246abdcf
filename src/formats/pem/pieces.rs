//! A PEM text in pieces that end after a block, so that a bundle of any size is read in little memory.

use super::{Pem, read};
use std::io::{self, Read};

/// About so much is read at once.
const SIZE: usize = 256 << 10;
/// A block that is longer is not one: its piece ends where it stands.
const LONGEST: usize = 8 << 20;

/// A piece and the number of the line before it.
#[derive(Debug)]
pub struct Piece {
    bytes: Vec<u8>,
    /// How many lines stand before it.
    pub lines_before: usize,
}

impl Piece {
    /// Reads it; line numbers are those of the whole text.
    #[must_use]
    pub fn read(&self) -> Pem {
        let mut pem = read(&self.bytes);
        for block in &mut pem.blocks {
            block.line += self.lines_before;
            block.last_line += self.lines_before;
        }
        for damage in &mut pem.damage {
            damage.line += self.lines_before;
        }
        pem
    }
}

/// The pieces of a text.
#[derive(Debug)]
pub struct Pieces<R> {
    from: R,
    rest: Vec<u8>,
    lines: usize,
    ended: bool,
}

impl<R: Read> Pieces<R> {
    /// The pieces of what comes from here.
    pub fn new(from: R) -> Self {
        Self { from, rest: Vec::new(), lines: 0, ended: false }
    }

    fn piece(&mut self, end: usize) -> Piece {
        let after = self.rest.split_off(end.min(self.rest.len()));
        let bytes = std::mem::replace(&mut self.rest, after);
        let piece = Piece { lines_before: self.lines, bytes };
        self.lines += lines(&piece.bytes);
        piece
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let before = self.rest.len();
            if let Err(error) = (&mut self.from).take(SIZE as u64).read_to_end(&mut self.rest) {
                self.ended = true;
                return Some(Err(error));
            }
            self.ended = self.rest.len() == before;
            if self.rest.len() >= SIZE
                && let Some(end) = after_last_block(&self.rest)
            {
                return Some(Ok(self.piece(end)));
            }
            if self.rest.len() > LONGEST {
                return Some(Ok(self.piece(LONGEST)));
            }
        }
        (!self.rest.is_empty()).then(|| Ok(self.piece(usize::MAX)))
    }
}

/// Where the line after the last END line begins.
fn after_last_block(text: &[u8]) -> Option<usize> {
    let at = memchr::memmem::rfind(text, b"-----END ")?;
    let end = at + memchr::memchr2(b'\n', b'\r', text.get(at..)?)? + 1;
    match (text.get(end - 1), text.get(end)) {
        (Some(b'\r'), Some(b'\n')) => Some(end + 1),
        // Whether a line feed follows is not known yet.
        (Some(b'\r'), None) => None,
        _ => Some(end),
    }
}

fn lines(text: &[u8]) -> usize {
    let feeds = memchr::memchr_iter(b'\n', text).count();
    let alone = |&at: &usize| text.get(at + 1) != Some(&b'\n');
    feeds + memchr::memchr_iter(b'\r', text).filter(alone).count()
}
