//! Which proxy a tool takes: what doorkey says, and where the tool itself goes with the same files and variables.

use crate::counting::Counting;
use crate::home::Home;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// One tool with settings of its own. `ONE` and `TWO` stand for the addresses of two proxies.
struct Case {
    tool: &'static str,
    files: &'static [(&'static str, &'static str)],
    env: &'static [(&'static str, &'static str)],
    url: &'static str,
    expected: &'static str,
}

const fn case(
    tool: &'static str,
    files: &'static [(&'static str, &'static str)],
    env: &'static [(&'static str, &'static str)],
    url: &'static str,
    expected: &'static str,
) -> Case {
    Case { tool, files, env, url, expected }
}

/// Nobody answers at these names (RFC 6761 section 6.4).
const HTTP: &str = "http://sub.corp.invalid/x";
const HTTPS: &str = "https://sub.corp.invalid/x";
const BOTH: &[(&str, &str)] = &[("http_proxy", "http://TWO"), ("https_proxy", "http://TWO")];

fn command(home: &Home, case: &Case) -> Command {
    let words: Vec<&str> = match case.tool {
        "curl" => vec!["curl", "-s", "-m", "5", "-o", "/dev/null", case.url],
        "wget" => vec!["wget", "-q", "-t", "1", "-T", "5", "-O", "/dev/null", case.url],
        "git" => vec!["git", "ls-remote", case.url],
        "npm, pnpm" => vec!["npm", "view", "x", "--fetch-retries=0", "--registry", case.url],
        "pip" => {
            vec!["python3", "-m", "pip", "download", "--no-deps", "--retries", "0", "-i", case.url, "x"]
        }
        "cargo" => vec![env!("CARGO"), "install", "x", "--index"],
        "Java programs" => vec!["java", "Ask.java", case.url],
        "Maven" => vec!["mvn", "-B", "-q", "help:help"],
        other => panic!("{other}"),
    };
    let mut command = home.program(words[0]);
    command.args(&words[1..]).current_dir(home.dir());
    if case.tool == "cargo" {
        command.arg(format!("sparse+{}/", case.url)).env("CARGO_NET_RETRY", "0");
        // The toolchain itself: rustup would look for its own settings in this HOME.
        command.env("RUSTC", Path::new(env!("CARGO")).with_file_name("rustc"));
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

const ASK: &str = "public class Ask { public static void main(String[] a) { try { new java.net.URL(a[0]).openStream(); } catch (Exception e) {} } }";

#[track_caller]
fn check(cases: &[Case]) {
    let (one, two) = (Counting::open(), Counting::open());
    let filled = |text: &str| text.replace("ONE", &one.address).replace("TWO", &two.address);
    let port = |proxy: &Counting| proxy.address.rsplit(':').next().unwrap().to_owned();
    for case in cases {
        let home = Home::empty();
        home.write("Ask.java", ASK, 0o644);
        for (path, text) in case.files {
            home.write(path, filled(&text.replace("PORT1", &port(&one))), 0o644);
        }
        let env: Vec<(&str, String)> =
            case.env.iter().map(|(k, v)| (*k, filled(&v.replace("PORT1", &port(&one))))).collect();
        let shown = format!("{} with {:?} and {env:?}", case.tool, case.files);
        let expected = match case.expected {
            "direct" => "direct".to_owned(),
            proxy => format!("http://{}", filled(proxy)),
        };

        let mut doorkey = home.doorkey();
        doorkey.args(["inspect", "proxy", "--for", case.url, "--json"]).envs(env.iter().map(|(k, v)| (k, v)));
        let output = doorkey.output().unwrap();
        let json: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{shown}: {output:?}"));
        let tools = json["urls"][0]["tools"].as_array().unwrap();
        let said = tools.iter().find(|tool| tool["tool"] == case.tool).unwrap();
        assert_eq!(said["here"], true, "{shown}: is it installed? run tests/setup");
        let ours = said["proxy"].as_str().or(said["goes"].as_str()).unwrap();
        assert_eq!(ours, expected, "{shown}: {said}");

        one.forget();
        two.forget();
        let mut program = command(&home, case);
        program.envs(env.iter().map(|(k, v)| (k, v)));
        program.status().unwrap_or_else(|why| panic!("{shown} does not start ({why}): run tests/setup"));
        let theirs = match (one.seen(), two.seen()) {
            (0, 0) => "direct".to_owned(),
            (_, 0) => format!("http://{}", one.address),
            (0, _) => format!("http://{}", two.address),
            _ => "both".to_owned(),
        };
        assert_eq!(theirs, expected, "{shown}: the tool itself");
    }
}

#[test]
fn curl() {
    check(&[
        case("curl", &[(".curlrc", "proxy = \"http://ONE\"\n")], BOTH, HTTPS, "ONE"),
        case("curl", &[(".curlrc", "--proxy ONE\n")], BOTH, HTTP, "ONE"),
        case("curl", &[(".config/curlrc", "-x http://ONE\n")], BOTH, HTTP, "ONE"),
        case("curl", &[(".curlrc", ""), (".config/curlrc", "-x http://ONE\n")], BOTH, HTTP, "TWO"),
        case("curl", &[(".curlrc", "# proxy = http://ONE\nnoproxy: corp.invalid\n")], BOTH, HTTP, "direct"),
        case(
            "curl",
            &[(".curlrc", "noproxy = other.test\n")],
            &[("http_proxy", "http://ONE"), ("no_proxy", "corp.invalid")],
            HTTP,
            "ONE",
        ),
    ]);
}

#[test]
fn wget() {
    check(&[
        case("wget", &[(".wgetrc", "https_proxy = http://ONE\n")], BOTH, HTTPS, "ONE"),
        case("wget", &[(".wgetrc", "https_proxy = http://ONE\n")], BOTH, HTTP, "TWO"),
        case("wget", &[(".wgetrc", "use_proxy = off\n")], BOTH, HTTP, "direct"),
        case("wget", &[(".wgetrc", "no_proxy = .corp.invalid\n")], BOTH, HTTP, "direct"),
        case("wget", &[("mine", "http_proxy = ONE\n")], &[("WGETRC", "mine")], HTTP, "ONE"),
    ]);
}

#[test]
fn git() {
    const CONFIG: &str =
        "[http]\n\tproxy = http://TWO\n[http \"https://sub.corp.invalid\"]\n\tproxy = http://ONE\n";
    check(&[
        case("git", &[(".gitconfig", CONFIG)], &[], HTTPS, "ONE"),
        case("git", &[(".gitconfig", CONFIG)], &[], HTTP, "TWO"),
        case("git", &[(".gitconfig", CONFIG)], &[("NO_PROXY", "corp.invalid")], HTTP, "direct"),
        case("git", &[(".gitconfig", "[http]\n\tproxy =\n")], BOTH, HTTP, "direct"),
        case("git", &[(".config/git/config", "[http]\n\tproxy = http://ONE\n")], BOTH, HTTPS, "ONE"),
    ]);
}

#[test]
fn npm() {
    check(&[
        case("npm, pnpm", &[(".npmrc", "proxy=http://ONE\n")], BOTH, HTTPS, "ONE"),
        case("npm, pnpm", &[(".npmrc", "proxy=http://TWO\nhttps-proxy=http://ONE\n")], BOTH, HTTP, "ONE"),
        case("npm, pnpm", &[(".npmrc", "noproxy=corp.invalid\n")], BOTH, HTTPS, "direct"),
        case("npm, pnpm", &[(".npmrc", "proxy=${MINE}\n")], &[("MINE", "http://ONE")], HTTPS, "ONE"),
        case(
            "npm, pnpm",
            &[(".npmrc", "proxy=http://TWO\n")],
            &[("npm_config_https_proxy", "http://ONE")],
            HTTPS,
            "ONE",
        ),
        case("npm, pnpm", &[(".npmrc", "proxy=null\n")], BOTH, HTTPS, "TWO"),
    ]);
}

#[test]
fn pip() {
    const CONF: &str = "[global]\nproxy = http://ONE\n";
    check(&[
        case("pip", &[(".config/pip/pip.conf", CONF)], BOTH, HTTPS, "ONE"),
        case("pip", &[(".config/pip/pip.conf", CONF)], &[("NO_PROXY", "corp.invalid")], HTTPS, "ONE"),
        case("pip", &[(".pip/pip.conf", CONF)], &[("PIP_PROXY", "http://TWO")], HTTPS, "TWO"),
        case("pip", &[], &[("https_proxy", "http://ONE"), ("NO_PROXY", "corp.invalid")], HTTPS, "direct"),
        case("pip", &[], &[("all_proxy", "http://ONE")], HTTPS, "ONE"),
    ]);
}

#[test]
fn cargo() {
    const CONFIG: &str = "[http]\nproxy = \"http://ONE\"\n";
    check(&[
        case("cargo", &[(".cargo/config.toml", CONFIG)], BOTH, HTTPS, "ONE"),
        case("cargo", &[(".cargo/config.toml", CONFIG)], &[("NO_PROXY", "corp.invalid")], HTTPS, "direct"),
        case("cargo", &[(".gitconfig", "[http]\n\tproxy = http://ONE\n")], BOTH, HTTPS, "ONE"),
        case("cargo", &[(".cargo/config.toml", CONFIG)], &[("CARGO_HTTP_PROXY", "http://TWO")], HTTPS, "TWO"),
        case("cargo", &[], BOTH, HTTPS, "TWO"),
    ]);
}

#[test]
fn java() {
    const ONE: &str =
        "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=PORT1 '-Dhttp.nonProxyHosts=a|*.other.invalid'";
    const NOT: &str = "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=PORT1 -Dhttp.nonProxyHosts=*.corp.invalid";
    check(&[
        case("Java programs", &[], &[("JAVA_TOOL_OPTIONS", ONE)], HTTP, "ONE"),
        case("Java programs", &[], &[("JAVA_TOOL_OPTIONS", NOT)], HTTP, "direct"),
        case("Java programs", &[], BOTH, HTTP, "direct"),
        case("Java programs", &[], &[("JAVA_TOOL_OPTIONS", ONE)], HTTPS, "direct"),
    ]);
}

/// Java takes the home folder from the password file, so it is told here by an option, which doorkey reads as well.
#[test]
fn maven() {
    const HOME: &str = "-Duser.home=.";
    const BY_OPTION: &str = "-Duser.home=. -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=PORT1";
    const HEAD: &str = "<settings><mirrors><mirror><id>m</id><mirrorOf>*</mirrorOf><url>https://sub.corp.invalid/x</url></mirror></mirrors>";
    const PROXY: &str = "<proxies><proxy><id>p</id><active>ACTIVE</active><protocol>http</protocol><host>127.0.0.1</host><port>PORT1</port><nonProxyHosts>EXCEPT</nonProxyHosts></proxy></proxies>";
    let settings = |proxy: String| -> &'static [(&'static str, &'static str)] {
        let text: &'static str = Box::leak(format!("{HEAD}{proxy}</settings>").into_boxed_str());
        Box::leak(Box::new([(".m2/settings.xml", text)]))
    };
    let proxy = |active: &str, except: &str| PROXY.replace("ACTIVE", active).replace("EXCEPT", except);
    check(&[
        case(
            "Maven",
            settings(proxy("true", "localhost|*.other.invalid")),
            &[("MAVEN_OPTS", HOME)],
            HTTPS,
            "ONE",
        ),
        case("Maven", settings(proxy("true", "*.corp.invalid")), &[("MAVEN_OPTS", HOME)], HTTPS, "direct"),
        case("Maven", settings(proxy("false", "")), &[("MAVEN_OPTS", HOME)], HTTPS, "direct"),
        case("Maven", settings(String::new()), &[("MAVEN_OPTS", BY_OPTION)], HTTPS, "ONE"),
    ]);
}

/// A password in an address is nowhere in what is said.
#[test]
fn passwords_are_not_said() {
    let home = Home::empty();
    home.write(".npmrc", "proxy=http://ada:n0t-to-be-said@proxy.test:3128\n", 0o600);
    home.write(".curlrc", "proxy = ada:n0t-to-be-said@@@:x\n", 0o600);
    for arguments in [&["inspect", "proxy", "-v"][..], &["inspect", "proxy", "--json"]] {
        let mut doorkey = home.doorkey();
        doorkey.args(arguments).env("https_proxy", "http://ada:n0t-to-be-said@proxy.test:3128");
        let output = doorkey.output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains("proxy.test:3128") && !said.contains("n0t-to-be"), "{said}");
    }
}

#[test]
fn used_wrongly() {
    let home = Home::empty();
    let ran = home.run(&["inspect", "proxy", "--for", "ssh://git@git.test/x"]).with_code(2);
    assert!(ran.err.contains("doorkey ssh resolve HOST"), "{ran:#?}");
    let ran = home.run(&["inspect", "ssh", "--for", "git.test"]).with_code(2);
    assert!(ran.err.contains("--for is about credential helpers and proxies"), "{ran:#?}");
}
