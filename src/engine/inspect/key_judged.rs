//! What is wrong with a key file by its numbers, and by the dates of its certificate.

use crate::engine::when;
use crate::formats::ssh_key::{Encryption, KeyFile, PublicHalf, halves_belong};
use crate::model::weakness::{EASILY_GUESSED, Grade, Weakness};
use crate::sys::Sys;
use crate::weak_keys::{self, Blacklists};
use ssh_key::PrivateKey;

/// All of it, the worst first. `opened` is the key, where it needs no passphrase or that is known.
pub(super) fn judge(
    sys: &Sys,
    lists: &Blacklists,
    key: &KeyFile,
    opened: Option<&PrivateKey>,
) -> Vec<Weakness> {
    let mut found = Vec::new();
    if opened.and_then(halves_belong) == Some(false) {
        found.push(Weakness {
            code: "halves-differ",
            grade: Grade::Weak,
            what: "holds a private half that belongs to another public half".into(),
            why: "ssh offers the public half, and then cannot sign with the private one",
            mend: Some("put the file back from where it came; no other file holds what is lost"),
        });
    }
    if let Ok(half) = &key.public {
        found.extend(judge_half(sys, lists, half));
    }
    found.extend(key.encryption.as_ref().and_then(guessable).map(|how| Weakness {
        code: EASILY_GUESSED,
        grade: Grade::Weak,
        what: format!("has a passphrase that is guarded by {how}"),
        why: "whoever gets the file tries passphrases many times as fast as in OpenSSH's usual form",
        mend: Some("write the file anew, with the same passphrase: doorkey ssh convert FILE"),
    }));
    found.extend(key.certificate.and_then(|certificate| {
        let (after, before) = (certificate.valid_after, certificate.valid_before);
        let what = if before <= sys.now() {
            format!("is a certificate that expired {}", when::date_time(before))
        } else if after > sys.now() {
            format!("is a certificate that is valid only from {}", when::date_time(after))
        } else {
            return None;
        };
        let why = "hosts refuse it, and ssh goes on to other keys (PROTOCOL.certkeys, \"valid before\")";
        let mend = Some("get a new certificate from who made this one");
        Some(Weakness { code: "certificate-dates", grade: Grade::Weak, what, why, mend })
    }));
    found.sort_by_key(|weakness| std::cmp::Reverse(weakness.grade));
    found
}

/// What is wrong with a public half.
pub(super) fn judge_half(sys: &Sys, lists: &Blacklists, half: &PublicHalf) -> Vec<Weakness> {
    let mut found = weak_keys::judge(&half.key);
    found.extend(lists.judge(sys, half.key.algorithm().as_str(), half.bits, &half.md5));
    found
}

/// Rounds of bcrypt that `ssh-keygen` has made since OpenSSH 6.5, which brought that form.
const FEWEST_ROUNDS: u32 = 16;

/// How little work it is to try a passphrase.
fn guessable(encryption: &Encryption) -> Option<String> {
    match (encryption.kdf.as_deref()?, encryption.rounds?) {
        ("md5", _) => Some("one round of MD5".into()),
        ("sha1", _) => Some("one round of SHA-1".into()),
        ("bcrypt", rounds) if rounds < FEWEST_ROUNDS => Some(format!("{rounds} rounds of bcrypt")),
        _ => None,
    }
}
