//! `token adopt` of `.netrc`: the entry goes and nothing else, git gets the token from doorkey, and curl by a pipe.

use crate::canary::{find, forms};
use crate::home::{Home, Ran};
use crate::server::{Answer, Request, Root, Server};
use serde_json::json;
use std::process::Stdio;
use std::sync::Arc;

/// No token that the store has.
const LOOSE: &str = "ghp_w3Kd9sLw4pZc6nBh1jYf8gQx7vRt2mAbCdEf";

/// Profile acme has git.test/acme as ada, globex git.test/globex as bob; one.test is hooli's as a whole. No tokens.
fn home() -> Home {
    let home = Home::empty();
    home.store();
    let add = |name: &str, host: &[&str]| {
        let fixed = ["profile", "add", name, "--email", "a@b.test", "--yes", "--host"];
        home.run(&[&fixed[..], host].concat()).ok();
    };
    add("acme", &["git.test", "--owner", "acme", "--user", "ada"]);
    add("globex", &["git.test", "--owner", "globex", "--user", "bob"]);
    add("hooli", &["one.test", "--user", "hugo"]);
    home.run(&["use", "acme", "--yes"]).ok();
    home
}

fn adopt(home: &Home) -> Ran {
    home.run(&["token", "adopt", "--kind", "netrc", "--yes"])
}

fn given(home: &Home, place: &str) -> Ran {
    Ran::of(&home.doorkey().args(["credential", "netrc", place]).output().unwrap())
}

#[test]
fn each_form_goes_and_comes_back() {
    let others = "machine else.test login x password another-secret-1 # why\n";
    let cases = [
        ("one line", format!("machine one.test login hugo password {LOOSE}\n"), String::new()),
        ("no line end", format!("{others}machine one.test login hugo password {LOOSE}"), others.to_owned()),
        (
            "several lines, carriage returns",
            format!("# mine\r\n\r\nmachine one.test\r\n\tlogin hugo\r\n\tpassword {LOOSE}\r\n\r\n{others}"),
            format!("# mine\r\n\r\n\r\n{others}"),
        ),
        (
            "a byte order mark, quotes",
            format!("\u{feff}#\nMACHINE ONE.test password \"{LOOSE}\" login hugo\n"),
            "\u{feff}#\n".into(),
        ),
        ("by its user", format!("machine git.test login ada password {LOOSE}\n{others}"), others.to_owned()),
    ];
    let search = forms(LOOSE);
    for (what, old, new) in cases {
        let home = home();
        home.write(".netrc", &old, 0o600);
        let before = home.users_tree();
        // Other programs than git read the file: it goes only when that is asked for.
        let asked = home.run(&["token", "adopt", "--yes"]).with_code(1);
        assert!(asked.out.contains("--kind netrc"), "{what}: {asked:#?}");
        assert_eq!(home.users_tree(), before, "{what}");
        let ran = adopt(&home);
        assert_eq!(home.text(".netrc"), new, "{what}: {ran:#?}");
        assert!(ran.out.contains("curl --netrc-file"), "{what}: {ran:#?}");
        let (place, entry) = match what {
            "by its user" => {
                ("https://git.test/acme", format!("machine git.test login ada password {LOOSE}\n"))
            }
            _ => ("one.test", format!("machine one.test login hugo password {LOOSE}\n")),
        };
        assert_eq!(given(&home, place).ok().out, entry, "{what}");
        for (path, found) in home.tree() {
            assert_eq!(find(&search, &found.content), None, "{what}: in {}", path.display());
        }
        assert_eq!(find(&search, (ran.out + &ran.err).as_bytes()), None, "{what}");
        let touched = home.tree();
        adopt(&home);
        assert_eq!(home.tree(), touched, "{what}: the second run writes");
        home.run(&["undo", "--yes"]).ok();
        assert_eq!(home.users_tree(), before, "{what}: undo");
        assert!(!given(&home, place).with_code(3).out.contains(LOOSE));
    }
}

#[test]
fn what_is_not_certain_stays() {
    let entry = format!("machine one.test login hugo password {LOOSE}\n");
    let cases = [
        (
            entry.clone() + "default login x password another-secret-1\n",
            "the password of `default` would be sent",
        ),
        (entry.clone() + "machine ONE.test login eve password another-secret-1\n", "several entries"),
        (entry.clone() + "macdef init\nls\n\n", "hold more than the entry"),
        (
            entry.trim_end().to_owned() + " machine two.test login x password y1234567\n",
            "hold more than the entry",
        ),
        (entry.replace("\n", " account x\n"), "hold more than the entry"),
        (entry.replace(" password", " # why\npassword"), "hold more than the entry"),
        (entry.replace("one.test", "two.test"), "no profile has https://two.test"),
        (entry.replace("hugo", "eve"), "login of \"eve\""),
        (entry.replace("one.test login hugo", "git.test login eve"), "shared by owner"),
        (entry.replace("one.test", "one.test:8443"), "not followed"),
        (entry.replace("password ", "password \"").replace('\n', "x\n"), "a quote is not closed"),
    ];
    for (text, why) in cases {
        let home = home();
        home.write(".netrc", &text, 0o600);
        let before = home.users_tree();
        let ran = adopt(&home).with_code(1);
        assert!(ran.out.contains(why), "{text}: {why:?} {ran:#?}");
        assert_eq!(find(&forms(LOOSE), (ran.out + &ran.err).as_bytes()), None, "{text}");
        assert_eq!(home.users_tree(), before, "{text}");
    }
}

#[test]
fn a_file_that_git_does_not_read_stays() {
    let home = home();
    home.write("app/.netrc", format!("machine one.test login hugo password {LOOSE}\n"), 0o600);
    let before = home.users_tree();
    assert!(adopt(&home).with_code(1).out.contains("git does not read it"));
    assert_eq!(home.users_tree(), before);
}

/// `doorkey use` wants the entry out of the way, so this is what comes before it.
#[test]
fn it_goes_before_anything_is_in_force() {
    let home = home();
    home.run(&["off", "--yes"]).ok();
    home.write(".netrc", format!("machine one.test login hugo password {LOOSE}\n"), 0o600);
    let refused = home.run(&["use", "hooli", "--yes"]).with_code(1);
    assert!(refused.err.contains("token adopt --kind netrc"), "{refused:#?}");
    assert!(adopt(&home).ok().out.contains("as soon as it is in force: doorkey on"));
    home.run(&["use", "hooli", "--yes"]).ok();
    assert!(given(&home, "one.test").ok().out.contains(LOOSE));
}

/// A token must not come onto a screen or into a file by a slip.
#[test]
fn the_entry_goes_into_a_pipe_only() {
    let home = home();
    let add = ["token", "add", "hooli", "--host", "one.test", "--user", "hugo", "--stdin", "--yes"];
    home.run_with(&add, LOOSE.as_bytes()).ok();
    assert!(given(&home, "one.test").ok().out.contains(LOOSE));
    let file = std::fs::File::create(home.outside("out")).unwrap();
    let status =
        home.doorkey().args(["credential", "netrc", "one.test"]).stdout(file).stderr(Stdio::null()).status();
    assert_eq!(status.unwrap().code(), Some(2));
    assert_eq!(std::fs::read_to_string(home.outside("out")).unwrap(), "");
    for place in [
        "one.test:8443",
        "http://one.test",
        "xone.test",
        "git.test",
        "https://one.test/%0ausername=x",
        "",
        "one.test\nhost=x",
    ] {
        assert!(!given(&home, place).with_code(3).out.contains(LOOSE), "{place:?}");
    }
}

#[test]
fn curl_goes_on_working() {
    let api = |request: &Request| match request.basic() {
        Some((user, token)) if user == "ada" && token == LOOSE && request.target == "/moved" => {
            Answer::json(302, json!({})).with("Location", "/a")
        }
        Some((user, token)) if user == "ada" && token == LOOSE => Answer::json(200, json!({ "fine": true })),
        _ => Answer::json(401, json!({})).with("WWW-Authenticate", "Basic realm=\"x\""),
    };
    let root = Root::new();
    let server = Server::start(&root, Arc::new(api), None);
    let home = Home::empty();
    home.store();
    let port = server.port.to_string();
    let host = format!("127.0.0.1:{port}");
    home.run(&["profile", "add", "acme", "--host", &host, "--user", "ada", "--email", "a@b.test", "--yes"])
        .ok();
    home.run(&["use", "acme", "--yes"]).ok();
    std::fs::write(home.outside("root.pem"), root.pem()).unwrap();
    let add = ["token", "add", "acme", "--host", &host, "--user", "ada", "--stdin", "--yes"];
    home.run_with(&add, LOOSE.as_bytes()).ok();
    let line = format!(
        "curl -sSfL --cacert \"$1\" --netrc-file <(\"$2\" credential netrc {host}) https://{host}/moved"
    );
    let doorkey = env!("CARGO_BIN_EXE_doorkey");
    let mut bash = home.program("bash");
    bash.args(["-c", &line, "bash"]).arg(home.outside("root.pem")).arg(doorkey);
    let ran = Ran::of(&bash.output().unwrap()).ok();
    assert!(ran.out.contains("fine"), "{ran:#?}");
    assert_eq!(server.seen().len(), 2);
    let without = ["-c", "curl -sSf --cacert \"$1\" --netrc \"$2\"", "bash"];
    let mut bash = home.program("bash");
    bash.args(without).arg(home.outside("root.pem")).arg(format!("https://{host}/"));
    assert_ne!(Ran::of(&bash.output().unwrap()).code, Some(0));
}
