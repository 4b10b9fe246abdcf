//! A private key without its .pub file.

use super::{Check, Group, command, file_word};
use crate::model::facts::{Facts, Pair};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "public-half-missing",
    title: "a private key without its .pub file",
    group: Group::Ssh,
    severity: Severity::Note,
    sees: "whether every private key in ~/.ssh has a .pub file beside it",
    hurts: "with the key in the agent only, `IdentitiesOnly yes` finds it by its .pub file; without that it is not offered",
    mends: "nothing by itself: the command given writes the public half, and asks for the passphrase if there is one",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let alone = facts.ssh.keys.iter().filter(|key| key.pair == Pair::Missing);
    alone
        .map(|key| {
            let path = facts.shown(&key.file.path);
            let word = |ending: &str| file_word(facts, &key.file.path, ending);
            CHECK.found(
                format!("{path} has no public half beside it"),
                // Through another name: a wrong passphrase would leave an empty .pub.
                command(format!(
                    "ssh-keygen -y -f {0} > {1} && mv {1} {2}",
                    word(""),
                    word(".pub.new"),
                    word(".pub")
                )),
            )
        })
        .collect()
}
