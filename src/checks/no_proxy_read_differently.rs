//! An entry of NO_PROXY that some programs read, and others do not.

use super::common::proxies::{proxies, spellings};
use super::{Check, Group, advice, command, set_by};
use crate::formats::proxy::no_proxy::{Reader, curl, go, hyper, meant, npm, portable, python, wget};
use crate::formats::shell;
use crate::model::facts::{Facts, Variable};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "no-proxy-read-differently",
    title: "an entry of NO_PROXY is read by some programs alone",
    group: Group::Proxy,
    severity: Severity::Warning,
    sees: "each entry of no_proxy and NO_PROXY, where a proxy is set: `*.x`, `x:8080`, `10.0.0.0/8`, `x.`, upper case, blanks instead of commas",
    hurts: "the same address is reached straight by one program and through the proxy, or not at all, by the next",
    mends: "nothing by itself: a variable is set where your session starts; the entries that all read are told",
    find,
};

/// Who is asked, by the names that people know.
const READERS: [(&str, Reader); 7] = [
    ("curl, git, cargo", curl::curl_8),
    ("wget", wget::wget),
    ("Go, gh", go::go),
    ("Python", python::urllib),
    ("pip, requests", python::requests),
    ("npm", npm::npm),
    ("uv", hyper::hyper),
];

fn find(facts: &Facts) -> Vec<Finding> {
    if proxies(facts).next().is_none() {
        return Vec::new();
    }
    let mut variables: Vec<&Variable> = spellings(facts, "no_proxy").into_iter().flatten().collect();
    variables.dedup_by(|a, b| a.value == b.value);
    variables.into_iter().flat_map(|variable| of(facts, variable)).collect()
}

fn of(facts: &Facts, variable: &Variable) -> Option<Finding> {
    let list = variable.value.as_deref()?;
    let entries: Vec<&str> = list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty()).collect();
    let (mut said, mut odd) = (Vec::new(), Vec::new());
    for entry in &entries {
        let meant = meant(entry);
        let reads = |reader: Reader| reader(&meant, list).is_some();
        let of = |wanted: bool| -> Vec<&str> {
            READERS.iter().filter(|(_, reader)| reads(*reader) == wanted).map(|(name, _)| *name).collect()
        };
        let (yes, no) = (of(true), of(false));
        if !no.is_empty() {
            let yes = if yes.is_empty() { "nobody".to_owned() } else { yes.join(", ") };
            odd.push(*entry);
            said.push(format!("{entry} is read by {yes}, not by {}", no.join(", ")));
        }
    }
    if said.is_empty() {
        return None;
    }
    let what = format!("{}{}: {}", variable.name, set_by(facts, variable), said.join("; "));
    if entries.contains(&"*") {
        return Some(
            CHECK.found(what, advice("unset the variables that name a proxy, where none is to be used")),
        );
    }
    if odd.iter().all(|entry| entry.contains('/')) {
        let fix =
            advice("write the names of the hosts, too: a block counts only for URLs with an address in them");
        return Some(CHECK.found(what, fix).with_severity(Severity::Note));
    }
    let better: Vec<String> = entries.iter().flat_map(|entry| portable(entry)).collect();
    let list = shell::word(&better.join(","));
    let fix = match &variable.set_by {
        None => command(format!("export no_proxy={list} NO_PROXY={list}")),
        Some(spot) => advice(format!("write {list} in {}", facts.at(spot))),
    };
    Some(CHECK.found(what, fix))
}
