//! `-Dhttps.proxyHost=...` and its like (Java documentation, Networking Properties). Java reads no variable but those that
//! carry options.

use super::Asked;
use crate::formats::java_options::JavaOptions;
use crate::formats::proxy::dialect::{self, Decision};
use crate::formats::proxy::no_proxy::java::java;
use std::path::{Path, PathBuf};

/// What is kept away from the proxy where nothing else is said.
const DEFAULT: &str = "localhost|127.*|[::1]|0.0.0.0|[::0]";

/// The decision by properties, each with the name of what sets it; the last one counts.
pub(super) fn decide(asked: &Asked<'_>, sources: &[(String, JavaOptions)]) -> Decision {
    let scheme = if asked.target.https { "https" } else { "http" };
    let property = |key: &str| {
        sources
            .iter()
            .rev()
            .find_map(|(name, options)| Some((name.clone(), options.property(key)?.to_owned())))
    };
    let (name, host) = match property(&format!("{scheme}.proxyHost")) {
        Some((_, host)) if host.is_empty() => {
            return Decision::direct(format!("{scheme}.proxyHost is empty"));
        }
        Some(found) => found,
        None => {
            return Decision::direct(format!(
                "{scheme}.proxyHost is not set, and Java reads no other variable"
            ));
        }
    };
    // One list for both schemes.
    let list = property("http.nonProxyHosts").map_or(DEFAULT.to_owned(), |(_, list)| list);
    if let Some(found) = java(&asked.target, &list) {
        return Decision::direct(format!(
            "http.nonProxyHosts holds {}",
            crate::redact::for_terminal(&found.entry, false)
        ));
    }
    let usual = if asked.target.https { "443" } else { "80" };
    let port = property(&format!("{scheme}.proxyPort")).map_or(usual.to_owned(), |(_, port)| port);
    dialect::URLLIB
        .through(&format!("{scheme}.proxyHost in {name}"), &format!("http://{host}:{port}"))
        .by_own()
}

/// The home folder, which Java takes from the password file, whatever HOME says.
pub(super) fn home(asked: &Asked<'_>, sources: &[(String, JavaOptions)]) -> PathBuf {
    let named = sources.iter().rev().find_map(|(_, options)| options.property("user.home"));
    let places = asked.sys.places();
    let usual = || places.passwd_home().or(places.home()).unwrap_or(Path::new("")).to_path_buf();
    named.map_or_else(usual, PathBuf::from)
}

/// The options in variables, in the order in which Java takes them.
pub(super) fn of_variables(asked: &Asked<'_>, names: &[&str]) -> Vec<(String, JavaOptions)> {
    let found =
        names.iter().filter_map(|name| Some(((*name).to_owned(), JavaOptions::read(asked.sys.env(name)?))));
    found.collect()
}
