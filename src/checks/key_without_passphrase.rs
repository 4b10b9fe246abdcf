//! A profile's SSH key without a passphrase.

use super::{Check, Group};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "key-without-passphrase",
    title: "a profile's SSH key has no passphrase",
    group: Group::Ssh,
    severity: Severity::Note,
    sees: "whether the private keys that profiles name are encrypted; keys that a security key holds need no passphrase",
    hurts: "whoever gets the file, from a backup or a stolen disk, logs in as you",
    mends: "nothing by itself: doorkey ssh convert gives the key a passphrase, and an agent asks for it once a session",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let is_named = |path| facts.own.keys.iter().any(|named| named.path.as_ref() == Some(path));
    let open = facts.ssh.keys.iter().filter(|key| !key.encrypted && !key.damaged && is_named(&key.file.path));
    open.filter(|key| key.kind.as_deref().is_some_and(|kind| !kind.ends_with("-sk")))
        .map(|key| {
            let path = facts.shown(&key.file.path);
            let fix = super::convert(facts, &key.file.path, " --new-passphrase");
            CHECK.found(format!("{path} has no passphrase"), fix)
        })
        .collect()
}
