//! Asks a host what it knows of a token, through its API: as the profile reaches it, one login a token, and none after a
//! refusal.

use super::own_git::OwnGit;
use super::reach::Reach;
use crate::engine::{stored_token, when};
use crate::model::facts::Known;
use crate::model::ladder::Rung;
use crate::model::name::ProfileName;
use crate::model::profile::Profile;
use crate::model::profile_file::repo_route;
use crate::model::route::{Origin, OwnerPath};
use crate::probes::https::{self, Login};
use crate::providers::{self, About, Door, Facts, Stop};
use crate::stores::Record;
use crate::sys::Sys;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What came of asking a host's API.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Asked {
    /// The kind of host: `github`.
    pub provider: String,
    /// The same for people: `GitHub`.
    #[serde(skip)]
    pub title: String,
    /// What it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
    /// Why it said nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What to do about that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Whether it did not accept the token.
    pub refused: bool,
}

/// Asks the hosts side by side, and about the tokens of one host, which come by their numbers, one after the other.
pub(super) fn side_by_side(
    sys: &Sys,
    git: &OwnGit,
    hosts: Vec<Vec<usize>>,
    jobs: usize,
    ask: impl Fn(&mut Inquiry<'_>, usize) -> Option<Asked> + Sync,
) -> Vec<(usize, Option<Asked>)> {
    let waiting = Mutex::new(hosts);
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while let Some(host) = locked(&waiting).pop() {
                    let mut door = Inquiry::new(sys, git);
                    for index in host {
                        let asked = ask(&mut door, index);
                        locked(&found).push((index, asked));
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The questions to one host in one run.
#[derive(Debug)]
pub(super) struct Inquiry<'a> {
    sys: &'a Sys,
    git: &'a OwnGit,
    /// A login was refused: nobody logs in any more, since hosts lock accounts and addresses out.
    closed: bool,
    /// The profiles that did not reach it, and why not.
    unreached: BTreeMap<Option<ProfileName>, Box<Rung>>,
}

impl<'a> Inquiry<'a> {
    pub(super) fn new(sys: &'a Sys, git: &'a OwnGit) -> Self {
        Self { sys, git, closed: false, unreached: BTreeMap::new() }
    }

    /// What the API of its host says of a token. `None` when no API is known there.
    pub(super) fn ask(&mut self, profile: &Profile, record: &Record, repo: Option<&str>) -> Option<Asked> {
        let origin = Origin::parse(&record.id.origin).ok()?;
        // Deploy tokens are for git alone: to the API they are a wrong password.
        if record.id.user.starts_with("gitlab+deploy-token-") {
            return None;
        }
        let path = repo.and_then(|url| repo_route(url).ok()).map(|route| route.path);
        let place = repo.map_or_else(|| some_repository(profile, &origin), str::to_owned);
        let reach = Reach::of(self.sys, self.git, Some(profile), &place);
        let facts = match stored_token::provider_at(profile, &origin) {
            Some(name) => providers::facts::of(&name)?,
            None => self.kind_by_challenge(&reach, &origin, path.as_ref()?)?,
        };
        let about = About {
            user: &record.id.user,
            repository: path.as_ref().map(OwnerPath::as_str),
            secret: &record.entry.secret,
        };
        self.ask_about(Some(profile), &reach, &origin, facts, &about)
    }

    /// The same for a token that lies somewhere, at a host of a known kind.
    pub(super) fn ask_loose(
        &mut self,
        profile: Option<&Profile>,
        origin: &Origin,
        facts: &Facts,
        about: &About<'_>,
    ) -> Option<Asked> {
        let place = profile.map_or_else(|| format!("{origin}/"), |profile| some_repository(profile, origin));
        let reach = Reach::of(self.sys, self.git, profile, &place);
        self.ask_about(profile, &reach, origin, facts, about)
    }

    fn ask_about(
        &mut self,
        profile: Option<&Profile>,
        reach: &Reach<'_>,
        origin: &Origin,
        facts: &Facts,
        about: &About<'_>,
    ) -> Option<Asked> {
        let provider = providers::by_name(&facts.name)?;
        let api = facts.api(origin)?;
        let name = profile.map(|profile| profile.name.clone());
        let answer = if self.closed {
            Err(Stop::Held)
        } else if let Some(rung) = self.unreached.get(&name) {
            Err(Stop::Unreached(rung.clone()))
        } else {
            let proxy = reach.proxy(self.sys, &api.origin);
            let form = provider.form(about);
            provider
                .ask(&mut Door::new(self.sys, reach.way(&proxy), &api, about.secret, about.user, form), about)
        };
        let mut asked = Asked {
            provider: facts.name.clone(),
            title: facts.title.clone(),
            known: None,
            why: None,
            fix: None,
            refused: matches!(answer, Err(Stop::Refused(_))),
        };
        match answer {
            Ok(known) => asked.known = Some(known),
            Err(stop) => {
                let shown = name.as_ref().map_or("PROFILE", ProfileName::as_str);
                (asked.why, asked.fix) = words(stop.clone(), origin, shown);
                if let Stop::Unreached(rung) = stop {
                    self.unreached.insert(name, rung);
                }
            }
        }
        self.closed |= asked.refused;
        Some(asked)
    }

    /// The kind that a host names when somebody asks for a repository without a login, which is what git does first.
    fn kind_by_challenge(
        &self,
        reach: &Reach<'_>,
        origin: &Origin,
        path: &OwnerPath,
    ) -> Option<&'static Facts> {
        let path: Vec<String> = path.as_str().split('/').map(providers::door::coded).collect();
        let target = format!("/{}.git/info/refs?service=git-upload-pack", path.join("/"));
        let proxy = reach.proxy(self.sys, origin);
        let reply = https::get(self.sys, &reach.way(&proxy), origin, &target, "*/*", Login::None).ok()?;
        reply.headers("www-authenticate").find_map(providers::facts::by_challenge)
    }
}

/// A URL for which git's settings are those of the profile's repositories, when it names none.
fn some_repository(profile: &Profile, origin: &Origin) -> String {
    let claim = profile.claims().into_iter().find(|c| c.origin == *origin && c.owner.depth() > 0);
    claim.map_or_else(|| format!("{origin}/"), |c| format!("{origin}/{}/", c.owner.as_str()))
}

/// Why a host said nothing, and what to do about it.
fn words(stop: Stop, origin: &Origin, name: &str) -> (Option<String>, Option<String>) {
    let quoted = |words: String| if words.is_empty() { String::new() } else { format!(": \"{words}\"") };
    let (why, fix) = match stop {
        Stop::Refused(words) => (
            format!("{origin} does not know the token{}", quoted(words)),
            Some(format!("make a new one: doorkey token page {name}, then: doorkey token add {name}")),
        ),
        Stop::Held => (
            format!("{origin} refused a login a moment ago; another try might lock the account out"),
            Some(format!("mend that first, then: doorkey token check {name}")),
        ),
        Stop::Busy(until) => {
            let when = until.map_or_else(|| "later".into(), |at| format!("after {}", when::date_time(at)));
            (
                format!("{origin} is asked too often from here and wants to be left alone"),
                Some(format!("try again {when}: doorkey token check {name}")),
            )
        }
        Stop::Forbidden(words) => (
            format!("{origin} knows the token, but does not let it ask{}", quoted(words)),
            Some("look at the token's scopes, and at the policy of its organization".into()),
        ),
        Stop::Moved(Some(to)) => (
            format!("its API points to {to}; the token was not sent there"),
            Some(format!(
                "if {origin} has moved, give the profile its new name: doorkey profile edit {name}"
            )),
        ),
        Stop::Moved(None) => (
            "its API points to another place; the token was not sent there".into(),
            Some("look at what answers there".into()),
        ),
        Stop::Page(words) | Stop::Odd(words) => (words, None),
        Stop::Unreached(rung) => (rung.cause.unwrap_or(rung.evidence), rung.repair),
    };
    (Some(why), fix)
}
