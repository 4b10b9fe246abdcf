//! Bitbucket: Data Center by the program, the cloud by its provider alone, since it has one address in the world.

use crate::contract::kept;
use crate::server::{Answer, Request, Root, Server};
use crate::world::Plan;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorkey::model::facts::{Barrier, Known};
use doorkey::model::route::{Origin, Scheme};
use doorkey::probes::https::Way;
use doorkey::probes::proxy_choice::proxy_decision;
use doorkey::providers::{About, Api, Door, Stop, by_name};
use doorkey::secret::Secret;
use doorkey::sys::Sys;
use serde_json::json;
use std::sync::Arc;

fn dc_token() -> String {
    let plain = [b"252973515069:".as_slice(), &[0xfb; 20]].concat();
    format!("BBDC-{}", STANDARD.encode(plain))
}

fn projects() -> Answer {
    let page = json!({ "values": [], "size": 0, "isLastPage": true, "start": 0, "limit": 1 });
    Answer::json(200, kept("others", "bitbucket-dc-page", page))
}

fn data_center(record: fn() -> Answer) -> Plan {
    let raw: Arc<crate::server::Raw> = Arc::new(|request: &Request, _| {
        let fine = request.target.starts_with("/rest/") || request.target.contains("/info/refs");
        assert!(
            fine && !request.target.contains("applinks"),
            "a page that locks accounts: {}",
            request.target
        );
        false
    });
    let _ = record;
    Plan { token: dc_token(), raw: Some(raw), ..Plan::of("bitbucket-dc") }
}

#[test]
fn data_center_names_the_account_in_a_header() {
    let plan = data_center(projects);
    let world = plan.with(|request| match request.target.as_str() {
        "/rest/api/1.0/projects?limit=1" => projects().with("X-AUSERNAME", "alice"),
        "/rest/access-tokens/latest/users/alice/252973515069" => Answer::json(
            200,
            kept(
                "others",
                "bitbucket-dc-token",
                json!({ "id": "252973515069", "name": "laptop", "permissions": ["REPO_READ"],
                    "createdDate": 1_956_000_000_000_i64, "expiryDate": 1_956_495_845_678_i64 }),
            ),
        ),
        other => Answer::json(404, json!({ "errors": [{ "context": null, "message": other }] })),
    });
    let checked = world.check();
    assert_eq!(checked.known()["account"], "alice");
    assert_eq!(checked.known()["ends"], json!({ "at": 1_956_495_845 }), "milliseconds");
    assert_eq!(checked.known()["scopes"], json!(["REPO_READ"]));
    assert_eq!(world.server.api_logins().len(), 2);
    for request in world.server.seen() {
        assert!(!request.target.contains("applinks"), "{}", request.target);
    }
}

#[test]
fn a_record_that_may_not_be_read_says_nothing_of_the_token() {
    for status in [401, 403, 404] {
        let world = data_center(projects).with(move |request| match request.target.as_str() {
            "/rest/api/1.0/projects?limit=1" => projects().with("X-AUSERNAME", "alice"),
            _ => Answer::json(status, json!({ "errors": [{ "context": null, "message": "no" }] })),
        });
        let checked = world.check();
        assert_eq!((checked.outcome(), &checked.known()["account"]), ("works", &json!("alice")), "{status}");
        assert_eq!(checked.known()["ends"], "not-said");
    }
}

/// Where anonymous access is on, a dead token gets 200 like everybody.
#[test]
fn an_answer_to_a_stranger_is_a_refusal() {
    for name in [None, Some("")] {
        let plan = Plan { verify: false, ..data_center(projects) };
        let world = plan.with(move |_| match name {
            Some(name) => projects().with("X-AUSERNAME", name),
            None => projects(),
        });
        let (code, checked) = world.check_with(&[]);
        assert_eq!((checked.outcome(), code), ("refused", 1), "{}", checked.0);
        assert!(checked.why().contains("as to a stranger"), "{}", checked.why());
        assert_eq!(world.server.api_logins().len(), 1);
    }
}

/// The cloud's provider against a stand-in for `api.bitbucket.org`.
fn cloud(user: &str, token: &str, api: fn(&Request) -> Answer) -> (Result<Known, Stop>, Server) {
    let root = Root::new();
    let server = Server::start(&root, Arc::new(api), None);
    let sys = Sys::with_env([]);
    let origin = Origin::from_authority(Scheme::Https, &format!("localhost:{}", server.port)).unwrap();
    let proxy = proxy_decision(None, |_| None, &origin.to_string());
    let roots = [root.der.clone()];
    let way = Way { roots: &roots, proxy: &proxy, profile: None };
    let api = Api { origin, prefix: "/2.0".into() };
    let secret = Secret::copy_of(token.as_bytes());
    let about = About { user, repository: Some("acme/app"), secret: &secret };
    let provider = by_name("bitbucket").unwrap();
    let mut door = Door::new(&sys, way, &api, &secret, user, provider.form(&about));
    (provider.ask(&mut door, &about), server)
}

const API_TOKEN: &str = "ATATT3xFfGF0cAnArY5f0e9b7d2aQ8w1x3z6y4v2u0t7s5r=0A1B2C3D";

fn answers(request: &Request) -> Answer {
    match request.target.as_str() {
        "/2.0/user" => Answer::json(200, json!({ "type": "user", "username": "alice", "account_id": "5:1" }))
            .with("X-OAuth-Scopes", "read:user:bitbucket, read:repository:bitbucket"),
        "/2.0/repositories/acme/app" => Answer::json(200, json!({ "type": "repository" })),
        _ => Answer::json(404, json!({ "type": "error", "error": { "message": "Resource not found" } })),
    }
}

#[test]
fn the_cloud_wants_the_address_for_its_api_and_not_the_user_name() {
    let (known, server) = cloud("alice@acme.test", API_TOKEN, answers);
    let known = known.unwrap();
    assert_eq!(known.account.as_deref(), Some("alice"));
    assert_eq!(known.scopes.unwrap(), ["read:user:bitbucket", "read:repository:bitbucket"]);
    assert!(known.repository.unwrap().read);
    let login = server.seen()[0].basic().unwrap();
    assert_eq!(login, ("alice@acme.test".into(), API_TOKEN.into()));
    // git's names would be a refused login, so nothing is sent.
    for user in ["alice", "x-bitbucket-api-token-auth"] {
        let (stop, server) = cloud(user, API_TOKEN, answers);
        assert!(matches!(&stop, Err(Stop::Odd(words)) if words.contains("e-mail")), "{stop:?}");
        assert!(server.seen().is_empty());
    }
}

#[test]
fn an_access_token_of_the_cloud_goes_as_bearer_and_may_have_no_account() {
    let api = |request: &Request| match request.target.as_str() {
        "/2.0/user" => Answer::json(
            403,
            json!({ "type": "error", "error": { "message": "Your credentials lack one or more required privilege scopes." } }),
        ),
        _ => answers(request),
    };
    let (known, server) = cloud("x-token-auth", "ATCTT3xFfGN0cAnArY5f0e9b7d2a", api);
    let known = known.unwrap();
    assert_eq!((known.account, known.repository.unwrap().read), (None, true));
    assert!(server.seen()[0].header("authorization").unwrap().starts_with("Bearer "));
    let hidden = |request: &Request| match request.target.as_str() {
        "/2.0/user" => answers(request),
        _ => Answer::json(404, json!({ "type": "error", "error": { "message": "Repository not found" } })),
    };
    let (known, _) = cloud("x-token-auth", "ATCTT3xFfGN0cAnArY5f0e9b7d2a", hidden);
    assert_eq!(known.unwrap().repository.unwrap().why, Some(Barrier::AbsentOrHidden));
}
