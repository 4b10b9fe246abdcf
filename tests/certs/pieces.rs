//! A text in pieces comes to the same as the whole: lines, blocks, damage.

use crate::pki::{ca_params, self_signed};
use doorkey::formats::pem::{self, Pieces};
use std::io::Read;

/// Gives a few bytes at a time, as a pipe may.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn text(end: &str) -> String {
    let one = self_signed(ca_params("Piece Root CA")).pem();
    let broken = one.replacen('M', "*", 1);
    let mut text = String::new();
    for number in 0..1_500 {
        text.push_str(&format!("# certificate {number}\n"));
        text.push_str(match number % 97 {
            0 => &broken,
            1 => "-----BEGIN CERTIFICATE-----\nno end\n",
            _ => &one,
        });
    }
    text.replace('\n', end)
}

#[test]
fn pieces_come_to_the_whole() {
    for end in ["\n", "\r\n", "\r"] {
        let text = text(end);
        assert!(text.len() > 900_000);
        let whole = pem::read(text.as_bytes());
        for step in [777, 1 << 20] {
            let (mut blocks, mut damage, mut count) = (Vec::new(), Vec::new(), 0);
            for piece in Pieces::new(Slow(text.as_bytes(), step)) {
                let read = piece.unwrap().read();
                blocks.extend(read.blocks.iter().map(|b| (b.line, b.last_line, b.cert.clone())));
                damage.extend(read.damage);
                count += 1;
            }
            let expected: Vec<_> =
                whole.blocks.iter().map(|b| (b.line, b.last_line, b.cert.clone())).collect();
            assert!(count > 2, "{count}");
            assert_eq!(damage, whole.damage, "{end:?} {step}");
            assert!(blocks == expected, "{end:?} {step}");
        }
    }
}

#[test]
fn a_text_without_any_block_ends() {
    let text = vec![b'x'; 20 << 20];
    let pieces: Vec<_> = Pieces::new(text.as_slice()).collect::<Result<_, _>>().unwrap();
    assert!(pieces.len() > 1);
    assert!(pieces.iter().all(|piece| piece.read().blocks.is_empty()));
}
