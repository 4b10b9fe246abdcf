//! Proxy settings that send tools different ways.

use crate::home::Home;
use serde_json::Value;

/// What doctor says of a code, one line each; no other code of the group is there.
#[track_caller]
fn said(home: &Home, code: &str) -> Vec<(String, String)> {
    const GROUP: [&str; 5] = [
        "no-proxy-read-differently",
        "proxies-differ-by-tool",
        "proxy-password-in-variable",
        "proxy-variables-differ",
        "proxy-without-scheme",
    ];
    let found = home.doorkey(&["doctor", "--json"]).json();
    let all: Vec<&Value> = found["findings"].as_array().unwrap().iter().collect();
    let ours = all.iter().filter(|f| GROUP.contains(&f["code"].as_str().unwrap()));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    ours.map(|f| {
        assert_eq!(f["code"], code, "{f:#}");
        (text(&f["what"]), text(&f["fix"]))
    })
    .collect()
}

fn with(variables: &[(&str, &str)]) -> Home {
    let mut home = Home::new();
    for (name, value) in variables {
        home.set(name, *value);
    }
    home
}

const P: &str = "http://proxy.test:3128";

#[test]
fn two_spellings() {
    let home = with(&[("https_proxy", P), ("HTTPS_PROXY", "http://other.test:3128")]);
    let found = said(&home, "proxy-variables-differ");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0.contains("HTTPS_PROXY is http://other.test:3128"), "{found:?}");
    assert!(found[0].1.contains("export HTTPS_PROXY="), "{found:?}");
    let home =
        with(&[("https_proxy", P), ("HTTPS_PROXY", P), ("no_proxy", "a.test"), ("NO_PROXY", "a.test")]);
    assert_eq!(said(&home, ""), []);
}

#[test]
fn without_a_scheme() {
    let home = with(&[("http_proxy", "proxy.test:3128"), ("https_proxy", P)]);
    let found = said(&home, "proxy-without-scheme");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0.starts_with("http_proxy is proxy.test:3128"), "{found:?}");
}

#[test]
fn a_password() {
    for value in ["http://ada:c0rrect-horse@proxy.test:3128", "http://ada:pa/ss@w0rd-tail@proxy.test:3128"] {
        let home = with(&[("https_proxy", value)]);
        let found = said(&home, "proxy-password-in-variable");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(!found[0].0.contains("c0rrect") && !found[0].0.contains("pa/ss"), "{found:?}");
        assert!(!found[0].0.contains("w0rd-tail"), "{found:?}");
    }
}

#[test]
fn entries_that_some_read() {
    // The entry, whom it is said to escape, and the list that all read.
    for (entry, not_by, better) in [
        ("*.corp.test", "curl, git, cargo, wget", "corp.test,.corp.test"),
        ("git.corp.test:443", "curl, git, cargo, wget", "git.corp.test"),
        ("corp.test.", "wget", "corp.test"),
        ("Git.Corp.Test", "npm", "git.corp.test"),
        ("a.test b.test", "wget", "a.test,b.test"),
    ] {
        let home = with(&[("https_proxy", P), ("no_proxy", entry), ("NO_PROXY", entry)]);
        let found = said(&home, "no-proxy-read-differently");
        assert_eq!(found.len(), 1, "{entry}: {found:?}");
        let not = found[0].0.split("not by ").nth(1).unwrap_or_default();
        assert!(not.starts_with(not_by), "{entry}: {found:?}");
        assert!(found[0].1.contains(&format!("no_proxy={better} NO_PROXY={better}")), "{entry}: {found:?}");
        // The list that is told is read by all.
        let home = with(&[("https_proxy", P), ("no_proxy", better), ("NO_PROXY", better)]);
        assert_eq!(said(&home, ""), [], "{better}");
    }
    let home = with(&[("https_proxy", P), ("no_proxy", "localhost,127.0.0.1,::1,.corp.test,corp.test")]);
    assert_eq!(said(&home, ""), []);
    let home = with(&[("https_proxy", P), ("no_proxy", "*")]);
    assert!(said(&home, "no-proxy-read-differently")[0].1.contains("unset"));
    // Without a proxy the list does nothing.
    assert_eq!(said(&with(&[("no_proxy", "*.corp.test")]), ""), []);
    // A block is a note.
    let mut home = with(&[("https_proxy", P), ("no_proxy", "10.0.0.0/8")]);
    assert_eq!(said(&home, "no-proxy-read-differently").len(), 1);
    assert_eq!(home.doorkey(&["doctor", "--only", "no-proxy-read-differently", "--strict"]).code, 0);
    home.set("no_proxy", "10.0.0.0/8,*.corp.test");
    assert_eq!(home.doorkey(&["doctor", "--only", "no-proxy-read-differently", "--strict"]).code, 1);
}

#[test]
fn a_setting_of_one_tools_own() {
    let home = with(&[("https_proxy", P)]);
    home.repository("src/app", "https://git.test/acme/app.git");
    assert_eq!(said(&home, ""), [], "all go one way");
    let all = home.doorkey(&["inspect"]).fine().out;
    assert!(all.contains("to https://git.test/: every tool goes through http://proxy.test:3128"), "{all}");
    home.write(".npmrc", "proxy=http://ada:n0t-this@old.test:8080\n", 0o600);
    let found = said(&home, "proxies-differ-by-tool");
    assert_eq!(found.len(), 1, "{found:?}");
    let what = &found[0].0;
    assert!(what.starts_with("to https://git.test/: "), "{what}");
    assert!(what.contains("npm, pnpm go through http://old.test:8080 (proxy in ~/.npmrc:1)"), "{what}");
    let all = home.doorkey(&["inspect"]).fine().out;
    assert!(
        all.contains("to https://git.test/: 2 ways (doorkey inspect proxy --for https://git.test/)"),
        "{all}"
    );
    assert!(what.contains("git, curl, wget, pip") && !what.contains("n0t-this"), "{what}");
    home.write(".npmrc", "proxy=http://proxy.test:3128\n", 0o600);
    assert_eq!(said(&home, ""), [], "the same proxy");
}

/// What doorkey itself tells git for a profile's host is no trouble; what another tool says beside it is.
#[test]
fn the_proxy_of_a_profile() {
    let home = Home::new();
    let key = home.path("vault-key");
    home.doorkey(&["store", "init", "--key-file", key.to_str().unwrap()]).fine();
    home.doorkey(&["profile", "add", "acme", "--host", "git.test", "--owner", "acme", "--proxy", P, "--yes"])
        .fine();
    home.doorkey(&["use", "acme", "--yes"]).fine();
    let git = home.program("git", &["config", "--get-urlmatch", "http.proxy", "https://git.test/acme/x"]);
    assert_eq!(git.out.trim(), P, "git goes through it");
    assert_eq!(said(&home, ""), []);
    home.write(".npmrc", "proxy=http://old.test:8080\n", 0o600);
    let found = said(&home, "proxies-differ-by-tool");
    assert!(found[0].0.contains("npm, pnpm go through http://old.test:8080"), "{found:?}");
}
