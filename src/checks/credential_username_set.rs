//! Git's configuration asks for another user than the profile's.

use super::{Check, Group, advice, command};
use crate::formats::shell;
use crate::model::facts::{Chain, Facts};
use crate::model::finding::{Finding, Severity};
use crate::model::profile::Profile;
use crate::model::route::Claim;

pub(super) static CHECK: Check = Check {
    code: "credential-username-set",
    title: "git's configuration asks for another user than the profile's",
    group: Group::Helpers,
    severity: Severity::Error,
    sees: "credential.username for managed hosts and owners, against the user of the profile that claims them",
    hurts: "doorkey refuses to answer: a token of one user must not go out under another's name",
    mends: "nothing by itself: the command given takes the setting away where it names a URL",
    find,
};

fn find(facts: &Facts) -> Vec<Finding> {
    if !facts.in_force() {
        return Vec::new();
    }
    let claims: Vec<Claim> = facts.own.profiles.iter().flat_map(Profile::claims).collect();
    facts.git.chains.iter().filter_map(|chain| about(facts, &claims, chain)).collect()
}

fn about(facts: &Facts, claims: &[Claim], chain: &Chain) -> Option<Finding> {
    let (user, spot) = chain.user.as_ref()?;
    let route = |c: &Claim| format!("{}/{}", c.origin, c.owner.as_str());
    let claim = claims.iter().find(|c| c.user.is_some() && route(c).trim_end_matches('/') == chain.origin)?;
    let wanted = claim.user.as_ref().filter(|wanted| *wanted != user)?;
    let what = format!(
        "for {} git asks for user {user} ({}), but {} is {wanted} there",
        chain.origin,
        facts.at(spot),
        claim.profile
    );
    // Without a URL it holds for hosts that are none of doorkey's business too.
    let place = facts.git.settings.iter().find(|s| s.spot == *spot && s.name.ends_with(".username"));
    let fix = match place.filter(|setting| setting.place.is_some() && spot.line > 0) {
        Some(setting) => command(format!(
            "git config --file {} --unset-all {}",
            super::file_word(facts, &spot.path, ""),
            shell::argument(&setting.name)
        )),
        None => advice(format!("take that setting away, or give it a URL: {}", facts.at(spot))),
    };
    Some(CHECK.found(what, fix))
}
