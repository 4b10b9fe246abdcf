//! An SSH certificate that no longer holds.

use super::{Check, Group};
use crate::model::expiry::Nearness;
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "key-certificate-expired",
    title: "an SSH certificate has expired",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "the end of KEY-cert.pub beside each private key in ~/.ssh",
    hurts: "hosts that trust the certificate's authority refuse it (\"Certificate invalid: expired\"), and ssh goes on to other keys",
    mends: "nothing by itself: who signed the key makes a new certificate",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let ended = |end: &i64| Nearness::of(Some(*end), facts.now) == Nearness::Expired;
    let keys = facts.ssh.keys.iter().filter_map(|key| Some((key, key.certificate_until.filter(ended)?)));
    keys.map(|(key, end)| {
        let path = format!("{}-cert.pub", facts.shown(&key.file.path));
        let what = match (facts.now - end) / 86_400 {
            0 => format!("{path} expired today"),
            1 => format!("{path} expired yesterday"),
            days => format!("{path} expired {days} days ago"),
        };
        CHECK.found(what, super::new_certificate(&path))
    })
    .collect()
}
