//! Certificates that nobody checks: each tool's way of saying so is found in its own file, taken out, and comes back by undo;
//! what only looks like it is left.

use crate::home::{Home, same};

/// File, its text, and what is left of it; the line to go holds `OFF`.
const FILES: &[(&str, &str)] = &[
    (".npmrc", "fund=false\nstrict-ssl = false\n"),
    (".yarnrc", "strict-ssl false\nlastUpdateCheck 1\n"),
    (".yarnrc.yml", "nodeLinker: pnp\nenableStrictSsl: false\n"),
    (".config/pip/pip.conf", "[global]\ntrusted-host = pypi.acme.test\ntimeout = 9\n"),
    (".condarc", "channels: [x]\nssl_verify: False\n"),
    (".curlrc", "silent\ninsecure\n"),
    (".wgetrc", "check-certificate = off\n"),
    (".gemrc", ":sources: []\n:ssl_verify_mode: 0\n"),
    (".config/go/env", "GOFLAGS=-mod=mod\nGOINSECURE=git.acme.test\n"),
    (".mavenrc", "-Dmaven.wagon.http.ssl.insecure=true\n"),
    (".config/gcloud/properties", "[auth]\ndisable_ssl_validation = True\n"),
    (".config/containers/registries.conf", "[[registry]]\nlocation = \"r.acme.test\"\ninsecure = true\n"),
];

/// Lines that say no such thing.
const HARMLESS: &[(&str, &str)] = &[
    (".npmrc", "# strict-ssl=false\n; strict-ssl=false\nstrict-ssl=true\nstrict-ssl-later=false\n"),
    (".config/pip/pip.conf", "[global]\n# trusted-host = x\n"),
    (".condarc", "ssl_verify: /etc/ssl/corp.pem\n"),
    (".curlrc", "proxy-insecure\n# insecure\n"),
    (".wgetrc", "check_certificate = on\n"),
    (".config/go/env", "GOINSECURE=\n"),
    (".config/containers/registries.conf", "insecure = false\n"),
    (".config/docker/daemon.json", "{\n  \"insecure-registries\": []\n}\n"),
];

#[test]
fn each_tools_own_file() {
    let home = Home::new();
    for (file, text) in FILES {
        home.write(file, text, 0o644);
    }
    let before = home.snapshot();
    same(&home.codes(), &["ssl-verify-off"]);
    let found = home.doorkey(&["doctor", "--json"]).json();
    let count =
        found["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "ssl-verify-off").count();
    assert_eq!(count, FILES.len(), "{found:#}");
    home.doorkey(&["doctor", "--fix", "--yes"]).fine();
    same(&home.codes(), &[]);
    for (file, text) in FILES {
        let left = home.read(file);
        let lines = text.lines().count();
        assert_eq!(left.lines().count(), lines - 1, "{file}: {left}");
        assert!(left.lines().all(|line| text.contains(line)), "{file}: {left}");
    }
    home.doorkey(&["undo", "--yes"]).fine();
    assert!(home.snapshot() == before);
}

#[test]
fn what_only_looks_like_it() {
    let home = Home::new();
    for (file, text) in HARMLESS {
        home.write(file, text, 0o644);
    }
    same(&home.codes(), &[]);
}

#[test]
fn what_cannot_be_taken_out_by_a_line_is_said() {
    let home = Home::new();
    home.write(
        ".config/docker/daemon.json",
        "{\n  \"insecure-registries\": [\"r.acme.test:5000\"]\n}\n",
        0o644,
    );
    home.write(".config/pip/pip.conf", "[global]\ntrusted-host =\n    a.test\n    b.test\n", 0o644);
    let ran = home.doorkey(&["doctor"]);
    assert!(ran.out.contains("~/.config/docker/daemon.json:2: docker is told not to check"), "{}", ran.out);
    let before = home.snapshot();
    home.doorkey(&["doctor", "--fix", "--yes"]);
    assert!(home.snapshot() == before);
}

#[test]
fn variables_do_it_too() {
    for (name, value) in
        [("NPM_CONFIG_STRICT_SSL", "false"), ("PIP_TRUSTED_HOST", "pypi.test"), ("GOINSECURE", "*.test")]
    {
        let mut home = Home::new();
        home.set(name, value);
        same(&home.codes(), &["ssl-verify-off"]);
    }
    let mut home = Home::new();
    home.set("NPM_CONFIG_STRICT_SSL", "true");
    same(&home.codes(), &[]);
}

#[test]
fn merged_roots_that_are_old() {
    let home = Home::new();
    let root = include_str!("../support/root.pem");
    home.write("root.pem", root, 0o644);
    let print = include_str!("../support/root.rs")
        .split('"')
        .find(|part| part.contains(':') && part.len() == 95)
        .unwrap();
    home.doorkey(&["ca", "install", "root.pem", "--scope", "machine", "--fingerprint", print, "--yes"])
        .fine();
    same(&home.codes(), &[]);
    let bundle = home.path(".local/state/doorkey/trust/ca-bundle.pem");
    std::fs::write(&bundle, root).unwrap();
    assert!(home.codes().contains(&"ca-bundle-outdated".to_owned()), "{:?}", home.codes());
    home.doorkey(&["ca", "refresh", "--yes"]).fine();
    same(&home.codes(), &[]);
}
