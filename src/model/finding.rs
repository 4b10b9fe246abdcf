//! Something that is wrong: a stable code, what, why, and what to do.

use super::plan::Step;
use serde::Serialize;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never makes `doctor` fail.
    Note,
    /// Will hurt some day. Fails `doctor --strict`.
    Warning,
    /// Something does not work, or a credential is exposed.
    Error,
}

/// What mends a finding.
#[derive(Debug, Clone)]
pub enum Fix {
    /// `doctor --fix` does it: safe, shown first, undoable.
    Steps(Vec<Step>),
    /// A command that the user runs; true on this machine.
    Command(String),
    /// What only a person can do.
    Advice(String),
}

/// One thing that is wrong, at one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The check's stable code.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong and where, in one line.
    pub what: String,
    /// Why it hurts, in one line.
    pub why: String,
    /// What mends it.
    pub fix: Fix,
}
