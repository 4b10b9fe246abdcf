//! `/etc/resolv.conf`: whom the resolver asks, and what it appends to a name (resolv.conf(5)).

use std::net::IpAddr;

/// glibc asks no more than these (`MAXNS`).
const SERVERS: usize = 3;

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvConf {
    /// The name servers in the order in which they are asked; without any, the one of this machine.
    pub servers: Vec<IpAddr>,
    /// What is appended to a name with few dots; the last line counts.
    pub search: Vec<String>,
}

/// Reads it. Lines that say something else are passed over, as glibc does.
#[must_use]
pub fn read(text: &str) -> ResolvConf {
    let mut read = ResolvConf::default();
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("nameserver") => {
                // `fe80::1%eth0` has a zone, which no address can hold here.
                let address: Option<IpAddr> =
                    words.next().and_then(|word| word.split('%').next()?.parse().ok());
                read.servers.extend(address.filter(|_| read.servers.len() < SERVERS));
            }
            Some("search" | "domain") => read.search = words.map(str::to_owned).collect(),
            _ => {}
        }
    }
    read
}
