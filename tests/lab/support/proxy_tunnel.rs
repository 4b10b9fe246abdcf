//! A corporate proxy that tunnels (CONNECT, RFC 9110 section 9.3.6) after Basic authentication and touches nothing inside.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{IpAddr, Shutdown, TcpListener, TcpStream};
use std::sync::{Mutex, Once};

/// Its address, without user and password.
pub(crate) const URL: &str = "http://proxy.corp.test:3130";

/// Who may use it: `user:password`.
pub(crate) const ACCOUNT: &str = "corpuser:corppass";

/// One request to the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectSeen {
    /// Whence it came.
    pub(crate) client: IpAddr,
    /// `HOST:PORT` that was asked for.
    pub(crate) target: String,
    /// `user:password` that came with it.
    pub(crate) account: Option<String>,
    /// The proxy's answer.
    pub(crate) status: u16,
}

static SEEN: Mutex<Vec<ConnectSeen>> = Mutex::new(Vec::new());

/// Starts it, the first time.
pub(crate) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let listener = TcpListener::bind("127.0.1.10:3130").expect("port 3130 is free");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || serve(stream).ok());
            }
        });
    });
}

/// How many requests there were so far.
pub(crate) fn count() -> usize {
    SEEN.lock().expect("the list").len()
}

/// The requests after the first `mark`.
pub(crate) fn seen(mark: usize) -> Vec<ConnectSeen> {
    SEEN.lock().expect("the list").iter().skip(mark).cloned().collect()
}

/// One connection: requests until one is granted; clients answer a 407 on the same connection.
fn serve(mut client: TcpStream) -> io::Result<()> {
    let address = client.peer_addr()?.ip();
    let mut reader = BufReader::new(client.try_clone()?);
    loop {
        let Some((target, account)) = read_request(&mut reader)? else { return Ok(()) };
        let upstream = match &target {
            None => Err((400, "Bad Request")),
            Some(_) if account.as_deref() != Some(ACCOUNT) => Err((407, "Proxy Authentication Required")),
            Some(target) => TcpStream::connect(target).map_err(|_| (502, "Bad Gateway")),
        };
        let status = upstream.as_ref().map_or_else(|(status, _)| *status, |_| 200);
        let target = target.unwrap_or_default();
        SEEN.lock().expect("the list").push(ConnectSeen { client: address, target, account, status });
        match upstream {
            Err((status, reason)) => write!(
                client,
                "HTTP/1.1 {status} {reason}\r\nProxy-Authenticate: Basic realm=\"Corp Proxy\"\r\nContent-Length: 0\r\n\r\n"
            )?,
            Ok(upstream) => {
                client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
                return relay(reader, client, upstream);
            }
        }
    }
}

/// Reads one request's head: the target of a CONNECT (none for another method) and the account. None at the end.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<(Option<String>, Option<String>)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let target =
        words.next().filter(|method| *method == "CONNECT").and_then(|_| words.next()).map(str::to_owned);
    let mut account = None;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? <= 2 {
            return Ok(Some((target, account)));
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("Proxy-Authorization")
        {
            account = basic_account(value.trim());
        }
    }
}

fn basic_account(value: &str) -> Option<String> {
    use base64::Engine;
    let encoded = value.strip_prefix("Basic ")?;
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(encoded).ok()?).ok()
}

/// Copies both ways until both sides are done. What was read ahead goes first.
fn relay(
    mut from_client: BufReader<TcpStream>,
    mut client: TcpStream,
    upstream: TcpStream,
) -> io::Result<()> {
    let mut to_upstream = upstream.try_clone()?;
    std::thread::spawn(move || {
        io::copy(&mut from_client, &mut to_upstream).ok();
        to_upstream.shutdown(Shutdown::Write).ok();
    });
    let mut upstream = upstream;
    io::copy(&mut upstream, &mut client)?;
    client.shutdown(Shutdown::Write)
}
