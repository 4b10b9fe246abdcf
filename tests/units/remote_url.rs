//! Splitting of remote URLs against `git fetch-pack --diag-url` (ssh, git, file, scp, local) and `git credential fill`
//! (http).

use crate::programs::{cases, program, run, text};
use doorkey::formats::remote_url::{Form, RemoteUrl, Scheme, UrlFault};
use doorkey::model::route::BadPath;
use doorkey::secret::Secret;
use proptest::prelude::*;
use std::path::Path;

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut git = program("git", folder.path());
    git.args(["init", "-q"]);
    assert!(run(git, b"").status.success());
    folder
}

/// What git understands: protocol, user and host, port, path. `None` where git refuses.
fn asked_git(folder: &Path, url: &str) -> Option<(String, String, Option<String>, String)> {
    let mut git = program("git", folder);
    git.args(["fetch-pack", "--diag-url", url]);
    let output = run(git, b"");
    let shown = text(&output);
    let field = |name: &str| {
        shown.lines().find_map(|line| line.strip_prefix(&format!("Diag: {name}=")).map(str::to_owned))
    };
    // For git:// the port is split off later, and an empty one is none.
    let later = |place: String| place.strip_suffix(':').map_or(place.clone(), str::to_owned);
    let host = field("userandhost").or_else(|| field("hostandport").map(later))?;
    Some((field("protocol")?, host, field("port").filter(|port| port != "NONE"), field("path")?))
}

/// The same from our reader.
fn read(url: &RemoteUrl) -> (String, String, Option<String>, String) {
    let mut host = url.user.clone().map(|user| user + "@").unwrap_or_default();
    if let Some(password) = url.password.as_ref().and_then(Secret::expose_str) {
        host = format!("{}:{password}@", host.trim_end_matches('@'));
    }
    host += url.host.as_deref().unwrap_or_default();
    let mut port = url.port.map(|port| port.to_string());
    if url.scheme == Scheme::Git
        && let Some(port) = port.take()
    {
        host = format!("{host}:{port}");
    }
    (url.scheme.name().to_owned(), host, port, url.path.clone())
}

#[test]
fn forms_are_split_as_git_splits_them() {
    let folder = repository();
    for url in [
        "git@git.test:acme/app.git",
        "git.test:acme/app.git",
        "git.test:/srv/app.git",
        "git.test:~me/app",
        "git.test:/~me/app",
        "git.test:./app",
        "git@git.test:2222/app.git",
        "git@git.test:2222:app.git",
        "[git@git.test:2222]:acme/app.git",
        "git@[git.test:2222]:app",
        "[git.test]:app",
        "[::1]:app",
        "git@[::1]:app",
        "[git@::1]:app",
        "[::1]:22:app",
        "me@corp.test@git.test:app",
        "Work:app",
        "git.test::app",
        "h:a:b",
        "work+2:app",
        "git.test:a%2fb",
        "git.test:a b",
        "ssh://git@git.test/acme/app.git",
        "ssh://git.test:2222/app",
        "ssh://git.test:/app",
        "ssh://git@git.test/~me/app",
        "ssh://git.test/%61cme/a%20b",
        "ssh://[::1]:22/app",
        "ssh://[::1]/app",
        "git+ssh://git.test/app",
        "ssh+git://git.test/app",
        "ssh://me%40corp.test@git.test/app",
        "ssh://me:pw@git.test/app",
        "ssh://git.test//app",
        "ssh://git.test/a?b#c",
        "ssh://git.test/",
        "git://git.test/app",
        "git://git.test:99/app",
        "git://git.test/~me/app",
        "file:///srv/app",
        "file:///srv/a%20b",
        "/srv/app",
        "./app",
        "../app",
        "app",
        "~/app",
        "/srv/a:b",
        "./a:b",
        "a/b:c",
        "café/app",
    ] {
        match RemoteUrl::parse(url) {
            Ok(ours) => assert_eq!(Some(read(&ours)), asked_git(folder.path(), url), "{url}"),
            Err(fault) => {
                // `name::address` is for a remote helper before connect.c sees it.
                assert_eq!((url, fault), ("git.test::app", UrlFault::RemoteHelper("git.test".into())));
            }
        }
    }
}

#[test]
fn strange_urls_are_refused() {
    for (url, fault) in [
        ("", UrlFault::Empty),
        ("git@git.test:a\nb", UrlFault::Control),
        ("https://git.test/a%0ab", UrlFault::BadEscape),
        ("https://git.test/a%zz", UrlFault::BadEscape),
        ("https://git.test/a%ff", UrlFault::BadEscape),
        ("https://git.test/acme%2fapp", UrlFault::EncodedSlash),
        ("ssh://git.test/acme%2Fapp", UrlFault::EncodedSlash),
        ("ssh://a%2fb@git.test/app", UrlFault::EncodedSlash),
        ("ext::sh -c id", UrlFault::RemoteHelper("ext".into())),
        ("ftp://git.test/app", UrlFault::OtherScheme("ftp".into())),
        ("SSH://git.test/app", UrlFault::OtherScheme("SSH".into())),
        ("me:secret@git.test://x", UrlFault::OtherScheme("this".into())),
        ("https:///app", UrlFault::Host),
        ("https://git.test@evil.test@/app", UrlFault::Host),
        ("https://a@b@git.test/app", UrlFault::Host),
        ("https://git%2etest/app", UrlFault::Host),
        ("ssh://git.test:99999/app", UrlFault::Host),
        ("ssh://git@git.test:~me/app", UrlFault::Host),
        ("ssh://git.test?x/app", UrlFault::Host),
        ("ssh://me:pw@git.test:2222/app", UrlFault::Host),
        ("ssh://::1/app", UrlFault::Host),
        ("ssh://-oProxyCommand=id/app", UrlFault::Host),
        ("-oProxyCommand=id:app", UrlFault::Host),
        ("a b:app", UrlFault::Host),
        (":app", UrlFault::Host),
        ("[]:app", UrlFault::Host),
        ("[git.test]app:x", UrlFault::Host),
        ("[git@[::1]:22]:app", UrlFault::User),
        ("-x@git.test:app", UrlFault::User),
        ("a;b@git.test:app", UrlFault::User),
        ("@git.test:app", UrlFault::User),
        ("ssh://@git.test/app", UrlFault::User),
        ("a$b@git.test:app", UrlFault::User),
        ("ssh://a b@git.test/app", UrlFault::User),
        ("git.test:", UrlFault::Path),
        ("git.test:-x", UrlFault::Path),
        ("ssh://git.test", UrlFault::Path),
        ("file:app", UrlFault::Path),
        ("file://app", UrlFault::Path),
        ("https://git.test/app?x", UrlFault::Query),
        ("https://git.test\\@evil.test/app", UrlFault::Query),
    ] {
        if url == "file:app" {
            // An scp form with a host named "file".
            assert_eq!(RemoteUrl::parse(url).unwrap().form, Form::Scp);
            continue;
        }
        assert_eq!(RemoteUrl::parse(url).map(|u| u.to_string()), Err(fault), "{url}");
    }
}

#[test]
fn http_is_split_as_git_asks_its_helpers() {
    let folder = repository();
    for url in [
        "https://git.test/acme/app.git",
        "https://me@GIT.test:8443/acme/app",
        "http://git.test",
        "https://git.test/",
        "https://me%40corp.test@git.test/a%20b/",
        "https://git.test/a:b@c",
        "https://[2001:db8::1]:443/x",
        "https://@git.test/x",
        "https://git.test//acme//app",
    ] {
        let ours = RemoteUrl::parse(url).unwrap();
        let mut git = program("git", folder.path());
        git.args([
            "-c",
            "credential.useHttpPath=true",
            "-c",
            "credential.helper=!cat >&2; echo quit=1 #",
            "credential",
            "fill",
        ]);
        let asked = String::from_utf8(run(git, format!("url={url}\n").as_bytes()).stderr).unwrap();
        let field = |name: &str| asked.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        let host = ours.host.clone().unwrap();
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        let host = ours.port.map_or(host.clone(), |port| format!("{host}:{port}"));
        assert_eq!(field("protocol"), Some(ours.scheme.name()), "{url}");
        assert_eq!(field("host").map(str::to_ascii_lowercase), Some(host), "{url}");
        assert_eq!(field("username").filter(|user| !user.is_empty()), ours.user.as_deref(), "{url}");
        assert_eq!(field("path").unwrap_or_default(), ours.path.trim_matches('/'), "{url}");
    }
}

#[test]
fn no_display_shows_a_password_or_a_token() {
    let token = format!("ghp_{}", "a".repeat(36));
    for (url, shown) in [
        (format!("https://me:{token}@git.test/acme/app.git"), "https://me:***@git.test/acme/app.git"),
        (format!("https://{token}@git.test/app"), "https://***@git.test/app"),
        (format!("https://{token}:x-oauth-basic@git.test/app"), "https://***:***@git.test/app"),
        (format!("https://:{token}@git.test:8443/app"), "https://:***@git.test:8443/app"),
        ("git@git.test:acme/app.git".into(), "git@git.test:acme/app.git"),
        ("[git@git.test:2222]:acme/app.git".into(), "[git@git.test:2222]:acme/app.git"),
        ("git@[::1]:app".into(), "git@[::1]:app"),
        ("ssh://git@[::1]:22/~me/app".into(), "ssh://git@[::1]:22/~me/app"),
        ("/srv/app".into(), "/srv/app"),
        ("file:///srv/app".into(), "file:///srv/app"),
    ] {
        let parsed = RemoteUrl::parse(&url).unwrap();
        assert_eq!(parsed.to_string(), shown);
        assert!(!format!("{parsed:?}").contains(&token), "{parsed:?}");
    }
    let fault = RemoteUrl::parse(&format!("https://me:{token}@git.test?x")).unwrap_err();
    assert!(!format!("{fault} {fault:?}").contains(&token));
}

#[test]
fn ports_and_hosts_compare() {
    let scp = RemoteUrl::parse("git@GitHub.com:acme/app.git").unwrap();
    assert_eq!(
        (scp.host.as_deref(), scp.canonical_host().as_deref()),
        (Some("GitHub.com"), Some("github.com"))
    );
    assert_eq!((scp.port, scp.effective_port()), (None, Some(22)));
    assert_eq!(RemoteUrl::parse("https://git.test:8443/x").unwrap().effective_port(), Some(8443));
    assert_eq!(RemoteUrl::parse("/x").unwrap().effective_port(), None);
}

#[test]
fn every_writing_of_a_repository_has_one_path() {
    for url in [
        "git@git.test:acme/app.git",
        "git@git.test:/acme/app.git",
        "git.test:./acme/app.git",
        "git.test:~git/acme/app.git",
        "git.test:/~git/acme/app.git",
        "ssh://git@git.test/acme/app.git",
        "ssh://git.test//acme/app.git",
        "ssh://git.test/~git/acme/app.git",
        "ssh://git.test/%61cme/app.git/",
        "https://me@git.test/acme/app.git",
        "https://git.test//acme/app.git/",
    ] {
        assert_eq!(RemoteUrl::parse(url).unwrap().repo_path().as_deref(), Ok("acme/app.git"), "{url}");
    }
    assert_eq!(RemoteUrl::parse("https://git.test").unwrap().repo_path().as_deref(), Ok(""));
    for (url, fault) in [
        ("git.test:globex/../acme/app", BadPath::Dots),
        ("ssh://git.test/globex/%2e%2e/acme/app", BadPath::Dots),
        ("https://git.test/acme//app", BadPath::EmptySegment),
        ("git.test:acme%2fapp", BadPath::EncodedSlash),
        ("git.test:acme\\app", BadPath::Backslash),
    ] {
        assert_eq!(RemoteUrl::parse(url).unwrap().repo_path(), Err(fault), "{url}");
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn what_we_accept_git_understands_the_same(
        url in proptest::collection::vec(prop_oneof![
            3 => Just("git.test"), 2 => Just("@"), 3 => Just(":"), 2 => Just("["), 2 => Just("]"), 3 => Just("/"), 2 => Just("ssh://"),
            1 => Just("git://"), 2 => Just("22"), 1 => Just("~"), 1 => Just("%41"), 1 => Just("%40"), 1 => Just("::1"), 3 => Just("a"), 1 => Just("-"), 1 => Just("."), 1 => Just(" "),
            1 => Just("\\"), 1 => Just("file://"), 1 => Just("?"),
        ], 1..8)
    ) {
        let url = url.concat();
        if let Ok(ours) = RemoteUrl::parse(&url) {
            thread_local!(static FOLDER: tempfile::TempDir = repository());
            // Brackets in a local path lead git's diagnosis astray.
            let led_astray = ours.form == Form::Local && url.contains('[');
            if !led_astray && !url.starts_with('-') {
                FOLDER.with(|folder| assert_eq!(Some(read(&ours)), asked_git(folder.path(), &url), "{}", url));
            }
        }
    }

    #[test]
    fn any_text_is_read_without_panic(url in "\\PC{0,30}") {
        let _ = RemoteUrl::parse(&url).map(|url| format!("{url} {url:?} {:?}", url.repo_path()));
    }
}
