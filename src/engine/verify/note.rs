//! What a repository's rungs do not show: whose credential it was, and whether doorkey was asked at all.

use super::{Heard, Said, Target};
use crate::engine::{generation, profiles, which};
use crate::formats::shell;
use crate::model::name::ProfileName;
use crate::model::profile::Profile;
use crate::model::profile_file::repo_route;
use crate::model::route::{Claim, Decision, Scheme, decide};
use crate::redact;
use crate::sys::Sys;
use serde::Serialize;

/// Something about a repository beside its rungs.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Note {
    /// A stable code: `wrong-profile`, `not-in-force`, `other-credential`.
    pub code: &'static str,
    /// What is so.
    pub what: String,
    /// What to do.
    pub fix: String,
}

/// What decides about credentials, read once for all repositories.
#[derive(Debug)]
pub(super) struct Routing {
    claims: Vec<Claim>,
    in_force: bool,
}

impl Routing {
    pub(super) fn look(sys: &Sys) -> Self {
        let good = profiles::all(sys).map(|p| p.good).unwrap_or_default();
        let claims = good.iter().flat_map(Profile::claims).collect();
        Self { claims, in_force: generation::current(sys).is_some() }
    }

    fn speaker(&self, url: &str) -> Option<&ProfileName> {
        let route = repo_route(url).ok()?;
        let claims = self.claims.iter().filter(|c| c.origin == route.origin);
        match decide(claims, Some(route.path.as_str())) {
            Decision::Claimed(claim) => Some(&claim.profile),
            _ => None,
        }
    }
}

/// What is to be said beside the rungs, if anything.
pub(super) fn of(
    sys: &Sys,
    routing: &Routing,
    target: &Target,
    real: &str,
    scheme: Scheme,
    heard: &Heard,
) -> Option<Note> {
    let wanted = target.profile.as_ref()?;
    let url = redact::said(real);
    let speaker = routing.speaker(real);
    if speaker != Some(wanted) {
        let who = speaker.map_or("no profile".to_owned(), |p| format!("profile {p}"));
        // Another tenant's repository is theirs to prove; a route for it would send our token there.
        let fix = match speaker {
            Some(other) => format!("doorkey verify {other} --repo {}", shell::word(&url)),
            None => format!("doorkey route add {} {wanted}", shell::word(&url)),
        };
        let why = which::ask(sys, real).map(|answer| answer.why).unwrap_or_default();
        return Some(Note {
            code: "wrong-profile",
            what: format!("{who} speaks for {url}, not {wanted}: {}", redact::for_terminal(&why, false)),
            fix,
        });
    }
    if !routing.in_force {
        return Some(Note {
            code: "not-in-force",
            what: "doorkey is off, so git used its own settings".into(),
            fix: format!("doorkey use {wanted}"),
        });
    }
    let other = heard.said == Said::Served && scheme != Scheme::Ssh && heard.account.is_none();
    other.then(|| Note {
        code: "other-credential",
        what: "git was let in without a credential of doorkey: the repository is public, or something else sent one \
               (a .netrc, a header)"
            .into(),
        fix: "doorkey doctor".into(),
    })
}
