//! The proof: what the user's own git says of each repository, and which rung is broken where it does not get there.
//!
//! git is asked first. When it succeeds, every rung holds, and nothing else is tried. Only when it fails are the rungs
//! below climbed one by one, each once for all repositories of a host, to say why.
//!
//! Nothing is changed: git runs outside any repository, the helper stores and erases nothing, and ssh learns no keys.

mod causes;
mod hosts;
mod ladder;
pub mod loose;
mod lower;
mod note;
mod order;
mod own_git;
mod reach;
mod shared;
mod ssh_log;
mod targets;
pub mod token;
mod words;

pub use hosts::Asked;
pub(in crate::engine) use lower::{first_stop, proxy_for};
pub use note::Note;
pub(in crate::engine) use own_git::OwnGit;
pub use ssh_log::SshLog;
pub use targets::{NoTarget, Target, targets};
pub use words::{Heard, Said};

use crate::model::ladder::{Layer, Outcome, Rung};
use crate::model::route::Scheme;
use crate::redact;
use crate::sys::Sys;
use crate::sys::run::RunError;
use ladder::Climb;
use lower::Lower;
use note::Routing;
use order::{Login, Order};
use serde::Serialize;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How the repositories are tried.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// How many at a time, at least 1.
    pub jobs: usize,
    /// The longest that git may take for one repository.
    pub limit: Duration,
    /// Let the helper hand out a token once more that its host refused.
    pub try_suspect: bool,
}

impl How {
    /// With as many jobs as suit a machine with `cores`: most of the time goes into waiting for the network.
    #[must_use]
    pub fn on(cores: usize) -> Self {
        Self { jobs: (8 * cores).clamp(1, 16), limit: Duration::from_secs(30), try_suspect: false }
    }
}

/// What came of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The user's git reached it.
    Ok,
    /// It did not.
    Broken,
    /// It was not tried: an earlier login at the host was refused.
    NotTried,
}

/// The account that doorkey's helper answered for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub profile: String,
    /// The user name at the host.
    pub user: String,
}

/// A repository and what came of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verified {
    /// Its URL, without a password.
    pub repo: String,
    /// The profile that was to reach it.
    pub profile: Option<String>,
    /// The access that the profile wants there. Only reading is tried.
    pub access: String,
    /// The account that doorkey's helper gave git.
    #[serde(skip)]
    pub account: Option<Account>,
    /// From the ground up; every rung of its kind of URL.
    pub rungs: Vec<Rung>,
    /// In one word.
    pub verdict: Verdict,
    /// Something beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Milliseconds in all.
    pub took_ms: u64,
}

impl Verified {
    /// The rung that is broken.
    #[must_use]
    pub fn broken(&self) -> Option<&Rung> {
        self.rungs.iter().find(|r| r.outcome == Outcome::Broken)
    }

    /// One rung.
    #[must_use]
    pub fn rung(&self, layer: Layer) -> Option<&Rung> {
        self.rungs.iter().find(|r| r.layer == layer)
    }
}

/// Tries all of them, side by side, and gives the results in the order of the targets. `done` is called after each.
///
/// After one refused login at a host nothing logs in there any more in this run (hosts lock accounts and addresses
/// out), so the first login of a profile at a host is always a lone one.
///
/// # Errors
/// git is missing or cannot be started; nothing was tried.
pub fn verify(
    sys: &Sys,
    targets: &[Target],
    how: How,
    done: &(dyn Fn(&Verified) + Sync),
) -> Result<Vec<Verified>, RunError> {
    let git = OwnGit::look(sys)?;
    let lower = Lower::new(sys, &git);
    let routing = Routing::look(sys);
    let order = Order::new(targets);
    let results: Vec<OnceLock<Verified>> = targets.iter().map(|_| OnceLock::new()).collect();
    let keep = |index: usize, verified: Verified| {
        done(&verified);
        if let Some(place) = results.get(index) {
            let _ = place.set(verified);
        }
    };
    let work = || {
        while let Some(next) = order.next() {
            let Some(target) = targets.get(next.index) else { continue };
            match next.held {
                Some(reason) => keep(next.index, held(target, &reason)),
                None => {
                    let (verified, login) = one(sys, &git, &lower, &routing, target, how);
                    order.finish(next.index, login);
                    keep(next.index, verified);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..how.jobs.min(targets.len()) {
            scope.spawn(work);
        }
        work();
    });
    Ok(results.into_iter().filter_map(OnceLock::into_inner).collect())
}

fn one(
    sys: &Sys,
    git: &OwnGit,
    lower: &Lower<'_>,
    routing: &Routing,
    target: &Target,
    how: How,
) -> (Verified, Login) {
    let start = Instant::now();
    let written = match targets::place(&target.repo) {
        Ok(origin) => origin,
        Err(problem) => return (unreadable(target, &problem), Login::None),
    };
    let real = git.real_url(sys, &target.repo);
    let origin = targets::place(&real).unwrap_or(written);
    let heard = Heard::from_run(sys, git.ls_remote(sys, &target.repo, how), origin.scheme);
    let climb = Climb { target, origin: &origin, real: &real, heard: &heard };
    let rungs = climb.rungs(lower);
    let note = note::of(sys, routing, target, &real, origin.scheme, &heard);
    let login = match (heard.said, climb.refused()) {
        (_, Some(reason)) => Login::Refused(reason),
        (Said::Below(_) | Said::HostKey(_) | Said::Unknown | Said::TooSlow, None) => Login::Unreached,
        // A public repository, or another's credential, says nothing about ours.
        (Said::Served | Said::Forbidden { .. } | Said::NotFound, None)
            if heard.account.is_some() || origin.scheme == Scheme::Ssh =>
        {
            Login::Accepted
        }
        _ => Login::None,
    };
    let broken = rungs.iter().any(|r| r.outcome == Outcome::Broken);
    let verdict = if broken { Verdict::Broken } else { Verdict::Ok };
    let verified =
        Verified { rungs, verdict, note, account: heard.account, took_ms: since(start), ..blank(target) };
    (verified, login)
}

fn blank(target: &Target) -> Verified {
    Verified {
        repo: redact::said(&target.repo),
        profile: target.profile.as_ref().map(ToString::to_string),
        access: target.access.clone(),
        account: None,
        rungs: Vec::new(),
        verdict: Verdict::NotTried,
        note: None,
        took_ms: 0,
    }
}

/// A target that git was not asked for, since it could not come past the last of these rungs.
pub(in crate::engine) fn stopped(target: &Target, rungs: Vec<Rung>, took: Duration) -> Verified {
    let scheme = targets::place(&target.repo).map_or(Scheme::Https, |origin| origin.scheme);
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let rungs = ladder::with_the_rest(scheme, rungs);
    Verified { rungs, verdict: Verdict::Broken, took_ms, ..blank(target) }
}

/// The guard spoke: the layers below need no login, but are not worth a connection of their own.
fn held(target: &Target, reason: &str) -> Verified {
    let scheme = targets::place(&target.repo).map_or(Scheme::Https, |origin| origin.scheme);
    let rungs = ladder::layers(scheme).iter().map(|layer| {
        let why = if *layer == Layer::Authentication { reason } else { "not tried" };
        Rung::not_tried(*layer, why)
    });
    Verified { rungs: rungs.collect(), ..blank(target) }
}

fn unreadable(target: &Target, problem: &str) -> Verified {
    let edit = target.profile.as_ref().map_or("NAME", |p| p.as_str());
    let rung = Rung::broken(
        Layer::Repository,
        "bad-url",
        redact::said(problem),
        "only https://, http:// and ssh URLs can be verified",
        format!("correct the URL under [[verify]] with: doorkey profile edit {edit}"),
    );
    Verified { rungs: vec![rung], verdict: Verdict::Broken, ..blank(target) }
}

fn since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
