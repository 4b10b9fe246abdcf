//! A corporate proxy that opens TLS: mitmdump with the lab's own root for what it shows, and the lab's roots for what it
//! checks upstream. Python takes a second or two to start, so only for the tests that ask.

use super::namespace::ROOT;
use super::pki;
use super::server::Server;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

/// Its address.
pub(crate) const URL: &str = "http://proxy.corp.test:3128";

/// Starts it, the first time.
pub(crate) fn start() {
    static STARTED: Mutex<bool> = Mutex::new(false);
    let mut started = STARTED.lock().unwrap_or_else(|_| panic!("the intercepting proxy did not start"));
    if *started {
        return;
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/mitmdump");
    assert!(program.exists(), "{} is missing: run tests/setup", program.display());
    let folder = Path::new(ROOT).join("mitmproxy");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::copy(pki::folder().join("proxy-ca-and-key.pem"), folder.join("mitmproxy-ca.pem"))
        .expect("its root");
    let roots = ["root.crt", "public-root.crt"]
        .map(|name| std::fs::read_to_string(pki::folder().join(name)).expect("a root"))
        .concat();
    std::fs::write(folder.join("upstream.crt"), roots).expect("the roots it trusts");
    let mut command = Command::new(program);
    command
        .args(["--listen-host", "127.0.1.10", "--listen-port", "3128"])
        .args(["--set", &format!("confdir={}", folder.display())])
        .args([
            "--set",
            &format!("ssl_verify_upstream_trusted_ca={}", folder.join("upstream.crt").display()),
        ]);
    Server::start(&mut command, "mitmdump.log").wait_for_port("127.0.1.10:3128");
    *started = true;
}
