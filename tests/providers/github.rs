//! GitHub, as an Enterprise Server: the API lies on the host itself.

use crate::contract::{kept, of};
use crate::server::{Answer, Request};
use crate::world::{Plan, TOKEN, World};
use serde_json::{Value, json};

/// What the stand-in says beside what every GitHub says.
#[derive(Clone, Default)]
struct State {
    login: &'static str,
    scopes: Option<&'static str>,
    ends: Option<&'static str>,
    repository: Option<fn() -> Answer>,
    user: Option<fn() -> Answer>,
}

fn alice() -> State {
    State { login: "alice", scopes: Some("repo"), ..State::default() }
}

fn user(login: &str) -> Value {
    let mut user = of("github")["examples"]["user"].clone();
    user["login"] = login.into();
    kept("github", "private-user", user)
}

fn repository(push: bool) -> Value {
    let mut repo = of("github")["examples"]["repository"].clone();
    repo["permissions"] = json!({ "admin": false, "push": push, "pull": true });
    kept("github", "full-repository", repo)
}

fn error(status: u16, message: &str) -> Answer {
    Answer::json(status, kept("github", "basic-error", json!({ "message": message })))
}

fn answer(state: &State, request: &Request) -> Answer {
    assert!(request.header("user-agent").is_some_and(|a| a.starts_with("doorkey/")), "GitHub demands it");
    if request.token().as_deref() != Some(TOKEN) {
        return error(401, "Bad credentials");
    }
    match request.target.as_str() {
        "/api/v3/user" => {
            if let Some(user) = state.user {
                return user();
            }
            let mut answer = Answer::json(200, user(state.login));
            if let Some(scopes) = state.scopes {
                answer = answer.with("X-OAuth-Scopes", scopes);
            }
            if let Some(ends) = state.ends {
                answer = answer.with("GitHub-Authentication-Token-Expiration", ends);
            }
            answer
        }
        "/api/v3/repos/acme/app" => match state.repository {
            Some(repository) => repository(),
            None => Answer::json(200, repository(true)),
        },
        other => error(404, other),
    }
}

fn world(state: State) -> World {
    Plan::of("github").with(move |request| answer(&state, request))
}

#[test]
fn says_whose_it_is_and_git_proves_it() {
    let world = world(State { ends: Some("2026-12-31 15:04:05 UTC"), ..alice() });
    let (code, checked) = world.check_with(&[]);
    assert_eq!(checked.outcome(), "works");
    assert_eq!(checked.known()["account"], "alice");
    assert_eq!(checked.known()["scopes"], json!(["repo"]));
    assert_eq!(checked.known()["kind"], "classic");
    assert_eq!(checked.known()["repository"]["write"], true);
    assert_eq!(code, 0, "{}", checked.0);
    // git once without and once with the token; then who am I, and the repository.
    assert_eq!(world.server.api_logins(), ["/api/v3/user", "/api/v3/repos/acme/app"]);
    let people = world.run(&["token", "check"], "").code(0).out;
    assert!(people.contains("GitHub says: account alice, classic, scopes repo, ends 2026-12-31"), "{people}");
}
