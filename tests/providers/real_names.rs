//! Hosts that have one name in the world. The profile's own proxy leads every name to the stand-in, and the profile's own
//! root vouches for it: so the program does exactly what it does at home, and nothing in it is made for tests.

use crate::server::{Answer, Request};
use crate::world::{Plan, TOKEN, World};
use serde_json::json;

fn named(host: &'static str, provider: Option<&'static str>, api: fn(&Request) -> Answer) -> World {
    Plan { host: Some(host), provider, ..Plan::of("generic") }.with(api)
}

/// Who was asked for what with a login, git left out.
fn asked(world: &World) -> Vec<String> {
    let api =
        world.server.seen().into_iter().filter(|r| r.token().is_some() && !r.target.contains("/info/refs"));
    api.map(|r| format!("{}{}", r.header("host").unwrap(), r.target)).collect()
}

fn github(request: &Request) -> Answer {
    if request.token().as_deref() != Some(TOKEN) {
        return Answer::json(401, json!({ "message": "Bad credentials" }));
    }
    Answer::json(200, json!({ "login": "alice", "permissions": { "pull": true, "push": true } }))
        .with("X-OAuth-Scopes", "repo")
}

#[test]
fn github_is_asked_at_its_api_alone() {
    for (host, api) in [("github.com", "api.github.com"), ("acme.ghe.com", "api.acme.ghe.com")] {
        let world = named(host, None, github);
        let checked = world.check();
        assert_eq!(
            (checked.outcome(), &checked.known()["account"]),
            ("works", &json!("alice")),
            "{}",
            checked.0
        );
        assert_eq!(asked(&world), [format!("{api}/user"), format!("{api}/repos/acme/app")]);
        let tunnels = world.proxy.as_ref().unwrap().seen.lock().unwrap().clone();
        assert!(
            tunnels.iter().all(|t| *t == format!("{host}:443") || *t == format!("{api}:443")),
            "{tunnels:?}"
        );
    }
}

#[test]
fn the_link_to_single_sign_on_must_be_githubs_and_not_its_apis() {
    let sso = |request: &Request| match request.target.as_str() {
        "/user" => github(request),
        _ => Answer::json(403, json!({ "message": "SAML" }))
            .with("X-GitHub-SSO", "required; url=https://github.com/orgs/acme/sso?authorization_request=A"),
    };
    let checked = named("github.com", None, sso).check();
    let fix =
        checked.0["findings"].as_array().unwrap().iter().find(|f| f["code"] == "token-sso-not-authorised");
    let fix = fix.unwrap()["fix"].as_str().unwrap();
    assert!(fix.contains("https://github.com/orgs/acme/sso?authorization_request=A"), "{fix}");
    for evil in
        ["https://github.com.evil.test/sso", "https://github.com@evil.test/sso", "http://github.com/sso"]
    {
        let link: &'static str = evil;
        let world =
            Plan { host: Some("github.com"), provider: None, ..Plan::of("generic") }.with(move |request| {
                match request.target.as_str() {
                    "/user" => github(request),
                    _ => Answer::json(403, json!({})).with("X-GitHub-SSO", format!("required; url={link}")),
                }
            });
        let text = world.run(&["token", "check"], "").code(1).out;
        assert!(text.contains("leads elsewhere") && !text.contains(link), "{text}");
    }
}

#[test]
fn bitbuckets_api_knows_addresses_and_its_git_knows_user_names() {
    let api = |request: &Request| match request.target.as_str() {
        "/2.0/user" => Answer::json(200, json!({ "type": "user", "username": "alice" }))
            .with("X-OAuth-Scopes", "read:user:bitbucket, write:repository:bitbucket"),
        _ => Answer::json(200, json!({ "type": "repository" })),
    };
    let token = "ATATT3xFfGF0cAnArY5f0e9b7d2aQ8w1x3z6y4v2u0t7s5r=0A1B2C3D";
    let plan = |user| Plan {
        host: Some("bitbucket.org"),
        user,
        token: token.into(),
        provider: None,
        ..Plan::of("generic")
    };
    let world = plan("alice").with(api);
    let (_, checked) = world.check_with(&[]);
    assert_eq!(checked.outcome(), "works", "git proved it");
    assert!(checked.why().contains("e-mail address"), "{}", checked.why());
    assert!(asked(&world).is_empty(), "a login that cannot work is not tried");
    let world = plan("alice@acme.test").with(api);
    let checked = world.check();
    assert_eq!(checked.known()["account"], "alice", "{}", checked.0);
    assert_eq!(asked(&world), ["api.bitbucket.org/2.0/user", "api.bitbucket.org/2.0/repositories/acme/app"]);
    // The account's name is no address, and that is no other account.
    assert!(!checked.codes().contains(&"token-wrong-account"), "{:?}", checked.codes());
    // To write does not include to read there, but what was read is readable.
    world.edit_profile(|text| text.replace("access = \"read\"", "access = \"write\""));
    assert!(!world.check().codes().contains(&"token-too-narrow"));
}

#[test]
fn an_access_token_of_bitbucket_goes_as_bearer_and_may_have_no_account() {
    let api = |request: &Request| match request.target.as_str() {
        _ if !request.header("authorization").is_some_and(|h| h.starts_with("Bearer ")) => Answer::html(401),
        "/2.0/user" => Answer::json(
            403,
            json!({ "type": "error", "error": { "message": "Your credentials lack one or more required privilege scopes." } }),
        ),
        "/2.0/repositories/acme/app" => Answer::json(200, json!({ "type": "repository" })),
        _ => Answer::json(404, json!({ "type": "error", "error": { "message": "Repository not found" } })),
    };
    let plan = Plan {
        host: Some("bitbucket.org"),
        user: "x-token-auth",
        token: "ATCTT3xFfGN0cAnArY5f0e9b7d2aQ8w1x3z6y4v2u0t7s5r=0A1B2C3D".into(),
        provider: None,
        ..Plan::of("generic")
    };
    let world = plan.with(api);
    let checked = world.check();
    assert!(checked.known()["account"].is_null(), "{}", checked.0);
    assert_eq!(checked.known()["repository"]["read"], true);
    let (_, checked) = world.check_with(&["--repo", "https://bitbucket.org/acme/other.git"]);
    assert_eq!(checked.known()["repository"]["why"], "absent-or-hidden", "{}", checked.0);
    assert!(checked.codes().contains(&"token-sees-no-repository"));
}
