//! Whom git asks for a password, and what each would answer: the real git is asked the same.

use crate::executable;
use crate::home::{CANARY, Home, same};
use std::io::Write;
use std::process::{Command, Stdio};

const URL: &str = "https://git.test/acme/app.git";

/// Helpers that note their name in `asked` and answer nothing.
fn loggers(home: &Home) {
    for name in ["one", "two", "three"] {
        let path = home.write(&format!("bin/{name}"), "", 0o755);
        executable::write(
            &path,
            format!("#!/bin/sh\n[ \"$1\" = get ] && echo {name} >>{}\n", home.path("asked").display()),
        );
    }
}

/// What `git credential fill` answers for the URL, as (user, standard error).
fn real(home: &Home, folder: &str, url: &str, env: &[(&str, &str)]) -> (Option<String>, String) {
    let _ = std::fs::remove_file(home.path("asked"));
    let mut git = Command::new("git")
        .args(["credential", "fill"])
        .env_clear()
        .envs([("PATH", "/usr/local/bin:/usr/bin:/bin"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .envs([("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")])
        .env("HOME", home.path(""))
        .envs(env.iter().copied())
        .current_dir(home.path(folder))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin.take().unwrap().write_all(format!("url={url}\n\n").as_bytes()).unwrap();
    let ended = git.wait_with_output().unwrap();
    let out = String::from_utf8(ended.stdout).unwrap();
    let user = out.lines().find_map(|line| line.strip_prefix("username=")).map(str::to_owned);
    (user.filter(|_| ended.status.success()), String::from_utf8(ended.stderr).unwrap())
}

fn asked(home: &Home) -> Vec<String> {
    let text = std::fs::read_to_string(home.path("asked")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// The helpers in the order in which doorkey says they are asked, by the end of their path.
fn foreseen(home: &Home, place: &str) -> Vec<String> {
    let walk = &home.doorkey(&["inspect", "helpers", "--for", place, "--json"]).fine().json()["walks"][0];
    let name = |asked: &serde_json::Value| asked["helper"]["name"].as_str().unwrap().to_owned();
    let names = walk["asked"].as_array().unwrap().iter().map(name);
    names.map(|name| name.rsplit('/').next().unwrap().to_owned()).collect()
}

#[test]
fn helpers_are_asked_in_gits_order() {
    let configurations = [
        "[credential]\nhelper = BIN/one\nhelper = BIN/two\n",
        "[credential]\nhelper = BIN/one\n[credential \"https://git.test\"]\nhelper =\nhelper = BIN/two\n",
        "[credential \"https://git.test\"]\nhelper = BIN/one\n[credential]\nhelper =\nhelper = BIN/three\n",
        "[credential \"https://git.test/acme\"]\nhelper = BIN/one\n[credential \"https://git.test\"]\nhelper = BIN/two\n",
        "[credential \"https://git.test/acme-labs\"]\nhelper = BIN/one\n[credential \"https://*.test\"]\nhelper = BIN/two\n",
        "[credential \"http://git.test\"]\nhelper = BIN/one\n[credential \"https://git.test:443\"]\nhelper = BIN/two\n",
        "[credential \"git.test\"]\nhelper = BIN/one\n[credential \"https://\"]\nhelper = BIN/two\n",
        "[credential \"https://ada@git.test\"]\nhelper = BIN/one\n[credential \"https://GIT.TEST\"]\nhelper = BIN/two\n",
        "[credential]\nhelper = BIN/one\nhelper\n",
        "[include]\npath = more\n[credential]\nhelper = BIN/one\n",
    ];
    let home = Home::new();
    loggers(&home);
    let bin = home.path("bin").display().to_string();
    home.write("more", format!("[credential]\nhelper = {bin}/three\n"), 0o644);
    let mut orders = std::collections::BTreeSet::new();
    for text in configurations {
        home.write(".gitconfig", text.replace("BIN", &bin), 0o644);
        let (_, said) = real(&home, "", URL, &[]);
        // git refuses a helper without a value, and so everything.
        if said.contains("missing value") {
            continue;
        }
        assert_eq!(foreseen(&home, URL), asked(&home), "{text}\n{said}");
        orders.insert(asked(&home));
    }
    assert!(orders.len() >= 4, "the configurations do not differ: {orders:?}");
}

#[test]
fn a_repository_and_the_environment_come_last() {
    let mut home = Home::new();
    loggers(&home);
    let bin = home.path("bin").display().to_string();
    home.write(".gitconfig", format!("[credential]\nhelper = {bin}/one\n"), 0o644);
    home.repository("app", URL);
    let config = format!("{}[credential]\nhelper = {bin}/two\n", home.read("app/.git/config"));
    home.write("app/.git/config", config, 0o644);
    real(&home, "app", URL, &[]);
    assert_eq!(asked(&home), ["one", "two"]);
    let app = home.path("app");
    assert_eq!(foreseen(&home, app.to_str().unwrap()), ["one", "two"]);
    assert_eq!(foreseen(&home, URL), ["one"]);

    let three = format!("{bin}/three");
    let pairs = [
        ("GIT_CONFIG_COUNT", "2"),
        ("GIT_CONFIG_KEY_0", "credential.helper"),
        ("GIT_CONFIG_VALUE_0", ""),
        ("GIT_CONFIG_KEY_1", "credential.https://git.test.helper"),
        ("GIT_CONFIG_VALUE_1", three.as_str()),
    ];
    real(&home, "app", URL, &pairs);
    assert_eq!(asked(&home), ["three"]);
    for (name, value) in pairs {
        home.set(name, value);
    }
    assert_eq!(foreseen(&home, app.to_str().unwrap()), ["three"]);
}

#[test]
fn what_the_file_of_store_would_answer() {
    let home = Home::new();
    home.write("mine", format!("https://zoe:{CANARY}@git.test\n"), 0o600);
    home.write(
        ".git-credentials",
        format!(
            "https://bob:{CANARY}@git.test:8443\nhttps://eve:{CANARY}@git.test/other/x.git\n\
             https://ada:{CANARY}@git.test\nhttps://last:{CANARY}@git.test\n"
        ),
        0o600,
    );
    let cases = [
        ("[credential]\nhelper = store\n", URL),
        ("[credential]\nhelper = store\n", "https://git.test:8443/acme/app.git"),
        ("[credential]\nhelper = store\nuseHttpPath = true\n", URL),
        ("[credential]\nhelper = store\nuseHttpPath = true\n", "https://git.test/other/x.git"),
        ("[credential]\nhelper = store\nusername = last\n", URL),
        ("[credential]\nhelper = store\nusername = nobody\n", URL),
        ("[credential]\nhelper = store\n", "https://last@git.test/acme/app.git"),
        ("[credential]\nhelper = store --file ~/mine\n", URL),
    ];
    let mut users = std::collections::BTreeSet::new();
    for (config, url) in cases {
        home.write(".gitconfig", config, 0o644);
        let (user, _) = real(&home, "", url, &[]);
        let ran = home.doorkey(&["inspect", "helpers", "--for", url, "--json"]).fine().json();
        let step = &ran["walks"][0]["asked"][0];
        assert_eq!(step["says"]["user"].as_str().map(str::to_owned), user, "{config}{url}: {step}");
        assert_eq!(step["expected"].as_str(), Some(if user.is_some() { "answers" } else { "nothing" }));
        users.insert(user);
    }
    assert!(users.len() > 4, "{users:?}");
}

#[test]
fn gh_answers_as_its_active_account() {
    let home = Home::new();
    let gh = executable_gh(&home);
    home.write(".gitconfig", format!("[credential]\nhelper = !{gh} auth git-credential\n"), 0o644);
    let text = format!(
        "git.test:\n    users:\n        zoe:\n            oauth_token: {CANARY}\n        ada:\n    git_protocol: https\n    \
         user: ada\nother.test:\n    user: bob\n"
    );
    home.write(".config/gh/hosts.yml", text, 0o600);
    let expected = |url: &str| {
        let ran = home.doorkey(&["inspect", "helpers", "--for", url, "--json"]).fine().json();
        let step = &ran["walks"][0]["asked"][0];
        (step["expected"].as_str().unwrap().to_owned(), step["says"]["user"].as_str().map(str::to_owned))
    };
    assert_eq!(expected(URL), ("answers".into(), Some("ada".into())));
    assert_eq!(expected("https://other.test/acme/app.git").1, Some("bob".into()));
    assert_eq!(expected("https://zoe@git.test/acme/app.git").0, "nothing");
    assert_eq!(expected("https://third.test/acme/app.git").0, "nothing");
}

fn executable_gh(home: &Home) -> String {
    let path = home.write("bin/gh", "", 0o755);
    executable::write(&path, "#!/bin/sh\nexit 1\n");
    path.display().to_string()
}

#[test]
fn a_helper_that_is_missing_is_named_and_its_fix_works() {
    let home = Home::new();
    home.write(
        ".gitconfig",
        "[credential]\n\thelper = no-such-helper --flag\n\thelper = no-such-helper-2\n\thelper = cache\n",
        0o644,
    );
    let (_, said) = real(&home, "", URL, &[]);
    assert!(said.contains("'credential-no-such-helper' is not a git command"), "{said}");
    same(&home.codes(), &["helper-not-installed"]);
    let found = home.doorkey(&["doctor", "--json"]).json();
    let fixes: Vec<&str> =
        found["findings"].as_array().unwrap().iter().filter_map(|f| f["fix"].as_str()).collect();
    let first = fixes.iter().find(|fix| fix.contains("'^no-such-helper( |$)'")).expect("its fix");
    home.program("sh", &["-c", first]).fine();
    assert_eq!(home.read(".gitconfig"), "[credential]\n\thelper = no-such-helper-2\n\thelper = cache\n");
}

#[test]
fn a_helper_that_stands_twice_is_named_once() {
    let home = Home::new();
    home.write(
        ".gitconfig",
        "[credential]\n\thelper = cache\n\thelper = cache --timeout 9\n[credential \"https://git.test\"]\n\thelper = cache\n\
         \thelper =\n\thelper = cache\n",
        0o644,
    );
    same(&home.codes(), &["helper-named-twice"]);
    let ran = home.doorkey(&["doctor"]);
    assert!(ran.out.contains("~/.gitconfig:3: cache stands at ~/.gitconfig:2 already"), "{}", ran.out);
    assert_eq!(ran.out.matches("note[helper-named-twice]").count(), 1, "{}", ran.out);
}

#[test]
fn what_comes_before_helpers_is_said() {
    let home = Home::new();
    home.write(
        ".gitconfig",
        format!("[http \"https://git.test\"]\n\textraHeader = Authorization: {CANARY}\n"),
        0o644,
    );
    home.write(
        ".netrc",
        format!(
            "machine other.test login x password {CANARY}\nmachine git.test login ada password {CANARY}\n"
        ),
        0o600,
    );
    let before = |url: &str| {
        let ran = home.doorkey(&["inspect", "helpers", "--for", url, "--json"]).fine().json();
        let list = ran["walks"][0]["before"].as_array().unwrap().clone();
        list.iter().map(|b| b["what"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(before(URL), ["http.https://git.test.extraheader", "the password in .netrc"]);
    assert_eq!(before("https://other.test/x/y"), ["the password in .netrc"]);
    let url = format!("https://ada:{CANARY}@third.test/x/y");
    assert_eq!(before(&url), ["the password in the URL"]);
    let text = home.doorkey(&["inspect", "helpers", "--for", &url]).fine().out;
    assert!(text.contains("https://ada:***@third.test/x/y: git asks"), "{text}");
}
