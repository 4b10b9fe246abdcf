//! ssh's configuration includes a file that is not there.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "dead-ssh-include",
    title: "ssh's configuration includes a file that is not there",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "every Include in ~/.ssh/config that names one file; a pattern may well match nothing",
    hurts: "ssh passes over it in silence: the hosts, keys and users that should be in it are not in force",
    mends: "takes exactly that line out; where it names other files too, only you know what it should be",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let dead = facts.ssh.dead_includes.iter();
    dead.map(|include| {
        let at = facts.at(&include.spot);
        let fix = match &include.region {
            Some(region) => super::without_line(&include.spot, Some(region)),
            None => advice(format!("put the file back, or take its name out of {at}")),
        };
        CHECK.found(format!("{at} includes {}, which is not there", facts.shown(&include.path)), fix)
    })
    .collect()
}
