//! Beside a repository that an accepted login does not open: what its host says of the token.

use super::Beside;
use crate::engine::profiles;
use crate::engine::verify::token::said_by_host;
use crate::engine::verify::{Target, Verified};
use crate::engine::when;
use crate::model::facts::{Ends, Known};
use crate::model::ladder::Layer;
use crate::model::name::ProfileName;
use crate::redact;
use crate::sys::Sys;

/// The host is asked only after git's own login with that token was accepted there.
pub(super) fn said(sys: &Sys, target: &Target, verified: &Verified) -> Option<Beside> {
    let account = verified.account.as_ref()?;
    let profile = profiles::one(sys, &ProfileName::new(&account.profile).ok()?).ok()?;
    let asked = said_by_host(sys, &profile, &account.user, &target.repo)?;
    let words = match (&asked.known, &asked.why) {
        (Some(known), _) => in_words(known, &account.user),
        (None, Some(why)) => why.clone(),
        (None, None) => return None,
    };
    let text = format!("{} says of the token: {words}", asked.title);
    Some(Beside::new(Layer::Authorisation, "token", redact::said(&text)))
}

fn in_words(known: &Known, user: &str) -> String {
    let mut words = Vec::new();
    match &known.account {
        Some(account) if account != user => words.push(format!("it is {account}'s, not {user}'s")),
        Some(account) => words.push(format!("it is {account}'s")),
        None => {}
    }
    words.extend(known.scopes.as_ref().map(|scopes| match scopes.as_slice() {
        [] => "it has no scopes".to_owned(),
        list => format!("its scopes are {}", list.join(" ")),
    }));
    if let Ends::At(at) = known.ends {
        words.push(format!("it ends {}", when::date(at)));
    }
    words.extend(known.repository.as_ref().map(|access| match access.read {
        true => "it may read this repository".to_owned(),
        false => "it does not see this repository".to_owned(),
    }));
    words.extend(known.notes.iter().cloned());
    if words.is_empty() { "nothing".into() } else { words.join(", ") }
}
