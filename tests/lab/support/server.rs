//! Starting servers and waiting until they answer.

use super::log;
use std::net::{TcpStream, ToSocketAddrs};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to answer; the intercepting proxy is the slow one (Python, first start).
const LIMIT: Duration = Duration::from_secs(60);

/// A server in the foreground. It is not ended with the value: the end of the namespaces ends all.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: String,
}

impl Server {
    /// Starts it; what it prints goes to the file `log` in the lab's log folder.
    pub(crate) fn start(command: &mut Command, log: &str) -> Self {
        let file = std::fs::File::create(log::folder().join(log)).expect("a log");
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a second handle"))
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
        Self { child, log: log.to_owned() }
    }

    /// Waits until it accepts connections at `address` (`HOST:PORT`).
    pub(crate) fn wait_for_port(&mut self, address: &str) {
        let address = address.to_socket_addrs().expect("an address").next().expect("an address");
        self.wait_for(&address.to_string(), || {
            TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
        });
    }

    /// Waits until `ready` says so; fails with its log when it ended or takes too long.
    pub(crate) fn wait_for(&mut self, what: &str, ready: impl Fn() -> bool) {
        let begin = Instant::now();
        while !ready() {
            let ended = self.child.try_wait().expect("its state");
            if ended.is_some() || begin.elapsed() > LIMIT {
                let text = std::fs::read_to_string(log::folder().join(&self.log)).unwrap_or_default();
                panic!("no {what} ({ended:?}); the log:\n{text}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
