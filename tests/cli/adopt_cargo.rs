//! `token adopt` of cargo's tokens: the real cargo fetches from a registry that wants one before it, after it and after its
//! undo; only those lines change.

use crate::canary::{find, forms};
use crate::home::{Home, Ran, feed};
use crate::server::{Answer, Request, Root, Server};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

/// No token that the store has.
const LOOSE: &str = "cio3Kd9sLw4pZc6nBh1jYf8gQx7vRt2mAbCd";
const TOKENS: &str = ".cargo/credentials.toml";
const CONFIG: &str = ".cargo/config.toml";

fn home(registries: &[&str]) -> Home {
    let home = Home::prepared();
    let file = ".config/doorkey/profiles/acme.toml";
    home.write(file, format!("{}\n[registries]\ncargo = {registries:?}\n", home.text(file)), 0o600);
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

fn launcher(home: &Home) -> String {
    home.state().join("bin/doorkey").to_str().unwrap().to_owned()
}

/// What the provider says to one question.
fn asked(home: &Home, question: &str) -> String {
    let mut command = home.program(&launcher(home));
    command.arg("--cargo-plugin");
    let ran = feed(command, format!("{question}\n").as_bytes()).ok();
    ran.out.strip_prefix("{\"v\":[1]}\n").unwrap().to_owned()
}

fn get(index: &str) -> String {
    json!({ "v": 1, "kind": "get", "operation": "read", "registry": { "index-url": index, "name": "mine", "headers": [] }, "args": [] })
        .to_string()
}

fn token_for(home: &Home, index: &str) -> Option<String> {
    let said: Value = serde_json::from_str(&asked(home, &get(index))).unwrap();
    said["Ok"]["token"].as_str().map(str::to_owned)
}

#[test]
fn each_form_goes_and_comes_back() {
    let index = "sparse+https://reg.test/a/index/";
    let cases = [
        (
            "as cargo writes it",
            format!("[registries.mine]\ntoken = \"{LOOSE}\"\n"),
            "[registries.mine]\n".to_owned(),
            format!("[registries.mine]\nindex = \"{index}\"\n"),
            format!("[registries.mine]\nindex = \"{index}\"\ncredential-provider = [\"LAUNCHER\"]\n"),
        ),
        (
            "carriage returns, comments, an inline table",
            format!(
                "# mine\r\n[registries.mine]\r\n  token = '{LOOSE}'\r\n[registries.two]\r\ntoken=\"${{X}}\"\r\n"
            ),
            "# mine\r\n[registries.mine]\r\n[registries.two]\r\ntoken=\"${X}\"\r\n".to_owned(),
            format!(
                "[build]\r\njobs = 2 # few\r\n[registries]\r\nmine = {{ index = \"{index}\" }} # ours\r\n"
            ),
            format!(
                "[build]\r\njobs = 2 # few\r\n[registries]\r\nmine = {{ index = \"{index}\", credential-provider = [\"LAUNCHER\"] }} # ours\r\n"
            ),
        ),
        (
            "keys with dots, no line end",
            format!("registries.mine.token = \"{LOOSE}\""),
            String::new(),
            format!("registries.mine.index = \"{index}\""),
            format!(
                "registries.mine.index = \"{index}\"\nregistries.mine.credential-provider = [\"LAUNCHER\"]"
            ),
        ),
        (
            "a provider is named already",
            format!("[registries.mine]\ntoken = \"{LOOSE}\"\n"),
            "[registries.mine]\n".to_owned(),
            format!("[registries.mine]\ncredential-provider = [\"LAUNCHER\"]\nindex = \"{index}\"\n"),
            format!("[registries.mine]\ncredential-provider = [\"LAUNCHER\"]\nindex = \"{index}\"\n"),
        ),
        (
            "cargo's own file is named",
            format!("[registries.mine]\ntoken = \"{LOOSE}\"\n"),
            "[registries.mine]\n".to_owned(),
            format!("[registries.mine]\ncredential-provider = \"cargo:token\" # why\nindex = \"{index}\"\n"),
            format!("[registries.mine]\ncredential-provider = [\"LAUNCHER\"] # why\nindex = \"{index}\"\n"),
        ),
        (
            "crates.io",
            format!("[registry]\ntoken = \"{LOOSE}\"\n"),
            "[registry]\n".to_owned(),
            "[net]\noffline = false\n".to_owned(),
            "[net]\noffline = false\n[registry]\ncredential-provider = [\"LAUNCHER\"]\n".to_owned(),
        ),
    ];
    let search = forms(LOOSE);
    for (what, tokens, bare, config, named) in cases {
        let home = home(&["reg.test", "index.crates.io"]);
        let put = |text: &str| text.replace("LAUNCHER", &launcher(&home));
        home.write(TOKENS, &tokens, 0o600);
        home.write(CONFIG, put(&config), 0o640);
        let before = home.users_tree();
        let dry = home.run(&["token", "adopt", "--dry-run"]);
        assert_eq!(home.users_tree(), before, "{what}: a dry run writes");
        let ran = home.run(&["token", "adopt", "--yes"]).ok();
        assert_eq!((home.text(TOKENS), home.text(CONFIG)), (bare, put(&named)), "{what}: {ran:#?}");
        let index = if what == "crates.io" { "sparse+https://index.crates.io/" } else { index };
        assert_eq!(token_for(&home, index).as_deref(), Some(LOOSE), "{what}");
        for said in [&dry.out, &dry.err, &ran.out, &ran.err, &home.run(&["diff"]).out] {
            assert_eq!(find(&search, said.as_bytes()), None, "{what}: {said}");
        }
        for (path, found) in home.tree() {
            assert_eq!(find(&search, &found.content), None, "{what}: in {}", path.display());
        }
        let touched = home.tree();
        home.run(&["token", "adopt", "--yes"]).ok();
        assert_eq!(home.tree(), touched, "{what}: the second run writes");
        home.run(&["undo", "--yes"]).ok();
        assert_eq!(home.users_tree(), before, "{what}: undo");
        assert_eq!(token_for(&home, index), None, "{what}: still in use");
    }
}

#[test]
fn what_is_not_certain_stays() {
    let tokens = format!("[registries.mine]\ntoken = \"{LOOSE}\"\n");
    let index = |url: &str| format!("[registries.mine]\nindex = {url:?}\n");
    let good = index("sparse+https://reg.test/index/");
    let cases = [
        (
            tokens.clone(),
            index("sparse+https://else.test/index/"),
            "no profile speaks for the registry https://else.test",
        ),
        (tokens.clone(), index("sparse+http://reg.test/index/"), "only https is answered"),
        (tokens.clone(), index("sparse+https://reg.test/../index/"), "'.' or '..' segment"),
        (tokens.clone(), index("sparse+https://git.test/index/"), "several speak for https://git.test"),
        (
            tokens.clone(),
            "[registries.other]\nindex = \"x\"\n".into(),
            "does not say where the registry \"mine\" is",
        ),
        (
            tokens.clone(),
            good.clone() + "credential-provider = \"cargo:libsecret\"\n",
            "cargo asks another program",
        ),
        (
            tokens.clone(),
            good.clone() + "[registry]\nglobal-credential-providers = [\"cargo:libsecret\"]\n",
            "global-credential-providers",
        ),
        (tokens.clone(), good.clone() + "[broken", "cargo cannot read"),
        (
            tokens.clone(),
            format!("[registries]\nmine = {{ index = \"https://reg.test/index/\", token = \"{LOOSE}\" }}\n"),
            "a form that is not edited",
        ),
        (format!("registries.mine = {{ token = \"{LOOSE}\" }}\n"), good.clone(), "a form that is not moved"),
        (
            format!("[registries.mine]\ntoken = \"{LOOSE}\" # 1st\n"),
            good.clone(),
            "holds more than the token",
        ),
    ];
    for (tokens, config, why) in cases {
        let home = home(&["reg.test"]);
        home.run(&[
            "profile", "add", "globex", "--host", "git.test", "--owner", "globex", "--email", "b@c.test",
            "--yes",
        ])
        .ok();
        home.run(&["use", "acme", "--yes"]).ok();
        home.write(TOKENS, &tokens, 0o600);
        home.write(CONFIG, &config, 0o644);
        let before = home.users_tree();
        let ran = home.run(&["token", "adopt", "--yes"]).with_code(1);
        assert!(ran.out.contains(why), "{tokens}{config}: {why:?} {ran:#?}");
        assert_eq!(find(&forms(LOOSE), (ran.out + &ran.err).as_bytes()), None, "{tokens}");
        assert_eq!(home.users_tree(), before, "{config}");
        assert_eq!(token_for(&home, "sparse+https://reg.test/index/"), None, "{config}: it is in the store");
    }
}

#[test]
fn the_provider_answers_for_exactly_its_index() {
    let home = home(&["reg.test", "two.test:8443"]);
    let login = |index: &str| {
        json!({ "v": 1, "kind": "login", "token": LOOSE, "registry": { "index-url": index } }).to_string()
    };
    assert_eq!(asked(&home, &login("sparse+https://reg.test/a/index/")), "{\"Ok\":{\"kind\":\"login\"}}\n");
    for index in [
        "sparse+https://reg.test/a/index/",
        "https://reg.test/a/index",
        "registry+https://REG.test:443/a/index",
    ] {
        assert_eq!(token_for(&home, index).as_deref(), Some(LOOSE), "{index}");
    }
    for (index, kind) in [
        ("sparse+https://reg.test/b/index/", "not-found"),
        ("sparse+https://reg.test/a/index/more/", "not-found"),
        ("sparse+https://reg.test/", "not-found"),
        ("sparse+https://two.test:8443/a/index/", "not-found"),
        ("sparse+https://reg.test:8443/a/index/", "url-not-supported"),
        ("sparse+https://reg.test.evil.test/a/index/", "url-not-supported"),
        ("sparse+http://reg.test/a/index/", "other"),
        ("ssh://reg.test/a/index/", "other"),
        ("sparse+https://reg.test@evil.test/a/index/", "other"),
        ("sparse+https://reg.test/a/x/../index/", "other"),
        ("sparse+https://reg.test/a%2findex/", "other"),
        ("sparse+https://reg.test/a/index/?x", "other"),
        ("", "other"),
    ] {
        let said = asked(&home, &get(index));
        assert!(
            said.contains(&format!("{{\"Err\":{{\"kind\":\"{kind}\"")) && !said.contains(LOOSE),
            "{index}: {said}"
        );
    }
    for question in [
        "",
        "{}",
        "[]",
        "{\"v\":2}",
        "x",
        "{\"v\":1,\"v\":1,\"kind\":\"get\",\"registry\":{\"index-url\":\"https://reg.test/a/index\"}}",
    ] {
        assert!(asked(&home, question).contains("no question of cargo's"), "{question}");
    }
    // git is told nothing of it.
    assert_eq!(home.run_with(&["credential", "get"], b"protocol=https\nhost=reg.test\n\n").out, "");
    let logout =
        json!({ "v": 1, "kind": "logout", "registry": { "index-url": "sparse+https://reg.test/a/index/" } });
    assert_eq!(asked(&home, &logout.to_string()), "{\"Ok\":{\"kind\":\"logout\"}}\n");
    assert_eq!(token_for(&home, "sparse+https://reg.test/a/index/"), None);
}

#[test]
fn only_cargos_own_folder_is_edited() {
    let tokens = format!("[registries.mine]\ntoken = \"{LOOSE}\"\n");
    let config = "[registries.mine]\nindex = \"sparse+https://reg.test/index/\"\n";
    for file in ["dot/tokens.toml", "app/.cargo/credentials.toml"] {
        let home = home(&["reg.test"]);
        home.write(file, &tokens, 0o600);
        for folder in [".cargo", "dot", "app/.cargo"] {
            home.write(&format!("{folder}/config.toml"), config, 0o644);
        }
        if file.starts_with("dot") {
            std::os::unix::fs::symlink("../dot/tokens.toml", home.path(TOKENS)).unwrap();
        }
        let before = home.users_tree();
        let ran = home.run(&["token", "adopt", "--yes"]).with_code(1);
        assert!(ran.out.contains("not in cargo's own folder"), "{file}: {ran:#?}");
        assert_eq!(home.users_tree(), before, "{file}");
    }
}

/// A crate as a registry gives it, made by tar.
fn packed(home: &Home) -> Vec<u8> {
    home.write(
        "made/seven-1.0.0/Cargo.toml",
        "[package]\nname = \"seven\"\nversion = \"1.0.0\"\nedition = \"2021\"\n",
        0o644,
    );
    home.write("made/seven-1.0.0/src/lib.rs", "", 0o644);
    let made = home.path("made");
    let output = Command::new("tar").arg("-C").arg(&made).args(["-cz", "seven-1.0.0"]).output().unwrap();
    assert!(output.status.success());
    std::fs::remove_dir_all(made).unwrap();
    output.stdout
}

#[test]
fn cargo_goes_on_working() {
    let maker = Home::empty();
    let package = packed(&maker);
    let sum: String = Sha256::digest(&package).iter().map(|b| format!("{b:02x}")).collect();
    let api = move |request: &Request| {
        if request.header("authorization") != Some(LOOSE) {
            return Answer::json(401, json!({}))
                .with("WWW-Authenticate", "Cargo login_url=\"https://reg.test/me\"");
        }
        let port = request.header("host").unwrap();
        match request.target.as_str() {
            "/index/config.json" => {
                Answer::json(200, json!({ "dl": format!("https://{port}/dl"), "auth-required": true }))
            }
            "/index/se/ve/seven" => Answer::json(
                200,
                json!({ "name": "seven", "vers": "1.0.0", "deps": [], "cksum": sum, "features": {}, "yanked": false }),
            ),
            "/dl/seven/1.0.0/download" => Answer::of(200, "application/gzip", package.clone()),
            _ => Answer::json(404, json!({})),
        }
    };
    let root = Root::new();
    let server = Server::start(&root, Arc::new(api), None);
    let place = format!("127.0.0.1:{}", server.port);
    let home = home(&[&place]);
    std::fs::write(home.outside("root.pem"), root.pem()).unwrap();
    home.write("app/Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nseven = { version = \"1\", registry = \"mine\" }\n", 0o644);
    home.write("app/src/lib.rs", "", 0o644);
    let cargo = |home: &Home| {
        for made in ["app/Cargo.lock", ".cargo/registry"] {
            let path = home.path(made);
            let _ = std::fs::remove_file(&path);
            let _ = std::fs::remove_dir_all(&path);
        }
        // The toolchain's own: rustup's would look for its toolchains in this home.
        let own = PathBuf::from(std::env::var_os("CARGO").expect("cargo runs the tests"));
        let mut command = home.program(own.to_str().unwrap());
        command.env("RUSTC", own.with_file_name("rustc"));
        command.env("CARGO_HTTP_CAINFO", home.outside("root.pem")).current_dir(home.path("app"));
        let ran = Ran::of(&command.arg("fetch").output().unwrap());
        let _ = std::fs::remove_file(home.path("app/Cargo.lock"));
        let _ = std::fs::remove_dir_all(home.path(".cargo/registry"));
        for made in [".cargo/.package-cache", ".cargo/.package-cache-mutate", ".cargo/.global-cache"] {
            let _ = std::fs::remove_file(home.path(made));
        }
        ran
    };
    // Without it cargo reads its own file for crates.io alone.
    let config = format!(
        "[registries.mine]\nindex = \"sparse+https://{place}/index/\"\n[registry]\nglobal-credential-providers = [\"cargo:token\"]\n"
    );
    let tokens = format!("[registries.mine]\ntoken = \"{LOOSE}\"\n");
    home.write(CONFIG, &config, 0o644);
    assert_ne!(cargo(&home).code, Some(0), "without a token");
    home.write(TOKENS, &tokens, 0o600);
    cargo(&home).ok();
    home.run(&["token", "adopt", "--yes"]).ok();
    let ran = cargo(&home).ok();
    assert!(!ran.err.contains("warning"), "{ran:#?}");
    assert!(server.seen().iter().any(|r| r.target == "/dl/seven/1.0.0/download"));
    for (path, found) in home.tree() {
        assert_eq!(find(&forms(LOOSE), &found.content), None, "in {}", path.display());
    }
    home.run(&["undo", "--yes"]).ok();
    assert_eq!((home.text(CONFIG), home.text(TOKENS)), (config, tokens));
    cargo(&home).ok();
}
