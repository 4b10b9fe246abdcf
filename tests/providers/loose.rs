//! `token scan --online`: whether a loose token still lives. It goes to the host that stands beside it, once.

use crate::server::{Answer, Request};
use crate::world::{Plan, World, form};
use serde_json::{Value, json};
use std::fs;

/// GitHub's by their bytes, checksum and all.
const LIVES: &str = "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";
const DEAD: &str = "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";
const OTHER: &str = "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";
const LONELY: &str = "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";
/// GitLab's.
const GITLAB: &str = "glpat-3mK8xQ2vT7nLw5RzYb1c";

fn host(token: &'static str) -> World {
    made(token, &[])
}

fn made(token: &'static str, more: &[&str]) -> World {
    let api = move |request: &Request| {
        if request.target.contains("/info/refs") || request.token().as_deref() != Some(token) {
            return Answer::json(401, json!({ "message": "Bad credentials" }));
        }
        Answer::json(200, json!({ "login": "alice" }))
            .with("X-OAuth-Scopes", "repo")
            .with("GitHub-Authentication-Token-Expiration", form(30, "%Y-%m-%d 15:04:05 UTC").as_str())
    };
    let more = more.iter().map(|word| (*word).to_owned()).collect();
    Plan { git: false, verify: false, more, ..Plan::of("github") }.with(api)
}

impl World {
    fn plant(&self, path: &str, text: &str) {
        let path = self.path("home").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What came of each secret, in the order of the numbers, with what people read.
    fn scan(&self, arguments: &[&str]) -> (Vec<Value>, String) {
        let words = [&["token", "scan", "--online"], arguments].concat();
        let mut people = self.run(&words, "").code(1).out;
        let mut found = self.run(&[&words[..], &["--json"]].concat(), "").code(1).json();
        for token in [LIVES, DEAD, OTHER, LONELY, GITLAB] {
            people = people.replace(token, "VALUE");
            assert!(!people.contains("VALUE") && !found.to_string().contains(token), "{people}");
        }
        let Value::Array(found) = found["online"].take() else { panic!("{found}") };
        (found, people)
    }
}

fn url(world: &World, token: &str) -> String {
    format!("[remote \"origin\"]\n\turl = https://alice:{token}@{}/acme/app.git\n", world.host())
}

#[test]
fn who_lives_is_asked_where_it_stands() {
    let world = host(LIVES);
    world.plant("a/.git/config", &url(&world, LIVES));
    world.plant("b/.git/config", &url(&world, LIVES));
    let (found, people) = world.scan(&[]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((&found[0]["number"], &found[0]["life"]), (&json!(1), &json!("lives")), "{found:#?}");
    assert_eq!(found[0]["host"], world.host());
    assert_eq!(found[0]["known"]["account"], "alice");
    assert_eq!(found[0]["known"]["scopes"], json!(["repo"]));
    let line = format!(
        "[1] lives: {} says: account alice, classic, scopes repo, ends {}",
        world.host(),
        form(30, "%Y-%m-%d")
    );
    assert!(people.contains(&line), "{people}");
    assert_eq!(world.server.api_logins(), ["/api/v3/user", "/api/v3/user"], "one question a run");
}

#[test]
fn a_refusal_ends_it_at_that_host() {
    let world = host(LIVES);
    for (file, token) in [("a/.git/config", DEAD), ("b/.git/config", OTHER)] {
        world.plant(file, &url(&world, token));
    }
    let (found, people) = world.scan(&[]);
    let lives: Vec<&str> = found.iter().map(|one| one["life"].as_str().unwrap()).collect();
    assert!(lives == ["dead", "unknown"] || lives == ["unknown", "dead"], "{found:#?}");
    assert!(people.contains("is dead: ") && people.contains("\"Bad credentials\""), "{people}");
    assert!(people.contains("unknown: ") && people.contains("refused a login a moment ago"), "{people}");
    assert_eq!(world.server.logins(), 2, "one in each of two runs");
}

#[test]
fn nobody_is_told_what_is_not_his() {
    let world = host(LIVES);
    let strange = format!("https://alice:{LIVES}@127.0.0.1:{}/acme/app.git", world.server.port);
    let cases = [
        ("notes.txt".to_owned(), LONELY.to_owned(), "no host stands beside it"),
        ("a/.git/config".into(), url(&world, GITLAB), "none of GitHub's by its bytes"),
        (".git-credentials".into(), strange, "doorkey knows no API of 127.0.0.1"),
        ("b/.git/config".into(), url(&world, "Blue-river-77"), "it may be a password"),
        (
            "c/.git/config".into(),
            url(&world, &LIVES.replace("ghp_", "ghp_1")[..40]),
            "its checksum does not fit",
        ),
    ];
    for (path, text, _) in &cases {
        world.plant(path, text);
    }
    let (found, people) = world.scan(&[]);
    assert_eq!(found.len(), cases.len(), "{found:#?}");
    for (path, _, why) in &cases {
        assert!(people.contains(why), "{path}: {people}");
    }
    assert!(found.iter().all(|one| one["life"] == "unknown"), "{found:#?}");
    assert_eq!(world.server.seen().len(), 0, "{:#?}", world.server.seen());
}

#[test]
fn a_host_may_be_named_for_those_without_one() {
    let world = host(LONELY);
    world.plant("notes.txt", LONELY);
    let (found, _) = world.scan(&["--at", &world.host()]);
    assert_eq!((&found[0]["life"], &found[0]["known"]["account"]), (&json!("lives"), &json!("alice")));
    // Whose host it is counts, not that it was named.
    let port = world.server.port.to_string();
    let (found, _) = world.scan(&["--at", &format!("127.0.0.1:{port}")]);
    assert_eq!(found[0]["life"], "unknown");
    assert_eq!(world.server.logins(), 2);
    world.run(&["token", "scan", "--at", "github.com"], "").code(2);
    world.run(&["token", "scan", "--online", "--at", "not a host"], "").code(2);
}

#[test]
fn a_host_that_cannot_be_reached_is_said_once_and_nothing_changes() {
    let world = made(LIVES, &["--no-ca"]);
    world.plant("a/.git/config", &url(&world, LIVES));
    let before = crate::world::stamps(&world.path("home"));
    let (found, people) = world.scan(&[]);
    assert_eq!(found[0]["life"], "unknown", "{found:#?}");
    assert!(people.contains("unknown: "), "{people}");
    assert_eq!(world.server.logins(), 0);
    assert_eq!(crate::world::stamps(&world.path("home")), before);
}
