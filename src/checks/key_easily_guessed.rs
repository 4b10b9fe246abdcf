//! An SSH key whose passphrase can be tried too quickly.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "key-easily-guessed",
    title: "the passphrase of an SSH key is easily guessed",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "how the private keys in ~/.ssh are encrypted: the older PEM and PuTTY's version 2 hash a passphrase once",
    hurts: "whoever gets the file tries millions of passphrases a second, where OpenSSH's own form allows some tens",
    mends: "nothing by itself, since it needs the passphrase: doorkey ssh convert writes the file anew, with the same one",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let keys = facts.ssh.keys.iter().filter_map(|key| Some((key, key.guessable.as_ref()?)));
    keys.map(|(key, how)| {
        let what = format!("the passphrase of {} is guarded by {how}", facts.shown(&key.file.path));
        CHECK.found(what, super::convert(facts, &key.file.path, ""))
    })
    .collect()
}
