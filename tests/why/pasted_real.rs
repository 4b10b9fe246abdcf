//! The real programs, at faults on the loopback: what they say leads to the cause. A program that is not here is left out.

use doorkey::engine::why::pasted::judge;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A home of its own, and a TLS server in it that nobody trusts.
struct World {
    home: TempDir,
    server: Child,
    tls: u16,
    http: u16,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn world() -> World {
    let home = TempDir::new().unwrap();
    let key = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    std::fs::write(home.path().join("c.pem"), key.cert.pem()).unwrap();
    std::fs::write(home.path().join("k.pem"), key.signing_key.serialize_pem()).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = Command::new("openssl")
        .args(["s_server", "-quiet", "-www", "-cert", "c.pem", "-key", "k.pem", "-accept", &free.to_string()])
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let world = World { home, server, tls: free, http: plain_http() };
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", world.tls)).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(20), "openssl s_server does not come up");
        std::thread::sleep(Duration::from_millis(50));
    }
    world
}

/// Answers `GET /401/...` with 401, and CONNECT with 407.
fn plain_http() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                let long = stream.read(&mut request).unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..long]).into_owned();
                let status = match request.split(['/', ' ']).nth(2) {
                    _ if request.starts_with("CONNECT") => "407 Proxy Authentication Required",
                    Some("401") => "401 Unauthorized",
                    Some("403") => "403 Forbidden",
                    Some("500") => "500 Internal Server Error",
                    _ => "404 Not Found",
                };
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
                );
            });
        }
    });
    port
}

impl World {
    /// Runs a line of shell and holds what it says to a code.
    fn says(&self, wrong: &mut Vec<String>, code: &str, line: &str) {
        let line = line.replace("{tls}", &self.tls.to_string()).replace("{http}", &self.http.to_string());
        let program = line.split(' ').find(|word| !word.contains('=')).unwrap();
        // Shims of version managers need the home that was set up for them.
        let has = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap();
        if !has.status.success() {
            println!("not here: {program}");
            return;
        }
        let out = Command::new("timeout")
            .args(["60", "sh", "-c", &format!("{{ {line}; }} 2>&1")])
            .current_dir(self.home.path())
            .envs([("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0"), ("NO_PROXY", ""), ("CARGO_NET_RETRY", "0")])
            .env("CARGO_HOME", self.home.path().join("cargo"))
            .env("GOPATH", self.home.path().join("gopath"))
            .env("GOCACHE", self.home.path().join("gocache"))
            .env("npm_config_cache", self.home.path().join("npm"))
            .env("GIT_CONFIG_GLOBAL", Path::new("/dev/null"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stdout);
        let judged = judge(&said);
        let best = judged.causes.first().map(|b| b.code);
        println!("{code:<22} {line}");
        if best != Some(code) {
            wrong.push(format!("{line}\n  {best:?}, not {code}:\n{said}"));
        }
    }
}

fn all(lines: &[(&str, &str)]) {
    let world = world();
    let mut wrong = Vec::new();
    for (code, line) in lines {
        world.says(&mut wrong, code, line);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn git_and_ssh() {
    all(&[
        ("tcp-refused", "git ls-remote https://127.0.0.1:1/a.git"),
        ("dns-no-such-name", "git ls-remote https://nope.invalid/a.git"),
        ("tls-not-verified", "git ls-remote https://localhost:{tls}/a.git"),
        ("tls-not-tls", "git ls-remote https://127.0.0.1:{http}/a.git"),
        ("no-credential", "git ls-remote http://127.0.0.1:{http}/401/a.git"),
        ("auth-refused", "git ls-remote http://ada:x@127.0.0.1:{http}/401/a.git"),
        ("forbidden", "git ls-remote http://127.0.0.1:{http}/403/a.git"),
        ("repository-not-found", "git ls-remote http://127.0.0.1:{http}/404/a.git"),
        ("server-failed", "git ls-remote http://127.0.0.1:{http}/500/a.git"),
        ("proxy-auth-required", "https_proxy=http://127.0.0.1:{http} git ls-remote https://x.invalid/a.git"),
        ("proxy-no-such-name", "https_proxy=http://proxy.invalid:1 git ls-remote https://x.invalid/a.git"),
        ("tls-roots-unusable", "GIT_SSL_CAINFO=/nope git ls-remote https://localhost:{tls}/a.git"),
        ("tcp-refused", "git ls-remote ssh://git@127.0.0.1:1/a.git"),
        ("dns-no-such-name", "git ls-remote ssh://git@nope.invalid/a.git"),
        ("repository-not-found", "git ls-remote /nope/a.git"),
        ("not-a-repository", "git fetch"),
        ("tcp-refused", "ssh -F /dev/null -o BatchMode=yes -p 1 127.0.0.1 true"),
        ("dns-no-such-name", "ssh -F /dev/null -o BatchMode=yes nope.invalid true"),
        ("ssh-config-wrong", "ssh -F c.pem 127.0.0.1 true"),
    ]);
}

#[test]
fn curl() {
    all(&[
        ("dns-no-such-name", "curl -sS https://nope.invalid/"),
        ("tcp-refused", "curl -sS https://127.0.0.1:1/"),
        ("tls-self-signed", "curl -sS https://localhost:{tls}/"),
        ("tls-wrong-name", "curl -sS --cacert c.pem https://127.0.0.1:{tls}/"),
        ("tls-not-tls", "curl -sS https://127.0.0.1:{http}/"),
        ("tls-roots-unusable", "curl -sS --cacert /nope https://localhost:{tls}/"),
        ("auth-refused", "curl -sSf http://127.0.0.1:{http}/401/"),
        ("forbidden", "curl -sSf http://127.0.0.1:{http}/403/"),
        ("not-found", "curl -sSf http://127.0.0.1:{http}/404/"),
        ("server-failed", "curl -sSf http://127.0.0.1:{http}/500/"),
        ("proxy-auth-required", "curl -sS -x http://127.0.0.1:{http} https://x.invalid/"),
        ("proxy-no-such-name", "curl -sS -x http://proxy.invalid:1 https://x.invalid/"),
    ]);
}

#[test]
fn go() {
    all(&[
        ("tcp-refused", "GOFLAGS=-mod=mod GOPROXY=https://127.0.0.1:1 go list -m example.com/a@v1.0.0"),
        ("dns-no-such-name", "GOFLAGS=-mod=mod GOPROXY=https://nope.invalid go list -m example.com/a@v1.0.0"),
        (
            "tls-untrusted-root",
            "GOFLAGS=-mod=mod GOPROXY=https://localhost:{tls} go list -m example.com/a@v1.0.0",
        ),
        ("go-proxy-off", "GOFLAGS=-mod=mod GOPROXY=off go list -m example.com/a@v1.0.0"),
        ("go-proxy-invalid", "GOFLAGS=-mod=mod GOPROXY=foo go list -m example.com/a@v1.0.0"),
        ("go-vcs-disallowed", "GOPROXY=direct GOVCS=*:off go list -m github.com/a/b@v1.0.0"),
    ]);
}

#[test]
fn node_and_npm() {
    all(&[
        ("dns-no-such-name", "node -e \"fetch('https://nope.invalid')\""),
        (
            "tcp-refused",
            "node -e \"require('https').get('https://127.0.0.1:1').on('error',e=>console.error(e))\"",
        ),
        ("tls-self-signed", "node -e \"fetch('https://localhost:{tls}')\""),
        (
            "tls-not-tls",
            "node -e \"require('https').get('https://127.0.0.1:{http}').on('error',e=>console.error(e))\"",
        ),
        ("dns-no-such-name", "npm view foo --fetch-retries 0 --registry https://nope.invalid"),
        ("tcp-refused", "npm view foo --fetch-retries 0 --registry https://127.0.0.1:1"),
        ("tls-self-signed", "npm view foo --fetch-retries 0 --registry https://localhost:{tls}"),
        ("auth-refused", "npm view foo --fetch-retries 0 --registry http://127.0.0.1:{http}/401/"),
        ("forbidden", "npm view foo --fetch-retries 0 --registry http://127.0.0.1:{http}/403/"),
        ("package-not-found", "npm view foo --fetch-retries 0 --registry http://127.0.0.1:{http}/404/"),
        ("server-failed", "npm view foo --fetch-retries 0 --registry http://127.0.0.1:{http}/500/"),
    ]);
}

#[test]
fn python_and_pip() {
    all(&[
        ("dns-no-such-name", "python3 -c \"import urllib.request as u;u.urlopen('https://nope.invalid')\""),
        ("tcp-refused", "python3 -c \"import urllib.request as u;u.urlopen('https://127.0.0.1:1')\""),
        ("tls-self-signed", "python3 -c \"import urllib.request as u;u.urlopen('https://localhost:{tls}')\""),
        ("tls-not-tls", "python3 -c \"import urllib.request as u;u.urlopen('https://127.0.0.1:{http}')\""),
        (
            "auth-refused",
            "python3 -c \"import urllib.request as u;u.urlopen('http://127.0.0.1:{http}/401/')\"",
        ),
        ("dns-no-such-name", "pip download --no-input --retries 1 -i https://nope.invalid/simple foo"),
        ("tcp-refused", "pip download --no-input --retries 1 -i https://127.0.0.1:1/simple foo"),
        ("tls-self-signed", "pip download --no-input --retries 1 -i https://localhost:{tls}/simple foo"),
        ("tls-not-tls", "pip download --no-input --retries 1 -i https://127.0.0.1:{http}/simple foo"),
    ]);
}

#[test]
fn cargo_and_java() {
    let make = "mkdir -p p/src && touch p/src/lib.rs && printf '[package]\\nname=\"x\"\\nversion=\"0.1.0\"\\nedition=\"2021\"\\n[dependencies]\\nfoo=";
    let git = |url: &str| {
        format!(
            "cargo --version && {make}{{git=\"{url}\"}}\\n' > p/Cargo.toml && cargo fetch --manifest-path p/Cargo.toml"
        )
    };
    let index = |url: &str| {
        format!(
            "cargo --version && {make}{{version=\"1\",registry=\"acme\"}}\\n' > p/Cargo.toml && CARGO_REGISTRIES_ACME_INDEX=sparse+{url}/ cargo fetch --manifest-path p/Cargo.toml"
        )
    };
    let java = |url: &str| {
        format!(
            "java --version && printf 'public class A{{public static void main(String[] a)throws Exception{{new java.net.URL(a[0]).openStream();}}}}' > A.java && java A.java {url}"
        )
    };
    let lines = [
        ("tcp-refused", git("https://127.0.0.1:1/a.git")),
        ("tcp-refused", index("https://127.0.0.1:1")),
        ("tls-self-signed", index("https://localhost:{tls}")),
        ("dns-no-such-name", index("https://nope.invalid")),
        ("dns-no-such-name", java("https://nope.invalid/")),
        ("tcp-refused", java("https://127.0.0.1:1/")),
        ("tls-untrusted-root", java("https://localhost:{tls}/")),
    ];
    let lines: Vec<(&str, &str)> = lines.iter().map(|(code, line)| (*code, line.as_str())).collect();
    // All of a line's words go to the judge, the versions too.
    all(&lines.iter().map(|(code, line)| (*code, *line)).collect::<Vec<_>>());
}
