//! An SSH key whose passphrase can be tried too quickly.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};
use crate::model::weakness::EASILY_GUESSED;

pub(super) static CHECK: Check = Check {
    code: "key-easily-guessed",
    title: "the passphrase of an SSH key is easily guessed",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "how the private keys in ~/.ssh are encrypted: the older PEM and PuTTY's version 2 hash a passphrase once, and bcrypt may have fewer than 16 rounds",
    hurts: "whoever gets the file tries passphrases many times as fast as in OpenSSH's usual form: millions a second where they are hashed once",
    mends: "nothing by itself, since it needs the passphrase: doorkey ssh convert writes the file anew, with the same one",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for key in &facts.ssh.keys {
        for weakness in key.weaknesses.iter().filter(|weakness| weakness.code == EASILY_GUESSED) {
            let what = format!("{} {}", facts.shown(&key.file.path), weakness.what);
            found.push(CHECK.found(what, super::convert(facts, &key.file.path, "")));
        }
    }
    found
}
