//! Ssh reads another home folder.

use super::{Check, Group, advice};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "ssh-home-differs",
    title: "ssh reads another home folder",
    group: Group::Ssh,
    severity: Severity::Warning,
    sees: "HOME against the home folder in the password file",
    hurts: "ssh takes ~/.ssh from the password file, whatever HOME says: the keys and settings below HOME are not read",
    mends: "nothing by itself: start with the HOME of this user, or have the password file changed",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let (Some(other), Some(_)) = (&facts.ssh.passwd_home, &facts.ssh.folder) else { return Vec::new() };
    let what = format!("HOME is {}, but ssh reads {other}/.ssh", facts.home.display());
    vec![CHECK.found(what, advice(format!("run this with HOME={other}")))]
}
