//! What expires: every credential of every profile on one time line, the most urgent first. Nothing is changed, and nobody
//! is asked.

mod calendar;
mod entries;
mod metrics;

pub use calendar::calendar;
pub use metrics::metrics;

use super::inspect;
use crate::model::expiry::{DAY, Nearness, Rule};
use crate::model::facts::{Facts, StoreFacts};
use crate::model::finding::Fix;
use crate::model::name::ProfileName;
use crate::sys::Sys;
use serde::Serialize;

/// What kind of thing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A token of the store, or one that another program gives.
    Token,
    /// An SSH key that a profile names.
    SshKey,
    /// The SSH certificate beside such a key.
    SshCertificate,
    /// An X.509 certificate under `[trust] ca`.
    CaCertificate,
}

impl Kind {
    /// As in `--json` and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::SshKey => "ssh-key",
            Self::SshCertificate => "ssh-certificate",
            Self::CaCertificate => "ca-certificate",
        }
    }

    /// For people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::SshKey => "SSH key",
            Self::SshCertificate => "SSH certificate",
            Self::CaCertificate => "CA certificate",
        }
    }
}

/// When something ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Then, seconds since 1970, by that rule.
    At(i64, Rule),
    /// No end is known, and why, in words.
    None(String),
}

impl End {
    /// The second since 1970, where one is known.
    #[must_use]
    pub fn at(&self) -> Option<i64> {
        match self {
            Self::At(at, _) => Some(*at),
            Self::None(_) => None,
        }
    }

    /// By which rule.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::At(_, rule) => Some(*rule),
            Self::None(_) => None,
        }
    }
}

/// One thing that ends, or of which that is not known.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Stays the same for the same credential: its kind, profile and name, or fingerprint, as a hash.
    pub id: String,
    /// Whose.
    pub profile: String,
    /// What.
    pub kind: Kind,
    /// A token's place and user, a file, a certificate's subject.
    pub name: String,
    /// When.
    pub end: End,
    /// When it reaches the age that its profile allows, seconds since 1970; tokens of the store only.
    pub renew_by: Option<i64>,
    /// How near that is.
    pub nearness: Nearness,
    /// What helps.
    pub next: Fix,
}

impl Entry {
    /// Whole days until its end, rounded down; negative once it is over.
    #[must_use]
    pub fn days_left(&self, now: i64) -> Option<i64> {
        self.end.at().map(|end| end.saturating_sub(now).div_euclid(DAY))
    }
}

/// All that ends.
#[derive(Debug, Clone)]
pub struct TimeLine {
    /// When it was made, seconds since 1970.
    pub now: i64,
    /// How many profiles it is about.
    pub profiles: usize,
    /// The most urgent first; those without a known end last.
    pub entries: Vec<Entry>,
    /// How many have no known end, whatever was left out since.
    pub without_end: usize,
    /// What could not be looked at, so that it may lack something.
    pub gaps: Vec<Gap>,
}

/// Something that could not be looked at.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Gap {
    /// What, and why not.
    pub what: String,
    /// What to do.
    pub fix: String,
}

/// The time line of all profiles, or of one.
#[must_use]
pub fn time_line(sys: &Sys, only: Option<&ProfileName>) -> TimeLine {
    of(&inspect::lasting(sys, only), only.map(ProfileName::as_str))
}

/// The time line of what was found, of all profiles or of one.
#[must_use]
pub fn of(facts: &Facts, only: Option<&str>) -> TimeLine {
    let mut found = entries::all(facts);
    found.retain(|entry| only.is_none_or(|only| only == entry.profile));
    found.sort_by(|a, b| {
        let order = |e: &Entry| e.end.at().unwrap_or(i64::MAX);
        let (first, second) = (order(a), order(b));
        first.cmp(&second).then_with(|| (&a.profile, a.kind, &a.name).cmp(&(&b.profile, b.kind, &b.name)))
    });
    TimeLine {
        now: facts.now,
        profiles: facts.own.profiles.len(),
        without_end: found.iter().filter(|entry| entry.end.at().is_none()).count(),
        entries: found,
        gaps: gaps(facts),
    }
}

impl TimeLine {
    /// Leaves only what has ended, or ends within so many seconds.
    pub fn within(&mut self, seconds: i64) {
        let last = self.now.saturating_add(seconds);
        self.entries.retain(|entry| entry.end.at().is_some_and(|end| end <= last));
    }

    /// What stops working next. A limit of age stops nothing by itself.
    #[must_use]
    pub fn next_stop(&self) -> Option<(&Entry, i64)> {
        self.entries.iter().find_map(|entry| match entry.end {
            End::At(at, rule) if at > self.now && rule.stops() => Some((entry, at)),
            _ => None,
        })
    }
}

fn gaps(facts: &Facts) -> Vec<Gap> {
    let gap = |what: String, fix: &str| Gap { what, fix: fix.into() };
    let mut found: Vec<Gap> = Vec::new();
    match &facts.own.store {
        StoreFacts::Locked => {
            found.push(gap(
                "the store is locked: its tokens are not in this list".into(),
                "doorkey store unlock",
            ));
        }
        StoreFacts::Broken { problem, .. } => {
            found.push(gap(format!("tokens are missing in this list: {problem}"), "doorkey store status"));
        }
        StoreFacts::Missing | StoreFacts::Open { .. } => {}
    }
    found.extend(facts.own.broken.iter().map(|broken| {
        gap(format!("{}: {}", facts.shown(&broken.path), broken.problem), "doorkey profile check")
    }));
    found.extend(
        facts
            .unreadable
            .iter()
            .map(|file| gap(format!("{} {}", facts.shown(&file.path), file.problem), "doorkey doctor")),
    );
    found
}
