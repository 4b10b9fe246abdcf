//! GitLab, self-managed: the API lies on the host itself.

use crate::contract::kept;
use crate::server::{Answer, Request};
use crate::world::{Plan, TOKEN, World, form};
use serde_json::{Value, json};

fn token(change: impl Fn(&mut Value)) -> Answer {
    let mut token = json!({ "id": 4, "name": "laptop", "revoked": false, "created_at": "2026-01-02T03:04:05.678Z",
        "description": null, "scopes": ["read_repository"], "user_id": 7,
        "last_used_at": "2026-01-03T03:04:05.678Z", "active": true, "expires_at": form(30, "%Y-%m-%d") });
    token["created_at"] = form(-1, "%Y-%m-%dT00:00:00.000Z").into();
    token["last_used_at"] = form(-1, "%Y-%m-%dT01:00:00.000Z").into();
    change(&mut token);
    Answer::json(200, kept("others", "gitlab-token", token))
}

fn alice() -> Answer {
    named("alice")
}

fn named(name: &str) -> Answer {
    let user = json!({ "id": 7, "username": name, "name": "Alice", "state": "active" });
    Answer::json(200, kept("others", "gitlab-user", user))
}

fn refused() -> Answer {
    Answer::json(401, json!({ "message": "401 Unauthorized" }))
}

fn host(own: impl Fn() -> Answer + Send + Sync + 'static, user: fn() -> Answer) -> World {
    Plan::of("gitlab").with(move |request: &Request| {
        if request.header("private-token") != Some(TOKEN) {
            return refused();
        }
        match request.target.as_str() {
            "/api/v4/personal_access_tokens/self" => own(),
            "/api/v4/user" => user(),
            "/api/v4/projects/acme%2Fapp" => Answer::json(
                200,
                json!({ "id": 1, "path_with_namespace": "acme/app",
                    "permissions": { "project_access": null, "group_access": { "access_level": 20 } } }),
            ),
            _ => Answer::json(404, json!({ "error": "404 Not Found" })),
        }
    })
}

#[test]
fn says_all_that_it_knows() {
    let world = host(|| token(|_| {}), alice);
    let (code, checked) = world.check_with(&[]);
    let known = checked.known();
    assert_eq!(known["account"], "alice");
    assert_eq!(known["name"], "laptop");
    assert_eq!(known["scopes"], json!(["read_repository"]));
    assert!(known["last-used"].is_i64());
    assert_eq!((checked.codes().len(), code), (0, 0), "{}", checked.0);
    // Without `api` or `read_api` the project cannot be asked for, so it is not.
    assert_eq!(world.server.api_logins(), ["/api/v4/personal_access_tokens/self", "/api/v4/user"]);
}

/// "Expires on the 31st" is dead in the first second of the 31st, in UTC.
#[test]
fn a_date_dies_in_its_first_second() {
    let checked = host(|| token(|t| t["expires_at"] = "2031-12-31".into()), alice).check();
    assert_eq!(checked.known()["ends"], json!({ "at": 1_956_441_600 }));
    let world = host(|| token(|t| t["expires_at"] = form(0, "%Y-%m-%d").into()), alice);
    let people = world.run(&["token", "check"], "").code(1).out;
    assert!(people.contains("error[token-expired]"), "today is too late: {people}");
    let words = format!("ends {} (its last day is {})", form(0, "%Y-%m-%d"), form(-1, "%Y-%m-%d"));
    assert!(people.contains(&words), "{people}");
    // It is noted, so nobody hands it out any more, and no login is wasted on it.
    let before = world.server.logins();
    let checked = world.check();
    assert_eq!((checked.outcome(), checked.codes()), ("not-tried", vec!["token-expired"]));
    assert_eq!(world.server.logins(), before);
}

#[test]
fn a_revoked_token_is_refused_though_the_status_is_200() {
    for change in [|t: &mut Value| t["revoked"] = true.into(), |t: &mut Value| t["active"] = false.into()] {
        let plan = Plan { verify: false, ..Plan::of("gitlab") };
        let world = plan.with(move |_| token(change));
        let (code, checked) = world.check_with(&[]);
        assert_eq!((checked.outcome(), code), ("refused", 1), "{}", checked.0);
        assert_eq!(world.server.api_logins().len(), 1);
    }
}

#[test]
fn scopes_for_git_alone_hide_the_account_and_nothing_else() {
    let hidden = || {
        Answer::json(
            403,
            json!({ "error": "insufficient_scope", "error_description": "The request requires higher privileges" }),
        )
    };
    let (code, checked) = host(|| token(|_| {}), hidden).check_with(&[]);
    assert_eq!((checked.outcome(), code), ("works", 0), "{}", checked.0);
    assert!(checked.known()["account"].is_null());
}

#[test]
fn an_old_gitlab_is_asked_for_the_user_alone() {
    let missing = || Answer::json(404, json!({ "error": "404 Not Found" }));
    let checked = host(missing, alice).check();
    assert_eq!(checked.known()["account"], "alice");
    assert_eq!(checked.known()["ends"], "not-said");
}

#[test]
fn broad_scopes_and_needless_ones_are_told_apart() {
    let (code, checked) =
        host(|| token(|t| t["scopes"] = json!(["api", "write_repository"])), alice).check_with(&[]);
    assert_eq!((checked.codes(), code), (vec!["token-too-broad"], 1));
    assert_eq!(
        checked.known()["repository"],
        json!({ "read": true, "write": false }),
        "a reporter may not push"
    );
    // To push is not too much in itself; the profile only reads: a note.
    let (code, checked) =
        host(|| token(|t| t["scopes"] = json!(["write_repository"])), alice).check_with(&[]);
    assert_eq!((checked.codes(), code), (vec!["token-too-broad"], 0));
    assert_eq!(checked.0["findings"][0]["severity"], "note");
    // Fine-grained ones may have no scopes of that kind.
    let checked = host(|| token(|t| t["scopes"] = json!([])), alice).check();
    assert!(checked.codes().is_empty(), "{}", checked.0);
}

#[test]
fn a_token_that_lies_idle_is_a_note() {
    let idle = || {
        token(|t| {
            t["last_used_at"] = form(-100, "%Y-%m-%dT00:00:00.000Z").into();
            t["created_at"] = form(-101, "%Y-%m-%dT00:00:00.000Z").into();
        })
    };
    let (_, checked) = host(idle, alice).check_with(&[]);
    // Made 101 days ago and good for 30 more: its whole life counts, not the time it has been here.
    assert_eq!(checked.codes(), ["token-long-lived", "token-unused"]);
}

#[test]
fn a_deploy_token_is_for_git_alone() {
    let plan = Plan { user: "gitlab+deploy-token-7", ..Plan::of("gitlab") };
    let world = plan.with(|_| refused());
    let (code, checked) = world.check_with(&[]);
    assert_eq!((checked.outcome(), code), ("works", 0), "{}", checked.0);
    assert!(world.server.api_logins().is_empty(), "its API would count a wrong password");
}

#[test]
fn what_git_proved_stands_when_the_api_refuses() {
    let world = Plan::of("gitlab").with(|_| refused());
    let checked = world.check();
    assert_eq!(checked.outcome(), "works");
    assert!(checked.why().contains("does not know the token: \"401 Unauthorized\""), "{}", checked.why());
    assert_eq!(world.server.api_logins().len(), 1);
}

/// The token of a project has an account of its own; git takes any user name with it.
#[test]
fn the_account_of_a_projects_token_is_nobody_elses() {
    let checked = host(|| token(|_| {}), || named("project_7_bot_0a1b2c")).check();
    assert!(checked.codes().is_empty(), "{}", checked.0);
    let checked = host(|| token(|_| {}), || named("project_manager")).check();
    assert_eq!(checked.codes(), ["token-wrong-account"]);
}
