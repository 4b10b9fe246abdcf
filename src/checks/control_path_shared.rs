//! One ssh connection serves several tenants.

use super::{Check, Group, advice};
use crate::model::facts::{BlockKind, Facts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "control-path-shared",
    title: "one ssh connection serves several tenants",
    group: Group::Ssh,
    severity: Severity::Error,
    sees: "ControlPath above doorkey's Include, and any that names no host (%C, %h, %n, %k) in a block for several hosts",
    hurts: "the second connection goes through the first one's socket, as whoever opened it",
    mends: "moves doorkey's Include to the top, where its `ControlPath none` counts first; a path without a host only you can put right",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for setting in facts.ssh.settings.iter().filter(|s| s.keyword == "controlpath") {
        if setting.value.eq_ignore_ascii_case("none") {
            continue;
        }
        let at = format!("{}: {}", facts.at(&setting.spot), setting.said());
        let block = setting.block.as_deref().unwrap_or("*");
        let several = setting.holds == BlockKind::All || block.contains(['*', '?', ',']);
        let names_host = ["%C", "%h", "%n", "%k"].iter().any(|token| setting.value.contains(token));
        if several && !names_host {
            let fix = advice("let the path name the connection: ControlPath ~/.ssh/cm-%C");
            found.push(CHECK.found(format!("{at} is one socket for all hosts"), fix));
        } else if setting.before_include && facts.in_force() && several && !facts.own.ssh_hosts().is_empty() {
            let what = format!("{at} counts before doorkey's settings");
            found.push(CHECK.found(what, super::include_to_top(facts)));
        }
    }
    found
}
