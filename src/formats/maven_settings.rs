//! Maven's `settings.xml`, in so far as it names proxies (Maven documentation, Settings Reference).

use super::loose::texts;

/// One `<proxy>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MavenProxy {
    /// `<active>`, which is true where it is missing.
    pub active: bool,
    /// `<protocol>`, `http` where it is missing.
    pub protocol: String,
    /// `<host>`
    pub host: String,
    /// `<port>`, 8080 where it is missing.
    pub port: u16,
    /// `<nonProxyHosts>`, `|` between patterns.
    pub non_proxy_hosts: String,
}

/// The proxies of a file, in their order.
#[must_use]
pub fn proxies(bytes: &[u8]) -> Vec<MavenProxy> {
    const PROXY: [&str; 3] = ["settings", "proxies", "proxy"];
    let mut found: Vec<MavenProxy> = Vec::new();
    for (path, text) in texts(bytes) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if path == PROXY {
            found.push(MavenProxy {
                active: true,
                protocol: "http".into(),
                host: String::new(),
                port: 8080,
                non_proxy_hosts: String::new(),
            });
            continue;
        }
        let (Some(proxy), Some((key, parents))) = (found.last_mut(), path.split_last()) else { continue };
        if parents != PROXY {
            continue;
        }
        match *key {
            "active" => proxy.active = text.eq_ignore_ascii_case("true"),
            "protocol" => proxy.protocol = text.to_ascii_lowercase(),
            "host" => text.clone_into(&mut proxy.host),
            "port" => proxy.port = text.parse().unwrap_or(8080),
            "nonProxyHosts" => text.clone_into(&mut proxy.non_proxy_hosts),
            _ => {}
        }
    }
    found
}
