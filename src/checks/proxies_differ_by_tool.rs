//! Tools take different ways to one server, since some have a proxy setting of their own.

use super::{Check, Group, advice};
use crate::model::facts::{Facts, OneWay, ToolWay};
use crate::model::finding::{Finding, Severity};
use crate::model::profile::Profile;
use std::collections::BTreeMap;

pub(super) static CHECK: Check = Check {
    code: "proxies-differ-by-tool",
    title: "tools take different ways to one server",
    group: Group::Proxy,
    severity: Severity::Warning,
    sees: "the proxy settings of git, curl, wget, npm, pip, cargo, gem, Maven, Gradle and docker beside the variables, for the servers of profiles and repositories",
    hurts: "where the proxy is needed, those that go straight wait for nothing; where it is not, the others send what they carry to a machine that has no part in it",
    mends: "nothing by itself: which of the ways is right, only you know",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    // Servers with the same ways are one finding.
    let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for server in &facts.proxies {
        // git's setting for a profile's host is doorkey's own: the other tools have it in the profile's folders and sessions.
        let ours = |profile: &Profile| {
            let mut origins = profile.hosts.iter().map(|host| host.https_origin());
            origins.any(|o| format!("{o}/") == server.url && profile.proxy.for_origin(&o).is_some())
        };
        let by_doorkey = facts.own.profiles.iter().any(ours);
        let tools: Vec<&ToolWay> =
            server.tools.iter().filter(|tool| !(by_doorkey && tool.tool == "git")).collect();
        if let Some(said) = ways(&tools).filter(|_| tools.iter().any(|tool| tool.own)) {
            found.entry(said).or_default().push(&server.url);
        }
    }
    let finding = |(said, urls): (String, Vec<&str>)| {
        let fix = "write one proxy in the variables, and take it out of the settings of single tools; see doorkey inspect proxy";
        CHECK.found(format!("to {}: {said}", urls.join(", ")), advice(fix))
    };
    found.into_iter().map(finding).collect()
}

/// `git go through A (http.proxy of git); curl, npm go direct (no proxy is set)`; `None` where all go one way.
fn ways(tools: &[&ToolWay]) -> Option<String> {
    let ways = OneWay::of(tools.iter().copied());
    let said = ways.iter().map(|one| {
        let names: Vec<&str> = one.tools.iter().map(|tool| tool.tool).collect();
        let by = one.tools.iter().find(|tool| tool.own).or(one.tools.first());
        format!("{} go {} ({})", names.join(", "), one.in_words(), by.map_or("", |tool| tool.by.as_str()))
    });
    (ways.len() > 1).then(|| said.collect::<Vec<_>>().join("; "))
}
