//! A file with passwords, tokens or the store's key that others may read.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Fix, Severity};
use crate::model::plan::Step;

pub(super) static CHECK: Check = Check {
    code: "secret-readable-by-others",
    title: "a file with secrets may be read by others",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "the permission bits of the files in which tokens were found, and of the store's key file",
    hurts: "every user of this machine can read what is in it; the store refuses a key file that others may read",
    mends: "takes the bits for group and others away; what is in the file is not touched",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let open = facts.tokens.files.iter().filter(|file| file.mode & 0o077 != 0);
    open.map(|file| {
        let fix = if file.ours {
            Fix::Steps(vec![Step::Mode { path: file.real.clone(), from: file.mode, to: file.mode & !0o077 }])
        } else {
            advice(
                "it belongs to another user: ask that user for `chmod go= FILE`, or use a file of your own",
            )
        };
        CHECK.found(format!("{} has mode {:04o}", facts.shown(&file.path), file.mode), fix)
    })
    .collect()
}
