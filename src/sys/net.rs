//! Names and connections, each with a time limit.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
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
