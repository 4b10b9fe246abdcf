//! What is asked beyond the handshake: certificates that the server left out, and its time.

use crate::pki::{DAY, Made, ca_params, params, self_signed, signed_by, with_issuer_url};
use crate::server::{config, serve};
use doorkey::engine::server_chain::{Seen, Server, look};
use doorkey::formats::proxy::dialect::Decision;
use doorkey::probes::starttls::Protocol;
use doorkey::sys::Sys;
use rcgen::{CertificateParams, KeyUsagePurpose};
use rustls_pki_types::CertificateDer;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

/// A server of files over plain HTTP: every path has the same bytes.
fn files(bytes: Vec<u8>) -> SocketAddr {
    serve(move |mut stream| {
        let mut line = String::new();
        let _ = BufReader::new(&stream).read_line(&mut line);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
        let head = if line.starts_with("GET /ca") { head } else { "HTTP/1.1 404 No\r\n\r\n".into() };
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes));
    })
}

/// A web server over TLS that answers with this Date.
fn web(leaf: &Made, chain: &[&CertificateDer<'static>], date: &'static str) -> SocketAddr {
    let config = Arc::new(config(leaf, chain));
    serve(move |stream| {
        let connection = rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
        let mut tls = rustls::StreamOwned::new(connection, stream);
        let mut asked = [0; 512];
        if tls.read(&mut asked).is_ok_and(|count| asked[..count].starts_with(b"HEAD / HTTP/1.1\r\n")) {
            let _ = tls.write_all(
                format!("HTTP/1.1 404 Not Found\r\nDate: {date}\r\nContent-Length: 9\r\n\r\n").as_bytes(),
            );
            let _ = tls.flush();
        }
    })
}

fn now() -> i64 {
    Sys::capture().now()
}

/// A leaf for this machine, valid between two days from now.
fn leaf(from: i64, to: i64) -> CertificateParams {
    let mut params = params("localhost", &["localhost"], now() + from * DAY, now() + to * DAY);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn seen(server: SocketAddr, root: &Made) -> Seen {
    let direct = Decision::direct("as the test says");
    let roots = [root.der.clone()];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("root.pem");
    std::fs::write(&file, root.pem()).expect("a file");
    let server = Server {
        host: "127.0.0.1",
        port: server.port(),
        name: "localhost",
        proxy: &direct,
        starttls: None,
        by_hand: true,
        roots_file: Some(&file),
        roots: &roots,
    };
    look(&Sys::capture(), &server)
}

fn codes(answer: &doorkey::chains::Answer) -> Vec<&str> {
    answer.causes.iter().map(|cause| cause.code).collect()
}

#[test]
fn what_the_server_left_out_is_fetched() {
    let root = self_signed(ca_params("Lab Root CA"));
    let at = |der: &CertificateDer<'_>| format!("http://{}/ca.cer", files(der.to_vec()));
    // Where the root is, is said too; it is trusted already, and not fetched.
    let above = signed_by(with_issuer_url(ca_params("Lab Policy CA"), &at(&root.der)), &root);
    let middle = signed_by(with_issuer_url(ca_params("Lab Issuing CA 1"), &at(&above.der)), &above);
    let own = signed_by(with_issuer_url(leaf(-1, 30), &at(&middle.der)), &middle);
    // Two are missing, one above the other.
    let seen = seen(web(&own, &[&own.der], ""), &root);
    assert_eq!(codes(seen.answer.as_ref().unwrap()), ["issuer-missing"]);
    let completed = seen.completed.expect("something was fetched");
    assert_eq!(completed.fetched.len(), 2, "{completed:?}");
    assert!(
        completed.answer.valid && completed.fetched[1].cert.subject.to_string().contains("Lab Policy CA")
    );
    assert!(seen.clock.is_none());
}

/// openssl's own words stand beside ours, and the two agree.
#[test]
fn openssl_is_asked_too() {
    let root = self_signed(ca_params("Lab Root CA"));
    let middle = signed_by(ca_params("Lab Issuing CA 1"), &root);
    let own = signed_by(leaf(-1, 30), &middle);
    let old = signed_by(leaf(-30, -10), &middle);
    let other = self_signed(ca_params("Another Root"));
    let of = |leaf: &Made, chain: &[&CertificateDer<'static>], root: &Made| {
        let seen = seen(web(leaf, chain, ""), root);
        let verdict = seen.openssl.expect("openssl is missing: run tests/setup");
        assert_eq!(verdict.valid, seen.answer.expect("an answer").valid, "{verdict:?}");
        verdict.said.join("\n")
    };
    assert_eq!(of(&own, &[&own.der, &middle.der], &root), "");
    assert!(of(&own, &[&own.der], &root).contains("unable to get local issuer certificate"));
    assert!(of(&old, &[&old.der, &middle.der], &root).contains("certificate has expired"));
    assert!(of(&own, &[&own.der, &middle.der], &other).starts_with("error "));
    // A name that an option could be read from stays a name.
    let roots = [root.der.clone()];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("root.pem");
    std::fs::write(&file, root.pem()).expect("a file");
    let direct = Decision::direct("as the test says");
    let port = web(&own, &[&own.der, &middle.der], "").port();
    let name = "other.test";
    let server = Server {
        host: "127.0.0.1",
        port,
        name,
        proxy: &direct,
        starttls: None,
        by_hand: true,
        roots_file: Some(&file),
        roots: &roots,
    };
    let verdict = look(&Sys::capture(), &server).openssl.expect("a verdict");
    assert!(!verdict.valid && verdict.said[0].contains("hostname mismatch"), "{verdict:?}");
}

#[test]
fn what_is_fetched_must_fit() {
    let root = self_signed(ca_params("Lab Root CA"));
    let middle = signed_by(ca_params("Lab Issuing CA 1"), &root);
    let other = signed_by(ca_params("Another CA"), &root);
    let impostor = signed_by(ca_params("Lab Issuing CA 1"), &self_signed(ca_params("Nobody's Root")));
    let at = |bytes: &[u8]| format!("http://{}/ca.cer", files(bytes.to_vec()));
    let gone = format!("http://{}/gone.cer", files(middle.der.to_vec()));
    for url in [
        at(&other.der),
        at(b"no certificate"),
        at(&[]),
        gone,
        "http://127.0.0.1:1/ca.cer".into(),
        "ldap://127.0.0.1/ca".into(),
        at(&middle.der).replace("http://", "http://ada:pw@"),
        // The right name, and another key.
        at(&impostor.der),
    ] {
        let own = signed_by(with_issuer_url(leaf(-1, 30), &url), &middle);
        let seen = seen(web(&own, &[&own.der], ""), &root);
        assert!(!seen.answer.as_ref().unwrap().valid);
        assert!(seen.completed.is_none(), "{url}: {:?}", seen.completed);
    }
    // A chain that is whole is not completed.
    let own = signed_by(with_issuer_url(leaf(-1, 30), &at(&middle.der)), &middle);
    assert!(seen(web(&own, &[&own.der, &middle.der], ""), &root).completed.is_none());
}

#[test]
fn whose_clock_it_is() {
    let root = self_signed(ca_params("Lab Root CA"));
    // Mon, 01 Jan 2024 12:00:00 GMT
    const THEN: i64 = 1_704_110_400;
    let day = |at: i64| (at - now()) / DAY;
    let old = signed_by(leaf(day(THEN) - 10, day(THEN) + 10), &root);
    let clock = |date| seen(web(&old, &[&old.der], date), &root).clock;
    let there = clock("Mon, 01 Jan 2024 12:00:00 GMT").expect("a time");
    assert_eq!((there.there, there.valid_there), (THEN, true));
    assert!(there.ahead() > 2 * 365 * DAY);
    let there = clock("Sun, 01 Jan 2023 12:00:00 GMT").expect("a time");
    assert!(!there.valid_there);
    for none in ["", "yesterday", "Mon, 99 Jan 2024 12:00:00 GMT"] {
        assert!(clock(none).is_none(), "{none:?}");
    }
    // Who is not trusted at any time is not asked.
    let nobody = self_signed(ca_params("Nobody's Root"));
    let other = signed_by(leaf(-30, -10), &nobody);
    assert!(seen(web(&other, &[&other.der], "Mon, 01 Jan 2024 12:00:00 GMT"), &root).clock.is_none());
}

/// A server that says `lines` in turn, each after what it waits for, and then begins TLS.
fn in_clear(
    leaf: &Made,
    chain: &[&CertificateDer<'static>],
    lines: &'static [(&'static [u8], &'static [u8])],
) -> SocketAddr {
    let config = Arc::new(config(leaf, chain));
    serve(move |mut stream| {
        for (asked, said) in lines {
            let mut heard = vec![0; asked.len()];
            if stream.read_exact(&mut heard).is_err() || heard != *asked || stream.write_all(said).is_err() {
                return;
            }
        }
        let connection = rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
        let mut tls = rustls::StreamOwned::new(connection, stream);
        let _ = tls.read(&mut [0]);
    })
}

#[test]
fn tls_is_asked_for_in_clear() {
    let root = self_signed(ca_params("Lab Root CA"));
    let own = signed_by(leaf(-1, 30), &root);
    let seen = |protocol, lines| {
        let (direct, roots) = (Decision::direct("as the test says"), [root.der.clone()]);
        let port = in_clear(&own, &[&own.der], lines).port();
        let server = Server {
            host: "127.0.0.1",
            port,
            name: "localhost",
            proxy: &direct,
            starttls: Some(protocol),
            by_hand: true,
            roots_file: None,
            roots: &roots,
        };
        look(&Sys::capture(), &server)
    };
    type Lines = &'static [(&'static [u8], &'static [u8])];
    let good: [(Protocol, Lines); 6] = [
        (
            Protocol::Smtp,
            &[
                (b"", b"220-mx.test\r\n220 hello\r\n"),
                (b"EHLO doorkey.invalid\r\n", b"250-mx.test\r\n250-SIZE 1\r\n250 STARTTLS\r\n"),
                (b"STARTTLS\r\n", b"220 go ahead\r\n"),
            ],
        ),
        (
            Protocol::Imap,
            &[(b"", b"* OK ready\r\n"), (b"a STARTTLS\r\n", b"* CAPABILITY x\r\na OK begin\r\n")],
        ),
        (Protocol::Pop3, &[(b"", b"+OK ready\r\n"), (b"STLS\r\n", b"+OK begin\r\n")]),
        (Protocol::Ftp, &[(b"", b"220-a\r\n b\r\n220 c\r\n"), (b"AUTH TLS\r\n", b"234 begin\r\n")]),
        (Protocol::Postgres, &[(b"\0\0\0\x08\x04\xd2\x16\x2f", b"S")]),
        (
            Protocol::Ldap,
            &[(
                b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037",
                b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
            )],
        ),
    ];
    for (protocol, lines) in good {
        let seen = seen(protocol, lines);
        assert!(seen.answer.as_ref().is_some_and(|answer| answer.valid), "{protocol:?}: {:?}", seen.rungs);
    }
    let bad: [(Protocol, Lines, &str); 6] = [
        (
            Protocol::Smtp,
            &[
                (b"", b"220 x\r\n"),
                (b"EHLO doorkey.invalid\r\n", b"250 x\r\n"),
                (b"STARTTLS\r\n", b"454 not now\r\n"),
            ],
            "454 not now",
        ),
        (
            Protocol::Imap,
            &[(b"", b"* OK x\r\n"), (b"a STARTTLS\r\n", b"a BAD \x1b[31mno\r\n")],
            "a BAD \\u{1b}[31mno",
        ),
        (Protocol::Pop3, &[(b"", b"-ERR busy\r\n")], "-ERR busy"),
        (Protocol::Ftp, &[(b"", b"SSH-2.0-x\r\n")], "SSH-2.0-x"),
        (Protocol::Postgres, &[(b"\0\0\0\x08\x04\xd2\x16\x2f", b"N")], "no to SSLRequest"),
        (
            Protocol::Ldap,
            &[(
                b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037",
                b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00",
            )],
            "result code 2",
        ),
    ];
    for (protocol, lines, said) in bad {
        let seen = seen(protocol, lines);
        let last = seen.rungs.last().expect("a rung");
        assert_eq!(last.code, Some("starttls-refused"), "{protocol:?}: {:?}", seen.rungs);
        assert!(last.evidence.contains(said), "{protocol:?}: {last:?}");
        assert!(seen.handshake.is_none());
    }
}
