//! Gitea, new and old, and Forgejo.

use crate::contract::kept;
use crate::server::{Answer, Request};
use crate::world::{Plan, TOKEN, World, form};
use serde_json::json;

fn user() -> serde_json::Value {
    kept("gitea", "User", json!({ "id": 1, "login": "alice", "email": "alice@git.test" }))
}

fn error(status: u16) -> Answer {
    Answer::json(status, kept("gitea", "APIError", json!({ "message": "no", "url": "https://git.test/api" })))
}

/// With `token`, a Gitea that lets a token look at itself.
fn host(token: Option<&'static [&'static str]>, who: fn() -> Answer) -> World {
    Plan::of("gitea").with(move |request: &Request| {
        let known = request.header("authorization") == Some(&format!("Bearer {TOKEN}"));
        match (request.target.as_str(), token) {
            ("/api/v1/token", Some(scopes)) if known => Answer::json(
                200,
                kept(
                    "gitea",
                    "CurrentAccessToken",
                    json!({ "id": 3, "name": "laptop", "scopes": scopes,
                        "created_at": form(-1, "%Y-%m-%dT00:00:00Z"), "last_used_at": form(-1, "%Y-%m-%dT01:00:00Z"),
                        "user": { "id": 1, "login": "alice" } }),
                ),
            ),
            ("/api/v1/token", _) => error(404),
            _ if !known => error(401),
            ("/api/v1/user", _) => who(),
            ("/api/v1/repos/acme/app", _) => Answer::json(
                200,
                kept("gitea", "Repository", json!({ "id": 1, "permissions": { "admin": false, "push": true, "pull": true } })),
            ),
            _ => error(404),
        }
    })
}

#[test]
fn a_new_gitea_says_scopes() {
    let world = host(Some(&["read:repository", "read:user"]), || error(500));
    let (code, checked) = world.check_with(&[]);
    assert_eq!(checked.known()["account"], "alice");
    assert_eq!(checked.known()["scopes"], json!(["read:repository", "read:user"]));
    assert_eq!(world.server.api_logins(), ["/api/v1/token", "/api/v1/repos/acme/app"]);
    // It has no field for an end, in any version.
    assert_eq!(checked.known()["ends"], "not-said");
    assert_eq!((checked.codes(), code), (vec!["token-without-end"], 0));
    let checked = host(Some(&["all"]), || error(500)).check();
    assert!(checked.codes().contains(&"token-too-broad"), "{}", checked.0);
}

#[test]
fn an_old_one_and_forgejo_say_the_account_alone() {
    let world = host(None, || Answer::json(200, user()));
    let checked = world.check();
    assert_eq!(checked.known()["account"], "alice");
    assert!(checked.known()["scopes"].is_null());
    assert_eq!(checked.known()["repository"]["write"], true);
    let asked = ["/api/v1/token", "/api/v1/user", "/api/v1/repos/acme/app"];
    assert_eq!(world.server.api_logins(), asked);
}

#[test]
fn a_token_for_git_alone_may_not_say_whose_it_is() {
    let (code, checked) = host(None, || error(403)).check_with(&[]);
    assert_eq!((checked.outcome(), code), ("works", 0), "{}", checked.0);
    assert!(checked.known()["notes"][0].as_str().unwrap().contains("lacks read:user"));
}

/// 404 for the page of its own is no refusal; the 401 that follows is, and ends it.
#[test]
fn a_bad_token_is_found_by_the_second_question() {
    let plan = Plan { verify: false, ..Plan::of("gitea") };
    let world = plan.with(|request| if request.target.ends_with("/token") { error(404) } else { error(401) });
    let (code, checked) = world.check_with(&[]);
    assert_eq!((checked.outcome(), code), ("refused", 1), "{}", checked.0);
    assert_eq!(world.server.api_logins(), ["/api/v1/token", "/api/v1/user"]);
}

#[test]
fn doorkey_keeps_the_end_itself() {
    let world = host(None, || Answer::json(200, user()));
    let date = form(40, "%Y-%m-%d");
    let add = ["token", "add", "acme", "--expires", &date, "--note", "laptop", "--stdin", "--yes"];
    let said = world.run(&add, TOKEN).code(0).out;
    assert!(said.contains(&format!("it ends {date}, \"laptop\"")), "{said}");
    assert!(world.check().codes().is_empty(), "the end is known now");
    let again = world.run(&add, TOKEN).code(0).out;
    assert!(again.contains("Nothing to do"), "{again}");
    world.run(&["undo", "--yes"], "").code(0);
    assert_eq!(world.check().codes(), ["token-without-end"], "undo takes the date back");
    // Longer than the profile allows.
    let far = form(200, "%Y-%m-%d");
    world.run(&["token", "add", "acme", "--expires", &far, "--stdin", "--yes"], TOKEN).code(0);
    assert_eq!(world.check().codes(), ["token-long-lived"]);
}
