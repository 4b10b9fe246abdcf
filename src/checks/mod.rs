//! What doctor knows to look for: one file a check, one line here.
//!
//! A check is data: a stable code, words, and a pure function over what was found. It touches nothing.

use crate::model::facts::Facts;
use crate::model::finding::{Finding, Fix, Severity};
use crate::registry::registry;
use serde::Serialize;

registry! {
    /// Every check, in the order of `doorkey explain`.
    pub static ALL: Check = CHECK;
    key_readable_by_others,
    netrc_entry_for_managed_host,
    ssh_folder_open,
}

/// Which part of the machine a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Keys, ssh's configuration, host keys.
    Ssh,
    /// Tokens in plain text and in the store.
    Tokens,
    /// Who is asked for a password.
    Helpers,
    /// Roots and verification.
    Trust,
    /// doorkey itself.
    Doorkey,
}

impl Group {
    /// As on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::Tokens => "tokens",
            Self::Helpers => "helpers",
            Self::Trust => "trust",
            Self::Doorkey => "doorkey",
        }
    }
}

/// One thing that can be wrong.
#[derive(Debug)]
pub struct Check {
    /// Says the trouble, not the rule. Never renamed.
    pub code: &'static str,
    /// The trouble in a few words.
    pub title: &'static str,
    /// What it is about.
    pub group: Group,
    /// How much a finding matters, if it does not say otherwise.
    pub severity: Severity,
    /// What it looks at.
    pub sees: &'static str,
    /// Why it hurts; also the `why` of its findings, if they do not say otherwise.
    pub hurts: &'static str,
    /// What its fix does.
    pub mends: &'static str,
    /// Looks for it.
    pub find: fn(&Facts) -> Vec<Finding>,
}

impl Check {
    /// A finding of this check.
    pub(crate) fn found(&self, what: impl Into<String>, fix: Fix) -> Finding {
        Finding { code: self.code, severity: self.severity, what: what.into(), why: self.hurts.into(), fix }
    }
}

impl Finding {
    /// With another reason than the check's own.
    fn because(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// With another severity than the check's own.
    fn as_severe_as(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// Advice, as a fix.
fn advice(text: impl Into<String>) -> Fix {
    Fix::Advice(text.into())
}

/// A command of the user's, as a fix.
fn command(text: impl Into<String>) -> Fix {
    Fix::Command(text.into())
}

/// The check with a code.
#[must_use]
pub fn by_code(code: &str) -> Option<&'static Check> {
    ALL.iter().find(|check| check.code == code).copied()
}

/// What keeps `use` from putting profiles in force: credentials that git would send before it asks doorkey.
#[must_use]
pub fn before_use(facts: &Facts) -> Vec<Finding> {
    (netrc_entry_for_managed_host::CHECK.find)(facts)
}
