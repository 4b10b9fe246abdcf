//! Patterns, versions and lists.

use crate::go_oracle::ask;
use doorkey::formats::go::proxy_list::{Next, Way, read};
use doorkey::formats::go::{patterns, version};

#[test]
fn patterns_match_as_in_go() {
    let globs = [
        "github.com/acme",
        "github.com/acme/",
        "github.com/acme//",
        "*.corp.example",
        "*github.com*",
        "github.com/*",
        "github.com/a?me",
        "github.com/[a-c]cme",
        "github.com/[^b]*",
        "github.com/[",
        "github.com/[]a]",
        "github.com/[-a]",
        "github.com/\\acme",
        "github.com/acme\\",
        "https://github.com/acme",
        " github.com/acme",
        "github.com/acme;x.org",
        "GitHub.com/acme",
        "/github.com",
        "git@github.com:acme",
        "github.com:443/acme",
        "^github\\.com/acme",
        "github.com/.*",
        "none",
        "acme/*",
        "",
        ",",
        ",,github.com",
        "x.org,github.com/acme/lib",
        "github.com/*/lib",
        "**",
        "*/*/*",
        "*a*b*",
        "github.com/*c*e",
        "github.com/acme/lib/v2",
        "git.corp.example/?roup/*",
        "github.com/acme.git",
        "*",
        "github.com/(acme|x)",
    ];
    let paths = [
        "github.com/acme/lib",
        "github.com/acme",
        "github.com/acme/lib/v2",
        "git.corp.example/group/sub/x",
        "corp.example/x",
        "a.corp.example",
        "github.com/bcme/x",
        "x.org/y",
        "github.com/-a/b",
        "github.com",
    ];
    let pairs: Vec<_> = globs.iter().flat_map(|g| paths.iter().map(move |p| (*g, *p))).collect();
    let answers = ask(&pairs.iter().map(|(g, p)| format!("match\t{g}\t{p}")).collect::<Vec<_>>());
    for ((glob, path), answer) in pairs.iter().zip(&answers) {
        let ours = patterns::matching(glob, path).is_some();
        assert_eq!(ours.to_string(), *answer, "{glob:?} against {path:?}");
        if ours && !glob.contains(',') {
            assert!(patterns::faults(glob).is_empty(), "{glob:?} matches {path}, and is called a fault");
        }
    }
    println!("patterns: {} pairs as go's MatchPrefixPatterns", pairs.len());
    for (wrong, right) in [
        ("https://github.com/acme", "github.com/acme"),
        ("git@github.com:acme", "github.com/acme"),
        ("github.com:443/acme", "github.com/acme"),
        (" github.com/acme", "github.com/acme"),
        ("GitHub.com/acme", "github.com/acme"),
        ("github.com/acme/.*", "github.com/acme"),
    ] {
        assert_eq!(patterns::faults(wrong).len(), 1, "{wrong:?}");
        assert_eq!(patterns::mended(wrong).as_deref(), Some(right), "{wrong:?}");
    }
}

#[test]
fn versions_are_as_in_go() {
    let versions = [
        "v1.0.0",
        "v0.1.0",
        "v2.0.0",
        "v2.0.0+incompatible",
        "v1",
        "v1.2",
        "1.0.0",
        "v01.0.0",
        "v1.0.0-",
        "v1.0.0-rc.1",
        "v1.0.0-01",
        "v1.0.0-0a",
        "v1.0.0+meta",
        "v1.2-rc",
        "v1.2.3.4",
        "master",
        "v",
        "vx",
        "v0.0.0-20200101000000-abcdefabcdef",
        "v10.0.0",
        "v1..0",
    ];
    let paths = [
        "a.b/m",
        "a.b/m/v2",
        "a.b/m/v1",
        "a.b/m/v02",
        "a.b/m/v10",
        "gopkg.in/m.v1",
        "gopkg.in/m.v2",
        "gopkg.in/m.v2-unstable",
        "gopkg.in/m",
        "a.b/m/vx",
        "a.b/v2m",
    ];
    let pairs: Vec<_> = paths.iter().flat_map(|p| versions.iter().map(move |v| (*p, *v))).collect();
    let answers = ask(&pairs.iter().map(|(p, v)| format!("version\t{p}\t{v}")).collect::<Vec<_>>());
    for ((path, text), answer) in pairs.iter().zip(&answers) {
        let theirs: Vec<&str> = answer.split(' ').collect();
        assert_eq!(version::is_valid(text).to_string(), theirs[0], "valid {text}");
        assert_eq!(version::is_canonical(text).to_string(), theirs[1], "canonical {text}");
        if version::is_canonical(text) {
            assert_eq!(version::mismatch(path, text).is_none().to_string(), theirs[2], "{path} {text}");
        }
    }
    println!("versions: {} pairs as go's semver and module", pairs.len());
}

#[test]
fn proxy_lists_are_read_as_in_go() {
    let list = read("https://a.test , b.test|direct,https://never.test");
    assert_eq!(list.len(), 3);
    assert_eq!((&list[1].way, list[1].next), (&Way::Proxy("https://b.test".into()), Next::AnyError));
    assert_eq!((list[0].next, list[2].next), (Next::NotFound, Next::Never));
    assert!(read(", |").is_empty());
    // Each alone before `off`, so that go never gets to the network: it refuses the list, or says that it is off.
    let folder = tempfile::tempdir().unwrap();
    for text in [
        "https://a.test",
        "a.test/x",
        "file:///srv",
        "htp://a.test",
        "word",
        "https://a b.test",
        "file:///srv?x",
        "https://a.test:x",
        "ssh://a.test",
    ] {
        // Only the first request goes out; a list whose later entry is wrong is refused before any.
        let out = std::process::Command::new("go")
            .args(["mod", "download", "a.test/m@v1.0.0"])
            .env("HOME", folder.path())
            .env("GOENV", "off")
            .env("GONOSUMDB", "*")
            .env("GOPROXY", format!("file:///nowhere,{text},off"))
            .env("https_proxy", "http://127.0.0.1:1")
            .env("no_proxy", "")
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        let refused =
            said.contains("invalid proxy URL") || said.contains("parse ") || said.contains("invalid file://");
        let ours = matches!(read(text)[0].way, Way::Invalid(_));
        println!("{text:<18} refused: {refused}  {}", said.trim());
        assert_eq!(ours, refused, "{text}: {said}");
    }
}
