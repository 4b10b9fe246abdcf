//! A token lives longer than its profile allows.

use super::{Check, Group};
use crate::model::facts::{Ends, Facts, StoredToken};
use crate::model::finding::{Finding, Severity};

pub(super) static CHECK: Check = Check {
    code: "token-long-lived",
    title: "a token lives longer than its profile allows",
    group: Group::Tokens,
    severity: Severity::Warning,
    sees: "the time from a token's making (or keeping) to its end against max-age in the profile (90 days where it says nothing)",
    hurts: "a token that lives long is good for a thief for as long",
    mends: "nothing by itself: only you can make a new token at the host",
    find,
};

const DAY: i64 = 86_400;

fn find(facts: &Facts) -> Vec<Finding> {
    facts.own.tokens.iter().filter_map(judged).collect()
}

fn judged(token: &StoredToken) -> Option<Finding> {
    let limit = token.max_age_days?;
    let said = token.host.said.as_ref();
    let what = match (said.map(|s| s.ends), token.expires) {
        (Some(Ends::Never), _) => {
            format!("{} never ends; the profile allows {limit} days", super::named(token))
        }
        (_, Some(end)) => {
            let made = said.and_then(|s| s.created).unwrap_or(token.added);
            // A day more is how hosts round.
            let days = (end - made) / DAY;
            if days <= i64::from(limit) + 1 {
                return None;
            }
            format!("{} lives {days} days; the profile allows {limit}", super::named(token))
        }
        _ => return None,
    };
    Some(CHECK.found(what, super::other_token(token)))
}
