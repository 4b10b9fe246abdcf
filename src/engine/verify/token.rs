//! Tests tokens with a real login of git's, one repository each, asks their hosts what they know of them, and judges what
//! is known. Lifts the suspicion from those that work again, and notes the end that a host names.

use super::hosts::{Asked, Inquiry, side_by_side};
use super::own_git::OwnGit;
use super::{How, NoTarget, Target, Verdict, Verified, targets, verify};
use crate::engine::{diagnose, profiles, refused_note, stored_token};
use crate::model::expiry::Rule;
use crate::model::facts::{Ends, StoredToken, TokenState};
use crate::model::finding::Finding;
use crate::model::ladder::{Layer, Outcome};
use crate::model::name::ProfileName;
use crate::model::plan::Companions;
use crate::model::profile::{Profile, RegistryKind};
use crate::model::route::Origin;
use crate::stores::{self, Record, State, Store, StoreError};
use crate::sys::Sys;
use crate::sys::run::RunError;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A token and what came of its test.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Checked {
    /// Whose it is.
    pub profile: String,
    /// Where it belongs.
    pub origin: String,
    /// The user name that goes with it.
    pub user: String,
    /// What came of it.
    pub outcome: Answer,
    /// In words: why it was not tested, or what the host said.
    pub why: String,
    /// What to do, unless it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The repository that it was tested with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// Its host had refused it before, and it is in use again now.
    pub cleared: bool,
    /// What came of asking its host's API; nothing where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Asked>,
    /// When it ends, as far as doorkey knows, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
    /// The end that its host named is new to the store, and is noted there now.
    pub noted: bool,
    /// What is wrong with it beside that.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// What came of a token's test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Its host knows it.
    Works,
    /// Its host refused it.
    Refused,
    /// It did not come to a login with it.
    NotTried,
    /// Nobody was asked.
    NotAsked,
}

/// How tokens are tested.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// How git is run; `None`: nobody is asked, and what is known here is judged.
    pub online: Option<How>,
    /// Whether the store learns of what was found.
    pub keep: bool,
}

/// Why tokens cannot be tested.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The profiles cannot be read.
    #[error(transparent)]
    Profiles(#[from] profiles::ProfilesError),
    /// The URL cannot be read.
    #[error(transparent)]
    Target(#[from] NoTarget),
    /// The store cannot be read or changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// git cannot be run.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A token to be tested.
struct Token<'a> {
    profile: &'a Profile,
    record: Record,
    repo: Option<String>,
}

/// Tests the tokens of a profile, or of all, each with the first repository under `[[verify]]` that it is for, or
/// with `repo`.
///
/// # Errors
/// The profiles, the store or git cannot be used.
pub fn check(
    sys: &mut Sys,
    profile: Option<&ProfileName>,
    repo: Option<&str>,
    manner: Manner,
) -> Result<Vec<Checked>, CheckError> {
    let profiles = match profile {
        Some(name) => vec![profiles::one(sys, name)?],
        None => profiles::all_good(sys)?,
    };
    if let Some(repo) = repo {
        targets::place(repo).map_err(NoTarget::Url)?;
    }
    let store = stores::open(sys)?;
    let mut tokens = Vec::new();
    for profile in &profiles {
        for record in store.records(sys, &profile.name)?.into_iter().filter(|r| r.state != State::Retired) {
            let repo = repository_for(profile, &record, repo);
            tokens.push(Token { profile, record, repo });
        }
    }
    let mut checked = match manner.online {
        Some(how) => online(sys, &tokens, how)?,
        None => tokens.iter().map(|token| blank(token, Answer::NotAsked)).collect(),
    };
    for (token, one) in tokens.iter().zip(&mut checked) {
        if manner.keep && one.outcome == Answer::Works {
            learn(sys, store.as_ref(), token, one)?;
        }
        judge(sys, token, one);
    }
    Ok(checked)
}

/// What the host says of the token with which git has just logged in for a repository; `None` where no API is known,
/// or the store says nothing. Only for a login that the host accepted.
#[must_use]
pub fn said_by_host(sys: &Sys, profile: &Profile, user: &str, repo: &str) -> Option<Asked> {
    let records = stores::open(sys).ok()?.records(sys, &profile.name).ok()?;
    let wanted = |record: &Record| record.id.user == user && stored_token::is_for(profile, &record.id, repo);
    let record = records.into_iter().filter(|r| r.state == State::Active).find(wanted)?;
    let git = OwnGit::look(sys).ok()?;
    Inquiry::new(sys, &git).ask(profile, &record, Some(repo))
}

/// git logs in first; only then are the hosts asked, and never one that has refused a token.
fn online(sys: &Sys, tokens: &[Token<'_>], how: How) -> Result<Vec<Checked>, CheckError> {
    let mut chosen: Vec<Target> = Vec::new();
    for token in tokens {
        let Some(repo) = &token.repo else { continue };
        // Two tokens for one repository: git is asked once, and the helper says which it was.
        if !chosen.iter().any(|t| t.repo == *repo && t.profile.as_ref() == Some(&token.profile.name)) {
            let profile = Some(token.profile.name.clone());
            chosen.push(Target { repo: repo.clone(), access: "read".into(), profile });
        }
    }
    let results = verify(sys, &chosen, How { try_suspect: true, ..how }, &|_| {})?;
    let mut hosts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut closed = BTreeSet::new();
    let mut checked = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let at = chosen.iter().position(|t| {
            Some(&t.repo) == token.repo.as_ref() && t.profile.as_ref() == Some(&token.profile.name)
        });
        let verified = at.and_then(|at| results.get(at));
        let one = judged(token, verified);
        let host = Origin::parse(&token.record.id.origin).map(|o| o.host.to_string()).unwrap_or_default();
        // Refused, or held back because another one was refused there.
        if one.outcome == Answer::Refused || verified.is_some_and(was_refused) {
            closed.insert(host.clone());
        }
        hosts.entry(host).or_default().push(index);
        checked.push(one);
    }
    hosts.retain(|host, _| !closed.contains(host));
    let git = OwnGit::look(sys)?;
    let asked = side_by_side(sys, &git, hosts.into_values().collect(), how.jobs, |door, index| {
        tokens.get(index).and_then(|token| door.ask(token.profile, &token.record, token.repo.as_deref()))
    });
    for (index, asked) in asked {
        if let Some(one) = checked.get_mut(index) {
            add(one, asked);
        }
    }
    Ok(checked)
}

/// Adds a host's word. Where git did not come to a login, it decides.
fn add(one: &mut Checked, asked: Option<Asked>) {
    if let (Some(asked), Answer::NotTried) = (&asked, one.outcome) {
        if asked.known.is_some() {
            (one.outcome, one.why, one.fix) = (Answer::Works, format!("{} knows it", one.origin), None);
        } else if asked.refused {
            let why = asked.why.clone().unwrap_or_default();
            (one.outcome, one.why, one.fix) = (Answer::Refused, why, asked.fix.clone());
        }
    }
    one.host = asked;
}

/// Whether a login was refused at the host of a repository, this one's or an earlier one's.
fn was_refused(verified: &Verified) -> bool {
    let login = verified.rung(Layer::Authentication).map(|r| r.outcome);
    verified.verdict == Verdict::NotTried || login == Some(Outcome::Broken)
}

/// Notes what was learnt of a token that works. Nothing is written when nothing is new.
fn learn(sys: &mut Sys, store: &dyn Store, token: &Token<'_>, one: &mut Checked) -> Result<(), StoreError> {
    let Token { profile, record, .. } = token;
    refused_note::forget(sys, &profile.name, record);
    if record.state == State::Suspect {
        one.cleared = store.clear_suspect(sys, &profile.name, &record.id)?;
    }
    let known = one.host.as_ref().and_then(|h| h.known.as_ref());
    let Some(Ends::At(end)) =
        known.map(|k| k.ends).filter(|e| *e != Ends::At(record.entry.expires.unwrap_or(-1)))
    else {
        return Ok(());
    };
    let before = record.companions();
    let after = Companions { expires: Some(end), ..before.clone() };
    one.noted = store.describe(sys, &profile.name, &record.id, &before, &after)?;
    Ok(())
}

/// What is wrong with a token, by what the store and its host say of it.
fn judge(sys: &Sys, token: &Token<'_>, one: &mut Checked) {
    let Some(fact) = stored_token::of(token.profile, &token.record) else { return };
    let known = one.host.as_ref().and_then(|h| h.known.clone());
    let (end, by) = match known.as_ref().map(|k| k.ends) {
        Some(Ends::At(end)) => (Some(end), Some(Rule::Noted)),
        _ => (fact.expires, fact.expires_by),
    };
    let state = if one.outcome == Answer::Works { TokenState::Active } else { fact.state };
    let mut fact = StoredToken { expires: end, expires_by: by, state, ..fact };
    if let Some(host) = &one.host {
        fact.host.provider = Some(host.provider.clone());
    }
    fact.host.said = known;
    one.expires = end;
    one.findings = diagnose::of_token(&fact, sys.now());
    // That it was refused is said already, and what its host knows is whole.
    let told = if one.outcome == Answer::Refused { "token-suspect" } else { "token-damaged" };
    one.findings.retain(|f| f.code != told || !matches!(one.outcome, Answer::Refused | Answer::Works));
}

/// The first repository that the token is for.
fn repository_for(profile: &Profile, record: &Record, given: Option<&str>) -> Option<String> {
    match given {
        Some(url) => stored_token::is_for(profile, &record.id, url).then(|| url.to_owned()),
        None => stored_token::repositories(profile, &record.id).next().map(|(repo, _)| repo.to_owned()),
    }
}

fn blank(token: &Token<'_>, outcome: Answer) -> Checked {
    Checked {
        profile: token.profile.name.to_string(),
        origin: token.record.id.origin.clone(),
        user: token.record.id.user.clone(),
        outcome,
        why: String::new(),
        fix: None,
        repo: None,
        cleared: false,
        host: None,
        expires: None,
        noted: false,
        findings: Vec::new(),
    }
}

fn judged(token: &Token<'_>, verified: Option<&Verified>) -> Checked {
    let (profile, id) = (&token.profile.name, &token.record.id);
    let blank = Checked { repo: verified.map(|v| v.repo.clone()), ..blank(token, Answer::NotTried) };
    let Some(verified) = verified else {
        let mut registries = token.profile.registries.iter().filter(|r| r.origin.to_string() == id.origin);
        if let Some(registry) = registries.next().filter(|r| token.profile.host_for(&r.origin).is_none()) {
            let why = "it is for a package registry, which only its own programs can try".into();
            let login = (registry.kind == RegistryKind::Docker)
                .then(|| format!("docker login {}", registry.origin.authority()));
            return Checked { why, fix: login, ..blank };
        }
        if let Some(registry) = token.profile.npm_for(id) {
            let why = "it is for an npm registry, which npm can try".into();
            let ask = format!("doorkey exec {profile} -- npm whoami --registry {}", registry.url());
            return Checked { why, fix: Some(ask), ..blank };
        }
        return Checked {
            why: "no repository under [[verify]] is for it".into(),
            fix: Some(format!("doorkey token check {profile} --repo {}/OWNER/REPO.git", id.origin)),
            ..blank
        };
    };
    let used = verified.account.as_ref().is_some_and(|a| a.profile == profile.as_str() && a.user == id.user);
    let login = verified.rung(Layer::Authentication);
    match login.map(|r| r.outcome) {
        Some(Outcome::Ok) if used => {
            Checked { outcome: Answer::Works, why: format!("{} knows it", id.origin), ..blank }
        }
        Some(Outcome::Broken) if used => {
            let rung = login.cloned();
            let why = rung.as_ref().and_then(|r| r.cause.clone()).unwrap_or_default();
            Checked { outcome: Answer::Refused, why, fix: rung.and_then(|r| r.repair), ..blank }
        }
        Some(Outcome::Ok) => Checked {
            why: "git was let in without it".into(),
            fix: verified.note.as_ref().map(|n| n.fix.clone()),
            ..blank
        },
        _ => {
            let rung = verified.broken().or(login);
            let why = rung.map(|r| r.cause.clone().unwrap_or_else(|| r.evidence.clone())).unwrap_or_default();
            Checked { why, fix: rung.and_then(|r| r.repair.clone()), ..blank }
        }
    }
}
