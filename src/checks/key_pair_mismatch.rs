//! The public half belongs to another key.

use super::{Check, Group, command, file_word};
use crate::model::facts::{Facts, Pair};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "key-pair-mismatch",
    title: "the public half belongs to another key",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "the fingerprints of every private key in ~/.ssh and of the .pub file beside it",
    hurts: "ssh offers the public half and then cannot sign for it: \"Permission denied (publickey)\", though the key is there",
    mends: "nothing by itself: writes no key. The command given makes the right public half anew",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mismatched = facts.ssh.keys.iter().filter(|key| key.pair == Pair::Other);
    mismatched
        .map(|key| {
            let path = facts.shown(&key.file.path);
            let word = |ending: &str| file_word(facts, &key.file.path, ending);
            CHECK.found(
                format!("{path}.pub is not the public half of {path}"),
                command(format!(
                    "ssh-keygen -y -f {0} > {1} && mv {2} {3} && mv {1} {2}",
                    word(""),
                    word(".pub.new"),
                    word(".pub"),
                    word(".pub.other"),
                )),
            )
        })
        .collect()
}
