//! Primes that two RSA keys have in common: whoever has both public halves has both private ones.
//!
//! Bernstein's trees of products and remainders ("Fast multiplication and its applications", section 18) in groups: each
//! modulus is held against the product of all before it, where looking at each pair would take many times as long.

use crate::model::weakness::{Grade, Weakness};
use dashu_int::UBig;
use dashu_int::ops::Gcd;
use ssh_key::public::KeyData;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The modulus of an RSA key.
#[must_use]
pub fn modulus(key: &KeyData) -> Option<UBig> {
    super::rsa::number(key.rsa()?.n()).filter(|n| *n > UBig::ONE)
}

/// What is wrong with a key of which [`compare`] tells another.
#[must_use]
pub fn weakness() -> Weakness {
    Weakness {
        code: "rsa-shared-prime",
        grade: Grade::Open,
        what: "is an RSA key that has a prime in common with another key here".into(),
        why: "whoever has both public halves has both private ones; the machine that made them had no good randomness",
        mend: None,
    }
}

/// More keys than this are not compared: the work grows with the square of their number, to about two seconds here.
pub const MOST: usize = 2048;

/// So many moduli are taken together: the numbers stay in the range in which multiplication is quickest.
const TOGETHER: usize = 64;

/// What came of holding moduli against each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// For each of them, the index of one that is not equal to it and has a prime in common with it.
    pub partners: Vec<Option<usize>>,
    /// How many different ones were not looked at: those after the first [`MOST`].
    pub left_out: usize,
}

/// Holds moduli against each other.
#[must_use]
pub fn compare(moduli: &[UBig], threads: usize) -> Compared {
    let mut first: BTreeMap<&UBig, usize> = BTreeMap::new();
    let mut left_out = BTreeSet::new();
    for (index, modulus) in moduli.iter().enumerate() {
        if first.len() < MOST {
            first.entry(modulus).or_insert(index);
        } else if !first.contains_key(modulus) {
            left_out.insert(modulus);
        }
    }
    let different: Vec<UBig> = first.keys().map(|modulus| (*modulus).clone()).collect();
    let groups: Vec<Vec<Vec<UBig>>> = different.chunks(TOGETHER).map(|group| tree(group.to_vec())).collect();
    let next = AtomicUsize::new(0);
    let suspects: Vec<&UBig> = std::thread::scope(|scope| {
        let work = || {
            let mut found = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let (Some(group), Some(before)) = (groups.get(at), groups.get(..at)) else { return found };
                found.extend(suspects(group, before));
            }
        };
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    let mut pairs: BTreeMap<&UBig, usize> = BTreeMap::new();
    for suspect in suspects {
        let others =
            first.iter().filter(|(other, _)| **other != suspect && (**other).gcd(suspect) != UBig::ONE);
        for (other, index) in others {
            pairs.entry(suspect).or_insert(*index);
            pairs.extend(first.get(suspect).map(|index| (*other, *index)));
        }
    }
    let partners = moduli.iter().map(|modulus| pairs.get(modulus).copied()).collect();
    Compared { partners, left_out: left_out.len() }
}

/// Those of a group that have a prime in common with one before them, in the group or in one of the groups before.
fn suspects<'a>(group: &'a [Vec<UBig>], before: &[Vec<Vec<UBig>>]) -> Vec<&'a UBig> {
    let (Some(moduli), Some(product)) = (group.first(), top(group)) else { return Vec::new() };
    let others = before.iter().filter_map(|group| top(group));
    let mut rests = vec![others.fold(UBig::ONE, |all, other| all * other % product)];
    // From the top of the tree down: each number by the product of all before it.
    for layer in group.iter().rev() {
        let rest = |(index, number): (usize, &UBig)| {
            let all = rests.get(index / 2).map_or(UBig::ONE, |rest| rest % number);
            match layer.get(index ^ 1) {
                Some(left) if index % 2 == 1 => all * left % number,
                _ => all,
            }
        };
        rests = layer.iter().enumerate().map(rest).collect();
    }
    moduli
        .iter()
        .zip(rests)
        .filter(|(modulus, rest)| rest.gcd(*modulus) != UBig::ONE)
        .map(|(n, _)| n)
        .collect()
}

/// The product of all, by a tree.
pub(super) fn product(layer: Vec<UBig>) -> UBig {
    top(&tree(layer)).cloned().unwrap_or(UBig::ONE)
}

fn top(layers: &[Vec<UBig>]) -> Option<&UBig> {
    layers.last()?.first()
}

/// Layers of products of two, up to the product of all.
fn tree(mut layer: Vec<UBig>) -> Vec<Vec<UBig>> {
    let mut layers = Vec::new();
    while layer.len() > 1 {
        let next = layer
            .chunks(2)
            .map(|pair| match pair {
                [a, b] => a * b,
                _ => pair.iter().product(),
            })
            .collect();
        layers.push(std::mem::replace(&mut layer, next));
    }
    layers.push(layer);
    layers
}
