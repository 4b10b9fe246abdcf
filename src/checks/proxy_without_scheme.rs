//! A proxy is written without `http://`.

use super::common::proxies::proxies;
use super::{Check, Group, advice, command, set_by};
use crate::model::facts::Facts;
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "proxy-without-scheme",
    title: "a proxy is written without http:// in front",
    group: Group::Proxy,
    severity: Severity::Warning,
    sees: "the values of http_proxy, https_proxy and all_proxy, in both spellings",
    hurts: "npm, Node, aiohttp, Ruby and Perl stop at such an address, while curl, git and Go take it",
    mends: "nothing by itself: a variable is set where your session starts",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    let bare = proxies(facts).filter(|(_, value)| !value.contains("://"));
    let found = bare.map(|(variable, value)| {
        let what = format!("{} is {value}{}", variable.name, set_by(facts, variable));
        let fix = match &variable.set_by {
            None => command(format!("export {name}=\"http://${name}\"", name = variable.name)),
            Some(spot) => advice(format!("write http:// in front of it in {}", facts.at(spot))),
        };
        CHECK.found(what, fix)
    });
    found.collect()
}
