//! A proxy variable holds a password.

use super::common::proxies::proxies;
use super::{Check, Group, advice, set_by};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "proxy-password-in-variable",
    title: "a proxy variable holds a password",
    group: Group::Proxy,
    severity: Severity::Warning,
    sees: "http_proxy, https_proxy and all_proxy, in both spellings",
    hurts: "every program that this session starts can read it, and crash reports and logs of builds often print it",
    mends: "nothing by itself: a variable is set where your session starts",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let with = proxies(facts).filter(|(_, value)| value.contains("***@"));
    let found = with.map(|(variable, value)| {
        let what = format!("{} is {value}{}", variable.name, set_by(facts, variable));
        CHECK.found(
            what,
            advice("name a helper on this machine that logs in to the proxy (px, cntlm), and change the password"),
        )
    });
    found.collect()
}
