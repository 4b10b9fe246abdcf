//! Asks and judges.

use super::mutate::{self, Dice};
use super::strict;
use super::world::{KEPT, World, secret};
use doorkey::engine::credential::{Reply, reply};

/// Knows the forms in which a secret could leave.
#[derive(Debug)]
pub(crate) struct Judge {
    /// For each secret: as it is, and as the header that carries it.
    forms: Vec<[Vec<u8>; 2]>,
}

impl Judge {
    pub(crate) fn new() -> Self {
        let forms = |(index, kept): (usize, &super::world::Kept)| {
            let secret = secret(index);
            let header = base64(format!("{}:{secret}", kept.user).as_bytes());
            [secret.into_bytes(), header]
        };
        Self { forms: KEPT.iter().enumerate().map(forms).collect() }
    }

    /// The secrets that stand in a text.
    pub(crate) fn found(&self, text: &[u8]) -> Vec<usize> {
        let holds = |form: &Vec<u8>| text.windows(form.len()).any(|window| window == form.as_slice());
        let all = self.forms.iter().enumerate();
        all.filter(|(_, forms)| forms.iter().any(holds)).map(|(index, _)| index).collect()
    }

    /// Judges what was answered to a request. `Ok(true)`: with a secret, and rightly.
    pub(crate) fn judge(&self, input: &[u8], answer: &[u8], said: &[u8]) -> Result<bool, String> {
        // Short of the shortest secret, nothing can stand in it.
        if said.windows(7).any(|window| window == b"s3cr3t-") {
            return Err("a secret is said to people".into());
        }
        if answer.len() < 20 {
            return Ok(false);
        }
        let allowed = strict::read(input).as_ref().and_then(strict::allowed);
        match (self.found(answer).as_slice(), allowed) {
            ([], _) => Ok(false),
            ([one], Some(allowed)) if *one == allowed => Ok(true),
            (found, allowed) => Err(format!("answered with {found:?}, where {allowed:?} is allowed")),
        }
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    for piece in bytes.chunks(3) {
        let mut group = [0u8; 3];
        group[..piece.len()].copy_from_slice(piece);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            out.push(if digit <= piece.len() { DIGITS[value as usize] } else { b'=' });
        }
    }
    out
}

/// What a series of runs came to.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) runs: u64,
    pub(crate) answered: u64,
}

/// Runs one request after the other. `Err`: the first request with a fault, and what is wrong.
pub(crate) fn series(seed: u64, runs: u64) -> Result<Count, (Vec<u8>, String)> {
    let (world, judge) = (World::new(), Judge::new());
    let mut count = Count::default();
    let ask = |input: &[u8]| -> Result<bool, String> {
        let Reply { answer, said } = reply(&world, input);
        let answer = answer.as_ref().map(|a| a.expose()).unwrap_or_default();
        judge.judge(input, answer, said.as_deref().unwrap_or_default().as_bytes())
    };
    // A helper that refuses all would pass for ever.
    for (index, input) in (0..).map_while(mutate::plain) {
        let allowed = strict::read(&input).as_ref().and_then(strict::allowed);
        match ask(&input) {
            Ok(answered) if answered == (allowed == Some(index)) => count.answered += u64::from(answered),
            Ok(answered) => return Err((input, format!("answered: {answered}, allowed: {allowed:?}"))),
            Err(fault) => return Err((input, fault)),
        }
    }
    if count.answered < 10 {
        return Err((Vec::new(), format!("only {} plain requests are answered", count.answered)));
    }
    let mut dice = Dice(seed);
    let mut input = Vec::with_capacity(8192);
    for _ in 0..runs {
        mutate::request(&mut dice, &mut input);
        count.runs += 1;
        match ask(&input) {
            Ok(answered) => count.answered += u64::from(answered),
            Err(fault) => return Err((input, fault)),
        }
    }
    Ok(count)
}
