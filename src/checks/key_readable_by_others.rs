//! A private key that others may read.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Fix, Severity};
use crate::model::plan::Step;

pub(super) static CHECK: Check = Check {
    code: "key-readable-by-others",
    title: "a private SSH key may be read by others",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "the permission bits of every private key in ~/.ssh, and of the keys that profiles name",
    hurts: "ssh ignores such a key (\"UNPROTECTED PRIVATE KEY FILE\") and falls back to others; whoever reads it is you",
    mends: "takes the bits for group and others away; the key itself is not touched",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let open = facts.ssh.keys.iter().map(|key| &key.file).filter(|file| file.mode & 0o077 != 0);
    open.map(|file| {
        let fix = if file.ours {
            Fix::Steps(vec![Step::Mode { path: file.real.clone(), from: file.mode, to: file.mode & !0o077 }])
        } else {
            advice("it belongs to another user: ask that user for `chmod go= KEY`, or use a key of your own")
        };
        CHECK.found(format!("{} has mode {:04o}", facts.shown(&file.path), file.mode), fix)
    })
    .collect()
}
