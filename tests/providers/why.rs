//! `doorkey why`: what a host says of the token where git's login was accepted and the repository was not, and that it is
//! not asked after a refusal.

use crate::server::{Answer, Request};
use crate::world::{HIDDEN, Plan, World, stamps};
use serde_json::{Value, json};

fn alice(request: &Request) -> Answer {
    match request.target.as_str() {
        "/api/v3/user" => {
            Answer::json(200, json!({ "login": "alice" })).with("X-OAuth-Scopes", "public_repo, gist")
        }
        _ => Answer::json(404, json!({ "message": "Not Found" })),
    }
}

fn why(world: &World, repo: &str) -> Value {
    let url = format!("https://{}/{repo}.git", world.host());
    let ran = world.run(&["why", &url, "--json"], "").code(1);
    ran.json()["repositories"][0].clone()
}

fn asked_of_the_api(world: &World) -> usize {
    world.server.seen().iter().filter(|request| !request.target.contains("/info/refs")).count()
}

#[test]
fn a_hidden_repository_comes_with_the_hosts_word_on_the_token() {
    let world = Plan::of("github").with(alice);
    let before = stamps(&world.path("home/.config"));
    let found = why(&world, HIDDEN);
    let broken = found["rungs"].as_array().unwrap().iter().find(|r| r["outcome"] == "broken").unwrap();
    assert_eq!(broken["code"], "repository-not-found", "{found:#}");
    assert_eq!(found["token"]["known"]["account"], "alice", "{found:#}");
    assert_eq!(found["token"]["known"]["scopes"], json!(["public_repo", "gist"]), "{found:#}");
    let url = format!("https://{}/{HIDDEN}.git", world.host());
    let people = world.run(&["why", &url], "").code(1).out;
    assert!(
        people.contains("says of the token: account alice, classic, scopes public_repo gist"),
        "{people}"
    );
    assert_eq!(stamps(&world.path("home/.config")), before, "nothing is written");
}

#[test]
fn a_repository_that_opens_and_a_refused_login_ask_nothing_more() {
    let world = Plan::of("github").with(alice);
    let url = format!("https://{}/acme/app.git", world.host());
    let found = world.run(&["why", &url, "--json"], "").code(0).json();
    assert_eq!(found["repositories"][0]["token"], Value::Null);
    assert_eq!(asked_of_the_api(&world), 0);
    // Hosts lock accounts out: after a refusal nobody logs in a second time.
    let world = Plan { git: false, ..Plan::of("github") }.with(alice);
    let found = why(&world, "acme/app");
    let broken = found["rungs"].as_array().unwrap().iter().find(|r| r["outcome"] == "broken").unwrap();
    assert_eq!(broken["code"], "auth-refused", "{found:#}");
    assert_eq!((&found["token"], asked_of_the_api(&world)), (&Value::Null, 0));
    let logins = world.server.seen().iter().filter(|request| request.basic().is_some()).count();
    assert_eq!(logins, 1);
}
