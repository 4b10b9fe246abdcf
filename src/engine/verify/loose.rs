//! Whether loose secrets still live: their hosts are asked, each about one secret once, and never after a refusal.

use super::hosts::{Asked, side_by_side};
use super::own_git::OwnGit;
use crate::engine::scan::Loose;
use crate::engine::{profiles, stored_token, when};
use crate::formats::token::{Checksum, Token};
use crate::model::facts::Known;
use crate::model::profile::Profile;
use crate::model::route::{Origin, Scheme};
use crate::providers::{About, Facts, facts};
use crate::sys::Sys;
use crate::sys::run::RunError;
use serde::Serialize;
use std::collections::BTreeMap;

/// Whether a secret still lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Life {
    /// Its host knows it.
    Lives,
    /// Its host does not.
    Dead,
    /// Nobody said.
    Unknown,
}

/// What was found out of a secret.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Found {
    /// Its number in the scan.
    pub number: usize,
    /// The host that it is for, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Whether it lives.
    pub life: Life,
    /// What its host says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
    /// Why nobody was asked, or what came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Whom to ask about a secret.
struct Question<'a> {
    profile: Option<&'a Profile>,
    origin: Origin,
    facts: &'static Facts,
}

/// Asks about each secret. A secret goes to the host that stands beside it, and only where a profile names that host or
/// everybody knows it; one beside which none stands goes to `at`, or nowhere.
///
/// # Errors
/// git, whose proxy and roots count, cannot be run.
pub fn ask(sys: &Sys, all: &[Loose], at: Option<&Origin>, jobs: usize) -> Result<Vec<Found>, RunError> {
    // A profile that cannot be read is doctor's to tell.
    let profiles = profiles::all(sys).map(|all| all.good).unwrap_or_default();
    let questions: Vec<Result<Question<'_>, String>> =
        all.iter().map(|one| question(sys, &profiles, one, at)).collect();
    let mut hosts: BTreeMap<&Origin, Vec<usize>> = BTreeMap::new();
    for (index, question) in questions.iter().enumerate() {
        if let Ok(question) = question {
            hosts.entry(&question.origin).or_default().push(index);
        }
    }
    // The first refusal ends it at a host: first those that are whole for certain.
    for indexes in hosts.values_mut() {
        indexes.sort_by_key(|index| {
            let checksum = all.get(*index).and_then(|one| one.token.as_ref()).map(|token| token.checksum);
            checksum != Some(Checksum::Valid)
        });
    }
    let git = OwnGit::look(sys)?;
    let asked = side_by_side(sys, &git, hosts.into_values().collect(), jobs, |door, index| {
        let (one, Ok(question)) = (all.get(index)?, questions.get(index)?) else { return None };
        let user = one.user.as_deref().unwrap_or_default();
        let about = About { user, repository: None, secret: &one.secret };
        door.ask_loose(question.profile, &question.origin, question.facts, &about)
    });
    let mut asked: BTreeMap<usize, Option<Asked>> = asked.into_iter().collect();
    Ok(all
        .iter()
        .zip(questions)
        .enumerate()
        .map(|(index, (one, question))| found(one, question, asked.remove(&index).flatten()))
        .collect())
}

fn found(one: &Loose, question: Result<Question<'_>, String>, asked: Option<Asked>) -> Found {
    let unknown =
        Found { number: one.number, host: one.host.clone(), life: Life::Unknown, known: None, why: None };
    match (question, asked) {
        (Err(why), _) => Found { why: Some(why), ..unknown },
        (Ok(question), Some(Asked { known, why, refused, .. })) => {
            let life = match (&known, refused) {
                (Some(_), _) => Life::Lives,
                (None, true) => Life::Dead,
                (None, false) => Life::Unknown,
            };
            Found { host: Some(question.origin.authority()), life, known, why, ..unknown }
        }
        (Ok(question), None) => Found { why: Some(no_api(&question.origin)), ..unknown },
    }
}

/// Whom to ask, or why nobody is asked.
fn question<'a>(
    sys: &Sys,
    profiles: &'a [Profile],
    one: &Loose,
    at: Option<&Origin>,
) -> Result<Question<'a>, String> {
    let Some(token) = &one.token else {
        return Err("it may be a password, and wrong ones lock accounts out".into());
    };
    if token.checksum == Checksum::Invalid {
        return Err("its checksum does not fit: no host takes it as it stands".into());
    }
    if let Some(end) = Token::expires(token).filter(|end| *end <= sys.now()) {
        return Err(format!("it expired {}", when::date(end)));
    }
    let origin = match (&one.host, at) {
        (Some(host), _) => Origin::from_authority(Scheme::Https, host)
            .map_err(|_| format!("{host:?} is no host that could be asked"))?,
        (None, Some(at)) => at.clone(),
        (None, None) => {
            return Err("no host stands beside it (--at HOST asks one)".into());
        }
    };
    let profile = profiles.iter().find(|profile| stored_token::host_at(profile, &origin).is_some());
    let named = profile.and_then(|profile| stored_token::provider_at(profile, &origin));
    let kind = match named {
        Some(name) => facts::of(&name),
        None if origin.port == Scheme::Https.default_port() => facts::by_host(&origin.host),
        None => None,
    };
    let Some(kind) = kind.filter(|kind| kind.api(&origin).is_some()) else {
        return Err(no_api(&origin));
    };
    if !kind.may_make(token.kind.code) {
        return Err(format!(
            "it is none of {}'s by its bytes, so {} is not told it",
            kind.title, origin.host
        ));
    }
    Ok(Question { profile, origin, facts: kind })
}

fn no_api(origin: &Origin) -> String {
    format!("doorkey knows no API of {}", origin.authority())
}
