//! The rungs below TLS: names, connections, the proxy's tunnel.

use crate::server::{connect, serve};
use doorkey::model::ladder::{Outcome, Rung};
use doorkey::probes::connect::proxy_connect;
use doorkey::probes::dns::{dns, read_answer};
use doorkey::probes::tcp::tcp;
use doorkey::secret::Secret;
use doorkey::sys::Sys;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(3);

#[test]
fn finds_addresses_and_says_where_they_come_from() {
    let sys = Sys::capture();
    let (rung, found) = dns(&sys, "127.0.0.1", 443, LIMIT);
    assert_eq!((rung.outcome, found), (Outcome::Ok, vec!["127.0.0.1:443".parse().expect("address")]));
    let (rung, found) = dns(&sys, "[::1]", 22, LIMIT);
    assert_eq!((rung.outcome, found), (Outcome::Ok, vec!["[::1]:22".parse().expect("address")]));
    let (rung, found) = dns(&sys, "localhost", 443, LIMIT);
    assert!(!found.is_empty() && found.iter().all(|a| a.ip().is_loopback()), "{found:?}");
    assert!(rung.evidence.contains("/etc/hosts"), "{}", rung.evidence);
}

#[test]
fn finds_no_address_for_a_name_that_cannot_exist() {
    // RFC 6761 section 6.4: .invalid never resolves. Without any name server the answer is "failed".
    let (rung, found) = dns(&Sys::capture(), "nobody.invalid", 443, LIMIT);
    assert!(found.is_empty());
    let code = rung.code.expect("a code");
    assert!(["dns-no-such-name", "dns-failed", "dns-timed-out"].contains(&code), "{rung:?}");
    assert!(rung.cause.is_some() && rung.repair.is_some());
}

#[test]
fn tells_the_resolvers_answers_apart() {
    let text = |text: &str| io::Error::other(format!("failed to lookup address information: {text}"));
    for (error, code) in [
        (text("Name or service not known"), "dns-no-such-name"),
        (text("No address associated with hostname"), "dns-no-such-name"),
        (text("Name does not resolve"), "dns-no-such-name"),
        (text("Temporary failure in name resolution"), "dns-failed"),
        (text("System error"), "dns-failed"),
        (io::ErrorKind::TimedOut.into(), "dns-timed-out"),
    ] {
        let shown = error.to_string();
        let (rung, found) = read_answer("git.test", Err(error), None, LIMIT);
        assert_eq!((rung.code, found.len()), (Some(code), 0), "{shown}");
    }
    assert_eq!(read_answer("git.test", Ok(vec![]), None, LIMIT).0.code, Some("dns-no-such-name"));
    let (rung, _) = read_answer("a\u{1b}[31m.test", Err(text("Name or service not known")), None, LIMIT);
    assert!(!format!("{rung:?}").contains('\u{1b}'));
}

fn closed_port() -> SocketAddr {
    // Bound and dropped: the kernel refuses until somebody else takes the port.
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address")
}

#[test]
fn connects_to_the_first_address_that_opens() {
    let sys = Sys::capture();
    let (closed, open) = (closed_port(), serve(drop));
    let (rung, stream) = tcp(&sys, &[closed, open], LIMIT);
    assert!(stream.is_some());
    assert_eq!(rung.evidence, format!("connected to {open}; {closed} refused"));
    let (rung, stream) = tcp(&sys, &[closed], LIMIT);
    assert!(stream.is_none());
    assert_eq!(rung.code, Some("tcp-refused"));
    let (rung, _) = tcp(&sys, &[], LIMIT);
    assert_eq!(rung.code, Some("tcp-unreachable"));
}

#[test]
fn tells_silence_from_no_route() {
    let sys = Sys::capture();
    // A full backlog answers nothing, on Linux at least: the SYN is dropped.
    let listener =
        rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::STREAM, None)
            .expect("a socket");
    let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    rustix::net::bind(&listener, &any).expect("bound");
    rustix::net::listen(&listener, 0).expect("listening");
    let address: SocketAddr =
        rustix::net::getsockname(&listener).expect("a name").try_into().expect("an IP address");
    let short = Duration::from_millis(300);
    let mut held = Vec::new();
    let rung = (0..8).find_map(|_| match tcp(&sys, &[address], short) {
        (_, Some(stream)) => {
            held.push(stream);
            None
        }
        (rung, None) => Some(rung),
    });
    assert_eq!(rung.and_then(|r| r.code), Some("tcp-timed-out"));
    // The broadcast address has no route for TCP.
    let (rung, _) = tcp(&sys, &["255.255.255.255:443".parse().expect("an address")], short);
    assert_eq!(rung.code, Some("tcp-unreachable"), "{rung:?}");
    // A refusal says more than a missing route.
    let both = ["255.255.255.255:443".parse().expect("an address"), closed_port()];
    assert_eq!(tcp(&sys, &both, short).0.code, Some("tcp-refused"));
}

/// A proxy that gives one answer, and what it was asked.
fn proxy(answer: &'static [u8]) -> (SocketAddr, Arc<Mutex<String>>) {
    let asked = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&asked);
    let address = serve(move |mut stream| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n > 0) {
            head.push(byte[0]);
        }
        *heard.lock().expect("lock") = String::from_utf8_lossy(&head).into_owned();
        let _ = stream.write_all(answer);
        if answer.ends_with(b"early") {
            let mut ping = [0; 4];
            if stream.read_exact(&mut ping).is_ok() {
                let _ = stream.write_all(b"pong");
            }
        }
    });
    (address, asked)
}

fn ask(answer: &'static [u8], credentials: Option<&(String, Secret)>) -> (Rung, String) {
    let (address, asked) = proxy(answer);
    let rung = proxy_connect(&mut connect(address), "git.test:443", credentials);
    let asked = asked.lock().expect("lock").clone();
    (rung, asked)
}

#[test]
fn opens_a_tunnel_and_leaves_its_bytes_alone() {
    let (address, asked) = proxy(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\nearly");
    let mut stream = connect(address);
    let rung = proxy_connect(&mut stream, "git.test:443", None);
    assert_eq!(rung.outcome, Outcome::Ok, "{rung:?}");
    let mut early = [0; 5];
    stream.read_exact(&mut early).expect("bytes of the tunnel");
    assert_eq!(&early, b"early");
    stream.write_all(b"ping").expect("written");
    let mut pong = [0; 4];
    stream.read_exact(&mut pong).expect("the tunnel works");
    let asked = asked.lock().expect("lock").clone();
    assert!(asked.starts_with("CONNECT git.test:443 HTTP/1.1\r\nHost: git.test:443\r\n"), "{asked}");
    assert!(!asked.contains("Authorization"));
}

#[test]
fn sends_the_password_to_the_proxy_and_nowhere_else() {
    let credentials = ("corp user".to_owned(), Secret::copy_of("p:ä$$".as_bytes()));
    let (rung, asked) = ask(b"HTTP/1.1 200 OK\r\n\r\n", Some(&credentials));
    assert_eq!(rung.outcome, Outcome::Ok);
    // printf 'corp user:p:ä$$' | base64
    assert!(asked.contains("Proxy-Authorization: Basic Y29ycCB1c2VyOnA6w6QkJA==\r\n"), "{asked}");
    let (rung, _) =
        ask(b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n", Some(&credentials));
    let said = format!("{rung:?}");
    assert!(!said.contains("Y29ycC") && !said.contains("p:ä"), "{said}");
    assert!(rung.cause.as_deref().is_some_and(|c| c.contains("did not accept")), "{rung:?}");
}

#[test]
fn tells_a_proxys_answers_apart() {
    for (answer, code, evidence) in [
        (
            &b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\nProxy-Authenticate: Basic realm=\"a, b=c\", Digest realm=\"d\", nonce=\"e\"\r\n\r\n"[..],
            "proxy-auth-required",
            "offered: Negotiate, NTLM, Basic, Digest",
        ),
        (b"HTTP/1.1 407 x\r\n\r\n", "proxy-auth-required", "offered: none"),
        (b"HTTP/1.1 403 Forbidden by policy\r\n\r\n", "proxy-refused", "403 Forbidden by policy"),
        (b"HTTP/1.0 503 Service Unavailable\r\n\r\n", "proxy-refused", "503"),
        (b"HTTP/1.1 405 Method Not Allowed\r\n\r\n", "proxy-refused", "405"),
        (b"HTTP/1.1 oops\r\n\r\n", "proxy-not-http", "HTTP/1.1 oops"),
        (b"SSH-2.0-x\x1b[2J\r\n", "proxy-not-http", "SSH-2.0-x\\u{1b}[2J"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "proxy-not-http", "\\u{15}"),
        (b"", "proxy-closed", "without an answer"),
        (b"HTTP/1.1 200 OK\r\nVia", "proxy-closed", "cut off"),
    ] {
        let (rung, _) = ask(answer, None);
        assert_eq!(rung.code, Some(code), "{}: {rung:?}", String::from_utf8_lossy(answer));
        assert!(rung.evidence.contains(evidence), "{rung:?}");
        assert!(rung.cause.is_some() && rung.repair.is_some());
    }
    let (rung, _) = ask(b"\x15\x03\x01\x00\x02\x02\x28", None);
    assert_eq!(rung.cause.as_deref(), Some("the proxy speaks TLS"));
}

#[test]
fn limits_what_it_reads_from_a_proxy() {
    let endless = serve(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n").is_ok()
        {
        }
    });
    let rung = proxy_connect(&mut connect(endless), "git.test:443", None);
    assert_eq!(rung.code, Some("proxy-not-http"), "{rung:?}");
    let silent = serve(|stream| {
        std::thread::sleep(Duration::from_secs(5));
        drop(stream);
    });
    let mut stream = connect(silent);
    stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a limit");
    assert_eq!(proxy_connect(&mut stream, "git.test:443", None).code, Some("proxy-closed"));
}

#[test]
fn never_lets_a_host_name_add_lines_to_the_request() {
    let (address, asked) = proxy(b"HTTP/1.1 200 OK\r\n\r\n");
    for target in ["git.test:443\r\nX: y", "git.test :443", "", "a\u{0}b:1", "u@h:1"] {
        let rung = proxy_connect(&mut connect(address), target, None);
        assert_eq!(rung.code, Some("proxy-refused"), "{target:?}");
    }
    assert_eq!(*asked.lock().expect("lock"), "");
}
