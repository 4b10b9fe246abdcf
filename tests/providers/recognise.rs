//! Which kind of host it is: by its name, by the profile, or by what it says to somebody without a login.

use crate::server::{Answer, Request};
use crate::world::Plan;
use doorkey::model::name::HostName;
use doorkey::model::route::Origin;
use doorkey::providers::facts;
use serde_json::json;
use std::sync::Arc;

#[test]
fn a_host_of_unknown_kind_is_known_by_its_challenge() {
    for (realm, provider) in [("Gitea", Some("gitea")), ("Forgejo", Some("gitea")), ("Home", None)] {
        // Without a login git's page is a challenge; `Plan` answers it with a realm of its own, so it comes before.
        let raw = move |request: &Request, stream: &mut dyn std::io::Write| {
            let challenge = request.target.contains("/info/refs") && request.token().is_none();
            if challenge {
                let head = "HTTP/1.1 401 X\r\nContent-Length: 0\r\nConnection: close\r\n";
                let _ = write!(stream, "{head}WWW-Authenticate: Basic realm=\"{realm}\"\r\n\r\n");
            }
            challenge
        };
        let plan = Plan { provider: None, raw: Some(Arc::new(raw)), ..Plan::of("generic") };
        let world = plan.with(|request| match request.target.as_str() {
            "/api/v1/user" => Answer::json(200, json!({ "login": "alice" })),
            _ => Answer::json(404, json!({ "message": "no" })),
        });
        let checked = world.check();
        assert_eq!(checked.outcome(), "works", "{}", checked.0);
        assert_eq!(checked.0["host"]["provider"].as_str(), provider, "{}", checked.0);
        let plain = world.server.seen().iter().filter(|r| r.token().is_none()).count();
        assert!(plain >= 2, "git's first question, and ours");
    }
}

fn api(kind: &str, git: &str) -> Option<String> {
    let api = facts::of(kind)?.api(&Origin::parse(git).unwrap())?;
    Some(format!("{}{}", api.origin, api.prefix))
}

/// The only places that a token goes to beside git's own.
#[test]
fn each_kind_has_its_api_where_the_table_says() {
    let table = [
        ("github", "https://github.com", Some("https://api.github.com")),
        ("github", "https://acme.ghe.com", Some("https://api.acme.ghe.com")),
        ("github", "https://git.test:8443", Some("https://git.test:8443/api/v3")),
        // A name that only looks like theirs is a host of its own.
        ("github", "https://github.com.evil.test", Some("https://github.com.evil.test/api/v3")),
        ("github", "https://evilghe.com", Some("https://evilghe.com/api/v3")),
        ("gitlab", "https://gitlab.com", Some("https://gitlab.com/api/v4")),
        ("gitea", "https://codeberg.org", Some("https://codeberg.org/api/v1")),
        ("bitbucket", "https://bitbucket.org", Some("https://api.bitbucket.org/2.0")),
        ("bitbucket", "https://git.test", None),
        ("bitbucket-dc", "https://git.test:7990", Some("https://git.test:7990/rest")),
        ("azure-devops", "https://dev.azure.com", Some("https://dev.azure.com")),
        ("generic", "https://git.test", None),
        ("github", "http://github.com", None),
        ("gitlab", "ssh://gitlab.com", None),
    ];
    for (kind, git, wanted) in table {
        assert_eq!(api(kind, git).as_deref(), wanted, "{kind} {git}");
    }
}

#[test]
fn a_name_tells_the_kind_only_where_it_is_certain() {
    let kind = |host: &str| facts::by_host(&HostName::new(host).unwrap()).map(|f| f.name.as_str());
    assert_eq!(kind("github.com"), Some("github"));
    assert_eq!(kind("acme.ghe.com"), Some("github"));
    assert_eq!(kind("dev.azure.com"), Some("azure-devops"));
    for host in ["ghe.com", "evilghe.com", "gitlab.acme.test", "github.com.evil.test", "notgithub.com"] {
        assert_eq!(kind(host), None, "{host}");
    }
}

#[test]
fn challenges_are_read_by_the_letter() {
    let kind = |text: &str| facts::by_challenge(text).map(|f| f.name.as_str());
    assert_eq!(kind("Basic realm=\"GitLab\""), Some("gitlab"));
    assert_eq!(kind("Basic realm=\"GitHub\" domain_hint=\"acme\""), Some("github"));
    assert_eq!(kind("Basic realm=\"Atlassian Bitbucket\""), Some("bitbucket-dc"));
    for text in
        ["", "Basic", "Basic realm=", "Basic realm=\"", "Basic realm=\"My GitLab\"", "Basic realm=GitLab"]
    {
        assert_eq!(kind(text), None, "{text}");
    }
}
