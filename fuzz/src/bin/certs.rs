//! `doorkey-fuzz-certs RUNS [SEED]`: damaged certificates, lists, PEM texts, PKCS#7 and Java's key stores. See README.md.
//!
//! What must hold: nothing panics; a text in pieces comes to the same as the whole; no certificate whose signed part was
//! changed leads to a root; an answer is valid exactly when it has no cause.

use doorkey::chains::{Policies, Purpose, Question, answer};
use doorkey::formats::cert::Cert;
use doorkey::formats::containers::{self, Container, write_jks};
use doorkey::formats::pem::{self, Pieces};
use std::time::Instant;

/// xorshift64*.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.roll() % count.max(1) as u64) as usize
    }
}

/// A case of the public suites.
struct Case {
    leaf: Vec<u8>,
    between: Vec<Vec<u8>>,
    roots: Vec<Vec<u8>>,
    crls: Vec<Vec<u8>>,
}

/// The PEM texts after `"key":`, without a parser of JSON: they hold no quotation mark.
fn texts(line: &str, key: &str) -> String {
    let Some((_, rest)) = line.split_once(&format!("\"{key}\": ")) else { return String::new() };
    let end = match rest.as_bytes().first() {
        Some(b'[') => rest.find(']'),
        _ => rest.get(1..).and_then(|rest| rest.find('"')).map(|end| end + 1),
    };
    rest.get(..end.unwrap_or(0)).unwrap_or_default().replace("\\n", "\n").replace('"', "\n")
}

fn cases() -> Vec<Case> {
    let files = [
        include_str!("../../../tests/chains/vectors/pkits.jsonl"),
        include_str!("../../../tests/chains/vectors/limbo.jsonl"),
    ];
    let certs = |text: String| -> Vec<Vec<u8>> {
        pem::read(text.as_bytes()).into_certs().iter().map(|der| der.as_ref().to_vec()).collect()
    };
    let case = |line: &str| {
        Some(Case {
            leaf: certs(texts(line, "leaf")).into_iter().next()?,
            between: certs(texts(line, "intermediates")),
            roots: certs(texts(line, "roots")),
            crls: pem::read(texts(line, "crls").as_bytes()).crls().map(|der| der.as_ref().to_vec()).collect(),
        })
    };
    // The cases with a hundred certificates are about time, not about forms.
    files
        .iter()
        .flat_map(|file| file.lines())
        .filter_map(case)
        .filter(|case| case.between.len() < 12)
        .collect()
}

fn damage(dice: &mut Dice, bytes: &mut Vec<u8>) {
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len());
        match dice.below(6) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
            1 if !bytes.is_empty() => bytes[at] = dice.roll() as u8,
            2 => bytes.truncate(at),
            3 => bytes.insert(at.min(bytes.len()), dice.roll() as u8),
            4 => {
                let end = (at + dice.below(40)).min(bytes.len());
                let copy = bytes[at.min(end)..end].to_vec();
                let to = dice.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => {
                let end = (at + dice.below(40)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
        }
    }
}

/// The signed part of a certificate: the first value inside.
fn signed_part(der: &[u8]) -> Option<&[u8]> {
    let head = |der: &[u8]| -> Option<(usize, usize)> {
        let first = usize::from(*der.get(1)?);
        if first < 0x80 {
            return Some((2, first));
        }
        let count = first & 0x7f;
        let length = der
            .get(2..2 + count)?
            .iter()
            .try_fold(0usize, |n, b| n.checked_mul(256)?.checked_add(usize::from(*b)))?;
        Some((2 + count, length))
    };
    let inner = der.get(head(der)?.0..)?;
    let (start, length) = head(inner)?;
    inner.get(..start.checked_add(length)?)
}

fn slices(all: &[Vec<u8>]) -> Vec<&[u8]> {
    all.iter().map(Vec::as_slice).collect()
}

fn chain(dice: &mut Dice, case: &Case) -> Result<bool, String> {
    let (mut leaf, mut between, mut crls) = (case.leaf.clone(), case.between.clone(), case.crls.clone());
    let which = dice.below(1 + between.len() + crls.len());
    if which == 0 {
        damage(dice, &mut leaf);
    } else if which <= between.len() {
        damage(dice, &mut between[which - 1]);
    } else {
        damage(dice, &mut crls[which - 1 - case.between.len()]);
    }
    let purpose = [Purpose::Any, Purpose::Server, Purpose::Client][dice.below(3)];
    let answer = answer(&Question {
        leaf: &leaf,
        intermediates: slices(&between),
        roots: slices(&case.roots),
        crls: slices(&crls),
        at: 1_577_836_800 + (dice.below(1000) as i64 - 500) * 86_400,
        purpose,
        presented_to: None,
        policies: Policies::default(),
        max_depth: None,
    });
    if answer.valid != answer.causes.is_empty() {
        return Err("an answer is valid and has causes, or neither".into());
    }
    if answer.valid && !case.roots.contains(&leaf) && signed_part(&leaf) != signed_part(&case.leaf) {
        return Err(format!("a changed certificate leads to a root: {}", hex(&leaf)));
    }
    Ok(answer.valid)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn text(dice: &mut Dice, seeds: &[String]) -> Result<bool, String> {
    let mut bytes = seeds[dice.below(seeds.len())].clone().into_bytes();
    damage(dice, &mut bytes);
    let whole = pem::read(&bytes);
    let mut lines = Vec::new();
    for piece in Pieces::new(bytes.as_slice()) {
        let piece = piece.map_err(|error| error.to_string())?.read();
        lines.extend(piece.blocks.iter().map(|block| (block.line, block.cert.is_some())));
    }
    let wanted: Vec<_> = whole.blocks.iter().map(|block| (block.line, block.cert.is_some())).collect();
    if lines != wanted {
        return Err(format!("pieces differ from the whole: {}", bytes.escape_ascii()));
    }
    Ok(!wanted.is_empty())
}

fn container(dice: &mut Dice, seeds: &[Vec<u8>]) -> Result<bool, String> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    damage(dice, &mut bytes);
    let _ = Cert::read(&bytes);
    // The passphrases of PKCS#12 cost time, which is bounded there, and is not what is looked for here.
    if Container::of(&bytes) == Container::Pkcs12 {
        return Ok(false);
    }
    Ok(containers::read(&bytes, None).is_ok())
}

/// certs-only PKCS#7 (RFC 5652 section 5).
fn pkcs7(certs: &[Vec<u8>]) -> Vec<u8> {
    let value = |tag: u8, content: &[u8]| {
        let mut out = vec![tag, 0x82];
        out.extend(u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend_from_slice(content);
        out
    };
    let data = value(0x30, &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01]);
    let signed = [&[2, 1, 1, 0x31, 0][..], &data, &value(0xa0, &certs.concat()), &[0x31, 0]].concat();
    let oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    value(0x30, &[&oid[..], &value(0xa0, &value(0x30, &signed))].concat())
}

fn main() -> std::process::ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let Some(&runs) = numbers.first() else {
        eprintln!("usage: doorkey-fuzz-certs RUNS [SEED]");
        return 2.into();
    };
    let seed = numbers.get(1).copied().unwrap_or(1).max(1);
    let cases = cases();
    let certs: Vec<Vec<u8>> = cases.iter().map(|case| case.leaf.clone()).take(40).collect();
    let texts: Vec<String> = vec![
        include_str!("../../../tests/support/root.pem").repeat(3),
        format!(
            "# one\r\n{}\r\nnot one\r\n",
            include_str!("../../../tests/support/root.pem").replace('\n', "\r\n")
        ),
    ];
    let few: Vec<&[u8]> = certs.iter().take(3).map(Vec::as_slice).collect();
    let mut containers = vec![write_jks(&few, 0), pkcs7(&certs[..3])];
    containers.extend(certs.iter().take(8).cloned());
    let start = Instant::now();
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut good = [0u64; 3];
    for run in 0..runs {
        let state = dice.0;
        let kind = dice.below(3);
        let result = match kind {
            0 => {
                let case = dice.below(cases.len());
                chain(&mut dice, &cases[case])
            }
            1 => text(&mut dice, &texts),
            _ => container(&mut dice, &containers),
        };
        match result {
            Ok(read) => good[kind] += u64::from(read),
            Err(fault) => {
                println!("fault: {fault}\nrun {run}, state {state:#x}");
                return 1.into();
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{runs} runs in {seconds:.1} s, {:.0} a second; still valid {} chains, read {} texts and {} containers; seed {seed}",
        runs as f64 / seconds,
        good[0],
        good[1],
        good[2]
    );
    0.into()
}
