//! Keys whose private half others can compute or already have, and keys that are given up: told by the public half.
//!
//! A judgement is a function in a list; a new one is one file and one line. None needs the network. What is known of
//! weak generators is of the field's literature; badkeys (MIT) is the tool to compare with.

mod curve;
mod debian;
mod dsa;
mod rsa;
pub mod shared;

pub use debian::Blacklists;

use crate::model::weakness::Weakness;
use ssh_key::public::KeyData;

/// One judgement about one public key.
type Judge = fn(&KeyData) -> Vec<Weakness>;

const ALL: &[Judge] = &[rsa::judge, curve::judge, dsa::judge];

/// Everything that is wrong with a public key by its numbers, the worst first.
#[must_use]
pub fn judge(key: &KeyData) -> Vec<Weakness> {
    let mut found: Vec<Weakness> = ALL.iter().flat_map(|judge| judge(key)).collect();
    found.sort_by_key(|weakness| std::cmp::Reverse(weakness.grade));
    found
}
