//! What needs no host: show, page, dates, and the rules for showing a value.

use crate::server::{Answer, Request};
use crate::world::{Plan, TOKEN, World, form, now};
use serde_json::json;

fn world() -> World {
    Plan::of("gitea").with(|_: &Request| Answer::html(404))
}

#[test]
fn show_says_what_is_known_and_not_the_value() {
    let world = world();
    let date = form(40, "%Y-%m-%d");
    world
        .run(&["token", "add", "acme", "--expires", &date, "--note", "laptop", "--stdin", "--yes"], TOKEN)
        .code(0);
    let out = world.run(&["token", "show", "acme"], "").code(0).out;
    for word in ["acme", "alice", "Gitea or Forgejo", "in use", &date, "laptop", &form(90, "%Y-%m-%d")] {
        assert!(out.contains(word), "{word}: {out}");
    }
    let json = world.run(&["token", "show", "acme", "--json"], "").code(0).json();
    assert_eq!(json["schema"], "doorkey/token/v1");
    assert_eq!(json["token"]["user"], "alice");
    assert_eq!(json["token"]["host"]["provider"], "gitea");
    assert_eq!(json["note"], "laptop");
    assert!(json["renew-by"].as_i64().unwrap() > now() + 89 * 86_400);
    world.run(&["token", "show", "acme", "--host", "other.test"], "").code(2);
    world.run(&["token", "show", "nobody"], "").code(2);
    assert!(world.server.seen().is_empty());
}

#[test]
fn a_value_is_shown_on_a_terminal_only() {
    let world = world();
    for arguments in
        [&["token", "show", "acme", "--reveal"][..], &["token", "show", "acme", "--reveal", "--json"]]
    {
        let ran = world.run(arguments, "").code(2);
        assert!(format!("{}{}", ran.out, ran.err).contains("on a terminal only"), "{ran:#?}");
    }
    let mut command = world.command();
    command.args(["token", "show", "acme", "--reveal"]);
    let mut terminal = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    terminal.exp_string(TOKEN).unwrap();
    terminal.exp_eof().unwrap();
}

#[test]
fn the_page_is_said_before_the_token_is_asked_for() {
    let world = world();
    let mut command = world.command();
    command.args(["token", "add", "acme"]);
    let mut terminal = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    terminal
        .exp_string(&format!("Make it here: https://{}/user/settings/applications", world.host()))
        .unwrap();
    terminal.exp_string("permissions: read:repository, read:user").unwrap();
    terminal.exp_string("token (not shown):").unwrap();
    terminal.send_control('c').unwrap();
    terminal.exp_eof().unwrap();
}

#[test]
fn a_page_is_for_a_host_of_the_profile() {
    let world = world();
    let json = world.run(&["token", "page", "acme", "--json"], "").code(0).json();
    assert_eq!(json["schema"], "doorkey/token-page/v1");
    assert_eq!(json["url"], format!("https://{}/user/settings/applications", world.host()));
    world.run(&["token", "page", "acme", "--host", "other.test"], "").code(2);
    let unknown = Plan { provider: None, ..Plan::of("generic") }.with(|_: &Request| Answer::html(404));
    let ran = unknown.run(&["token", "page", "acme"], "").code(2);
    assert!(ran.err.contains("provider ="), "{ran:#?}");
}

#[test]
fn dates_that_are_none_are_refused() {
    let world = world();
    for date in ["tomorrow", "2027-13-01", "2027-1-1", "2027-01-01T00:00:00Z", "90d", "", "2020-01-01"] {
        let ran = world.run(&["token", "add", "acme", "--expires", date, "--stdin", "--yes"], TOKEN).code(2);
        assert!(ran.err.contains("is no day") || ran.err.contains("is over already"), "{date}: {ran:#?}");
    }
    let long = "x".repeat(201);
    for note in ["a\nb", "a\u{1b}b", &long] {
        world.run(&["token", "add", "acme", "--note", note, "--stdin", "--yes"], TOKEN).code(2);
    }
    let shown = world.run(&["token", "show", "acme", "--json"], "").json();
    assert_eq!(shown["note"], json!(null));
}

#[test]
fn a_new_value_starts_without_the_old_ones_dates() {
    let world = world();
    let date = form(40, "%Y-%m-%d");
    world
        .run(&["token", "add", "acme", "--expires", &date, "--note", "old", "--stdin", "--yes"], TOKEN)
        .code(0);
    world
        .run(&["token", "add", "acme", "--stdin", "--yes"], "ghp_new0000000000000000000000000000000")
        .code(0);
    let shown = || world.run(&["token", "show", "acme", "--json"], "").json();
    assert_eq!((&shown()["note"], &shown()["token"]["expires"]), (&json!(null), &json!(null)));
    world.run(&["undo", "--yes"], "").code(0);
    assert_eq!(shown()["note"], "old");
}

#[test]
fn nobody_is_asked_offline() {
    let world = world();
    let (code, checked) = world.check_with(&["--offline"]);
    assert_eq!((checked.outcome(), checked.codes(), code), ("not-asked", vec!["token-without-end"], 0));
    assert!(world.server.seen().is_empty());
    world.run(&["token", "check", "--offline", "--online"], "").code(2);
    let doctor = world.run(&["doctor", "--json"], "").json();
    let codes: Vec<&str> =
        doctor["findings"].as_array().unwrap().iter().filter_map(|f| f["code"].as_str()).collect();
    assert!(codes.contains(&"token-without-end"), "{codes:?}");
}

/// The tokens are made up; their forms are the hosts'.
#[test]
fn a_token_of_another_host_is_seen_by_its_mark() {
    let world = world();
    let gitlab = "glpat-Qx7vRt2mKd9sLw4pZc6n";
    let ran = world.run(&["token", "add", "acme", "--stdin", "--yes"], gitlab).code(0);
    assert!(ran.err.contains("warning: this is a GitLab access token"), "{ran:#?}");
    assert!(ran.err.contains("is Gitea or Forgejo"), "{ran:#?}");
    let (code, checked) = world.check_with(&["--offline"]);
    assert_eq!((checked.codes(), code), (vec!["token-of-other-host", "token-without-end"], 1));
    assert_eq!(checked.0["host"], json!(null));
}

#[test]
fn a_mistyped_token_is_seen_by_its_check_characters() {
    let world = Plan::of("github").with(|_: &Request| Answer::html(404));
    // One letter of a token that is good in form was changed.
    let ran = world
        .run(&["token", "add", "acme", "--stdin", "--yes"], "ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkK0mLq17")
        .code(0);
    assert!(ran.err.contains("mistyped or cut off"), "{ran:#?}");
    let (code, checked) = world.check_with(&["--offline"]);
    assert_eq!((checked.codes(), code), (vec!["token-damaged"], 1));
    let good = world
        .run(&["token", "add", "acme", "--stdin", "--yes"], "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")
        .code(0);
    assert!(!good.err.contains("warning"), "{good:#?}");
    assert!(world.check_with(&["--offline"]).1.codes().is_empty());
}
