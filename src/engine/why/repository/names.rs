//! Beside a name that leads nowhere: the hosts file, and each name server's own word.

use super::Beside;
use crate::formats::resolv_conf;
use crate::model::ladder::Layer;
use crate::probes::name_server::{self, Word};
use crate::redact::for_terminal;
use crate::sys::Sys;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// For each name server and kind of address.
const PATIENCE: Duration = Duration::from_secs(2);

/// What each of the machine's name servers says of `host`, and `also`, if one was named.
pub(super) fn said(sys: &Sys, host: &str, also: Option<SocketAddr>) -> Vec<Beside> {
    if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Vec::new();
    }
    let text = sys.read(Path::new("/etc/resolv.conf")).ok().flatten().unwrap_or_default();
    let conf = resolv_conf::read(&String::from_utf8_lossy(&text));
    // "If no nameserver entries are present, the default is to use the name server on the local machine."
    let none = conf.servers.is_empty().then_some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let own =
        conf.servers.iter().copied().chain(none).map(|ip| (SocketAddr::new(ip, 53), "/etc/resolv.conf"));
    let all: Vec<(SocketAddr, &str)> = own.chain(also.map(|server| (server, "--resolver"))).collect();
    // Side by side: three that are silent take no longer than one.
    let words: Vec<(Word, Duration)> = std::thread::scope(|scope| {
        let asked: Vec<_> = all
            .iter()
            .map(|(server, _)| scope.spawn(move || name_server::ask(sys, server, host, PATIENCE)))
            .collect();
        asked.into_iter().map(|one| one.join().unwrap_or((Word::Nonsense, Duration::ZERO))).collect()
    });
    let mut beside: Vec<Beside> = all
        .iter()
        .zip(&words)
        .map(|((server, from), (word, took))| {
            let said = sentence(word, host);
            let text = format!("name server {server} ({from}): {said} ({} ms)", took.as_millis());
            Beside::new(Layer::Dns, "name-server", text)
        })
        .collect();
    if host.contains('.') || conf.search.is_empty() {
        return beside;
    }
    let names = conf.search.iter().map(|domain| format!("{host}.{domain}")).collect::<Vec<_>>().join(", ");
    let text = format!("search domains: the resolver also tried {}", for_terminal(&names, false));
    beside.push(Beside::new(Layer::Dns, "search-domains", text));
    beside
}

fn sentence(word: &Word, host: &str) -> String {
    let host = for_terminal(host, false);
    match word {
        Word::Addresses(list) => {
            let list: Vec<String> = list.iter().map(ToString::to_string).collect();
            format!("{host} is {}", list.join(", "))
        }
        Word::NoAddress => format!("{host} has no address"),
        Word::NoSuchName => format!("there is no {host} (NXDOMAIN)"),
        Word::Trouble(code) => format!("it does not say ({code})"),
        Word::Silence => format!("no answer within {} s", PATIENCE.as_secs()),
        Word::Unreached => "it cannot be reached".into(),
        Word::Nonsense => "what answers there is no name server".into(),
    }
}
