//! GitHub, as an Enterprise Server: the API lies on the host itself.

use crate::contract::{kept, of};
use crate::server::{Answer, Request};
use crate::world::{Plan, TOKEN, World, form, now};
use serde_json::{Value, json};
use std::sync::Mutex;

/// What the stand-in says beside what every GitHub says.
#[derive(Clone, Default)]
struct State {
    login: &'static str,
    scopes: Option<&'static str>,
    ends: Option<String>,
    repository: Option<fn() -> Answer>,
    user: Option<fn() -> Answer>,
}

fn alice() -> State {
    State { login: "alice", scopes: Some("repo"), ..State::default() }
}

/// An end that no finding is about.
fn month() -> Option<String> {
    Some(form(30, "%Y-%m-%d 15:04:05 UTC"))
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
            if let Some(ends) = &state.ends {
                answer = answer.with("GitHub-Authentication-Token-Expiration", ends.as_str());
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
    let world = world(State { ends: Some(form(30, "%Y-%m-%d 15:04:05 UTC")), ..alice() });
    let (code, checked) = world.check_with(&[]);
    assert_eq!(checked.outcome(), "works");
    assert_eq!(checked.known()["account"], "alice");
    assert_eq!(checked.known()["scopes"], json!(["repo"]));
    assert_eq!(checked.known()["kind"], "classic");
    assert_eq!(checked.known()["repository"]["write"], true);
    assert_eq!(code, 0, "{}", checked.0);
    // Who am I, and the repository; git logged in on its own.
    assert_eq!(world.server.api_logins(), ["/api/v3/user", "/api/v3/repos/acme/app"]);
    assert_eq!(world.server.logins(), 3);
    let people = world.run(&["token", "check"], "").code(0).out;
    let line = format!("GitHub says: account alice, classic, scopes repo, ends {}", form(30, "%Y-%m-%d"));
    assert!(people.contains(&line), "{people}");
}

#[test]
fn both_forms_of_the_end_are_read() {
    for (text, end) in
        [("2031-12-31 15:04:05 UTC", 1_956_495_845), ("2031-12-31 15:04:05 -0700", 1_956_495_845 + 7 * 3600)]
    {
        let checked = world(State { ends: Some(text.into()), ..alice() }).check();
        assert_eq!(checked.known()["ends"], json!({ "at": end }), "{text}");
        assert_eq!(checked.0["expires"], end);
        assert_eq!(checked.codes(), ["token-long-lived"], "{text}");
    }
    let checked = world(State { ends: Some("soon".into()), ..alice() }).check();
    assert_eq!(checked.known()["ends"], "not-said");
}

#[test]
fn without_a_list_of_scopes_it_is_fine_grained() {
    let (code, checked) =
        world(State { scopes: None, ends: Some(form(30, "%Y-%m-%d 15:04:05 -0700")), ..alice() })
            .check_with(&[]);
    assert_eq!((checked.known()["kind"].as_str(), code), (Some("fine-grained"), 0), "{}", checked.0);
    assert!(checked.known()["scopes"].is_null());
    // An empty list is a list: a classic token without any scope.
    let checked = world(State { scopes: Some(""), ..alice() }).check();
    assert_eq!(checked.known()["kind"], "classic");
    assert_eq!(checked.known()["scopes"], json!([]));
}

#[test]
fn a_token_that_never_ends_lives_too_long() {
    let (code, checked) = world(alice()).check_with(&[]);
    assert_eq!(checked.known()["ends"], "never");
    assert_eq!((checked.codes(), code), (vec!["token-long-lived"], 1));
}

#[test]
fn another_account_is_an_error_and_case_is_not() {
    let ends = month();
    let (code, checked) = world(State { login: "mallory", ends: ends.clone(), ..alice() }).check_with(&[]);
    assert_eq!((checked.codes(), code), (vec!["token-wrong-account"], 1));
    let said = checked.0["findings"][0]["what"].as_str().unwrap();
    assert!(said.contains("the account mallory, not to alice"), "{said}");
    let (code, checked) = world(State { login: "Alice", ends, ..alice() }).check_with(&[]);
    assert_eq!((checked.codes().len(), code), (0, 0), "{}", checked.0);
}

#[test]
fn scopes_are_held_against_git_and_against_the_profile() {
    let ends = month();
    let broad = world(State {
        scopes: Some("admin:org, delete_repo, repo, workflow"),
        ends: ends.clone(),
        ..alice()
    });
    let checked = broad.check();
    assert_eq!(checked.codes(), ["token-too-broad"]);
    let said = checked.0["findings"][0]["what"].as_str().unwrap();
    assert!(said.ends_with("git has no use for: admin:org, delete_repo"), "{said}");
    // The profile's own list takes the place of the table.
    let listed = |text: String| {
        text.replace(
            "token = { user = \"alice\" }",
            "token = { user = \"alice\", scopes = [\"repo\", \"gist\"] }",
        )
    };
    broad.edit_profile(listed);
    let checked = broad.check();
    assert_eq!(checked.codes(), ["token-too-broad", "token-too-narrow"]);
    let said = |at: usize| checked.0["findings"][at]["what"].as_str().unwrap().to_owned();
    assert!(said(0).ends_with("does not list: admin:org, delete_repo, workflow"), "{}", said(0));
    assert!(said(1).ends_with("lacks scopes that the profile lists: gist"), "{}", said(1));
}

#[test]
fn what_the_profile_wants_to_push_to_must_be_open_to_a_push() {
    let ends = month();
    let write = |text: String| text.replace("access = \"read\"", "access = \"write\"");
    let read_only = || Answer::json(200, repository(false));
    let guest = world(State { repository: Some(read_only), ends: ends.clone(), ..alice() });
    assert!(guest.check().codes().is_empty(), "to read is enough to read");
    guest.edit_profile(write);
    let checked = guest.check();
    assert_eq!(checked.codes(), ["token-too-narrow"]);
    assert_eq!(checked.known()["repository"]["write"], false);
    let narrow = world(State { scopes: Some("read:org"), ends, ..alice() });
    narrow.edit_profile(write);
    let checked = narrow.check();
    assert_eq!(checked.codes(), ["token-too-narrow"]);
    let said = checked.0["findings"][0]["what"].as_str().unwrap();
    assert!(said.contains("may not push: none of repo"), "{said}");
}

#[test]
fn not_found_is_never_taken_for_absent() {
    let (code, checked) =
        world(State { repository: Some(|| error(404, "Not Found")), ends: month(), ..alice() })
            .check_with(&[]);
    assert_eq!((checked.codes(), code), (vec!["token-sees-no-repository"], 1));
    let said = checked.0["findings"][0]["what"].as_str().unwrap();
    assert!(said.ends_with("it is absent, or hidden from it"), "{said}");
    assert_eq!(checked.known()["repository"]["why"], "absent-or-hidden");
}

#[test]
fn a_policy_speaks_in_the_hosts_words() {
    let refuse = || error(403, "Resource not accessible by personal access token");
    let checked = world(State { repository: Some(refuse), ends: month(), ..alice() }).check();
    assert_eq!(checked.codes(), ["token-not-allowed"]);
    let said = checked.0["findings"][0]["what"].as_str().unwrap();
    assert!(said.contains("\"Resource not accessible by personal access token\""), "{said}");
}

#[test]
fn single_sign_on_gives_a_link_only_to_the_host_itself() {
    let foreign = || {
        error(403, "Resource protected by organization SAML enforcement.")
            .with("X-GitHub-SSO", "required; url=https://evil.test/orgs/acme/sso?authorization_request=A")
    };
    let world = world(State { repository: Some(foreign), ends: month(), ..alice() });
    let checked = world.check();
    assert_eq!(checked.codes(), ["token-sso-not-authorised"]);
    let fix = checked.0["findings"][0]["fix"].as_str().unwrap();
    assert!(!fix.contains("evil") && fix.contains("leads elsewhere"), "{fix}");
    assert!(!world.run(&["token", "check"], "").code(1).out.contains("evil"));
    // The host's own is passed on; it also comes with 404.
    let own: &'static Mutex<String> = Box::leak(Box::default());
    let plan = Plan::of("github");
    let world = plan.with(move |request| {
        let repository: Option<fn() -> Answer> = Some(|| error(404, "Not Found"));
        let answered = answer(&State { repository, ends: month(), ..alice() }, request);
        match answered.status {
            404 => answered.with("X-GitHub-SSO", own.lock().unwrap().clone()),
            _ => answered,
        }
    });
    let link = format!("https://{}/orgs/acme/sso?authorization_request=A", world.host());
    *own.lock().unwrap() = format!("required; url={link}");
    let checked = world.check();
    assert_eq!(checked.codes(), ["token-sso-not-authorised"]);
    let fix = checked.0["findings"][0]["fix"].as_str().unwrap();
    assert!(fix.contains(&link), "{fix}");
}

#[test]
fn limits_say_when_to_try_again() {
    let at = now() + 3600;
    let reset: &'static Mutex<String> = Box::leak(Box::default());
    *reset.lock().unwrap() = at.to_string();
    let world = Plan::of("github").with(move |_| {
        error(403, "API rate limit exceeded for user ID 1.")
            .with("X-RateLimit-Remaining", "0")
            .with("X-RateLimit-Reset", reset.lock().unwrap().clone())
    });
    let checked = world.check();
    assert_eq!(checked.outcome(), "works", "git was let in all the same");
    assert!(checked.why().contains("asked too often"), "{}", checked.why());
    let fix = checked.0["host"]["fix"].as_str().unwrap();
    let when = jiff::Timestamp::from_second(at).unwrap().strftime("%Y-%m-%d %H:%M UTC").to_string();
    assert!(fix.contains(&when), "{fix}");
    assert_eq!(world.server.api_logins().len(), 1, "it is left alone");

    let world = Plan::of("github").with(|_| error(429, "slow down").with("Retry-After", "120"));
    let checked = world.check();
    let fix = checked.0["host"]["fix"].as_str().unwrap();
    assert!(fix.starts_with("try again after 20"), "{fix}");
    assert_eq!(world.server.api_logins().len(), 1);
}

#[test]
fn the_end_is_noted_once_and_never_in_a_dry_run() {
    let world = world(State { ends: Some(form(10, "%Y-%m-%d 12:00:00 UTC")), ..alice() });
    let ends = || world.run(&["token", "list", "--json"], "").code(0).json()["tokens"][0]["expires"].clone();
    let (_, checked) = world.check_with(&["--dry-run"]);
    assert_eq!((&checked.0["noted"], ends()), (&json!(false), Value::Null));
    let checked = world.check();
    assert_eq!(checked.codes(), ["token-expires-soon"]);
    assert_eq!(checked.0["noted"], true);
    assert_eq!(ends(), checked.0["expires"]);
    // From here on doctor knows it without asking anybody.
    let asked = world.server.seen().len();
    let doctor = world.run(&["doctor", "--json", "--only", "token-expires-soon"], "").json();
    assert_eq!(doctor["findings"][0]["code"], "token-expires-soon");
    let (code, offline) = world.check_with(&["--offline"]);
    assert_eq!((offline.outcome(), offline.codes(), code), ("not-asked", vec!["token-expires-soon"], 1));
    assert_eq!(world.server.seen().len(), asked, "nobody was asked");
    // A second time nothing is new, and nothing is written.
    let vault = || crate::world::stamps(&world.path("home/.local/state/doorkey/vault"));
    let before = vault();
    assert_eq!(world.check().0["noted"], false);
    assert_eq!(vault(), before);
}

#[test]
fn a_token_without_a_repository_is_proved_by_the_host_alone() {
    let plan = Plan { verify: false, ..Plan::of("github") };
    let state = State { ends: month(), ..alice() };
    let world = plan.with(move |request| answer(&state, request));
    let (code, checked) = world.check_with(&[]);
    assert_eq!((checked.outcome(), code), ("works", 0), "{}", checked.0);
    assert_eq!(world.server.api_logins(), ["/api/v3/user"]);
}

/// What comes with status 200 and is not the answer: an empty object, a list, a page, a name that is none.
#[test]
fn a_status_of_200_is_not_enough() {
    let answers: [fn() -> Answer; 5] = [
        || Answer::json(200, json!({})),
        || Answer::json(200, json!([{ "login": "alice" }])),
        || Answer::html(200),
        || Answer::of(200, "text/plain", r#"{"login": "alice"}"#),
        || Answer::json(200, json!({ "login": "al\u{1b}[31mice x" })),
    ];
    for user in answers {
        let plan = Plan { verify: false, ..Plan::of("github") };
        let state = State { user: Some(user), ..alice() };
        let world = plan.with(move |request| answer(&state, request));
        let (code, checked) = world.check_with(&[]);
        assert_eq!((checked.outcome(), code), ("not-tried", 1), "{}", checked.0);
        assert!(checked.known().is_null() && !checked.why().is_empty(), "{}", checked.0);
        assert!(!world.run(&["token", "check"], "").out.contains('\u{1b}'));
    }
}
