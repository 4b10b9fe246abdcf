//! The proxy decision, beside what the real git and the real curl do: listeners write down who connects.

use doorkey::formats::proxy::dialect::{Decision, Goes};
use doorkey::formats::proxy::setting::Scheme;
use doorkey::model::ladder::Outcome;
use doorkey::probes::proxy_choice::{Configured, proxy_decision, rung};
use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Where a connection was seen.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Seen {
    Direct,
    Proxied,
    Nowhere,
}

struct Ears {
    proxy: SocketAddr,
    port: u16,
    at_proxy: Arc<AtomicUsize>,
    at_target: Arc<AtomicUsize>,
}

fn listen(listener: TcpListener) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
            let _ = stream.read(&mut [0; 512]);
        }
    });
    count
}

impl Ears {
    /// The target listens on one port of several loopback addresses.
    fn open() -> Self {
        let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
        let (address, at_proxy) = (proxy.local_addr().expect("an address"), listen(proxy));
        loop {
            let first = TcpListener::bind("127.0.0.1:0").expect("a port");
            let port = first.local_addr().expect("an address").port();
            let others = [format!("127.0.0.5:{port}"), format!("[::1]:{port}")];
            let Ok(others) = others.iter().map(TcpListener::bind).collect::<Result<Vec<_>, _>>() else {
                continue;
            };
            let at_target = listen(first);
            for other in others {
                let (counter, own) = (Arc::clone(&at_target), other);
                std::thread::spawn(move || {
                    for mut stream in own.incoming().flatten() {
                        counter.fetch_add(1, Ordering::SeqCst);
                        let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
                        let _ = stream.read(&mut [0; 512]);
                    }
                });
            }
            return Self { proxy: address, port, at_proxy, at_target };
        }
    }

    fn seen(&self, run: impl FnOnce()) -> Seen {
        self.at_proxy.store(0, Ordering::SeqCst);
        self.at_target.store(0, Ordering::SeqCst);
        run();
        match (self.at_proxy.load(Ordering::SeqCst), self.at_target.load(Ordering::SeqCst)) {
            (0, 0) => Seen::Nowhere,
            (0, _) => Seen::Direct,
            (_, 0) => Seen::Proxied,
            both => panic!("seen at both: {both:?}"),
        }
    }

    fn clean(program: &str, env: &[(String, String)]) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").expect("PATH"));
        command.env("HOME", "/nonexistent").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0");
        command.envs(env.iter().map(|(k, v)| (k, v)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn git(&self, case: &Case, env: &[(String, String)], url: &str) -> Seen {
        let mut command = Self::clean("git", env);
        if !case.host.contains(':') {
            command.args(["-c", &format!("http.curloptResolve={}:{}:127.0.0.1", case.host, self.port)]);
        }
        if let Some(value) = case.configured {
            command.args(["-c", &format!("http.proxy={}", self.filled(value))]);
        }
        command.args(["ls-remote", url]);
        self.seen(|| {
            command.status().expect("git runs");
        })
    }

    fn curl(&self, case: &Case, env: &[(String, String)], url: &str) -> Seen {
        let mut command = Self::clean("curl", env);
        if !case.host.contains(':') {
            command.args(["--resolve", &format!("{}:{}:127.0.0.1", case.host, self.port)]);
        }
        command.args(["-q", "-s", "-g", "-m", "5", "-o", "/dev/null", url]);
        self.seen(|| {
            command.status().expect("curl runs");
        })
    }

    fn filled(&self, value: &str) -> String {
        value.replace("PROXY", &self.proxy.to_string()).replace("PORT", &self.port.to_string())
    }
}

struct Case {
    scheme: &'static str,
    host: &'static str,
    configured: Option<&'static str>,
    env: &'static [(&'static str, &'static str)],
    /// What git and this doorkey do; curl differs where a variable is set and empty.
    expected: Seen,
    curl_differs: bool,
}

const P: Seen = Seen::Proxied;
const D: Seen = Seen::Direct;

fn case(
    scheme: &'static str,
    host: &'static str,
    configured: Option<&'static str>,
    env: &'static [(&'static str, &'static str)],
    expected: Seen,
) -> Case {
    Case { scheme, host, configured, env, expected, curl_differs: false }
}

fn table() -> Vec<Case> {
    const SUB: &str = "sub.corp.test";
    const IP: &str = "127.0.0.5";
    let mut list = vec![
        case("http", SUB, None, &[], D),
        case("http", SUB, None, &[("http_proxy", "http://PROXY")], P),
        case("http", SUB, None, &[("http_proxy", "PROXY")], P),
        case("http", SUB, None, &[("HTTP_PROXY", "http://PROXY")], D),
        case("http", SUB, None, &[("https_proxy", "http://PROXY")], D),
        case("http", SUB, None, &[("ALL_PROXY", "http://PROXY")], P),
        case("http", SUB, None, &[("all_proxy", "http://PROXY")], P),
        case("http", SUB, None, &[("http_proxy", "http://PROXY/"), ("no_proxy", "")], P),
        case("https", SUB, None, &[("https_proxy", "http://PROXY")], P),
        case("https", SUB, None, &[("HTTPS_PROXY", "http://PROXY")], P),
        case("https", SUB, None, &[("http_proxy", "http://PROXY")], D),
        case(
            "https",
            SUB,
            None,
            &[("https_proxy", "http://PROXY"), ("HTTPS_PROXY", "http://127.0.0.1:1")],
            P,
        ),
        case("https", SUB, None, &[("https_proxy", "http://PROXY"), ("ALL_PROXY", "http://127.0.0.1:1")], P),
        // git's own setting
        case("http", SUB, Some("http://PROXY"), &[], P),
        case("https", SUB, Some("http://user:pw@PROXY"), &[("https_proxy", "http://127.0.0.1:1")], P),
        case("https", SUB, Some(""), &[("https_proxy", "http://PROXY")], D),
        case("https", SUB, Some("http://PROXY"), &[("NO_PROXY", "corp.test")], D),
        case("https", SUB, Some("http://PROXY"), &[("no_proxy", ".corp.test")], D),
    ];
    // NO_PROXY, entry by entry
    for (host, no_proxy, expected) in [
        (SUB, "sub.corp.test", D),
        (SUB, "corp.test", D),
        (SUB, ".corp.test", D),
        ("corp.test", ".corp.test", D),
        (SUB, "*.corp.test", P),
        (SUB, "*corp.test", P),
        (SUB, "*", D),
        (SUB, "foo,*", P),
        (SUB, "sub.corp.test:PORT", P),
        (SUB, "SUB.Corp.TEST", D),
        (SUB, "a, corp.test", D),
        (SUB, "a ,corp.test", D),
        (SUB, ",,corp.test,", D),
        ("notcorp.test", "corp.test", P),
        (SUB, "corp.test.", D),
        ("sub.corp.test.", "corp.test", D),
        (SUB, "http://corp.test", P),
        (SUB, "test", D),
        (SUB, ".", P),
        (IP, "127.0.0.5", D),
        (IP, "127.0.0.0/24", D),
        (IP, "127.0.0.4/31", D),
        (IP, "127.0.0.4/32", P),
        (IP, "127.0.0.0/33", P),
        (IP, "127.0.0.0/0", P),
        (IP, "127.0.0.0/x", P),
        (IP, "127.0.0.5/0", D),
        (IP, "127.0.0.*", P),
        (IP, "127.0.", P),
        (IP, ".0.5", P),
        (SUB, "127.0.0.0/8", P),
        ("localhost", "127.0.0.1", P),
        ("[::1]", "::1", D),
        ("[::1]", "127.0.0.0/8", P),
        ("[::1]", "[::1]", P),
        ("[::1]", "0:0:0:0:0:0:0:1", P),
        ("[::1]", "::/16", P),
        ("[::1]", "1::/16", P),
        ("[::1]", "::1/129", P),
        (IP, "127.0.0.5/33", P),
        (IP, "127.0.0.5/32", D),
        (IP, "127.0.0.5.", P),
    ] {
        let env: &'static [(&'static str, &'static str)] =
            Box::leak(Box::new([("http_proxy", "http://PROXY"), ("no_proxy", no_proxy)]));
        list.push(case("http", host, None, env, expected));
    }
    list.push(case("http", SUB, None, &[("http_proxy", "http://PROXY"), ("NO_PROXY", "corp.test")], D));
    list.push(case(
        "http",
        SUB,
        None,
        &[("http_proxy", "http://PROXY"), ("NO_PROXY", "corp.test"), ("no_proxy", "other")],
        P,
    ));
    for env in [
        &[("https_proxy", ""), ("HTTPS_PROXY", "http://PROXY")][..],
        &[("https_proxy", "http://PROXY"), ("no_proxy", ""), ("NO_PROXY", "corp.test")],
    ] {
        let expected = if env[0].1.is_empty() { D } else { P };
        list.push(Case { curl_differs: true, ..case("https", SUB, None, env, expected) });
    }
    list
}

fn decide(env: &[(String, String)], configured: Option<&str>, url: &str) -> Decision {
    let get = |name: &str| env.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone());
    proxy_decision(configured.map(|value| Configured { key: "http.proxy", value }), get, url)
}

#[test]
fn decides_as_git_and_curl_do() {
    let ears = Ears::open();
    let mut wrong = Vec::new();
    for case in table() {
        let env: Vec<(String, String)> =
            case.env.iter().map(|(k, v)| ((*k).to_owned(), ears.filled(v))).collect();
        let url = format!("{}://{}:{}/x.git", case.scheme, case.host, ears.port);
        let configured = case.configured.map(|value| ears.filled(value));
        let decision = decide(&env, configured.as_deref(), &url);
        let ours = match &decision.goes {
            Goes::Direct => Seen::Direct,
            Goes::Through(proxy) => {
                assert_eq!(proxy.address(), ears.proxy.to_string());
                Seen::Proxied
            }
            Goes::Stops => Seen::Nowhere,
        };
        let git = ears.git(&case, &env, &url);
        let curl = if case.configured.is_some() { git } else { ears.curl(&case, &env, &url) };
        if (ours, git) != (case.expected, case.expected) || (curl == git) == case.curl_differs {
            let note = format!("{url} {env:?} {configured:?}: expected {:?}", case.expected);
            wrong.push(format!("{note}, doorkey {ours:?}, git {git:?}, curl {curl:?}"));
        }
        assert_eq!(rung(&decision).map(|r| r.outcome), (ours == D).then_some(Outcome::NotTried));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reads_a_proxy_as_libcurl_does() {
    let read = |value: &str| decide_one(value).proxy().cloned();
    for (value, scheme, host, port) in [
        ("http://proxy.test:3128", Scheme::Http, "proxy.test", 3128),
        ("http://proxy.test:80/", Scheme::Http, "proxy.test", 80),
        ("http://proxy.test", Scheme::Http, "proxy.test", 1080),
        ("proxy.test", Scheme::Http, "proxy.test", 1080),
        ("HTTPS://proxy.test", Scheme::Https, "proxy.test", 443),
        ("socks5h://proxy.test", Scheme::Socks5h, "proxy.test", 1080),
        ("socks://proxy.test:9", Scheme::Socks4, "proxy.test", 9),
        ("http://[2001:db8::1]:8080", Scheme::Http, "2001:db8::1", 8080),
        ("http://[2001:db8::1]", Scheme::Http, "2001:db8::1", 1080),
    ] {
        let proxy = read(value).expect(value);
        assert_eq!((proxy.scheme, proxy.host.as_str(), proxy.port), (scheme, host, port), "{value}");
        assert!(proxy.credentials.is_none());
    }
    for value in [
        "http://",
        "http://:3128",
        "http://proxy:port",
        "http://proxy:99999",
        "gopher://proxy",
        "http://[::1",
        "http://a b",
    ] {
        let decision = decide_one(value);
        assert!(matches!(decision.goes, Goes::Stops), "{value}");
        assert_eq!(rung(&decision).and_then(|r| r.code), Some("proxy-unreadable"));
    }
}

fn decide_one(value: &str) -> Decision {
    proxy_decision(Some(Configured { key: "http.proxy", value }), |_| None, "https://git.test/x")
}

#[test]
fn keeps_the_proxys_password_to_itself() {
    let decision = decide_one("http://corp%40user:p%3a%C3%A4%zz@proxy.test:3128");
    let proxy = decision.proxy().expect("a proxy");
    let (user, password) = proxy.credentials.as_ref().expect("credentials");
    assert_eq!(user, "corp@user");
    assert!(password.same_as("p:ä%zz".as_bytes()));
    assert_eq!(proxy.shown(), "http://proxy.test:3128");
    let bad = decide_one("gopher://user:hunter2@proxy");
    for said in [format!("{decision:?}"), decision.because, format!("{bad:?}"), format!("{:?}", rung(&bad))] {
        assert!(!said.contains("p:ä") && !said.contains("p%3a") && !said.contains("hunter2"), "{said}");
    }
    let configured = Configured { key: "http.proxy", value: "http://u:hunter2@p" };
    assert!(!format!("{configured:?}").contains("hunter2"));
}

#[test]
fn warns_where_others_read_a_setting_differently() {
    let env = |list: &'static str| {
        move |name: &str| match name {
            "https_proxy" => Some("proxy.test:3128".to_owned()),
            "no_proxy" => Some(list.to_owned()),
            _ => None,
        }
    };
    let decision = proxy_decision(None, env("other.test git.test"), "https://git.test/x");
    assert!(matches!(decision.goes, Goes::Direct));
    assert!(decision.warnings[0].contains("blanks"), "{:?}", decision.warnings);
    let decision = proxy_decision(None, env("other.test, git.test"), "https://git.test/x");
    assert!(matches!(decision.goes, Goes::Direct) && decision.warnings.is_empty(), "{decision:?}");
    let decision = proxy_decision(None, env(""), "https://git.test/x");
    assert!(decision.proxy().is_some() && decision.warnings[0].contains("http://"), "{decision:?}");
    assert_eq!(decision.because, "https_proxy names http://proxy.test:3128");
    for url in ["ssh://git@git.test/x", "git@git.test:x", "/srv/x.git", "file:///x"] {
        assert!(matches!(proxy_decision(None, env(""), url).goes, Goes::Direct), "{url}");
    }
}
