//! Names and connections, each with a time limit.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::sync::mpsc;
use std::time::Duration;

use super::Sys;

impl Sys {
    /// What `getaddrinfo` says of a name: what git and ssh see, with hosts file and search domains.
    ///
    /// The call has no time limit of its own, so it runs beside us and is left behind after `limit`.
    ///
    /// # Errors
    /// The resolver's error, or `TimedOut`.
    pub fn resolve(&self, host: &str, port: u16, limit: Duration) -> io::Result<Vec<SocketAddr>> {
        if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        let (send, receive) = mpsc::channel();
        let host = host.to_owned();
        std::thread::spawn(move || {
            let answer = (host.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
            let _ = send.send(answer);
        });
        receive
            .recv_timeout(limit)
            .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "the resolver did not answer")))
    }

    /// Sends one datagram to an address and gives the first one that comes back from there, at most 4 KiB.
    ///
    /// # Errors
    /// What the operating system says: `WouldBlock` or `TimedOut` when nothing came back in time.
    #[expect(clippy::disallowed_methods, reason = "the one place that opens sockets")]
    pub fn ask_by_datagram(&self, to: &SocketAddr, question: &[u8], limit: Duration) -> io::Result<Vec<u8>> {
        let any: IpAddr = match to {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
        // Connected, it takes nothing from another address.
        socket.connect(to)?;
        socket.set_read_timeout(Some(limit))?;
        socket.send(question)?;
        let mut answer = vec![0; 4096];
        let length = socket.recv(&mut answer)?;
        answer.truncate(length);
        Ok(answer)
    }

    /// Opens a TCP connection to one address; reads and writes are limited to the same time.
    ///
    /// # Errors
    /// What the operating system says.
    #[expect(clippy::disallowed_methods, reason = "the one place that connects")]
    pub fn connect(&self, address: &SocketAddr, limit: Duration) -> io::Result<TcpStream> {
        let stream = TcpStream::connect_timeout(address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.set_write_timeout(Some(limit))?;
        Ok(stream)
    }
}
