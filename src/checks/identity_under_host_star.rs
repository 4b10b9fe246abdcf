//! A key for every host is offered to a managed host too.

use super::{Check, Group, advice};
use crate::model::facts::{BlockKind, Facts, SshSetting};
use crate::model::finding::{Finding, Fix, Severity};
use crate::model::plan::{Anchor, Step};

pub(super) static CHECK: Check = Check {
    code: "identity-under-host-star",
    title: "a key for every host is offered to a managed host too",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "IdentityFile, CertificateFile and PKCS11Provider in the blocks that hold for every host, against the hosts of profiles with a key",
    hurts: "identities add up over all blocks: when the profile's own key is refused, ssh offers this one, and you are somebody else there",
    mends: "puts the line into a block that leaves the managed hosts out (`Host * !HOST`); for all others it stays as it is",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let for_all = facts.ssh.other_identities.iter().filter(|held| held.setting.holds == BlockKind::All);
    for_all
        .map(|held| {
            let setting = &held.setting;
            let what = format!(
                "{}: {} is offered to {} too",
                facts.at(&setting.spot),
                setting.said(),
                held.hosts.join(", ")
            );
            let steps = narrowed(setting, &held.hosts);
            CHECK.found(what, steps.unwrap_or_else(|| advice("move the line into a block `Host * !HOST`")))
        })
        .collect()
}

/// The line between `Host * !HOST` and the head of its own block again, so that nothing else changes its place.
fn narrowed(setting: &SshSetting, hosts: &[String]) -> Option<Fix> {
    let region = setting.region.as_ref()?;
    let head = setting.block.as_deref().unwrap_or("Host *");
    let plain = matches!(head.to_ascii_lowercase().as_str(), "host *" | "match all");
    let line = std::str::from_utf8(region.text.bytes()).ok()?;
    let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    let body = line.trim_end_matches(['\r', '\n']);
    let without: Vec<String> = hosts.iter().map(|host| format!("!{host}")).collect();
    let new = format!("Host * {}{end}{body}{end}{head}{end}", without.join(" "));
    plain.then(|| {
        Fix::Steps(vec![Step::Splice {
            path: setting.spot.path.clone(),
            at: Anchor::Near(region.offset),
            old: region.text.clone(),
            new: new.into(),
        }])
    })
}
