//! Little servers on the loopback address, each for one connection after another.

use crate::pki::Made;
use rustls::ServerConfig;
use rustls_pki_types::CertificateDer;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// Serves every connection with `answer`, until the test's process ends.
pub(crate) fn serve(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
            std::thread::spawn(move || answer(stream));
        }
    });
    address
}

pub(crate) fn config(leaf: &Made, chain: &[&CertificateDer<'static>]) -> ServerConfig {
    let chain: Vec<_> = chain.iter().map(|der| (*der).clone()).collect();
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, leaf.private_key())
        .expect("a server configuration")
}

/// A TLS server that says `hello` and then echoes.
pub(crate) fn tls_server(config: ServerConfig) -> SocketAddr {
    let config = Arc::new(config);
    serve(move |stream| {
        let connection = rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
        let mut tls = rustls::StreamOwned::new(connection, stream);
        if tls.write_all(b"hello").is_ok() {
            let _ = tls.flush();
            let mut rest = [0; 64];
            while tls.read(&mut rest).is_ok_and(|count| count > 0) {}
        }
    })
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    stream
}
