//! A private key that ssh cannot read.

use super::{Check, Group, advice, command, file_word};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "key-with-bad-bytes",
    title: "a private key that ssh cannot read",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "the bytes of every private key in ~/.ssh: line ends, blanks, the newline at the end",
    hurts: "ssh says \"error in libcrypto\" or \"invalid format\" and goes on without the key, though the key in it may be good",
    mends: "nothing by itself: doorkey does not write private keys. The command given puts the bytes right in a copy first",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for key in &facts.ssh.keys {
        let Some(problem) = &key.bad_bytes else { continue };
        let (path, copy) = (file_word(facts, &key.file.path, ""), file_word(facts, &key.file.path, ".right"));
        let fix = if key.line_ends_only {
            // awk ends every line, the last one too.
            command(format!(
                "(umask 077; tr -d '\\r' < {path} | awk '{{ sub(/[ \\t]+$/, \"\"); print }}' > {copy} && mv {copy} {path})"
            ))
        } else {
            advice("copy the key again from where it came, as plain text from BEGIN to END")
        };
        found.push(CHECK.found(format!("{}: {problem}", facts.shown(&key.file.path)), fix));
    }
    found
}
