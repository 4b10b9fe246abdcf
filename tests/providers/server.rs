//! A git host on the loopback address: TLS by a root of its own, an API that the test brings, and git over HTTP.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as the host saw it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) target: String,
    headers: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// User and password of Basic.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let coded = self.header("authorization")?.strip_prefix("Basic ")?;
        let pair = String::from_utf8(STANDARD.decode(coded).ok()?).ok()?;
        pair.split_once(':').map(|(user, password)| (user.into(), password.into()))
    }

    /// The token, however it was shown.
    pub(crate) fn token(&self) -> Option<String> {
        let bearer = self.header("authorization").and_then(|h| h.strip_prefix("Bearer "));
        bearer.or_else(|| self.header("private-token")).map(str::to_owned).or_else(|| Some(self.basic()?.1))
    }
}

/// What the host answers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: serde_json::Value) -> Self {
        Self::of(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn html(status: u16) -> Self {
        Self::of(status, "text/html; charset=utf-8", "<html>Sign in</html>")
    }

    pub(crate) fn of(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }.with("Content-Type", kind)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// How a request is answered: with an answer, or byte by byte as the test likes (then true).
pub(crate) type Api = dyn Fn(&Request) -> Answer + Send + Sync;
pub(crate) type Raw = dyn Fn(&Request, &mut dyn Write) -> bool + Send + Sync;

/// A certificate authority.
pub(crate) struct Root {
    params: CertificateParams,
    key: KeyPair,
    pub(crate) der: CertificateDer<'static>,
}

/// The names that the hosts here answer to. The last ones are reached through a proxy of the test alone.
const NAMES: &[&str] = &[
    "localhost",
    "127.0.0.1",
    "github.com",
    "api.github.com",
    "acme.ghe.com",
    "api.acme.ghe.com",
    "bitbucket.org",
    "api.bitbucket.org",
];

fn params(name: &str, alternative: &[&str]) -> CertificateParams {
    let names: Vec<String> = alternative.iter().map(|n| (*n).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2045, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

impl Root {
    pub(crate) fn new() -> Self {
        let mut params = params("Tenant Root CA", &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let der = params.self_signed(&key).expect("signed").der().clone();
        Self { params, key, der }
    }

    pub(crate) fn pem(&self) -> String {
        let text = STANDARD.encode(&self.der);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    fn server_config(&self) -> ServerConfig {
        let mut params = params("localhost", NAMES);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().expect("a key");
        let signer = Issuer::from_params(&self.params, &self.key);
        let der = params.signed_by(&key, &signer).expect("signed").der().clone();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![der], key)
            .expect("a server configuration")
    }
}

/// A running host.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(crate) fn start(root: &Root, api: Arc<Api>, raw: Option<Arc<Raw>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (config, log) = (Arc::new(root.server_config()), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, log) = (Arc::clone(&config), Arc::clone(&log));
                let (api, raw) = (Arc::clone(&api), raw.clone());
                std::thread::spawn(move || {
                    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
                    let connection = rustls::ServerConnection::new(config).expect("a connection");
                    let mut tls = rustls::StreamOwned::new(connection, stream);
                    while let Some(request) = read_request(&mut tls) {
                        log.lock().unwrap().push(request.clone());
                        if raw.as_ref().is_some_and(|raw| raw(&request, &mut tls)) {
                            break;
                        }
                        let close = request.header("connection").is_some_and(|c| c.contains("close"));
                        if tls.write_all(&bytes_of(&api(&request), close)).and_then(|()| tls.flush()).is_err()
                            || close
                        {
                            break;
                        }
                    }
                    tls.conn.send_close_notify();
                    let _ = tls.flush();
                });
            }
        });
        Self { port, seen }
    }

    /// Everything that was asked, in order.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// The paths that were asked with a login, without those of git.
    pub(crate) fn api_logins(&self) -> Vec<String> {
        let api = |r: &Request| r.token().is_some() && !r.target.contains("/info/refs");
        self.seen().into_iter().filter(api).map(|r| r.target).collect()
    }

    /// How many times somebody logged in, with git or at the API.
    pub(crate) fn logins(&self) -> usize {
        self.seen().iter().filter(|r| r.token().is_some()).count()
    }
}

fn bytes_of(answer: &Answer, close: bool) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(if close { "Connection: close\r\n\r\n" } else { "\r\n" });
    [head.as_bytes(), &answer.body].concat()
}

/// One request without a body: all that is asked here.
pub(crate) fn read_request(stream: &mut impl Read) -> Option<Request> {
    let mut head = Vec::new();
    let mut byte = [0u8];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 || head.len() > 65536 {
            return None;
        }
        head.push(byte[0]);
    }
    let text = String::from_utf8(head).expect("the program writes ASCII");
    let mut lines = text.lines();
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers = lines
        .filter_map(|l| l.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Some(Request { target, headers })
}

/// What git gets for `info/refs`: one branch (gitprotocol-http(5)).
pub(crate) fn refs() -> Answer {
    let packet = |text: &str| format!("{:04x}{text}", text.len() + 4);
    let id = "1234567890123456789012345678901234567890";
    let body = [
        packet("# service=git-upload-pack\n"),
        "0000".into(),
        packet(&format!("{id} HEAD\0symref=HEAD:refs/heads/main agent=stand-in\n")),
        packet(&format!("{id} refs/heads/main\n")),
        "0000".into(),
    ];
    Answer::of(200, "application/x-git-upload-pack-advertisement", body.concat())
}

/// A proxy for CONNECT that lets everything through to the loopback address, and says for which target.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    pub(crate) seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn start() -> Self {
        Self::start_to(None)
    }

    /// With `to`, whatever name is asked for lies at that port.
    pub(crate) fn start_to(to: Option<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || {
                    let Some(request) = read_request(&mut stream) else { return };
                    log.lock().unwrap().push(request.target.clone());
                    let asked: u16 = request.target.rsplit(':').next().unwrap().parse().unwrap();
                    let mut there =
                        TcpStream::connect(("127.0.0.1", to.unwrap_or(asked))).expect("connected");
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("answered");
                    let (mut from, mut to) = (stream.try_clone().unwrap(), there.try_clone().unwrap());
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(std::net::Shutdown::Write);
                    });
                    let _ = std::io::copy(&mut there, &mut stream);
                    let _ = stream.shutdown(std::net::Shutdown::Write);
                });
            }
        });
        Self { port, seen }
    }
}
