//! How programs read the proxy variables: what was measured of twelve of them, and the programs that are here, asked
//! with variables that chance puts together.

use crate::counting::Counting;
use doorkey::formats::proxy::dialect::{self, Dialect, Goes, Own};
use doorkey::formats::proxy::no_proxy::Target;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

type Env = Vec<(String, String)>;
type Measured = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// The columns of [`MEASURED`].
const READERS: [(&str, &Dialect); 12] = [
    ("curl 7.88", &dialect::CURL),
    ("curl 8.14", &dialect::CURL_8),
    ("wget 1.21", &dialect::WGET),
    ("git 2.39", &dialect::GIT),
    ("Go 1.24", &dialect::GO),
    ("urllib 3.11", &dialect::URLLIB),
    ("requests 2.32", &dialect::REQUESTS),
    ("httpx 0.28", &dialect::HTTPX),
    ("Node 24, fetch", &dialect::NODE_FETCH),
    ("Node 24, http", &dialect::NODE_MODULES),
    ("Ruby 3.1", &dialect::RUBY),
    ("reqwest 0.13", &dialect::HYPER),
];

/// URL, variables, and for each reader `1` or `2` for the proxy that it spoke to, `-` for none. Ruby looks names up,
/// which is not done here: `?`.
const MEASURED: &[Measured] = &[
    ("http://sub.corp.test:8080/", &[], "------------"),
    ("http://sub.corp.test:8080/", &[("http_proxy", "http://one.test:3128")], "111111111111"),
    ("http://sub.corp.test:8080/", &[("HTTP_PROXY", "http://one.test:3128")], "----11111111"),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("HTTP_PROXY", "http://two.test:3128")],
        "111121111112",
    ),
    ("http://sub.corp.test:8080/", &[("https_proxy", "http://one.test:3128")], "------------"),
    ("http://sub.corp.test:8080/", &[("ALL_PROXY", "http://one.test:3128")], "11-1--11---1"),
    ("http://sub.corp.test:8080/", &[("all_proxy", "http://one.test:3128")], "11-1--11---1"),
    ("https://sub.corp.test:8080/", &[("https_proxy", "http://one.test:3128")], "1111111111-1"),
    ("https://sub.corp.test:8080/", &[("HTTPS_PROXY", "http://one.test:3128")], "11-1111111-1"),
    (
        "https://sub.corp.test:8080/",
        &[("https_proxy", "http://one.test:3128"), ("HTTPS_PROXY", "http://two.test:3128")],
        "1111211111-2",
    ),
    ("https://sub.corp.test:8080/", &[("http_proxy", "http://one.test:3128")], "--------1-1-"),
    ("https://sub.corp.test:8080/", &[("ALL_PROXY", "http://one.test:3128")], "11-1--11---1"),
    ("http://sub.corp.test:8080/", &[("http_proxy", "one.test:3128")], "11111111---1"),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("NO_PROXY", "sub.corp.test")],
        "--1---------",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "sub.corp.test")],
        "------------",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "other.test"), ("NO_PROXY", "sub.corp.test")],
        "1111-111111-",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "sub.corp.test"), ("NO_PROXY", "other.test")],
        "----1------1",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "corp.test"), ("NO_PROXY", "corp.test")],
        "---------1--",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", ".corp.test"), ("NO_PROXY", ".corp.test")],
        "------------",
    ),
    (
        "http://corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", ".corp.test"), ("NO_PROXY", ".corp.test")],
        "--1-1--1--1-",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "*.corp.test"), ("NO_PROXY", "*.corp.test")],
        "1111-111--11",
    ),
    (
        "http://corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "*.corp.test"), ("NO_PROXY", "*.corp.test")],
        "11111111-111",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "*corp.test"), ("NO_PROXY", "*corp.test")],
        "111111111111",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "*"), ("NO_PROXY", "*")],
        "--1-------1-",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "foo,*"), ("NO_PROXY", "foo,*")],
        "1111-11-1-1-",
    ),
    (
        "http://sub.corp.test:8080/",
        &[
            ("http_proxy", "http://one.test:3128"),
            ("no_proxy", "sub.corp.test:8080"),
            ("NO_PROXY", "sub.corp.test:8080"),
        ],
        "1111-------1",
    ),
    (
        "http://sub.corp.test:8080/",
        &[
            ("http_proxy", "http://one.test:3128"),
            ("no_proxy", "sub.corp.test:9999"),
            ("NO_PROXY", "sub.corp.test:9999"),
        ],
        "111111111111",
    ),
    (
        "http://sub.corp.test:8080/",
        &[
            ("http_proxy", "http://one.test:3128"),
            ("no_proxy", "SUB.CORP.TEST"),
            ("NO_PROXY", "SUB.CORP.TEST"),
        ],
        "------------",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "a, corp.test"), ("NO_PROXY", "a, corp.test")],
        "---------1--",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "a corp.test"), ("NO_PROXY", "a corp.test")],
        "-11-1111-1-1",
    ),
    (
        "http://notcorp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "corp.test"), ("NO_PROXY", "corp.test")],
        "111111111111",
    ),
    (
        "http://10.99.0.5:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "10.99.0.5"), ("NO_PROXY", "10.99.0.5")],
        "------------",
    ),
    (
        "http://10.99.0.5:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "10.99.0.0/24"), ("NO_PROXY", "10.99.0.0/24")],
        "--1--1-111--",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "10.99.0.0/24"), ("NO_PROXY", "10.99.0.0/24")],
        "1111111111?1",
    ),
    (
        "http://10.99.0.5:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "10.99.0.*"), ("NO_PROXY", "10.99.0.*")],
        "111111111111",
    ),
    (
        "http://10.99.0.5:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "10.99."), ("NO_PROXY", "10.99.")],
        "111111111111",
    ),
    (
        "http://10.99.0.5:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", ".0.5"), ("NO_PROXY", ".0.5")],
        "11-11------1",
    ),
    (
        "http://sub.corp.test:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "corp.test."), ("NO_PROXY", "corp.test.")],
        "--1-11111111",
    ),
    (
        "http://corp.test:8080/",
        &[
            ("http_proxy", "http://one.test:3128"),
            ("no_proxy", "http://corp.test"),
            ("NO_PROXY", "http://corp.test"),
        ],
        "1111111-1111",
    ),
    ("http://localhost:8080/", &[("http_proxy", "http://one.test:3128")], "1111-11111-1"),
    ("http://127.0.0.1:8080/", &[("http_proxy", "http://one.test:3128")], "1111-11111-1"),
    (
        "http://localhost:8080/",
        &[("http_proxy", "http://one.test:3128"), ("no_proxy", "<local>"), ("NO_PROXY", "<local>")],
        "1111-11111-1",
    ),
];

fn decided(dialect: &Dialect, url: &str, env: &[(String, String)]) -> String {
    let get = |name: &str| env.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let decision = dialect.decide(&Target::of(url).expect("a URL"), &Own::default(), &get);
    match decision.goes {
        Goes::Through(proxy) => proxy.address(),
        Goes::Direct | Goes::Stops => "-".into(),
    }
}

#[test]
fn readers_decide_as_was_measured() {
    let mut wrong = Vec::new();
    for (url, env, cells) in MEASURED {
        let env: Env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        for ((name, dialect), cell) in READERS.iter().zip(cells.chars()) {
            let expected = match cell {
                '1' => "one.test:3128",
                '2' => "two.test:3128",
                '-' => "-",
                _ => continue,
            };
            let ours = decided(dialect, url, &env);
            if ours != expected {
                wrong.push(format!("{name}: {url} with {env:?}: {expected}, not {ours}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Chance that can be had again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n as u64).expect("small")
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// Nobody answers there, and every system says so at once: names of RFC 6761, the broadcast address.
const HOSTS: &[&str] =
    &["sub.corp.invalid", "corp.invalid", "notcorp.invalid", "a.b.corp.invalid", "255.255.255.255"];

const ENTRIES: &[&str] = &[
    "corp.invalid",
    ".corp.invalid",
    "*.corp.invalid",
    "*corp.invalid",
    "SUB.Corp.INVALID",
    "sub.corp.invalid:8080",
    "corp.invalid:8080",
    "corp.invalid:1",
    "corp.invalid.",
    "b.corp.invalid",
    "orp.invalid",
    "invalid",
    "other.test",
    "*",
    "255.255.255.255",
    "255.255.255.0/24",
    "255.0.0.0/9",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "255.255.",
    ".255.255",
    "255.255.255.*",
    "255.255.255.255:8080",
    "http://corp.invalid",
    "localhost",
    "",
];

/// The variables of one case, and the URL.
fn case(chance: &mut Chance, proxies: &[&str; 2]) -> (String, Env) {
    let scheme = chance.of(&["http", "https"]);
    let port = chance.of(&["", ":8080"]);
    let url = format!("{scheme}://{}{port}/x", chance.of(HOSTS));
    let mut env = Env::new();
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        let value = match chance.below(if name.starts_with(['a', 'A']) { 14 } else { 7 }) {
            0 | 1 => format!("http://{}", proxies[0]),
            2 | 3 => format!("http://{}", proxies[1]),
            4 => chance.of(&["", proxies[0]]).to_owned(),
            _ => continue,
        };
        env.push((name.to_owned(), value));
    }
    for name in ["no_proxy", "NO_PROXY"] {
        if chance.below(3) > 0 {
            let mut list = chance.of(ENTRIES).to_owned();
            for _ in 0..chance.below(3) {
                list += chance.of(&[",", ",", ", ", " ,", " "]);
                list += chance.of(ENTRIES);
            }
            env.push((name.to_owned(), list));
        }
    }
    (url, env)
}

/// How a program is asked.
enum Asked {
    /// Started anew for each case: program, arguments before the URL.
    Anew(&'static str, Vec<String>),
    /// A process that takes cases by its standard input, a line of JSON each, and says when it is done with one.
    Kept(Box<Child>, BufReader<ChildStdout>),
}

impl Asked {
    fn python(code: &str) -> Self {
        let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients");
        assert!(clients.join("httpx").is_dir(), "requests and httpx are missing: run tests/setup");
        let head = "import json,os,sys\nfor line in sys.stdin:\n c=json.loads(line)\n os.environ.clear(); os.environ.update(c['env'])\n try:\n  ";
        let code = format!("{head}{code}\n except Exception: pass\n print('.', flush=True)\n");
        let mut child = Command::new("python3")
            .args(["-c", &code])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").expect("PATH"))
            .env("PYTHONPATH", clients)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        Self::Kept(Box::new(child), out)
    }

    fn ask(&mut self, url: &str, env: &Env) {
        match self {
            Self::Anew(program, arguments) => {
                let mut command = Command::new(*program);
                command
                    .args(arguments)
                    .arg(url)
                    .env_clear()
                    .env("PATH", std::env::var_os("PATH").expect("PATH"));
                command
                    .env("HOME", "/nonexistent")
                    .env("GIT_CONFIG_NOSYSTEM", "1")
                    .env("GIT_TERMINAL_PROMPT", "0");
                command.envs(env.iter().map(|(k, v)| (k, v)));
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                command
                    .status()
                    .unwrap_or_else(|why| panic!("{program} does not start ({why}): run tests/setup"));
            }
            Self::Kept(child, out) => {
                let env: serde_json::Map<String, serde_json::Value> =
                    env.iter().map(|(k, v)| (k.clone(), v.as_str().into())).collect();
                let line = serde_json::json!({ "url": url, "env": env });
                let pipe = child.stdin.as_mut().expect("a pipe");
                writeln!(pipe, "{line}").expect("it reads");
                let mut done = String::new();
                out.read_line(&mut done).expect("it answers");
                assert_eq!(done.trim(), ".", "it died at {line}");
            }
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Self::Kept(child, _) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Every program here with its reader, for as many cases as `DOORKEY_PROXY_CASES` says.
fn hold_against(name: &str, dialect: &Dialect, mut asked: Asked, seed: u64) {
    let count = std::env::var("DOORKEY_PROXY_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(120);
    let (one, two) = (Counting::open(), Counting::open());
    let mut chance = Chance(seed);
    let mut wrong = Vec::new();
    let mut reached = [0_usize; 3];
    for _ in 0..count {
        let (url, mut env) = case(&mut chance, &[&one.address, &two.address]);
        let list_of_ends = env.iter().any(|(_, value)| value.contains(".255.255"));
        if name == "Go" && list_of_ends {
            // The Go here is older than 1.24, and compares the ends of addresses as text.
            continue;
        }
        if name == "npm" {
            // Of two spellings npm takes the one that stands later in the environment.
            env.dedup_by(|a, b| a.0.eq_ignore_ascii_case(&b.0));
        }
        one.forget();
        two.forget();
        asked.ask(&url, &env);
        let theirs = match (one.seen(), two.seen()) {
            (0, 0) => "-",
            (_, 0) => one.address.as_str(),
            (0, _) => two.address.as_str(),
            _ => "both",
        };
        reached[usize::from(theirs == one.address) + 2 * usize::from(theirs == two.address)] += 1;
        let ours = decided(dialect, &url, &env);
        if ours != theirs {
            wrong.push(format!("{url} with {env:?}: {theirs}, not {ours}"));
        }
    }
    assert!(reached.iter().all(|n| *n > count / 20), "{name}: the cases are all alike: {reached:?}");
    assert!(wrong.is_empty(), "{name}: {} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn curl_reads_as_curl() {
    let asked = Asked::Anew("curl", words(&["-q", "-s", "-g", "-m", "5", "-o", "/dev/null"]));
    hold_against("curl", &dialect::CURL, asked, 1);
}

#[test]
fn git_reads_as_git() {
    hold_against("git", &dialect::GIT, Asked::Anew("git", words(&["ls-remote"])), 2);
}

#[test]
fn wget_reads_as_wget() {
    let asked = Asked::Anew("wget", words(&["--no-config", "-q", "-t", "1", "-T", "5", "-O", "/dev/null"]));
    hold_against("wget", &dialect::WGET, asked, 3);
}

#[test]
fn urllib_reads_as_urllib() {
    let code = "import urllib.request; urllib.request.build_opener().open(c['url'], timeout=5)";
    hold_against("urllib", &dialect::URLLIB, Asked::python(code), 4);
}

#[test]
fn requests_reads_as_requests() {
    let code = "import requests; requests.get(c['url'], timeout=5)";
    hold_against("requests", &dialect::REQUESTS, Asked::python(code), 5);
}

#[test]
fn httpx_reads_as_httpx() {
    hold_against("httpx", &dialect::HTTPX, Asked::python("import httpx; httpx.get(c['url'], timeout=5)"), 6);
}

#[test]
fn go_reads_as_go() {
    let home = tempfile::tempdir().expect("a folder");
    let source = "package main\nimport (\"net/http\"; \"os\")\nfunc main() { if r, err := http.Get(os.Args[1]); err == nil { r.Body.Close() } }\n";
    let file = home.path().join("ask.go");
    std::fs::write(&file, source).expect("a file");
    let program = home.path().join("ask");
    let built = Command::new("go")
        .args(["build", "-o"])
        .args([&program, &file])
        .env("HOME", home.path())
        .env("GOFLAGS", "-mod=mod")
        .env("GO111MODULE", "off")
        .status();
    assert!(built.expect("go starts: run tests/setup").success());
    let program: &'static str = Box::leak(program.display().to_string().into_boxed_str());
    hold_against("Go", &dialect::GO, Asked::Anew(program, Vec::new()), 7);
}

#[test]
fn npm_reads_as_npm() {
    // npm's own function, since npm asks again and again where a registry does not answer.
    let real = std::fs::canonicalize("/usr/bin/npm").expect("npm is missing: run tests/setup");
    let mut folders = real.ancestors().map(|folder| folder.join("node_modules/@npmcli/agent"));
    let agent = folders.find(|folder| folder.is_dir());
    let agent = agent.expect("npm's own node_modules").join("lib/proxy.js");
    let code = format!(
        "const p=require('{}').getProxy(process.argv[1],{{}});if(p)require('net').connect(p.port||80,p.hostname,function(){{this.end('x')}})",
        agent.display()
    );
    hold_against("npm", &dialect::NPM, Asked::Anew("node", words(&["-e", &code])), 8);
}
