//! A token was not let through an organisation's single sign-on.

use super::{Check, Group};
use crate::model::facts::{Barrier, Facts, StoredToken};
use crate::model::finding::{Finding, Severity};
use crate::model::route::Origin;

pub(super) static CHECK: Check = Check {
    code: "token-sso-not-authorised",
    title: "a token was not let through single sign-on",
    group: Group::Tokens,
    severity: Severity::Error,
    sees: "what the host says of the repository when doorkey token check asks it",
    hurts: "the organisation's repositories answer 403 or 404 to it",
    mends: "nothing by itself: only you can let it through in the browser",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    facts.own.tokens.iter().filter_map(judged).collect()
}

fn judged(token: &StoredToken) -> Option<Finding> {
    let said = token.host.said.as_ref()?;
    let Some(Barrier::Sso { page }) = said.repository.as_ref()?.why.as_ref() else { return None };
    let what = format!("{} is not let through its organisation's single sign-on", super::named(token));
    let origin = Origin::parse(&token.origin).ok()?;
    // A link from an answer is passed on only when it leads to the host itself.
    let own = page.as_deref().filter(|url| {
        url::Url::parse(url)
            .ok()
            .and_then(|u| Origin::parse(&u.origin().ascii_serialization()).ok())
            .is_some_and(|o| o == origin)
    });
    let fix = match (own, page) {
        (Some(url), _) => {
            super::advice(format!("open {url} and authorise it (the link is good for an hour)"))
        }
        (None, Some(_)) => super::advice(format!(
            "authorise it for the organisation in the settings of {}; the link that came leads elsewhere, and is not shown",
            token.origin
        )),
        (None, None) => {
            super::advice(format!("authorise it for the organisation in the settings of {}", token.origin))
        }
    };
    Some(CHECK.found(what, fix))
}
