//! Git reads other URLs in place of a managed host's.

use super::{Check, Group, advice};
use crate::model::facts::{About, Facts};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "url-rewritten",
    title: "git reads other URLs in place of a managed host's",
    group: Group::Helpers,
    severity: Severity::Note,
    sees: "url.*.insteadOf in git's configuration, for the hosts of profiles",
    hurts: "the rewritten URL is routed, not the one in the remote: another way (ssh for https) or another host may be asked",
    mends: "nothing by itself: it may be wanted",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let hosts: Vec<String> =
        facts.own.http_origins().iter().map(|o| o.host.to_string()).chain(facts.own.ssh_hosts()).collect();
    let mut found = Vec::new();
    for setting in &facts.git.settings {
        let About::InsteadOf { from, to } = &setting.about else { continue };
        let names =
            |url: &str, host: &str| url.split(['/', ':', '@']).any(|part| part.eq_ignore_ascii_case(host));
        if hosts.iter().any(|host| names(from, host)) {
            let at = facts.at(&setting.spot);
            let what = format!("{at}: {from} is read as {to}");
            found.push(CHECK.found(what, advice(format!("delete {at} if it is not wanted"))));
        }
    }
    found
}
