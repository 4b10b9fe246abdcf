//! git's credential helper against hostile requests (SECURITY rules 1 to 8): by table, and by an independent reader
//! of requests that says for which of them an answer is allowed at all.

use crate::home::{CANARY, Home};
use doorkey::engine::credential;
use doorkey::sys::Sys;
use proptest::prelude::*;
use std::path::PathBuf;

const GOOD: &str = "protocol=https\nhost=git.test\npath=acme/app.git\n\n";

/// Each must come away without the secret.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let text: &[(&str, &str)] = &[
        ("nothing", ""),
        ("a blank line", "\n"),
        ("no host", "protocol=https\npath=acme/x\n\n"),
        ("empty host", "protocol=https\nhost=\npath=acme/x\n\n"),
        ("no protocol", "host=git.test\npath=acme/x\n\n"),
        ("empty protocol", "protocol=\nhost=git.test\npath=acme/x\n\n"),
        ("CRLF", "protocol=https\r\nhost=git.test\r\npath=acme/x\r\n\r\n"),
        ("CR in host", "protocol=https\nhost=git.test\r\npath=acme/x\n\n"),
        ("CR and a second host", "protocol=https\nhost=evil.test\rhost=git.test\npath=acme/x\n\n"),
        ("NUL in host", "protocol=https\nhost=git.test\0.evil\npath=acme/x\n\n"),
        ("NUL in path", "protocol=https\nhost=git.test\npath=acme/x\0\n\n"),
        ("ESC", "protocol=https\nhost=git.test\npath=acme/\x1b[31m\n\n"),
        ("DEL", "protocol=https\nhost=git.test\npath=acme/\x7f\n\n"),
        ("TAB in key", "proto\tcol=https\nprotocol=https\nhost=git.test\npath=acme/x\n\n"),
        ("host twice", "protocol=https\nhost=git.test\nhost=git.test\npath=acme/x\n\n"),
        ("host twice, other first", "protocol=https\nhost=evil.test\nhost=git.test\npath=acme/x\n\n"),
        ("protocol twice", "protocol=http\nprotocol=https\nhost=git.test\npath=acme/x\n\n"),
        ("path twice", "protocol=https\nhost=git.test\npath=other/x\npath=acme/x\n\n"),
        ("unknown key twice", "x=1\nx=1\nprotocol=https\nhost=git.test\npath=acme/x\n\n"),
        ("a line without =", "protocol=https\nhost=git.test\npath=acme/x\nhello\n\n"),
        ("an empty key", "=x\nprotocol=https\nhost=git.test\npath=acme/x\n\n"),
        ("bytes after the end", "protocol=https\nhost=git.test\npath=acme/x\n\nhost=git.test\n"),
        ("two requests", "protocol=https\nhost=evil.test\n\nprotocol=https\nhost=git.test\npath=acme/x\n\n"),
        (
            "url of another host",
            "protocol=https\nhost=git.test\npath=acme/x\nurl=https://evil.test/acme/x\n\n",
        ),
        (
            "url of another scheme",
            "protocol=https\nhost=git.test\npath=acme/x\nurl=http://git.test/acme/x\n\n",
        ),
        (
            "url of another path",
            "protocol=https\nhost=git.test\npath=acme/x\nurl=https://git.test/other/x\n\n",
        ),
        (
            "url of another port",
            "protocol=https\nhost=git.test\npath=acme/x\nurl=https://git.test:8443/acme/x\n\n",
        ),
        (
            "url of another user",
            "protocol=https\nhost=git.test\npath=acme/x\nusername=ada\nurl=https://bob@git.test/acme/x\n\n",
        ),
        ("url alone, other host", "url=https://git.test@evil.test/acme/x\n\n"),
        ("url with a newline", "url=https://git.test%0a/acme/x\n\n"),
        ("url with a CR", "url=https://git.test%0d.evil/acme/x\n\n"),
        ("url, host with a slash", "url=https://git.test%2f.evil.test/acme/x\n\n"),
        ("url twice", "url=https://git.test/acme/x\nurl=https://git.test/acme/x\n\n"),
        ("dot dot", "protocol=https\nhost=git.test\npath=acme/../other/x\n\n"),
        ("dot dot into it", "protocol=https\nhost=git.test\npath=other/../acme/x\n\n"),
        ("dot", "protocol=https\nhost=git.test\npath=./acme/x\n\n"),
        ("%2f", "protocol=https\nhost=git.test\npath=acme%2fx\n\n"),
        ("%2F", "protocol=https\nhost=git.test\npath=acme%2F..%2Fother\n\n"),
        ("encoded dots", "protocol=https\nhost=git.test\npath=%2e%2e/acme/x\n\n"),
        ("encoded owner", "protocol=https\nhost=git.test\npath=%61cme/x\n\n"),
        ("encoded host", "protocol=https\nhost=git%2etest\npath=acme/x\n\n"),
        ("backslash", "protocol=https\nhost=git.test\npath=acme\\x\n\n"),
        ("two slashes", "protocol=https\nhost=git.test\npath=acme//x\n\n"),
        ("slashes first", "protocol=https\nhost=git.test\npath=//acme/x\n\n"),
        ("http", "protocol=http\nhost=git.test\npath=acme/x\n\n"),
        ("http on 443", "protocol=http\nhost=git.test:443\npath=acme/x\n\n"),
        ("ssh", "protocol=ssh\nhost=git.test\npath=acme/x\n\n"),
        ("git", "protocol=git\nhost=git.test\npath=acme/x\n\n"),
        ("httpsx", "protocol=httpsx\nhost=git.test\npath=acme/x\n\n"),
        ("https with a blank", "protocol=https \nhost=git.test\npath=acme/x\n\n"),
        ("another port", "protocol=https\nhost=git.test:8443\npath=acme/x\n\n"),
        ("port 0", "protocol=https\nhost=git.test:0\npath=acme/x\n\n"),
        ("port 0443", "protocol=https\nhost=git.test:0443\npath=acme/x\n\n"),
        ("port 65979", "protocol=https\nhost=git.test:65979\npath=acme/x\n\n"),
        ("empty port", "protocol=https\nhost=git.test:\npath=acme/x\n\n"),
        ("two ports", "protocol=https\nhost=git.test:443:443\npath=acme/x\n\n"),
        ("another user", "protocol=https\nhost=git.test\npath=acme/x\nusername=bob\n\n"),
        ("user with another case", "protocol=https\nhost=git.test\npath=acme/x\nusername=ADA\n\n"),
        ("host suffix", "protocol=https\nhost=git.test.evil\npath=acme/x\n\n"),
        ("host prefix", "protocol=https\nhost=xgit.test\npath=acme/x\n\n"),
        ("subdomain", "protocol=https\nhost=a.git.test\npath=acme/x\n\n"),
        ("parent domain", "protocol=https\nhost=test\npath=acme/x\n\n"),
        ("dash", "protocol=https\nhost=-git.test\npath=acme/x\n\n"),
        ("two dots at the end", "protocol=https\nhost=git.test..\npath=acme/x\n\n"),
        ("dot first", "protocol=https\nhost=.git.test\npath=acme/x\n\n"),
        ("user in host", "protocol=https\nhost=ada@git.test\npath=acme/x\n\n"),
        ("evil in host", "protocol=https\nhost=evil.test@git.test\npath=acme/x\n\n"),
        ("path in host", "protocol=https\nhost=git.test/acme\npath=acme/x\n\n"),
        ("query in host", "protocol=https\nhost=git.test?x\npath=acme/x\n\n"),
        ("fragment in host", "protocol=https\nhost=git.test#x\npath=acme/x\n\n"),
        ("blank in host", "protocol=https\nhost=git.test \npath=acme/x\n\n"),
        ("owner prefix", "protocol=https\nhost=git.test\npath=acme-labs/x\n\n"),
        ("owner suffix", "protocol=https\nhost=git.test\npath=xacme/x\n\n"),
        ("owner shorter", "protocol=https\nhost=git.test\npath=acm/x\n\n"),
        ("owner.git", "protocol=https\nhost=git.test\npath=acme.git\n\n"),
        ("owner second", "protocol=https\nhost=git.test\npath=other/acme/x\n\n"),
        ("ACME on a host that may tell them apart", "protocol=https\nhost=git.test\npath=ACME/x\n\n"),
        ("fullwidth host", "protocol=https\nhost=\u{ff47}it.test\npath=acme/x\n\n"),
        ("ideographic full stop", "protocol=https\nhost=git\u{3002}test\npath=acme/x\n\n"),
        ("Cyrillic owner", "protocol=https\nhost=git.test\npath=\u{430}cme/x\n\n"),
        ("zero width in owner", "protocol=https\nhost=git.test\npath=ac\u{200b}me/x\n\n"),
        ("long s in host", "protocol=https\nhost=git.te\u{17f}t\npath=acme/x\n\n"),
        ("bidi", "protocol=https\nhost=git.test\npath=\u{202e}acme/x\n\n"),
        ("no path", "protocol=https\nhost=git.test\n\n"),
        ("empty path", "protocol=https\nhost=git.test\npath=\n\n"),
        ("path is a slash", "protocol=https\nhost=git.test\npath=/\n\n"),
        ("ephemeral nonsense", "protocol=https\nhost=git.test\npath=acme/x\nephemeral=maybe\n\n"),
        ("expiry nonsense", "protocol=https\nhost=git.test\npath=acme/x\npassword_expiry_utc=-1\n\n"),
    ];
    let mut all: Vec<(&str, Vec<u8>)> = text.iter().map(|(what, t)| (*what, t.as_bytes().to_vec())).collect();
    let huge = |key: &str, n: usize| {
        format!("protocol=https\nhost=git.test\npath=acme/x\n{key}={}\n\n", "a".repeat(n)).into_bytes()
    };
    all.push(("huge value", huge("x", 4097)));
    all.push(("huge key", [b"a".repeat(70_000), b"=1\n".to_vec(), GOOD.into()].concat()));
    all.push(("huge request", [b"wwwauth[]=Basic\n".repeat(5000), GOOD.into()].concat()));
    all.push(("endless", vec![b'a'; 1 << 20]));
    all.push(("invalid UTF-8", b"protocol=https\nhost=git.test\npath=acme/\xff\n\n".to_vec()));
    all.push(("overlong UTF-8", b"protocol=https\nhost=git.test\npath=acme\xc0\xafx\n\n".to_vec()));
    all.push(("UTF-8 byte order mark", [b"\xef\xbb\xbf".to_vec(), GOOD.into()].concat()));
    all.push(("UTF-16", GOOD.bytes().flat_map(|b| [b, 0]).collect()));
    all
}

/// Every form of the secret that an answer could hold.
fn holds_secret(out: &str) -> bool {
    use base64::Engine as _;
    let header = base64::engine::general_purpose::STANDARD.encode(format!("ada:{CANARY}"));
    out.contains(CANARY) || out.contains(&CANARY[CANARY.len() - 12..]) || out.contains(&header)
}

#[test]
fn hostile_requests_get_no_secret() {
    let home = Home::in_force();
    let good = home.run_with(&["credential", "get"], GOOD.as_bytes()).ok();
    assert!(holds_secret(&good.out), "{good:#?}");
    let cases = hostile();
    assert!(cases.len() > 80);
    let before = home.tree();
    for (what, input) in &cases {
        let ran = home.run_with(&["credential", "get"], input).ok();
        assert!(!holds_secret(&ran.out) && !holds_secret(&ran.err), "{what}: {ran:#?}");
        assert!(ran.out == "quit=1\n" || ran.out.is_empty(), "{what}: {ran:#?}");
        // Closed and spoken, or nobody's business.
        assert_eq!(ran.out.is_empty(), ran.err.is_empty(), "{what}: {ran:#?}");
        assert!(!ran.err.contains(|c: char| c.is_control() && c != '\n'), "{what}: {:?}", ran.err);
        let asked = String::from_utf8_lossy(input);
        if ["git.test\n", "git.test:8443\n"].iter().any(|h| asked.contains(&format!("host={h}")))
            && ["http\n", "https\n"].iter().any(|p| asked.contains(&format!("protocol={p}")))
        {
            assert_eq!(ran.out, "quit=1\n", "{what}: a managed host is refused aloud");
        }
        // Neither does `store` or `erase` do anything with it.
        for verb in ["store", "erase"] {
            let ran = home.run_with(&["credential", verb], input);
            assert!(
                !holds_secret(&ran.out) && !holds_secret(&ran.err) && ran.out.is_empty(),
                "{verb} {what}: {ran:#?}"
            );
        }
        assert_eq!(home.tree(), before, "{what}");
    }
}

#[test]
fn the_forms_that_programs_send_are_answered() {
    let home = Home::in_force();
    for input in [
        GOOD,
        "protocol=https\nhost=git.test\npath=acme/app.git",
        "protocol=https\nhost=git.test:443\npath=acme/app.git\n",
        "protocol=https\nhost=GIT.TEST\npath=acme/app\n\n",
        "protocol=https\nhost=git.test\npath=/acme/app\n\n",
        "protocol=https\nhost=git.test\npath=acme/app/\n\n",
        "protocol=https\nhost=git.test\npath=acme\n\n",
        "protocol=https\nhost=git.test\npath=acme/sub/group/app.git/info/lfs\n\n",
        "protocol=https\nhost=git.test\npath=acme/x\nusername=ada\n\n",
        "protocol=https\nhost=git.test\npath=acme/x\nwwwauth[]=Basic realm=\"x\"\nwwwauth[]=Bearer\nunknown=1\n\n",
        "url=https://git.test/acme/x\n\n",
        "url=https://ada@git.test/acme/x\nprotocol=https\nhost=git.test\n\n",
        "capability[]=authtype\nprotocol=https\nhost=git.test\npath=acme/x\n\n",
    ] {
        let ran = home.run_with(&["credential", "get"], input.as_bytes()).ok();
        assert!(holds_secret(&ran.out), "{input:?}: {ran:#?}");
        // Only our fields come back.
        let ours = ["username", "password", "capability[]", "authtype", "credential", "ephemeral"];
        assert!(ran.out.lines().all(|l| ours.contains(&l.split('=').next().unwrap())), "{ran:#?}");
    }
}

/// Reads a request as strictly as the rules say, by other means than doorkey's: the (host, port, path) it names, if an
/// answer is allowed at all.
fn strictly(input: &[u8]) -> Option<(String, u16, String)> {
    let text = std::str::from_utf8(input).ok()?;
    if input.len() > 65536 || text.contains(|c: char| c != '\n' && (u32::from(c) < 0x20 || c == '\u{7f}')) {
        return None;
    }
    let body = text.strip_suffix("\n\n").or(text.strip_suffix('\n')).unwrap_or(text);
    let mut fields = std::collections::BTreeMap::new();
    for line in body.split('\n') {
        let at = line.find('=')?;
        let (key, value) = (&line[..at], &line[at + 1..]);
        if value.len() > 4096 || (fields.insert(key, value).is_some() && !key.ends_with("[]")) {
            return None;
        }
    }
    let get = |key: &str| fields.get(key).map(|v| (*v).to_owned()).filter(|v| !v.is_empty());
    let (mut protocol, mut host, mut path) = (get("protocol"), get("host"), get("path"));
    if let Some(url) = get("url") {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, tail) = rest.split_once('/').unwrap_or((rest, ""));
        let place = authority.rsplit('@').next().unwrap_or_default().to_owned();
        for (named, of_url) in
            [(&mut protocol, scheme.to_owned()), (&mut host, place), (&mut path, tail.to_owned())]
        {
            if of_url.is_empty() {
                continue;
            }
            match named {
                Some(named) if !named.eq_ignore_ascii_case(&of_url) => return None,
                _ => *named = Some(of_url),
            }
        }
    }
    if !protocol?.eq_ignore_ascii_case("https") {
        return None;
    }
    let host = host?;
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, port.parse().ok()?),
        None => (host.as_str(), 443),
    };
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    Some((name, port, path?))
}

fn allowed(input: &[u8]) -> bool {
    let Some((host, port, path)) = strictly(input) else { return false };
    let path = path.strip_prefix('/').unwrap_or(&path).to_owned();
    host == "git.test"
        && port == 443
        && path.split('/').next() == Some("acme")
        && !path.split('/').any(|s| s == "..")
}

fn piece() -> impl Strategy<Value = String> {
    let words = [
        "protocol=https",
        "protocol=http",
        "protocol=HTTPS",
        "host=git.test",
        "host=GIT.test",
        "host=git.test:443",
        "host=git.test:8443",
        "host=git.test.",
        "host=evil.test",
        "host=git.test.evil",
        "path=acme/app.git",
        "path=/acme/x",
        "path=acme",
        "path=other/x",
        "path=acme/../other",
        "path=acme-labs/x",
        "path=ACME/x",
        "path=acme%2f..%2fx",
        "url=https://git.test/acme/x",
        "url=https://evil.test/acme/x",
        "url=https://git.test@evil.test/acme/x",
        "url=https://git.test:443/acme/x",
        "username=ada",
        "username=bob",
        "capability[]=authtype",
        "wwwauth[]=Basic",
        "",
        "\n",
        "\r",
        "\0",
        "=",
        "password=x",
        "host=",
        "path=",
        "x=y",
        "host=git.test\r",
        "path=acme/x\u{0}",
    ];
    prop_oneof![
        8 => prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        1 => "[a-z]{1,8}=[ -~]{0,12}",
        1 => ".{0,6}",
    ]
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop::collection::vec(piece(), 0..5);
    let base = prop_oneof![
        Just(GOOD.trim_end().to_owned()),
        Just("protocol=https\nhost=git.test".to_owned()),
        Just(String::new())
    ];
    let change = prop::option::of((any::<prop::sample::Index>(), any::<u8>()));
    (base, lines, any::<bool>(), change).prop_map(|(base, lines, first, change)| {
        let more = lines.join("\n");
        let text = if first { format!("{more}\n{base}\n\n") } else { format!("{base}\n{more}\n\n") };
        let mut bytes = text.trim_start_matches('\n').as_bytes().to_vec();
        if let (Some((index, byte)), false) = (change, bytes.is_empty()) {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

#[test]
fn an_answer_implies_that_a_strict_reader_finds_our_route() {
    let home = Home::in_force();
    let variables = [
        ("HOME", home.dir()),
        ("DOORKEY_STATE_DIR", home.state()),
        ("DOORKEY_CONFIG_DIR", home.path(".config/doorkey")),
    ];
    let sys = Sys::with_env(variables.map(|(n, v)| (n.into(), v.into_os_string())));
    let generation: PathBuf = std::fs::read_link(home.state().join("current")).unwrap();
    let (mut answered, mut refused) = (0, 0);
    let config = ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let cells = std::cell::RefCell::new((&mut answered, &mut refused));
    runner
        .run(&request(), |input| {
            let reply = credential::get(&sys, &generation, &input);
            let out =
                reply.answer.map(|a| String::from_utf8_lossy(a.expose()).into_owned()).unwrap_or_default();
            prop_assert!(!holds_secret(&reply.said.unwrap_or_default()));
            let mut counts = cells.borrow_mut();
            if holds_secret(&out) {
                *counts.0 += 1;
                prop_assert!(allowed(&input), "{:?}", String::from_utf8_lossy(&input));
            } else {
                *counts.1 += 1;
                prop_assert!(out.is_empty() || out == "quit=1\n", "{}", out);
            }
            Ok(())
        })
        .unwrap();
    assert!(answered > 60 && refused > 1000, "{answered} answered, {refused} refused");
}
