//! `token adopt` of docker's logins: only those bytes of `config.json` change, a real client goes on working, and the helper
//! answers for exactly the registry that was meant.

use crate::canary::{find, forms};
use crate::home::{Home, Ran, feed};
use crate::server::{Answer, Request, Root, Server};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::Arc;

/// No token that the store has.
const LOOSE: &str = "dckr_pat_w3Kd9sLw4pZc6nBh1jYf8gQx7vR";
const FILE: &str = ".docker/config.json";

/// Profile acme names these registries, and has hub.test as a whole; git.test is acme's and globex's by owner.
fn home(registries: &[&str]) -> Home {
    let home = Home::prepared();
    let add = |name: &str, host: &[&str]| {
        let fixed = ["profile", "add", name, "--email", "a@b.test", "--yes", "--host"];
        home.run(&[&fixed[..], host].concat()).ok();
    };
    add("globex", &["git.test", "--owner", "globex"]);
    add("whole", &["hub.test", "--user", "wendy"]);
    let file = ".config/doorkey/profiles/acme.toml";
    home.write(file, format!("{}\n[registries]\ndocker = {registries:?}\n", home.text(file)), 0o600);
    home.run(&["use", "acme", "--yes"]).ok();
    symlink(home.state().join("bin/doorkey"), home.outside("docker-credential-doorkey")).unwrap();
    home
}

/// A program with the helper in PATH.
fn program(home: &Home, name: &str) -> Command {
    let folder = home.outside("docker-credential-doorkey");
    let folder = folder.parent().unwrap().to_str().unwrap();
    let mut command = home.program(name);
    command.env("PATH", format!("{folder}:{}", std::env::var("PATH").unwrap()));
    command
}

fn doorkey(home: &Home, words: &[&str]) -> Ran {
    let mut command = program(home, env!("CARGO_BIN_EXE_doorkey"));
    Ran::of(&command.args(words).output().unwrap())
}

fn helper(home: &Home, verb: &str, input: &str) -> Ran {
    let mut command = program(home, home.outside("docker-credential-doorkey").to_str().unwrap());
    command.arg(verb);
    feed(command, input.as_bytes())
}

fn auth(user: &str) -> String {
    STANDARD.encode(format!("{user}:{LOOSE}"))
}

fn gives(home: &Home, registry: &str, user: &str) {
    let ran = helper(home, "get", registry).ok();
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&said["Username"], &said["Secret"]), (&json!(user), &json!(LOOSE)), "{registry}");
}

#[test]
fn each_form_of_the_file_goes_and_comes_back() {
    let a = auth("robot$ci");
    let cases = [
        (
            "as docker writes it",
            format!("{{\n\t\"auths\": {{\n\t\t\"reg.test\": {{\n\t\t\t\"auth\": \"{a}\"\n\t\t}}\n\t}}\n}}"),
            "{\n\t\"credHelpers\": {\n\t\t\"reg.test\": \"doorkey\"\n\t},\n\t\"auths\": {\n\t\t\"reg.test\": {}\n\t}\n}".to_owned(),
        ),
        (
            "carriage returns, an old name, other settings",
            format!("{{\r\n  \"odd\" : [1, {{\"auth\":2}}],\r\n  \"auths\" : {{\r\n    \"https:\\/\\/reg.test/v1/\": {{ \"email\":\"x\", \"auth\": \"{a}\" , \"more\": null }}\r\n  }},\r\n  \"detachKeys\": \"ctrl-e,e\"\r\n}}\r\n"),
            "{\r\n  \"odd\" : [1, {\"auth\":2}],\r\n  \"credHelpers\": {\r\n    \"reg.test\": \"doorkey\"\r\n  },\r\n  \"auths\" : {\r\n    \"https:\\/\\/reg.test/v1/\": { \"email\":\"x\" , \"more\": null }\r\n  },\r\n  \"detachKeys\": \"ctrl-e,e\"\r\n}\r\n".to_owned(),
        ),
        (
            "one line, other helpers",
            format!(
                "{{\"credHelpers\":{{\"gcr.io\":\"gcloud\"}},\"auths\":{{\"else.test\":{{}},\"reg.test\":{{\"auth\":\"{a}\"}}}}}}"
            ),
            "{\"credHelpers\":{\"reg.test\": \"doorkey\", \"gcr.io\":\"gcloud\"},\"auths\":{\"else.test\":{},\"reg.test\":{}}}".to_owned(),
        ),
        (
            "an empty list of helpers",
            format!("{{ \"auths\": {{ \"reg.test\": {{ \"auth\": \"{a}\" }} }}, \"credHelpers\": {{}} }}\n"),
            "{ \"auths\": { \"reg.test\": {} }, \"credHelpers\": {\"reg.test\": \"doorkey\"} }\n".to_owned(),
        ),
        (
            "doorkey is named already",
            format!("{{\"auths\": {{\"reg.test\": {{\"auth\": \"{a}\"}}}}, \"credHelpers\": {{\"reg.test\": \"doorkey\"}}}}"),
            "{\"auths\": {\"reg.test\": {}}, \"credHelpers\": {\"reg.test\": \"doorkey\"}}".to_owned(),
        ),
    ];
    let search = forms(LOOSE);
    for (what, old, new) in cases {
        let home = home(&["reg.test"]);
        home.write(FILE, &old, 0o640);
        let before = home.users_tree();
        let dry = doorkey(&home, &["token", "adopt", "--dry-run"]);
        assert_eq!(home.users_tree(), before, "{what}: a dry run writes");
        let ran = doorkey(&home, &["token", "adopt", "--yes"]);
        assert_eq!(home.text(FILE), new, "{what}: {ran:#?}");
        serde_json::from_str::<serde_json::Value>(&home.text(FILE)).unwrap();
        gives(&home, "reg.test", "robot$ci");
        for said in [&dry.out, &dry.err, &ran.out, &ran.err, &doorkey(&home, &["diff"]).out] {
            assert_eq!(find(&search, said.as_bytes()), None, "{what}: {said}");
        }
        for (path, found) in home.tree() {
            assert_eq!(find(&search, &found.content), None, "{what}: in {}", path.display());
        }
        let touched = home.tree();
        doorkey(&home, &["token", "adopt", "--yes"]);
        assert_eq!(home.tree(), touched, "{what}: the second run writes");
        doorkey(&home, &["undo", "--yes"]).ok();
        assert_eq!(home.users_tree(), before, "{what}: undo");
        assert_eq!(helper(&home, "get", "reg.test").code, Some(1), "{what}: still in use");
    }
}

#[test]
fn an_identity_token_goes_under_dockers_own_name() {
    let home = home(&["reg.test"]);
    let empty = STANDARD.encode("00000000-0000-0000-0000-000000000000:");
    home.write(
        FILE,
        format!("{{\"auths\": {{\"reg.test\": {{\"auth\": \"{empty}\", \"identitytoken\": \"{LOOSE}\"}}}}}}"),
        0o600,
    );
    doorkey(&home, &["token", "adopt", "--yes"]).ok();
    assert!(!home.text(FILE).contains(LOOSE));
    gives(&home, "reg.test", "<token>");
}

#[test]
fn what_is_not_certain_stays() {
    let one = |registry: &str| format!("{{\"auths\": {{{registry:?}: {{\"auth\": \"{}\"}}}}}}", auth("ada"));
    let with = |more: &str| one("reg.test").replacen('{', &format!("{{{more}, "), 1);
    let cases = [
        (one("else.test"), "no profile speaks for the registry https://else.test"),
        (one("reg.test:8443"), "no profile speaks for the registry https://reg.test:8443"),
        (one("https://index.docker.io/v1/"), "no profile speaks for the registry https://index.docker.io"),
        (one("git.test"), "several speak for https://git.test"),
        (one("hub.test"), "login of \"ada\", and profile whole is \"wendy\""),
        (one("http://reg.test"), "plain http"),
        (one("reg.test/acme"), "a part of a registry"),
        (with("\"HttpHeaders\": {\"X-Key\": \"another-secret\"}"), "in the same line"),
        (
            one("reg.test").replacen(
                "}}",
                &format!("}}, \"else.test\": {{\"auth\": \"{}\"}}}}", auth("eve")),
                1,
            ),
            "in the same line",
        ),
        (with("\"credsStore\": \"pass\""), "it asks docker-credential-pass"),
        (with("\"credHelpers\": {\"reg.test\": \"gcloud\"}"), "it asks docker-credential-gcloud"),
        (with("\"auths\": {}"), "a name stands there twice"),
        (
            one("reg.test").replacen(
                "}}",
                &format!("}}, \"https://reg.test\": {{\"auth\": \"{}\"}}}}", auth("eve")),
                1,
            ),
            "two of these names",
        ),
        (one("reg.test").replacen("\"auth\"", "\"registrytoken\"", 1), "do not carry a login of this form"),
    ];
    for (text, why) in cases {
        let home = home(&["reg.test"]);
        home.write(FILE, &text, 0o600);
        let before = home.users_tree();
        let ran = doorkey(&home, &["token", "adopt", "--yes"]).with_code(1);
        assert!(ran.out.contains(why), "{text}: {why:?} {ran:#?}");
        assert_eq!(find(&forms(LOOSE), (ran.out + &ran.err).as_bytes()), None, "{text}");
        assert_eq!(home.users_tree(), before, "{text}");
        assert_eq!(helper(&home, "get", "reg.test").code, Some(1), "{text}: it is in the store");
    }
}

/// docker says "executable file not found in $PATH" at every pull otherwise.
#[test]
fn without_the_helper_in_path_nothing_moves() {
    let home = home(&["reg.test"]);
    home.write(FILE, format!("{{\"auths\": {{\"reg.test\": {{\"auth\": \"{}\"}}}}}}", auth("ada")), 0o600);
    let before = home.users_tree();
    let ran = home.run(&["token", "adopt", "--yes"]).with_code(1);
    assert!(
        ran.out.contains("docker-credential-doorkey is not there") && ran.out.contains("ln -s"),
        "{ran:#?}"
    );
    assert_eq!(home.users_tree(), before);
    // The command that is named helps.
    let fix = ran.out.lines().find_map(|line| line.trim().strip_prefix("do: ")).unwrap();
    let command = fix.split(" (").next().unwrap();
    assert!(home.program("sh").args(["-c", command]).status().unwrap().success(), "{command}");
    let path = format!("{}:{}", home.path(".local/bin").display(), std::env::var("PATH").unwrap());
    let adopted = home.doorkey().env("PATH", path).args(["token", "adopt", "--yes"]).output().unwrap();
    Ran::of(&adopted).ok();
    // Nor does a stranger's program of that name.
    doorkey(&home, &["undo", "--yes"]).ok();
    std::fs::remove_file(home.path(".local/bin/docker-credential-doorkey")).unwrap();
    home.write(".local/bin/docker-credential-doorkey", "#!/bin/sh\n", 0o755);
    let path = format!("{}:{}", home.path(".local/bin").display(), std::env::var("PATH").unwrap());
    let other =
        Ran::of(&home.doorkey().env("PATH", path).args(["token", "adopt", "--yes"]).output().unwrap());
    assert!(other.with_code(1).out.contains("which is not this doorkey"));
}

#[test]
fn the_helper_answers_for_exactly_its_registry() {
    let home = home(&["reg.test", "reg.test:5443"]);
    let login = |registry: &str, user: &str, secret: &str| {
        json!({ "ServerURL": registry, "Username": user, "Secret": secret }).to_string()
    };
    helper(&home, "store", &login("reg.test", "ada", LOOSE)).ok();
    for asked in
        ["reg.test", "reg.test\n", "https://reg.test", "https://reg.test/v2/", "REG.test", "reg.test:443"]
    {
        gives(&home, asked, "ada");
    }
    let not_found = "credentials not found in native keychain\n";
    for asked in ["reg.test:5443", "else.test", "reg.test.evil.test", "xreg.test", "reg.test:444"] {
        assert_eq!(helper(&home, "get", asked).with_code(1).out, not_found, "{asked:?}");
    }
    let refused = [
        "",
        "\n",
        "http://reg.test",
        "reg.test/acme",
        "https://reg.test@evil.test",
        "evil.test#reg.test",
        "reg.test\nreg.test",
        "reg.test\0",
        "reg.test\r\nx",
        "reg.test:0443",
        "reg.test:",
        "reg%2etest",
        " reg.test",
        "git.test",
    ];
    for asked in refused {
        let ran = helper(&home, "get", asked).with_code(1);
        assert!(ran.out.starts_with("doorkey: refused") && !ran.out.contains(LOOSE), "{asked:?}: {ran:#?}");
    }
    assert!(helper(&home, "get", &"a".repeat(70_000)).with_code(1).out.starts_with("doorkey: "));
    // No repository tries it, and nothing else is advised.
    let checked = home.run(&["token", "check", "acme"]).with_code(1);
    assert!(
        checked.out.contains("for a package registry") && checked.out.contains("docker login reg.test"),
        "{checked:#?}"
    );
    // git is told nothing of it, and gives nothing to docker.
    let request = b"protocol=https\nhost=reg.test\n\n";
    assert_eq!(home.run_with(&["credential", "get"], request).out, "");
    // docker login again, as another user; docker logout.
    helper(&home, "store", &login("reg.test", "bob", LOOSE)).ok();
    gives(&home, "reg.test", "bob");
    helper(&home, "erase", "reg.test:5443").ok();
    gives(&home, "reg.test", "bob");
    helper(&home, "erase", "reg.test").ok();
    assert_eq!(helper(&home, "get", "reg.test").with_code(1).out, not_found);
    for (document, why) in [
        (login("else.test", "ada", LOOSE), "no profile speaks"),
        (login("git.test", "ada", LOOSE), "shared by several"),
        (login("hub.test", "ada", LOOSE), "another user"),
        (login("reg.test", "a\nb", LOOSE), "docker's form"),
        (login("reg.test", "", LOOSE), "docker's form"),
        (
            "{\"ServerURL\":\"reg.test\",\"ServerURL\":\"x\",\"Username\":\"a\",\"Secret\":\"b\"}".into(),
            "docker's form",
        ),
        ("[]".into(), "docker's form"),
    ] {
        let ran = helper(&home, "store", &document).with_code(1);
        assert!(ran.out.contains(why), "{document}: {ran:#?}");
    }
    // What was taken out of the profile is gone at once.
    helper(&home, "store", &login("reg.test", "ada", LOOSE)).ok();
    let file = ".config/doorkey/profiles/acme.toml";
    home.write(file, home.text(file).replace("\"reg.test\", ", ""), 0o600);
    assert!(helper(&home, "get", "reg.test").with_code(1).out.contains("does not claim"));
    home.run(&["off", "--yes"]).ok();
    assert!(helper(&home, "get", "reg.test").with_code(1).out.contains("doorkey on"));
}

/// A registry of one image, for one login.
fn registry(user: &'static str) -> (Root, Server) {
    let api = move |request: &Request| {
        if request.basic() != Some((user.to_owned(), LOOSE.to_owned())) {
            return Answer::json(401, json!({})).with("WWW-Authenticate", "Basic realm=\"registry\"");
        }
        match request.target.as_str() {
            "/v2/" => Answer::json(200, json!({})),
            "/v2/acme/app/tags/list" => Answer::json(200, json!({ "name": "acme/app", "tags": ["seven"] })),
            _ => Answer::json(404, json!({})),
        }
    };
    let root = Root::new();
    let server = Server::start(&root, Arc::new(api), None);
    (root, server)
}

#[test]
fn skopeo_goes_on_working() {
    let (root, server) = registry("robot$ci");
    let place = format!("127.0.0.1:{}", server.port);
    let home = home(&[&place]);
    std::fs::write(home.outside("root.pem"), root.pem()).unwrap();
    let skopeo = |home: &Home| {
        let mut command = program(home, "skopeo");
        command.env("SSL_CERT_FILE", home.outside("root.pem"));
        let output = command.args(["list-tags", &format!("docker://{place}/acme/app")]).output();
        Ran::of(&output.expect("skopeo is installed: tests/setup"))
    };
    let text = format!(
        "{{\n\t\"auths\": {{\n\t\t\"{place}\": {{\n\t\t\t\"auth\": \"{}\"\n\t\t}}\n\t}}\n}}",
        auth("robot$ci")
    );
    assert_ne!(skopeo(&home).code, Some(0), "without a login");
    home.write(FILE, &text, 0o600);
    assert!(skopeo(&home).ok().out.contains("seven"));
    doorkey(&home, &["token", "adopt", "--yes"]).ok();
    assert!(skopeo(&home).ok().out.contains("seven"));
    for (path, found) in home.tree() {
        assert_eq!(find(&forms(LOOSE), &found.content), None, "in {}", path.display());
    }
    doorkey(&home, &["undo", "--yes"]).ok();
    assert_eq!(home.text(FILE), text);
    assert!(skopeo(&home).ok().out.contains("seven"));
}
