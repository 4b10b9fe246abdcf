//! Which roots and which proxy the program's own questions use: those of the profile, and nobody else's.

use crate::server::{Answer, Proxy, Request};
use crate::world::{Plan, World};
use serde_json::json;

fn alice(_: &Request) -> Answer {
    Answer::json(200, json!({ "login": "alice" })).with("X-OAuth-Scopes", "repo")
}

#[test]
fn the_profiles_proxy_carries_every_question() {
    let proxy = Proxy::start();
    let plan = Plan {
        more: vec!["--proxy".into(), format!("http://127.0.0.1:{}", proxy.port)],
        ..Plan::of("github")
    };
    let world = plan.with(alice);
    let checked = world.check();
    assert_eq!((checked.outcome(), &checked.known()["account"]), ("works", &json!("alice")), "{}", checked.0);
    let seen = proxy.seen.lock().unwrap().clone();
    assert!(seen.len() >= 3 && seen.iter().all(|target| *target == world.host()), "{seen:?}");
    let direct = world.server.seen().len();
    assert!(direct >= 3, "what came, came through it");
}

#[test]
fn a_host_that_the_profile_reaches_directly_sees_no_proxy() {
    let proxy = Proxy::start();
    let more = [
        "--proxy".into(),
        format!("http://127.0.0.1:{}", proxy.port),
        "--no-proxy".into(),
        "localhost".into(),
    ];
    let plan = Plan { more: more.to_vec(), ..Plan::of("github") };
    let world = plan.with(alice);
    assert_eq!(world.check().known()["account"], "alice");
    assert!(proxy.seen.lock().unwrap().is_empty());
}

#[test]
fn a_proxy_of_the_environment_counts_as_it_does_for_git() {
    let proxy = Proxy::start();
    let world = Plan::of("github").with(alice);
    let mut command = world.command();
    command.env("https_proxy", format!("http://127.0.0.1:{}", proxy.port)).args(["token", "check", "--json"]);
    assert_eq!(world.finish(command, "").json()["tokens"][0]["host"]["known"]["account"], "alice");
    assert!(proxy.seen.lock().unwrap().len() >= 3);
}

#[test]
fn a_dead_proxy_is_said_and_not_passed_by() {
    let plan = Plan {
        more: vec!["--proxy".into(), "http://127.0.0.1:9".into()],
        verify: false,
        ..Plan::of("github")
    };
    let world = plan.with(alice);
    let checked = world.check();
    assert_eq!(checked.outcome(), "not-tried");
    assert!(checked.why().contains("nothing listens on port 9"), "{}", checked.why());
    assert!(world.server.seen().is_empty());
}

/// The same host, another tenant: its profile knows no such root, so its token does not go there.
#[test]
fn a_private_root_counts_for_its_own_profile_only() {
    let plan = Plan { verify: false, ..Plan::of("github") };
    let world = plan.with(alice);
    let host = world.host();
    let add = [
        "profile",
        "add",
        "globex",
        "--host",
        &host,
        "--owner",
        "globex",
        "--user",
        "bob",
        "--provider",
        "github",
    ];
    world.run(&[&add[..], &["--transport", "https", "--yes"]].concat(), "").code(0);
    world
        .run(&["token", "add", "globex", "--stdin", "--yes"], "ghp_globex00000000000000000000000000000")
        .code(0);
    let tokens = world.run(&["token", "check", "--json"], "").code(1).json();
    let of = |name: &str| {
        tokens["tokens"].as_array().unwrap().iter().find(|t| t["profile"] == name).unwrap().clone()
    };
    assert_eq!(of("acme")["host"]["known"]["account"], "alice");
    let theirs = of("globex");
    assert_eq!(theirs["outcome"], "not-tried", "{theirs}");
    assert!(theirs["host"]["why"].as_str().unwrap().contains("root"), "{theirs}");
    assert!(world.server.seen().iter().all(|r| !r.token().is_some_and(|t| t.contains("globex"))));
}

/// Before `use`, and after `off`, git knows no root of the profile's; the question does.
#[test]
fn out_of_force_the_profiles_root_still_counts() {
    let plan = Plan { verify: false, ..Plan::of("github") };
    let world = plan.with(alice);
    world.run(&["off"], "").code(0);
    assert_eq!(world.check().known()["account"], "alice");
}

/// git may be told not to look at certificates. A token of ours does not travel like that.
#[test]
fn verification_is_never_off() {
    let plan = Plan { verify: false, more: vec!["--no-ca".into()], ..Plan::of("github") };
    let world = plan.with(alice);
    let mut command = world.command();
    command.env("GIT_SSL_NO_VERIFY", "1").args(["token", "check", "--json"]);
    let checked = world.finish(command, "").json();
    assert!(checked["tokens"][0]["host"]["known"].is_null(), "{checked}");
    assert_eq!(world.server.logins(), 0);
}

#[test]
fn plain_http_is_never_asked() {
    let world = Plan::of("github").with(alice);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    world.edit_profile(|text| text.replace("provider =", &format!("plain-http-port = {port}\nprovider =")));
    let origin = format!("http://localhost:{port}");
    world
        .run(
            &["token", "add", "acme", "--host", &origin, "--stdin", "--yes"],
            "ghp_plain000000000000000000000000000000",
        )
        .code(0);
    let tokens = world.run(&["token", "check", "--json"], "").json();
    let plain = tokens["tokens"].as_array().unwrap().iter().find(|t| t["origin"] == origin.as_str()).unwrap();
    assert!(plain["host"].is_null(), "{plain}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "somebody connected");
}

/// A world is not needed where a host has no API: nothing is asked but git.
#[test]
fn a_generic_host_is_asked_nothing() {
    let world: World = Plan::of("generic").with(alice);
    let (code, checked) = world.check_with(&[]);
    assert_eq!((checked.outcome(), code), ("works", 0), "{}", checked.0);
    assert!(world.server.api_logins().is_empty() && checked.0["host"].is_null());
}
