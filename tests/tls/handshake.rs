//! Every fault of a chain, in a real handshake, beside what `openssl` says of the same server and roots.

use crate::openssl::{openssl, said};
use crate::pki::{
    self, DAY, Made, NOW, ca_params, leaf_params, params, pem_of, self_signed, signed_by, three,
};
use crate::server::{config, connect, serve, tls_server};
use doorkey::model::ladder::{Outcome, Rung};
use doorkey::probes::judge::{Expect, Trouble, judge};
use doorkey::probes::tls::{Tls, tls};
use rcgen::{GeneralSubtree, NameConstraints};
use rustls_pki_types::CertificateDer;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

const HOST: &str = "git.test";

struct Case {
    name: &'static str,
    leaf: Made,
    sent: Vec<CertificateDer<'static>>,
    roots: Vec<CertificateDer<'static>>,
    now: i64,
    host: &'static str,
    code: Option<&'static str>,
    /// `Verify return code` of openssl; 0 is trusted.
    openssl: u32,
}

fn shake(address: SocketAddr, expect: &Expect<'_>) -> Tls<TcpStream> {
    tls(connect(address), expect)
}

/// What `openssl s_client` says of the same server, at the same time, with the same roots.
fn openssl_code(address: SocketAddr, case: &Case) -> u32 {
    let folder = tempfile::tempdir().expect("a folder");
    let roots = folder.path().join("roots.pem");
    let text: String = case.roots.iter().map(|der| pem_of(der)).collect();
    std::fs::write(&roots, text).expect("written");
    let address = address.to_string();
    let time = case.now.to_string();
    let mut arguments = vec!["s_client", "-connect", &address, "-servername", case.host, "-attime", &time];
    arguments.extend(["-no-CApath", "-no-CAstore"]);
    // openssl refuses an empty file.
    let file = ["-CAfile", roots.to_str().expect("UTF-8")];
    arguments.extend(if case.roots.is_empty() { &["-no-CAfile"][..] } else { &file[..] });
    arguments.extend(["-verify_hostname", case.host, "-partial_chain"]);
    let output = openssl(&arguments, b"");
    let text = said(&output);
    let code = text.lines().rev().find_map(|l| l.trim().strip_prefix("Verify return code: "));
    let code = code.and_then(|c| c.split(' ').next()).and_then(|c| c.parse().ok());
    code.unwrap_or_else(|| panic!("{}: {text}", case.name))
}

fn cases() -> Vec<Case> {
    let case = |name, leaf, sent, roots, code, openssl| Case {
        name,
        leaf,
        sent,
        roots,
        now: NOW,
        host: HOST,
        code,
        openssl,
    };
    let mut list = Vec::new();

    let pki = three(leaf_params(&[HOST]));
    let (root, middle, leaf) = (pki.root.der.clone(), pki.middle.der.clone(), pki.leaf.der.clone());
    let stranger = self_signed(ca_params("Other Root CA")).der;
    list.push(case(
        "whole",
        pki.leaf,
        vec![leaf.clone(), middle.clone()],
        vec![stranger.clone(), root.clone()],
        None,
        0,
    ));
    for (name, sent, roots, code, openssl) in [
        ("root sent too", vec![leaf.clone(), middle.clone(), root.clone()], vec![root.clone()], None, 0),
        ("odd order", vec![leaf.clone(), root.clone(), middle.clone()], vec![root.clone()], None, 0),
        ("only the intermediate trusted", vec![leaf.clone(), middle.clone()], vec![middle.clone()], None, 0),
        (
            "unknown root",
            vec![leaf.clone(), middle.clone()],
            vec![stranger.clone()],
            Some("tls-untrusted-root"),
            20,
        ),
        (
            "unknown root, sent",
            vec![leaf.clone(), middle.clone(), root.clone()],
            vec![stranger],
            Some("tls-untrusted-root"),
            19,
        ),
        ("no intermediate", vec![leaf.clone()], vec![root.clone()], Some("tls-incomplete-chain"), 20),
        ("no roots at all", vec![leaf.clone(), middle.clone()], vec![], Some("tls-untrusted-root"), 20),
    ] {
        let again = Made { der: leaf.clone(), params: list[0].leaf.params.clone(), key: copy(&list[0].leaf) };
        list.push(case(name, again, sent, roots, code, openssl));
    }

    let other = three(leaf_params(&["other.test", "*.more.test"]));
    let (sent, roots) =
        (vec![other.leaf.der.clone(), other.middle.der.clone()], vec![other.root.der.clone()]);
    list.push(case("other name", other.leaf, sent, roots, Some("tls-wrong-name"), 62));

    let wild = three(leaf_params(&["*.git.test"]));
    let (sent, roots) = (vec![wild.leaf.der.clone(), wild.middle.der.clone()], vec![wild.root.der.clone()]);
    list.push(Case { host: "a.git.test", ..case("wildcard", wild.leaf, sent, roots, None, 0) });

    let bare = three(params(HOST, &[], NOW - DAY, NOW + DAY));
    let (sent, roots) = (vec![bare.leaf.der.clone(), bare.middle.der.clone()], vec![bare.root.der.clone()]);
    list.push(case("common name only", bare.leaf, sent, roots, None, 0));

    let old = three(params(HOST, &[HOST], NOW - 90 * DAY, NOW - DAY));
    let (sent, roots) = (vec![old.leaf.der.clone(), old.middle.der.clone()], vec![old.root.der.clone()]);
    list.push(case("expired", old.leaf, sent.clone(), roots, Some("tls-expired"), 10));

    let young = three(params(HOST, &[HOST], NOW + DAY, NOW + 90 * DAY));
    let (sent, roots) =
        (vec![young.leaf.der.clone(), young.middle.der.clone()], vec![young.root.der.clone()]);
    list.push(case("not yet valid", young.leaf, sent, roots, Some("tls-not-yet-valid"), 9));

    let root = self_signed(ca_params("Lab Root CA"));
    let mut late = ca_params("Lab Issuing CA 1");
    late.not_after = rcgen::date_time_ymd(2026, 5, 20);
    let middle = signed_by(late, &root);
    let leaf = signed_by(leaf_params(&[HOST]), &middle);
    let sent = vec![leaf.der.clone(), middle.der.clone()];
    list.push(case("expired intermediate", leaf, sent, vec![root.der.clone()], Some("tls-expired"), 10));

    let mut stale = ca_params("Stale Root CA");
    stale.not_after = rcgen::date_time_ymd(2026, 5, 20);
    let root = self_signed(stale);
    let leaf = signed_by(leaf_params(&[HOST]), &root);
    let sent = vec![leaf.der.clone()];
    list.push(case("expired root", leaf, sent, vec![root.der], Some("tls-expired"), 10));

    let own = self_signed(leaf_params(&[HOST]));
    let sent = vec![own.der.clone()];
    list.push(case("self-signed", own, sent, vec![], Some("tls-self-signed"), 18));

    let own = self_signed(leaf_params(&[HOST]));
    let (sent, roots) = (vec![own.der.clone()], vec![own.der.clone()]);
    list.push(case("self-signed and trusted", own, sent, roots, None, 0));

    let mut both = ca_params(HOST);
    both.key_usages.clear();
    both.subject_alt_names = leaf_params(&[HOST]).subject_alt_names;
    let own = self_signed(both);
    let sent = vec![own.der.clone()];
    list.push(case("self-signed authority", own, sent, vec![], Some("tls-self-signed"), 18));

    let own = self_signed(params(HOST, &[HOST], NOW - 90 * DAY, NOW - DAY));
    let sent = vec![own.der.clone()];
    list.push(case("self-signed and expired", own, sent, vec![], Some("tls-self-signed"), 10));

    let unknown = three(params(HOST, &[HOST], NOW - 90 * DAY, NOW - DAY));
    let sent = vec![unknown.leaf.der.clone(), unknown.middle.der.clone()];
    list.push(case("expired and unknown root", unknown.leaf, sent, vec![], Some("tls-untrusted-root"), 10));

    let twin = self_signed(ca_params("Lab Root CA"));
    let signer = self_signed(ca_params("Lab Root CA"));
    let mut plain = leaf_params(&[HOST]);
    plain.use_authority_key_identifier_extension = false;
    let leaf = signed_by(plain, &signer);
    let sent = vec![leaf.der.clone()];
    list.push(case("root of the same name", leaf, sent, vec![twin.der], Some("tls-untrusted-root"), 7));

    let mut narrow = ca_params("Narrow Root CA");
    narrow.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("elsewhere.test".into())],
        excluded_subtrees: vec![],
    });
    let root = self_signed(narrow);
    let leaf = signed_by(leaf_params(&[HOST]), &root);
    let sent = vec![leaf.der.clone()];
    list.push(case("name constraints", leaf, sent, vec![root.der], Some("tls-bad-chain"), 47));

    let root = self_signed(ca_params("Lab Root CA"));
    let mut client = leaf_params(&[HOST]);
    client.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    let leaf = signed_by(client, &root);
    let sent = vec![leaf.der.clone()];
    list.push(case("purpose", leaf, sent, vec![root.der], Some("tls-bad-chain"), 26));

    let mut mitm = ca_params("mitmproxy");
    mitm.distinguished_name.push(rcgen::DnType::OrganizationName, "mitmproxy");
    let root = self_signed(mitm);
    let leaf = signed_by(leaf_params(&[HOST]), &root);
    let sent = vec![leaf.der.clone()];
    list.push(case("intercepted", leaf, sent, vec![], Some("tls-intercepted"), 20));
    list
}

fn copy(made: &Made) -> rcgen::KeyPair {
    rcgen::KeyPair::try_from(made.key.serialize_der()).expect("a key")
}

#[test]
fn tells_every_fault_apart_as_openssl_does() {
    for case in cases() {
        let sent: Vec<&CertificateDer<'static>> = case.sent.iter().collect();
        let address = tls_server(config(&case.leaf, &sent));
        let expect = Expect::new(case.host, &case.roots, case.now);
        let result = shake(address, &expect);
        assert_eq!(result.rung.code, case.code, "{}: {:?}", case.name, result.rung);
        assert_eq!(openssl_code(address, &case), case.openssl, "{}", case.name);
        assert_eq!(result.diagnosis.chain.sent.len(), case.sent.len(), "{}", case.name);
        assert_eq!(result.stream.is_some(), case.code.is_none(), "{}", case.name);
        assert_eq!(result.diagnosis.root.is_some(), case.code.is_none(), "{}", case.name);
        assert_spoken(&result.rung, case.name);
        if let Some(mut stream) = result.stream {
            let mut hello = [0; 5];
            stream.read_exact(&mut hello).expect("the connection is usable");
            assert_eq!(&hello, b"hello");
        }
    }
}

/// A broken rung has one cause and one repair, and none of them weakens a check (SECURITY rule 47).
fn assert_spoken(rung: &Rung, name: &str) {
    let all = format!("{:?} {:?} {}", rung.cause, rung.repair, rung.evidence).to_lowercase();
    for word in ["sslverify", "ssl_no_verify", "--insecure", "-k ", "verify=false", "skip", "disable"] {
        assert!(!all.contains(word), "{name}: {all}");
    }
    match rung.outcome {
        Outcome::Broken => {
            assert!(rung.cause.as_ref().is_some_and(|c| !c.is_empty()), "{name}");
            assert!(rung.repair.as_ref().is_some_and(|r| !r.is_empty()), "{name}");
            assert!(!rung.evidence.is_empty(), "{name}");
        }
        _ => assert!(rung.cause.is_none() && rung.repair.is_none(), "{name}"),
    }
}

/// Judges without a network.
fn verdict(sent: &[&Made], expect: &Expect<'_>) -> doorkey::probes::judge::Verdict {
    let sent: Vec<_> = sent.iter().map(|made| made.der.clone()).collect();
    *judge(&sent, expect).expect_err("a fault")
}

#[test]
fn names_the_missing_intermediate_and_where_it_is() {
    let leaf = pki::with_issuer_url(leaf_params(&[HOST]), "http://aia.test/issuing.crt");
    let pki = three(leaf);
    let roots = [pki.root.der.clone()];
    let verdict = verdict(&[&pki.leaf], &Expect::new(HOST, &roots, NOW));
    assert_eq!(verdict.trouble, Trouble::IncompleteChain);
    assert_eq!(verdict.missing_issuer.as_deref(), Some("O=Lab, CN=Lab Issuing CA 1"));
    assert_eq!(verdict.issuer_urls, ["http://aia.test/issuing.crt"]);
    assert_eq!(verdict.repair, "ask the owner of git.test to send the intermediate Lab Issuing CA 1");
    let address = tls_server(config(&pki.leaf, &[&pki.leaf.der]));
    let rung = shake(address, &Expect::new(HOST, &roots, NOW)).rung;
    assert!(rung.evidence.contains("http://aia.test/issuing.crt"), "{}", rung.evidence);
}

#[test]
fn names_the_certificate_that_is_out_of_date() {
    let root = self_signed(ca_params("Lab Root CA"));
    let mut late = ca_params("Late CA");
    late.not_after = rcgen::date_time_ymd(2026, 5, 20);
    let middle = signed_by(late, &root);
    let leaf = signed_by(leaf_params(&[HOST]), &middle);
    let roots = [root.der.clone()];
    let found = verdict(&[&leaf, &middle], &Expect::new(HOST, &roots, NOW));
    assert_eq!(found.cause, "the intermediate Late CA expired on 2026-05-20 00:00 UTC");
    assert_eq!(found.repair, "ask the owner of git.test to send the renewed Late CA");
    // The clock of the machine is years behind: everything is "not yet valid".
    let found = verdict(&[&leaf, &middle], &Expect::new(HOST, &roots, 1_500_000_000));
    assert_eq!(found.trouble, Trouble::NotYetValid);
    assert_eq!(found.repair, "check the clock of this machine (it says 2017-07-14 02:40 UTC)");
}

#[test]
fn speaks_of_the_profile_that_is_in_force() {
    let pki = three(leaf_params(&[HOST]));
    let expect = Expect { profile: Some("acme"), ..Expect::new(HOST, &[], NOW) };
    let found = verdict(&[&pki.leaf, &pki.middle, &pki.root], &expect);
    assert!(found.repair.contains("`doorkey profile edit acme`"), "{}", found.repair);
    let root = doorkey::formats::cert::Cert::read(&pki.root.der).expect("a root");
    assert!(found.repair.contains(&root.fingerprint()), "{}", found.repair);
}

#[test]
fn sees_interception_of_a_public_host_without_knowing_the_product() {
    let root = self_signed(ca_params("Corporate Inspection"));
    let leaf = signed_by(leaf_params(&["github.com"]), &root);
    let expect = Expect { proxy: Some("proxy.test:3128"), ..Expect::new("github.com", &[], NOW) };
    let found = verdict(&[&leaf], &expect);
    assert_eq!(found.trouble, Trouble::Intercepted);
    assert!(found.cause.contains("the proxy proxy.test:3128"), "{}", found.cause);
    assert_eq!(found.product, None);
    // Trusted once its root is: then nothing is wrong.
    let roots = [root.der.clone()];
    assert!(judge(std::slice::from_ref(&leaf.der), &Expect::new("github.com", &roots, NOW)).is_ok());
    // A private host of the same authority is only untrusted.
    let leaf = signed_by(leaf_params(&[HOST]), &root);
    let expect = Expect { proxy: Some("proxy.test:3128"), ..Expect::new(HOST, &[], NOW) };
    assert_eq!(verdict(&[&leaf], &expect).trouble, Trouble::UntrustedRoot);
    let expect = Expect { resigned: true, ..expect };
    assert_eq!(verdict(&[&leaf], &expect).trouble, Trouble::Intercepted);
}

#[test]
fn says_when_the_public_roots_are_missing() {
    // An issuer with the name of a public root, whose own key nobody here has.
    let public = &webpki_root_certs::TLS_SERVER_ROOT_CERTS[0];
    let name = doorkey::formats::cert::Cert::read(public).expect("a root").subject;
    let issuer =
        rcgen::Issuer::from_ca_cert_der(public, rcgen::KeyPair::generate().expect("key")).expect("an issuer");
    let (params, key) = (leaf_params(&[HOST]), rcgen::KeyPair::generate().expect("key"));
    let der = params.signed_by(&key, &issuer).expect("signed").der().clone();
    let leaf = Made { der, params, key };
    let private = [self_signed(ca_params("Private Root")).der];
    let found = verdict(&[&leaf], &Expect::new(HOST, &private, NOW));
    assert_eq!(found.trouble, Trouble::UntrustedRoot);
    assert!(found.cause.contains(&name.short()) && found.cause.contains("public root"), "{}", found.cause);
}

#[test]
fn lists_the_names_a_certificate_is_for() {
    let pki = three(leaf_params(&["one.test", "two.test", "192.0.2.1"]));
    let roots = [pki.root.der.clone()];
    let found = verdict(&[&pki.leaf, &pki.middle], &Expect::new(HOST, &roots, NOW));
    assert_eq!(found.cause, "the certificate is not for git.test, but for one.test, two.test, 192.0.2.1");
    let sent = [pki.leaf.der.clone(), pki.middle.der.clone()];
    for host in ["one.test", "ONE.test", "one.test.", "192.0.2.1"] {
        assert!(judge(&sent, &Expect::new(host, &roots, NOW)).is_ok(), "{host}");
    }
    for host in ["192.0.2.2", "sub.one.test", "", "\u{1b}"] {
        assert!(judge(&sent, &Expect::new(host, &roots, NOW)).is_err(), "{host}");
    }
}

#[test]
fn shows_what_a_server_says_that_speaks_no_tls() {
    for (greeting, start, cause) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            "HTTP/1.1 400 Bad Request",
            "the server speaks plain HTTP on this port",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2", "this is the SSH port"),
        (b"220 \x1b[31mmail ESMTP\r\n", "220 \\u{1b}[31mmail ESMTP", "what answers there does not speak TLS"),
    ] {
        let address = serve(move |mut stream| {
            let _ = stream.write_all(greeting);
            let mut rest = [0; 4096];
            let _ = stream.read(&mut rest);
        });
        let result = shake(address, &Expect::new(HOST, &[], NOW));
        assert_eq!(result.rung.code, Some("tls-not-tls"), "{:?}", result.rung);
        assert!(result.rung.evidence.contains(start), "{}", result.rung.evidence);
        assert_eq!(result.rung.cause.as_deref(), Some(cause));
        assert_spoken(&result.rung, start);
    }
}

#[test]
fn says_how_a_handshake_broke_off() {
    let closing = serve(|mut stream| {
        let mut hello = [0; 4096];
        let _ = stream.read(&mut hello);
    });
    // A fatal alert (21), version 3.3, two bytes: fatal, handshake_failure (40) or protocol_version (70).
    let alert = |code: u8| {
        serve(move |mut stream| {
            let mut hello = [0; 4096];
            let _ = stream.read(&mut hello);
            let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, code]);
        })
    };
    // A ServerHello of TLS 1.0, cut short after what matters.
    let mut hello10 = vec![22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello10.extend([7; 32]);
    hello10.extend([0, 0, 0x2f, 0]);
    let old = serve(move |mut stream| {
        let mut hello = [0; 4096];
        let _ = stream.read(&mut hello);
        let _ = stream.write_all(&hello10);
    });
    let garbage = serve(|mut stream| {
        let _ = stream.write_all(&[22, 3, 3, 0, 4, 99, 0, 0, 0]);
        let mut hello = [0; 4096];
        let _ = stream.read(&mut hello);
    });
    for (address, evidence) in [
        (closing, "closed before the server said anything"),
        (alert(40), "alert handshake_failure"),
        (alert(70), "alert protocol_version"),
        (old, "chose TLS 1.0"),
        (garbage, "broke the rules"),
    ] {
        let result = shake(address, &Expect::new(HOST, &[], NOW));
        assert_eq!(result.rung.code, Some("tls-handshake-failed"), "{:?}", result.rung);
        assert!(result.rung.evidence.contains(evidence), "{:?}", result.rung);
        assert_spoken(&result.rung, evidence);
    }
}

#[test]
fn gives_up_on_a_silent_server() {
    let silent = serve(|stream| {
        std::thread::sleep(std::time::Duration::from_secs(5));
        drop(stream);
    });
    let stream = connect(silent);
    stream.set_read_timeout(Some(std::time::Duration::from_millis(200))).expect("a limit");
    let result = tls(stream, &Expect::new(HOST, &[], NOW));
    assert_eq!(result.rung.code, Some("tls-handshake-failed"));
    assert!(result.rung.evidence.contains("in time"), "{:?}", result.rung);
    assert!((200..2000).contains(&result.rung.took_ms), "{}", result.rung.took_ms);
}

#[test]
fn refuses_a_server_that_does_not_own_its_certificate() {
    let pki = three(leaf_params(&[HOST]));
    let thief = Made {
        der: pki.leaf.der.clone(),
        params: pki.leaf.params.clone(),
        key: rcgen::KeyPair::generate().expect("key"),
    };
    // rustls will not serve a key that does not fit; its resolver does not look.
    let provider = rustls::crypto::ring::default_provider();
    let key = provider.key_provider.load_private_key(thief.private_key()).expect("a key");
    let chain = vec![pki.leaf.der.clone(), pki.middle.der.clone()];
    let certified = rustls::sign::CertifiedKey::new(chain, key);
    let config = rustls::ServerConfig::builder_with_provider(std::sync::Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_cert_resolver(std::sync::Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
    let roots = [pki.root.der.clone()];
    let result = shake(tls_server(config), &Expect::new(HOST, &roots, NOW));
    assert_eq!(result.rung.code, Some("tls-handshake-failed"), "{:?}", result.rung);
    assert!(result.stream.is_none());
}

#[test]
fn serves_json_with_stable_words() {
    let pki = three(leaf_params(&[HOST]));
    let address = tls_server(config(&pki.leaf, &[&pki.leaf.der]));
    let roots = [pki.root.der.clone()];
    let result = shake(address, &Expect::new(HOST, &roots, NOW));
    let json = serde_json::to_value(&result.diagnosis).expect("JSON");
    assert_eq!(json["host"], HOST);
    assert_eq!(json["verdict"]["trouble"], "incomplete-chain");
    assert_eq!(json["chain"]["sent"][0]["dns-names"][0], HOST);
    assert_eq!(json["chain"]["sent"][0]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(json["asks-client-certificate"], false);
}

#[test]
fn sees_that_a_client_certificate_is_wanted() {
    let pki = three(leaf_params(&[HOST]));
    let mut store = rustls::RootCertStore::empty();
    store.add(pki.root.der.clone()).expect("a root");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        rustls::server::WebPkiClientVerifier::builder_with_provider(store.into(), provider.clone());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.allow_unauthenticated().build().expect("a verifier"))
        .with_single_cert(vec![pki.leaf.der.clone(), pki.middle.der.clone()], pki.leaf.private_key())
        .expect("a configuration");
    let roots = [pki.root.der.clone()];
    let result = shake(tls_server(config), &Expect::new(HOST, &roots, NOW));
    assert_eq!(result.rung.outcome, Outcome::Ok, "{:?}", result.rung);
    assert!(result.diagnosis.asks_client_certificate);
    assert!(result.rung.evidence.contains("client certificate"), "{}", result.rung.evidence);
}

/// A proxy that opens real tunnels to `target`, whatever it is asked for.
fn tunnel(mut client: impl Read + Write, target: SocketAddr) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|n| n > 0) {
        head.push(byte[0]);
    }
    let mut server = connect(target);
    let wait = |server: &TcpStream, millis| {
        server.set_read_timeout(Some(std::time::Duration::from_millis(millis))).expect("a limit");
    };
    if client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").is_err() || client.flush().is_err() {
        return;
    }
    let mut buffer = [0; 16384];
    // One direction after the other is enough: a handshake takes turns.
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        if server.write_all(&buffer[..count]).is_err() {
            return;
        }
        wait(&server, 1000);
        while let Ok(count @ 1..) = server.read(&mut buffer) {
            wait(&server, 50);
            if client.write_all(&buffer[..count]).and_then(|()| client.flush()).is_err() {
                return;
            }
        }
    }
}

#[test]
fn climbs_through_a_proxy_and_through_one_that_speaks_tls() {
    let pki = three(leaf_params(&[HOST]));
    let corporate = three(leaf_params(&["proxy.test"]));
    let server = tls_server(config(&pki.leaf, &[&pki.leaf.der, &pki.middle.der]));
    let roots = [pki.root.der.clone(), corporate.root.der.clone()];
    let expect = Expect { proxy: Some("proxy.test:3128"), ..Expect::new(HOST, &roots, NOW) };

    let plain = serve(move |stream| tunnel(stream, server));
    let mut stream = connect(plain);
    let rung = doorkey::probes::connect::proxy_connect(&mut stream, "git.test:443", None);
    assert_eq!(rung.outcome, Outcome::Ok, "{rung:?}");
    let result = tls(stream, &expect);
    assert_eq!(result.rung.outcome, Outcome::Ok, "{:?}", result.rung);

    let outer_config = config(&corporate.leaf, &[&corporate.leaf.der, &corporate.middle.der]);
    let outer_config = std::sync::Arc::new(outer_config);
    let secured = serve(move |stream| {
        let connection = rustls::ServerConnection::new(outer_config.clone()).expect("a connection");
        tunnel(rustls::StreamOwned::new(connection, stream), server);
    });
    let outer = tls(connect(secured), &Expect::new("proxy.test", &roots, NOW));
    let mut outer = outer.stream.expect("the proxy is trusted");
    let rung = doorkey::probes::connect::proxy_connect(&mut outer, "git.test:443", None);
    assert_eq!(rung.outcome, Outcome::Ok, "{rung:?}");
    let inner = tls(outer, &expect);
    assert_eq!(inner.rung.outcome, Outcome::Ok, "{:?}", inner.rung);
    let mut hello = [0; 5];
    inner.stream.expect("a connection").read_exact(&mut hello).expect("the server's greeting");
    assert_eq!(&hello, b"hello");
}
