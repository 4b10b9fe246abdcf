//! Two spellings of a proxy variable with two values.

use super::common::proxies::{PROXIES, spellings};
use super::{Check, Group, advice, command, set_by};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "proxy-variables-differ",
    title: "two spellings of a proxy variable have two values",
    group: Group::Proxy,
    severity: Severity::Warning,
    sees: "http_proxy, https_proxy, all_proxy and no_proxy in lower and in upper case",
    hurts: "curl, git, wget, pip, Python and Ruby take the one in lower case; Go, npm, uv and gh the one in upper case",
    mends: "nothing by itself: a variable is set where your session starts",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for lower in PROXIES.into_iter().chain(["no_proxy"]) {
        let [Some(one), Some(other)] = spellings(facts, lower) else { continue };
        if one.value == other.value {
            continue;
        }
        let value = |value: &Option<String>| value.clone().unwrap_or_default();
        let what = format!(
            "{} is {}{}, {} is {}{}",
            one.name,
            value(&one.value),
            set_by(facts, one),
            other.name,
            value(&other.value),
            set_by(facts, other)
        );
        let fix = match (&one.set_by, &other.set_by) {
            (None, None) => command(format!("export {}=\"${}\"", other.name, one.name)),
            _ => advice("write the same value for both where they are set"),
        };
        found.push(CHECK.found(what, fix));
    }
    found
}
