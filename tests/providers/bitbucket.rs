//! Bitbucket Data Center. The cloud has one address in the world: `real_names`.

use crate::contract::kept;
use crate::server::{Answer, Raw, Request};
use crate::world::Plan;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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

fn data_center() -> Plan {
    let raw: Arc<Raw> = Arc::new(|request: &Request, _| {
        let fine = request.target.starts_with("/rest/") || request.target.contains("/info/refs");
        assert!(
            fine && !request.target.contains("applinks"),
            "a page that locks accounts: {}",
            request.target
        );
        false
    });
    Plan { token: dc_token(), raw: Some(raw), ..Plan::of("bitbucket-dc") }
}

#[test]
fn data_center_names_the_account_in_a_header() {
    let world = data_center().with(|request| match request.target.as_str() {
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
        let world = data_center().with(move |request| match request.target.as_str() {
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
        let plan = Plan { verify: false, ..data_center() };
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
