//! Azure DevOps, as a server of one's own: the API lies on the host itself.

use crate::server::{Answer, Request};
use crate::world::{Plan, World};
use serde_json::json;

fn host(api: impl Fn(&Request) -> Answer + Send + Sync + 'static, git: bool) -> World {
    let plan = Plan { repo: "acme/tools/_git/app", git, ..Plan::of("azure-devops") };
    plan.with(api)
}

fn repository() -> Answer {
    Answer::json(200, json!({ "id": "5febef5a-833d-4e14-b9c0-14cb638f91e6", "name": "app" }))
}

#[test]
fn a_repository_proves_the_token_and_nothing_more_is_said() {
    let world = host(|_| repository(), true);
    let (code, checked) = world.check_with(&[]);
    assert_eq!((checked.outcome(), code), ("works", 0), "{}", checked.0);
    assert_eq!(checked.known()["repository"]["read"], true);
    assert_eq!(world.server.api_logins(), ["/acme/tools/_apis/git/repositories/app"]);
    // Any user name goes with a token there: there is no account to be wrong.
    assert_eq!(checked.codes(), ["token-without-end"]);
    let basic = world.server.seen().iter().find(|r| r.target.contains("_apis")).unwrap().basic().unwrap();
    assert_eq!(basic.0, "", "the API wants an empty user name");
}

/// A dead token is not refused with 401 there.
#[test]
fn sign_in_pages_are_refusals() {
    let pages: [fn() -> Answer; 4] = [
        || Answer::html(203),
        || {
            Answer::html(302)
                .with("Location", "https://app.vssps.visualstudio.com/_signin?realm=dev.azure.com")
        },
        || Answer::html(302).with("Location", "https://login.microsoftonline.com/common/oauth2/authorize"),
        || Answer::html(302).with("Location", "/_signin"),
    ];
    for page in pages {
        let plan = Plan { repo: "acme/tools/_git/app", ..Plan::of("azure-devops") };
        let world = plan.with(move |_| page());
        let checked = world.check();
        assert_eq!(checked.0["host"]["refused"], true, "{}", checked.0);
        assert_eq!(world.server.api_logins().len(), 1);
    }
    // Somewhere else is no sign-in page of theirs.
    let world = host(|_| Answer::html(302).with("Location", "https://portal.test/login"), true);
    let checked = world.check();
    assert_eq!(checked.0["host"]["refused"], false);
    assert!(checked.why().contains("points to https://portal.test"), "{}", checked.why());
}

#[test]
fn an_error_inside_a_200_is_an_error() {
    let world =
        host(|_| Answer::json(200, json!({ "patToken": null, "patTokenError": "accessDenied" })), true);
    let checked = world.check();
    assert!(checked.known().is_null(), "{}", checked.0);
    assert!(checked.why().contains("accessDenied"), "{}", checked.why());
    let world = host(|_| Answer::html(200), true);
    assert!(world.check().known().is_null(), "a page is no answer");
}
