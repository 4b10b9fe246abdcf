//! `NO_PROXY`, which has no standard: one file a reader. Each follows its program's source or what was measured of it;
//! `tests/tls/no_proxy.rs` holds them against the programs.

pub mod curl;
pub mod go;
pub mod httpx;
pub mod hyper;
pub mod java;
pub mod node;
pub mod npm;
pub mod python;
pub mod ruby;
pub mod wget;

use std::net::{IpAddr, Ipv4Addr};

/// Where a request is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Whether it is https; else http.
    pub https: bool,
    /// The host, in lower case and without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Target {
    /// Of an `http://` or `https://` URL; of no other.
    #[must_use]
    pub fn of(url: &str) -> Option<Self> {
        let url = url::Url::parse(url).ok()?;
        let https = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let host = url.host_str()?.trim_matches(['[', ']']).to_ascii_lowercase();
        Some(Self { https, host, port: url.port_or_known_default()? })
    }

    fn v4(&self) -> Option<Ipv4Addr> {
        self.host.parse().ok()
    }

    fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// It keeps the host away from the proxy.
    Fits,
    /// It does, but stands after a blank without a comma, where libcurl 8 no longer reads.
    FitsAfterBlank,
    /// The program stops at it, for every host.
    Stops,
}

/// The entry that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// As it is written.
    pub entry: String,
    /// What it does.
    pub does: Does,
}

impl Match {
    fn of(entry: &str) -> Self {
        Self { entry: entry.to_owned(), does: Does::Fits }
    }

    /// What a program has built in: this machine needs no proxy.
    fn built_in() -> Self {
        Self::of("(built in: this machine)")
    }
}

/// A reader: the entry of a list that fits.
pub type Reader = fn(&Target, &str) -> Option<Match>;

/// An entry as whoever wrote it means it.
struct Meaning {
    /// In lower case, without `*`, port and dot at the end.
    name: String,
    /// Whether it is what is below the name: `.x`, `*.x`.
    below: bool,
    port: Option<u16>,
}

impl Meaning {
    fn of(entry: &str) -> Self {
        let (name, port) = if entry.matches(':').count() == 1 { split_port(entry) } else { (entry, None) };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        match name.strip_prefix('*').unwrap_or(&name).strip_prefix('.') {
            Some(domain) => Self { name: domain.to_owned(), below: true, port },
            None => Self { name, below: false, port },
        }
    }
}

/// An entry in the forms that all readers read alike: `*.x` and `.x` become x and `.x`, a port and a dot at the end go. A
/// block of addresses stays: there is no other form for it.
#[must_use]
pub fn portable(entry: &str) -> Vec<String> {
    if entry.contains('/') {
        return vec![entry.to_owned()];
    }
    let Meaning { name, below, .. } = Meaning::of(entry);
    if below { vec![name.clone(), format!(".{name}")] } else { vec![name] }
}

/// A server that whoever wrote an entry wants to reach straight.
#[must_use]
pub fn meant(entry: &str) -> Target {
    let Meaning { name, below, port } = Meaning::of(entry);
    let host = match name.split_once('/') {
        // An address of a block.
        Some((block, _)) => block.to_owned(),
        None if below => format!("a.{name}"),
        None if name == "*" => "example.com".to_owned(),
        None => name,
    };
    Target { https: true, host, port: port.unwrap_or(443) }
}

/// The first of these entries that fits.
fn first<'a>(mut entries: impl Iterator<Item = &'a str>, fits: impl Fn(&str) -> bool) -> Option<Match> {
    entries.find(|entry| fits(entry)).map(Match::of)
}

/// Whether `host` is `domain` or below it, label by label.
fn is_at_or_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// An IPv4 block in CIDR form (RFC 4632 section 3.1), of 1 to 32 bits.
fn v4_block(entry: &str) -> Option<(Ipv4Addr, u32)> {
    let (block, bits) = entry.split_once('/')?;
    let bits: u32 = bits.parse().ok().filter(|bits| (1..=32).contains(bits))?;
    Some((block.parse().ok()?, bits))
}

/// Whether an address is in the block that an entry writes.
fn is_in_block(address: Ipv4Addr, entry: &str) -> bool {
    v4_block(entry).is_some_and(|(block, bits)| {
        let mask = u32::MAX << (32 - bits);
        address.to_bits() & mask == block.to_bits() & mask
    })
}

/// `host:port`, where the port is a number.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    match entry.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        Some((host, port)) if !host.is_empty() => (host, Some(port)),
        _ => (entry, None),
    }
}
