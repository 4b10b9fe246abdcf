//! A private SSH key that cannot be read as one.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "key-damaged",
    title: "a private SSH key is damaged",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "whether what stands in each private key's file in ~/.ssh is a whole key",
    hurts: "ssh cannot load it (\"error in libcrypto\", \"invalid format\") and goes on without it",
    mends: "nothing by itself: what is lost of a key is in no other file",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let damaged = facts.ssh.keys.iter().filter(|key| key.damaged);
    damaged
        .map(|key| {
            let path = facts.shown(&key.file.path);
            CHECK.found(
                format!("{path} begins as a private key, and is none that can be read"),
                advice(format!(
                    "put {path} back from where it came; if it is nowhere, make a new key and give its public half to the hosts"
                )),
            )
        })
        .collect()
}
