//! The proxy variables, for the checks about them.

use crate::model::facts::{Facts, Variable};

/// The names in lower case of the variables that name a proxy.
pub(in crate::checks) const PROXIES: [&str; 3] = ["http_proxy", "https_proxy", "all_proxy"];

/// Both spellings of a variable, in so far as they are set.
pub(in crate::checks) fn spellings<'f>(facts: &'f Facts, lower: &str) -> [Option<&'f Variable>; 2] {
    [facts.environment.get(lower), facts.environment.get(&lower.to_uppercase())]
}

/// The variables that name a proxy and are set, with their values.
pub(in crate::checks) fn proxies(facts: &Facts) -> impl Iterator<Item = (&Variable, &str)> {
    let all = PROXIES.iter().flat_map(|lower| spellings(facts, lower)).flatten();
    all.filter_map(|variable| Some((variable, variable.value.as_deref()?)))
}
