//! Tools take different ways to one server, since some have a proxy setting of their own.

use super::{Check, Group, advice};
use crate::model::facts::{Facts, ProxyWays, ToolWay};
use crate::model::finding::{Finding, Severity};
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
    for server in facts.proxies.iter().filter(|server| server.tools.iter().any(|tool| tool.own)) {
        if let Some(said) = ways(server) {
            found.entry(said).or_default().push(&server.url);
        }
    }
    let finding = |(said, urls): (String, Vec<&str>)| {
        let fix = "write one proxy in the variables, and take it out of the settings of single tools; see doorkey inspect proxy";
        CHECK.found(format!("to {}: {said}", urls.join(", ")), advice(fix))
    };
    found.into_iter().map(finding).collect()
}

/// `git goes through A (http.proxy of git); curl, npm go direct (no proxy is set)`; `None` where all go one way.
fn ways(server: &ProxyWays) -> Option<String> {
    let mut ways: Vec<(&str, Vec<&ToolWay>)> = Vec::new();
    for tool in &server.tools {
        match ways.iter_mut().find(|(way, _)| *way == tool.way) {
            Some((_, tools)) => tools.push(tool),
            None => ways.push((&tool.way, vec![tool])),
        }
    }
    let said = ways.iter().map(|(way, tools)| {
        let names: Vec<&str> = tools.iter().map(|tool| tool.tool).collect();
        let by =
            tools.iter().find(|tool| tool.own).or(tools.first()).map_or("", |tool| tool.because.as_str());
        let by = by.split(" names ").next().unwrap_or(by);
        format!("{} by way of {way} ({by})", names.join(", "))
    });
    (ways.len() > 1).then(|| said.collect::<Vec<_>>().join("; "))
}
