//! One name server, asked by itself: what `getaddrinfo` does not say is which of them answered what.

use crate::sys::Sys;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, Question, RCODE, TYPE};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// What a name server said of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// These addresses.
    Addresses(Vec<IpAddr>),
    /// The name is there, but has no address.
    NoAddress,
    /// There is no such name (NXDOMAIN, RFC 1035 section 4.1.1).
    NoSuchName,
    /// It will not or cannot say: `SERVFAIL`, `REFUSED`...
    Trouble(String),
    /// Nothing came back.
    Silence,
    /// Nothing listens there, or there is no way.
    Unreached,
    /// It answered, but not as a name server.
    Nonsense,
}

/// Asks for the addresses of a name, IPv4 and then IPv6, each with this limit.
#[must_use]
pub fn ask(sys: &Sys, server: &SocketAddr, name: &str, limit: Duration) -> (Word, Duration) {
    let start = Instant::now();
    let word = match one(sys, server, name, TYPE::A, limit) {
        // Another address family may still be there.
        Word::NoAddress => one(sys, server, name, TYPE::AAAA, limit),
        word => word,
    };
    (word, start.elapsed())
}

fn one(sys: &Sys, server: &SocketAddr, name: &str, kind: TYPE, limit: Duration) -> Word {
    let Some((id, question)) = question(sys, name, kind) else { return Word::Nonsense };
    match sys.ask_by_datagram(server, &question, limit) {
        Ok(answer) => read(&answer, id),
        Err(error) => match error.kind() {
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => Word::Silence,
            _ => Word::Unreached,
        },
    }
}

fn question(sys: &Sys, name: &str, kind: TYPE) -> Option<(u16, Vec<u8>)> {
    let random = sys.random_secret(2)?;
    let id = u16::from_be_bytes(random.expose().try_into().ok()?);
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = Name::new(name.trim_end_matches('.')).ok()?;
    packet.questions.push(Question::new(name, QTYPE::TYPE(kind), CLASS::IN.into(), false));
    Some((id, packet.build_bytes_vec().ok()?))
}

/// What an answer means.
#[must_use]
pub fn read(answer: &[u8], id: u16) -> Word {
    let Ok(packet) = Packet::parse(answer) else { return Word::Nonsense };
    if packet.id() != id || !packet.has_flags(PacketFlag::RESPONSE) {
        return Word::Nonsense;
    }
    match packet.rcode() {
        RCODE::NoError => {}
        RCODE::NameError => return Word::NoSuchName,
        RCODE::ServerFailure => return Word::Trouble("SERVFAIL".into()),
        RCODE::Refused => return Word::Trouble("REFUSED".into()),
        other => return Word::Trouble(format!("{other:?}")),
    }
    let addresses: Vec<IpAddr> = packet
        .answers
        .iter()
        .filter_map(|record| match &record.rdata {
            RData::A(a) => Some(IpAddr::from(a.address.to_be_bytes())),
            RData::AAAA(a) => Some(IpAddr::from(a.address.to_be_bytes())),
            _ => None,
        })
        .collect();
    if addresses.is_empty() { Word::NoAddress } else { Word::Addresses(addresses) }
}
