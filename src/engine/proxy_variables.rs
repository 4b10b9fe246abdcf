//! The proxy of a profile as variables and options, in the forms that tools read, so that all go one way.

use crate::formats::proxy::no_proxy::portable;
use crate::formats::proxy::setting::{Proxy as Address, Scheme};
use crate::model::profile::Proxy;
use std::net::IpAddr;

/// Upper and lower case say the same: tools differ in which one they take. The last four are for tools that read no
/// other, or read a file of the user's first.
const VARIABLES: [&str; 7] = [
    "https_proxy",
    "HTTPS_PROXY",
    "http_proxy",
    "HTTP_PROXY",
    "YARN_HTTPS_PROXY",
    "YARN_HTTP_PROXY",
    "CARGO_HTTP_PROXY",
];

/// The variables; none where all is reached directly.
pub(super) fn variables(proxy: &Proxy) -> Vec<(&'static str, String)> {
    let Some(url) = used(proxy) else { return Vec::new() };
    let mut found: Vec<_> = VARIABLES.map(|name| (name, url.to_owned())).into();
    found.push(("NODE_USE_ENV_PROXY", "1".into()));
    let direct = entries(proxy).join(",");
    if !direct.is_empty() {
        found.extend(["no_proxy", "NO_PROXY"].map(|name| (name, direct.clone())));
    }
    found
}

/// The options of the JVM, which reads no variable but the one that carries options (Java documentation, Networking
/// Properties). User and password are left out: they have no property.
pub(super) fn java_options(proxy: &Proxy) -> Vec<String> {
    let address = used(proxy).and_then(Address::read).filter(|address| address.scheme == Scheme::Http);
    let Some(Address { host, port, .. }) = address else { return Vec::new() };
    let mut found = Vec::new();
    for scheme in ["http", "https"] {
        found.push(format!("-D{scheme}.proxyHost={host}"));
        found.push(format!("-D{scheme}.proxyPort={port}"));
    }
    // What is kept away from it without the property, and ours: `*.x` is what is below x.
    let mut direct: Vec<String> = ["localhost", "127.*", "[::1]"].map(String::from).into();
    direct.extend(entries(proxy).into_iter().map(|entry| match entry.strip_prefix('.') {
        Some(domain) => format!("*.{domain}"),
        None => entry,
    }));
    found.push(format!("-Dhttp.nonProxyHosts={}", direct.join("|")));
    found
}

/// The address, unless every host is reached directly: `*` is not known to all tools.
fn used(proxy: &Proxy) -> Option<&str> {
    proxy.url.as_deref().filter(|_| !proxy.no_proxy.iter().any(|entry| entry == "*"))
}

/// A name stands for what is below it as well ([`Proxy::for_origin`]), which some tools want to be told.
fn entries(proxy: &Proxy) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for entry in proxy.no_proxy.iter().flat_map(|entry| portable(entry)) {
        let is_name = entry.contains('.') && !entry.contains([':', '/']) && entry.parse::<IpAddr>().is_err();
        let below = (is_name && !entry.starts_with('.')).then(|| format!(".{entry}"));
        for one in [entry].into_iter().chain(below) {
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found
}
