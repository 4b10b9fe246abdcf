//! The request reader against git itself and against a second strict reader written here; the answer against git.

use crate::programs::{cases, git_is_at_least, program, run, text};
use doorkey::formats::git_credential::{Answer, AnswerFault, Refusal, Request, basic_credential};
use doorkey::secret::Secret;
use proptest::prelude::*;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

fn refusal(input: &[u8]) -> Refusal {
    Request::parse(input).expect_err("must be refused")
}

#[test]
fn hostile_requests_are_refused() {
    let good = "protocol=https\nhost=git.test\n";
    assert!(Request::parse(good.as_bytes()).is_ok());
    let cases: Vec<(Vec<u8>, Refusal)> = vec![
        (b"".to_vec(), Refusal::Missing("host")),
        (b"\n".to_vec(), Refusal::Missing("host")),
        (b"host=git.test\n".to_vec(), Refusal::Missing("protocol")),
        (b"protocol=https\n".to_vec(), Refusal::Missing("host")),
        (b"protocol=\nhost=git.test\n".to_vec(), Refusal::Missing("protocol")),
        (b"protocol=https\nhost=\n".to_vec(), Refusal::Missing("host")),
        (format!("{good}host=evil.test\n").into(), Refusal::Repeated { line: 3 }),
        (format!("{good}host=git.test\n").into(), Refusal::Repeated { line: 3 }),
        (format!("{good}path=a\npath=b\n").into(), Refusal::Repeated { line: 4 }),
        (format!("{good}unknown=a\nunknown=b\n").into(), Refusal::Repeated { line: 4 }),
        (format!("{good}url=https://git.test\nurl=https://git.test\n").into(), Refusal::Repeated { line: 4 }),
        (b"protocol=https\r\nhost=git.test\r\n".to_vec(), Refusal::Control { line: 1 }),
        (b"protocol=https\nhost=git.test\rhost=evil.test\n".to_vec(), Refusal::Control { line: 2 }),
        (b"protocol=https\nhost=git.test\0.evil\n".to_vec(), Refusal::Control { line: 2 }),
        (format!("{good}path=a\tb\n").into(), Refusal::Control { line: 3 }),
        (format!("{good}path=a\x7f\n").into(), Refusal::Control { line: 3 }),
        (format!("{good}pa\x1bth=a\n").into(), Refusal::Control { line: 3 }),
        (b"protocol=https\nhost=git.test\npath=\xff\n".to_vec(), Refusal::NotUtf8),
        (format!("{good}path\n").into(), Refusal::NotKeyValue { line: 3 }),
        (format!("{good}=x\n").into(), Refusal::NotKeyValue { line: 3 }),
        (format!("{good}\nhost=evil.test\n").into(), Refusal::AfterEnd),
        (format!("{good}\n\n").into(), Refusal::AfterEnd),
        (format!("{good}path={}\n", "a".repeat(4097)).into(), Refusal::ValueTooLong { line: 3 }),
        (format!("{good}{}", "wwwauth[]=abcdefgh\n".repeat(4000)).into(), Refusal::TooLong),
        (b"protocol=ht tp\nhost=git.test\n".to_vec(), Refusal::Malformed("protocol")),
        (b"protocol=https://evil.test/?\nhost=git.test\n".to_vec(), Refusal::Malformed("protocol")),
        (format!("{good}password_expiry_utc=-1\n").into(), Refusal::Malformed("password_expiry_utc")),
        (format!("{good}password_expiry_utc=\n").into(), Refusal::Malformed("password_expiry_utc")),
        (format!("{good}ephemeral=perhaps\n").into(), Refusal::Malformed("ephemeral")),
        (format!("{good}url=https://evil.test\n").into(), Refusal::UrlDisagrees("host")),
        (format!("{good}url=https://git.test:8443\n").into(), Refusal::UrlDisagrees("host")),
        (format!("{good}url=http://git.test\n").into(), Refusal::UrlDisagrees("protocol")),
        (format!("{good}path=a\nurl=https://git.test/b\n").into(), Refusal::UrlDisagrees("path")),
        (format!("{good}username=a\nurl=https://b@git.test\n").into(), Refusal::UrlDisagrees("username")),
        (format!("{good}password=a\nurl=https://x:b@git.test\n").into(), Refusal::UrlDisagrees("password")),
    ];
    for (input, expected) in cases {
        assert_eq!(refusal(&input), expected, "{}", String::from_utf8_lossy(&input));
    }
    for host in [
        "git.test/x",
        "git.test@evil.test",
        "a@git.test",
        "git..test",
        ".git.test",
        "-git.test",
        "git%2etest",
        "git.test:",
        "git.test:0",
        "git.test:0443",
        "git.test:65536",
        "git.test:+1",
        "git.test:1:2",
        "[::1",
        "[::1]x",
        "[git.test]",
        "bücher.example",
        "git test",
        "git.test\\evil",
        "*",
        "git.test#",
        "[::1]:",
    ] {
        assert_eq!(
            refusal(format!("protocol=https\nhost={host}\n").as_bytes()),
            Refusal::Malformed("host"),
            "{host}"
        );
    }
    for url in [
        "git.test",
        "https:/git.test",
        "https://git.test?x",
        "https://git.test#",
        "https://git.test/%0a",
        "https://git.test/%",
        "https://git.test/%zz",
        "https://git.test/%ff",
        "https://a%00@git.test",
        "https://git.test\\@evil.test",
    ] {
        assert_eq!(refusal(format!("url={url}\n").as_bytes()), Refusal::Malformed("url"), "{url}");
    }
    assert_eq!(refusal(b"url=https://git%2etest\n"), Refusal::Malformed("host"));
    assert_eq!(refusal(b"url=https://a@b@git.test\n"), Refusal::Malformed("host"));
    assert_eq!(refusal(b"url=https:///x\n"), Refusal::Missing("host"));
    assert_eq!(refusal(b"url=://git.test\n"), Refusal::Missing("protocol"));
}

#[test]
fn every_field_is_read() {
    let input =
        b"capability[]=authtype\ncapability[]=other\ncapability[]=state\nprotocol=HTTPS\nhost=Git.Test:0\
        \nignored=1\nignored[]=1\nignored[]=1\n";
    assert_eq!(refusal(input), Refusal::Malformed("host"));
    let request = Request::parse(
        b"capability[]=authtype\ncapability[]=other\ncapability[]=state\nprotocol=HTTPS\nhost=Git.Test:443\
        \npath=Acme/app.git\nusername=me\npassword=p=1\ncredential=Zm9v\nauthtype=Basic\nstate[]=old\nstate[]=\nstate[]=a\
        \nstate[]=b\nwwwauth[]=Basic realm=\"x\"\nwwwauth[]=Bearer\npassword_expiry_utc=1790000000\
        \noauth_refresh_token=r\nephemeral=1\ncontinue=true\nignored=1\nignored[]=1\nignored[]=1\n\n",
    )
    .unwrap();
    assert_eq!(
        (request.protocol.as_str(), request.host.as_str(), request.port),
        ("https", "git.test", Some(443))
    );
    assert_eq!((request.path.as_deref(), request.username.as_deref()), (Some("Acme/app.git"), Some("me")));
    assert_eq!(request.password.as_ref().and_then(Secret::expose_str), Some("p=1"));
    assert_eq!(request.credential.as_ref().and_then(Secret::expose_str), Some("Zm9v"));
    assert_eq!(request.oauth_refresh_token.as_ref().and_then(Secret::expose_str), Some("r"));
    assert_eq!(
        (request.authtype.as_deref(), request.password_expiry_utc),
        (Some("Basic"), Some(1_790_000_000))
    );
    assert_eq!(request.state, ["a", "b"]);
    assert_eq!(request.wwwauth, ["Basic realm=\"x\"", "Bearer"]);
    assert!(
        request.capabilities.authtype && request.capabilities.state && request.ephemeral && request.continues
    );
    assert!(!format!("{request:?}").contains("p=1") && !format!("{request:?}").contains("Zm9v"));

    let bare = Request::parse(b"protocol=http\nhost=[2001:DB8:0::1]:80\npath=\nusername=").unwrap();
    assert_eq!(
        (bare.host.as_str(), bare.port, bare.path, bare.username),
        ("2001:db8::1", Some(80), None, None)
    );
    assert!(!bare.capabilities.authtype && !bare.ephemeral && !bare.continues);
}

#[test]
fn url_is_split_as_git_splits_it() {
    let home = tempfile::tempdir().unwrap();
    for url in [
        "https://git.test",
        "https://git.test/",
        "https://git.test:8443/acme/app.git",
        "https://me@git.test/acme/app.git/",
        "https://me%40corp.test:p%3Aw@git.test//acme/a%20b",
        "http://[::1]:80/x",
        "https://git.test/a%2Fb",
        "https://git.test/a@b:c",
    ] {
        let input = format!("url={url}\n");
        let ours = Request::parse(input.as_bytes()).unwrap_or_else(|e| panic!("{url}: {e}"));
        let mut git = program("git", home.path());
        git.args(["-c", "credential.useHttpPath=true", "-c"])
            .arg(helper(home.path(), "cat >&2; echo username=u; echo password=p"));
        git.args(["credential", "fill"]);
        let asked = run(git, input.as_bytes());
        let theirs = Request::parse(&asked.stderr);
        // git does not ask a helper when the URL has both user and password.
        if let (Ok(theirs), false) = (theirs, asked.stderr.is_empty()) {
            assert_eq!(picture(&ours), picture(&theirs), "{url}");
        } else {
            assert!(
                ours.password.is_some() && ours.username.is_some(),
                "{url}: {}",
                String::from_utf8_lossy(&asked.stderr)
            );
            assert!(text(&asked).contains("username=me@corp.test\npassword=p:w\n"));
        }
    }
}

fn picture(request: &Request) -> (String, String, Option<u16>, Option<String>, Option<String>) {
    (
        request.protocol.clone(),
        request.host.clone(),
        request.port,
        request.path.clone(),
        request.username.clone(),
    )
}

/// `credential.helper=...` that names a script with this body.
fn helper(folder: &Path, body: &str) -> String {
    let path: PathBuf = folder.join("helper");
    crate::executable::write(&path, format!("#!/bin/sh\n[ \"$1\" = get ] || exit 0\n{body}\n"));
    format!("credential.helper={}", path.display())
}

/// A server that answers each request with 401, once per connection.
fn server_that_wants_a_login() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer);
            let _ = stream.write_all(
                b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"lab\"\r\nWWW-Authenticate: Bearer\r\n\
                  Content-Length: 0\r\nConnection: close\r\n\r\n",
            );
        }
    });
    port
}

#[test]
fn what_git_sends_is_accepted() {
    let home = tempfile::tempdir().unwrap();
    let port = server_that_wants_a_login();
    let log = home.path().join("log");
    let mut git = program("git", home.path());
    git.args(["-c", "credential.useHttpPath=true", "-c"]);
    git.arg(helper(home.path(), &format!("cat > '{}'; echo quit=1", log.display())));
    git.args(["ls-remote", &format!("http://me@127.0.0.1:{port}/Acme/my%20app.git")]);
    let output = run(git, b"");
    assert!(!output.status.success());
    let sent = std::fs::read(&log).unwrap();
    let request = Request::parse(&sent).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&sent)));
    assert_eq!(
        picture(&request),
        ("http".into(), "127.0.0.1".into(), Some(port), Some("Acme/my app.git".into()), Some("me".into()))
    );
    // git 2.41 told helpers what the server wants, git 2.46 what it understands itself.
    let wanted: &[&str] = if git_is_at_least((2, 41)) { &["Basic realm=\"lab\"", "Bearer"] } else { &[] };
    assert_eq!(request.wwwauth, wanted);
    assert_eq!(request.effective_port(), Some(port));
    let new = git_is_at_least((2, 46));
    assert_eq!((request.capabilities.authtype, request.capabilities.state), (new, new));
}

fn fill_with(answer: &Answer<'_>) -> String {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("answer");
    std::fs::write(&file, answer.encode().unwrap().expose()).unwrap();
    let mut git = program("git", home.path());
    git.arg("-c").arg(helper(home.path(), &format!("cat '{}'", file.display())));
    git.args(["credential", "fill"]);
    let output = run(git, b"capability[]=authtype\nprotocol=https\nhost=git.test\n");
    text(&output) + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn git_reads_our_answers() {
    let password = Secret::copy_of("pä=ss wörd".as_bytes());
    let filled = fill_with(&Answer::Password {
        username: "me",
        password: &password,
        password_expiry_utc: Some(4_000_000_000),
        oauth_refresh_token: Some(&password),
    });
    assert!(filled.contains("username=me\npassword=pä=ss wörd\n"), "{filled}");
    // git keeps these two from 2.40 and 2.41 on; an older one passes over them.
    let kept = filled.contains("oauth_refresh_token=pä=ss wörd\npassword_expiry_utc=4000000000\n");
    assert_eq!(kept, git_is_at_least((2, 41)), "{filled}");

    let credential = basic_credential("me", &Secret::copy_of(b"tok")).unwrap();
    assert_eq!(credential.expose(), b"bWU6dG9r");
    assert!(basic_credential("m:e", &credential).is_none());
    let filled =
        fill_with(&Answer::Header { authtype: "Basic", credential: &credential, password_expiry_utc: None });
    let kept = filled.contains("authtype=Basic\ncredential=bWU6dG9r\nephemeral=1\n");
    assert_eq!(kept, git_is_at_least((2, 46)), "{filled}");

    let filled = fill_with(&Answer::Quit);
    assert!(filled.contains("told us to quit"), "{filled}");
}

#[test]
fn answers_that_git_would_misread_are_refused() {
    let good = Secret::copy_of(b"good");
    for bad in ["", "a\nhost=evil.test", "a\rb", "a\0b", "a\x7f", &"a".repeat(4097)] {
        let bad_secret = Secret::copy_of(bad.as_bytes());
        let field = |answer: Answer<'_>| answer.encode().expect_err("must be refused");
        let (password_expiry_utc, oauth_refresh_token) = (None, None);
        assert_eq!(
            field(Answer::Password {
                username: bad,
                password: &good,
                password_expiry_utc,
                oauth_refresh_token
            }),
            AnswerFault::Unwritable("username")
        );
        assert_eq!(
            field(Answer::Password {
                username: "u",
                password: &bad_secret,
                password_expiry_utc,
                oauth_refresh_token
            }),
            AnswerFault::Unwritable("password")
        );
        assert_eq!(
            field(Answer::Header { authtype: bad, credential: &good, password_expiry_utc }),
            AnswerFault::Unwritable("authtype")
        );
        assert_eq!(
            field(Answer::Header { authtype: "Basic", credential: &bad_secret, password_expiry_utc }),
            AnswerFault::Unwritable("credential")
        );
    }
}

/// A second strict reader, written from the rules alone: `Some(protocol, host field, path)` or nothing.
fn strict(input: &[u8]) -> Option<(String, String, Option<String>)> {
    if input.len() > 65536 {
        return None;
    }
    let body = match input.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) if end + 2 == input.len() => &input[..=end],
        Some(_) => return None,
        None => input,
    };
    if body.first() == Some(&b'\n') {
        return None;
    }
    let mut seen: Vec<(String, String)> = vec![];
    for line in body.strip_suffix(b"\n").unwrap_or(body).split(|&b| b == b'\n') {
        let line = String::from_utf8(line.to_vec()).ok()?;
        let at = line.find('=')?;
        let (key, value) = (line[..at].to_owned(), line[at + 1..].to_owned());
        if at == 0 || value.len() > 4096 || line.bytes().any(|b| b < 32 || b == 127) {
            return None;
        }
        if !key.ends_with("[]") && seen.iter().any(|(other, _)| *other == key) {
            return None;
        }
        seen.push((key, value));
    }
    let get = |name: &str| seen.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    if let Some(url) = get("url") {
        // Only what the test needs to know: the URL names the same protocol and host.
        let (protocol, rest) = url.split_once("://")?;
        let place = rest.split('/').next()?.rsplit('@').next()?.to_ascii_lowercase();
        if get("protocol").is_some_and(|p| !p.eq_ignore_ascii_case(protocol))
            || get("host").is_some_and(|h| h.to_ascii_lowercase() != place)
        {
            return None;
        }
        return Some((protocol.to_ascii_lowercase(), place, get("path").filter(|p| !p.is_empty())));
    }
    let (protocol, host) = (get("protocol")?, get("host")?);
    (!protocol.is_empty() && !host.is_empty()).then(|| {
        (protocol.to_ascii_lowercase(), host.to_ascii_lowercase(), get("path").filter(|p| !p.is_empty()))
    })
}

/// A good request in any order of its lines, with up to two bytes changed or put in between.
fn request_bytes() -> impl Strategy<Value = Vec<u8>> {
    let lines = Just(vec![
        "protocol=https",
        "host=git.test",
        "path=acme/app.git",
        "username=me",
        "wwwauth[]=Basic",
        "wwwauth[]=Basic",
        "x=1",
        "url=https://git.test/acme/app.git",
        "url=https://Git.test:443",
        "host=GIT.test:443",
        "url=http://me@git.test",
    ]);
    let changes = proptest::collection::vec(
        (any::<proptest::sample::Index>(), prop_oneof![any::<u8>(), Just(b'\n'), Just(b'=')], any::<bool>()),
        0..3,
    );
    (lines.prop_shuffle(), 2..8usize, changes).prop_map(|(lines, count, changes)| {
        let mut bytes =
            lines[..count].iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes();
        for (at, byte, replaces) in changes {
            let at = at.index(bytes.len());
            if replaces { bytes[at] = byte } else { bytes.insert(at, byte) }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Request::parse(&bytes);
    }

    #[test]
    fn what_is_accepted_a_second_strict_reader_reads_the_same(bytes in request_bytes()) {
        if let Ok(request) = Request::parse(&bytes) {
            let host = if request.host.contains(':') { format!("[{}]", request.host) } else { request.host.clone() };
            let host = match request.port { Some(port) => format!("{host}:{port}"), None => host };
            let (protocol, place, path) = strict(&bytes).expect("accepted by one reader only");
            prop_assert_eq!((&request.protocol, &host), (&protocol, &place));
            if path.is_some() {
                prop_assert_eq!(request.path, path);
            }
        }
    }

    /// The other way: of plain good requests none is refused.
    #[test]
    fn good_requests_are_accepted(host in "[a-z0-9]{1,8}(\\.[a-z0-9]{1,8}){0,3}", path in "[ -~é]{1,40}", user in "[ -~]{1,20}", closed: bool) {
        let input = format!("protocol=https\nhost={host}\npath={path}\nusername={user}\n{}", if closed { "\n" } else { "" });
        let request = Request::parse(input.as_bytes()).expect("good");
        prop_assert_eq!((request.host, request.path, request.username), (host, Some(path), Some(user)));
    }
}
