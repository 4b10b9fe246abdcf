//! `token adopt --kind npm`: the real npm installs from a registry that wants a token before it, in a session after it, and
//! again after its undo; only that line changes.

use crate::canary::{find, forms};
use crate::home::{Home, Ran};
use crate::server::{Answer, Request, Root, Server};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest, Sha512};
use std::process::Command;
use std::sync::Arc;

/// No token that the store has.
const LOOSE: &str = "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";
const FILE: &str = ".npmrc";
const ADOPT: &[&str] = &["token", "adopt", "--kind", "npm", "--yes"];

/// Profile acme with these settings under `[registries]`.
fn home(npm: &str) -> Home {
    let home = Home::prepared();
    add_to_profile(&home, "acme", &format!("[registries]\nnpm = {{ {npm} }}\n"));
    home
}

fn add_to_profile(home: &Home, name: &str, text: &str) {
    let file = format!(".config/doorkey/profiles/{name}.toml");
    home.write(&file, format!("{}\n{text}", home.text(&file)), 0o600);
}

/// What npm would read in a session: its settings, and the variables with the tokens.
fn in_session(home: &Home) -> Ran {
    let script = "cat \"$NPM_CONFIG_USERCONFIG\"; env | grep ^DOORKEY_NPM_ | sort";
    home.run(&["exec", "acme", "--", "sh", "-c", script])
}

#[test]
fn exactly_the_line_goes_and_comes_back() {
    let cases = [
        ("//npm.test/:_authToken=TOKEN\n", ""),
        (
            "; mine\r\n@acme:registry=https://npm.test/\r\n  //npm.test/:_authToken = TOKEN\r\nfund=false",
            "; mine\r\n@acme:registry=https://npm.test/\r\nfund=false",
        ),
        (
            "//other.test/:_authToken=${OTHER}\n//npm.test/:_authToken=\"TOKEN\"",
            "//other.test/:_authToken=${OTHER}\n",
        ),
    ];
    let search = forms(LOOSE);
    for (text, bare) in cases {
        let home = home("\"@acme\" = \"https://npm.test/\"");
        home.write(FILE, text.replace("TOKEN", LOOSE), 0o600);
        let before = home.users_tree();
        let dry = home.run(&[ADOPT, &["--dry-run"]].concat());
        assert_eq!(home.users_tree(), before, "{text}: a dry run writes");
        let ran = home.run(ADOPT).ok();
        assert_eq!(home.text(FILE), bare, "{ran:#?}");
        assert!(ran.out.contains("doorkey exec acme -- npm install"), "{ran:#?}");
        assert!(ran.out.contains("doorkey token add acme --npm '@acme'"), "{ran:#?}");
        let shown = home.run(&["-n", "exec", "acme", "--", "true"]).ok();
        assert!(shown.out.contains("DOORKEY_NPM_TOKEN_1=***\n"), "{shown:#?}");
        for said in [&dry.out, &dry.err, &ran.out, &ran.err, &shown.out, &home.run(&["diff"]).out] {
            assert_eq!(find(&search, said.as_bytes()), None, "{text}: {said}");
        }
        let inside = in_session(&home).ok();
        assert_eq!(
            inside.out,
            format!(
                "@acme:registry=https://npm.test/\n//npm.test/:_authToken=${{DOORKEY_NPM_TOKEN_1}}\n\
                 DOORKEY_NPM_TOKEN_1={LOOSE}\n"
            )
        );
        for (path, found) in home.tree() {
            assert_eq!(find(&search, &found.content), None, "{text}: in {}", path.display());
        }
        home.run(&["undo", "--yes"]).ok();
        assert_eq!(home.users_tree(), before, "{text}: undo");
        let inside = in_session(&home);
        assert!(
            inside.err.contains("npm gets no token: the store has none for https://npm.test/"),
            "{inside:#?}"
        );
        assert!(!inside.out.contains(LOOSE), "{inside:#?}");
    }
}

#[test]
fn what_is_not_certain_stays() {
    let token = |key: &str| format!("{key}={LOOSE}\n");
    let two = token("//npm.test/:_authToken") + "//npm.test/:_authToken=another1another2\n";
    let cases = [
        (token("//else.test/:_authToken"), "no profile speaks for npm's registry https://else.test/"),
        (token("//npm.test:8443/:_authToken"), "no profile speaks for npm's registry https://npm.test:8443/"),
        (
            token("//npm.test/deeper/:_authToken"),
            "no profile speaks for npm's registry https://npm.test/deeper/",
        ),
        (token("//shared.test/:_authToken"), "acme and globex both speak for npm's registry"),
        (token("//git.test/:_authToken"), "git asks for tokens of https://git.test too"),
        (token("//npm.test/../:_authToken"), "its registry: "),
        (token("//npm.test:_authToken"), "npm does not use it"),
        (token("_authToken"), "npm does not use it"),
        (format!("[x]\n{}", token("//npm.test/:_authToken")), "npm does not use it"),
        (two, "the registry has several"),
        ("//npm.test/:_auth=YWRhOlhjdjdoUHcyUXM=\n".into(), "only an _authToken is moved"),
        (token("//npm.test/:_authToken").replace("=", "=${X}"), "a form that is not moved"),
    ];
    for (text, why) in cases {
        let home = home(
            "\"@acme\" = \"https://npm.test/\", \"@s\" = \"https://shared.test/\", \"@g\" = \"https://git.test/\"",
        );
        home.run(&[
            "profile", "add", "globex", "--host", "git.test", "--owner", "globex", "--user", "x", "--yes",
        ])
        .ok();
        add_to_profile(&home, "globex", "[registries]\nnpm = { \"*\" = \"https://shared.test/\" }\n");
        home.write(FILE, &text, 0o600);
        let before = home.users_tree();
        let ran = home.run(ADOPT).with_code(1);
        assert!(ran.out.contains(why), "{text}: {why:?} {ran:#?}");
        assert_eq!(find(&forms(LOOSE), (ran.out + &ran.err).as_bytes()), None, "{text}");
        assert_eq!(home.users_tree(), before, "{text}");
        assert!(!in_session(&home).out.contains(LOOSE), "{text}");
    }
}

#[test]
fn it_stays_where_it_is_not_asked_for() {
    let home = home("\"@acme\" = \"https://npm.test/\"");
    home.run(&["use", "acme", "--yes"]).ok();
    home.write(FILE, format!("//npm.test/:_authToken={LOOSE}\n"), 0o600);
    let before = home.users_tree();
    let ran = home.run(&["token", "adopt", "--yes"]).with_code(1);
    assert!(ran.out.contains("npm asks no helper") && ran.out.contains("--kind npm"), "{ran:#?}");
    assert_eq!(home.users_tree(), before);
}

/// A token that was typed in is given to the registry of its scope, and to nobody else.
#[test]
fn a_token_is_kept_for_a_scope() {
    let home = home("\"@acme\" = \"https://npm.test/a/\", \"*\" = \"https://npm.test/b/\"");
    let add = |scope: &str| {
        home.run_with(&["token", "add", "acme", "--npm", scope, "--stdin", "--yes"], LOOSE.as_bytes())
    };
    add("@acme").ok();
    let inside = in_session(&home);
    assert_eq!(
        inside.out,
        format!(
            "registry=https://npm.test/b/\n@acme:registry=https://npm.test/a/\n\
             //npm.test/a/:_authToken=${{DOORKEY_NPM_TOKEN_2}}\nDOORKEY_NPM_TOKEN_2={LOOSE}\n"
        )
    );
    assert!(
        inside.err.contains("none for https://npm.test/b/; run: doorkey token add acme --npm '*'"),
        "{inside:#?}"
    );
    let refused = add("@nobody").with_code(2);
    assert!(refused.err.contains("has no npm registry for \"@nobody\""), "{refused:#?}");
    // git is told nothing of it.
    let asked = home.run_with(&["credential", "get"], b"protocol=https\nhost=npm.test\npath=a/x\n\n");
    assert_eq!(asked.out, "");
    let checked = home.run(&["token", "check", "acme"]);
    assert!(checked.out.contains("npm whoami --registry https://npm.test/a/"), "{checked:#?}");
    for text in [
        "\"acme\" = \"https://npm.test/\"",
        "\"@acme\" = \"http://npm.test/\"",
        "\"@acme\" = \"https://a:b@npm.test/\"",
    ] {
        let home = Home::prepared();
        add_to_profile(&home, "acme", &format!("[registries]\nnpm = {{ {text} }}\n"));
        let ran = home.run(&["exec", "acme", "--", "true"]);
        assert!(ran.code != Some(0) && ran.err.contains("npm registry"), "{text}: {ran:#?}");
    }
}

/// npm asks nobody but the registry, and once.
const QUICK: &[&str] = &["--no-update-notifier", "--fetch-retries=0"];

#[test]
fn npm_goes_on_working() {
    let maker = Home::empty();
    maker.write("package/package.json", "{\"name\":\"@acme/seven\",\"version\":\"1.0.0\"}\n", 0o644);
    let packed = Command::new("tar").arg("-C").arg(maker.dir()).args(["-cz", "package"]).output().unwrap();
    assert!(packed.status.success());
    let package = packed.stdout;
    let sum = format!("sha512-{}", STANDARD.encode(Sha512::digest(&package)));
    let bearer = format!("Bearer {LOOSE}");
    let registry = move |request: &Request| {
        if request.header("authorization") != Some(&bearer) {
            return Answer::json(401, json!({ "error": "who are you" }));
        }
        let port = request.header("host").unwrap();
        match request.target.as_str() {
            "/npm/@acme%2fseven" => {
                let dist = json!({ "tarball": format!("https://{port}/npm/seven.tgz"), "integrity": sum });
                let version = json!({ "name": "@acme/seven", "version": "1.0.0", "dist": dist });
                Answer::json(
                    200,
                    json!({ "name": "@acme/seven", "dist-tags": { "latest": "1.0.0" }, "versions": { "1.0.0": version } }),
                )
            }
            "/npm/seven.tgz" => Answer::of(200, "application/octet-stream", package.clone()),
            _ => Answer::json(404, json!({})),
        }
    };
    let root = Root::new();
    let server = Server::start(&root, Arc::new(registry), None);
    let place = format!("127.0.0.1:{}", server.port);
    let home = home(&format!("\"@acme\" = \"https://{place}/npm/\""));
    let pem = home.outside("root.pem");
    std::fs::write(&pem, root.pem()).unwrap();
    add_to_profile(&home, "acme", &format!("[trust]\nca = [{:?}]\n", pem.to_str().unwrap()));
    // A company's npm is often set up so; it hides NODE_EXTRA_CA_CERTS from npm.
    home.write("app/.npmrc", "cafile=/etc/ssl/certs/ca-certificates.crt\n", 0o644);
    home.write("app/package.json", "{\"name\":\"app\",\"private\":true}\n", 0o644);
    let install = |before: &[&str]| {
        for made in ["app/node_modules", ".npm"] {
            let _ = std::fs::remove_dir_all(home.path(made));
        }
        let words =
            [before, &["npm", "install", "--no-save", "--no-audit", "--no-fund"], QUICK, &["@acme/seven"]]
                .concat();
        let mut command = home.program(words[0]);
        command.args(&words[1..]).env("NPM_CONFIG_CAFILE", &pem).current_dir(home.path("app"));
        let ran = Ran::of(&command.output().unwrap());
        let installed = home.path("app/node_modules/@acme/seven/package.json").exists();
        assert_eq!(installed, ran.code == Some(0), "{ran:#?}");
        for made in ["app/node_modules", ".npm"] {
            let _ = std::fs::remove_dir_all(home.path(made));
        }
        ran
    };
    let session: &[&str] = &[env!("CARGO_BIN_EXE_doorkey"), "exec", "acme", "--"];
    assert_ne!(install(session).code, Some(0), "without a token");
    let settings = format!("@acme:registry=https://{place}/npm/\n//{place}/npm/:_authToken={LOOSE}\n");
    home.write(FILE, &settings, 0o600);
    install(&[]).ok();
    home.run(ADOPT).ok();
    install(session).ok();
    assert_ne!(install(&[]).code, Some(0), "npm has the token elsewhere");
    for (path, found) in home.tree() {
        assert_eq!(find(&forms(LOOSE), &found.content), None, "in {}", path.display());
    }
    home.run(&["undo", "--yes"]).ok();
    assert_eq!(home.text(FILE), settings);
    install(&[]).ok();
}
