//! From facts to findings, and from findings to the plan that mends them.

use super::{in_force, profiles};
use crate::checks::{ALL, Check, Group};
use crate::model::facts::{Facts, Own, StoredToken};
use crate::model::finding::{Finding, Fix};
use crate::model::plan::{Anchor, Plan, Step};
use crate::sys::Sys;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the checks find, the worst first; `only` limits them to some codes, all when it is empty.
#[must_use]
pub fn findings(facts: &Facts, only: &[&'static str]) -> Vec<Finding> {
    let wanted = |check: &&Check| only.is_empty() || only.contains(&check.code);
    let mut found: Vec<Finding> =
        ALL.iter().copied().filter(wanted).flat_map(|check| (check.find)(facts)).collect();
    found.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.code.cmp(b.code)).then(a.what.cmp(&b.what)));
    found.dedup_by(|a, b| a.code == b.code && a.what == b.what);
    found
}

/// What is wrong with one token alone, by what is known of it.
#[must_use]
pub fn of_token(token: &StoredToken, now: i64) -> Vec<Finding> {
    let own = Own { tokens: vec![token.clone()], ..Own::default() };
    let facts = Facts { now, own, ..Facts::default() };
    let checks = ALL.iter().filter(|check| check.group == Group::Tokens);
    checks.flat_map(|check| (check.find)(&facts)).collect()
}

/// The findings that are not found any more. Lines may have moved, so their numbers do not count.
#[must_use]
pub fn gone<'a>(before: &'a [Finding], after: &[Finding]) -> Vec<&'a Finding> {
    let key = |f: &Finding| (f.code, f.what.replace(|c: char| c.is_ascii_digit(), ""));
    let mut left: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for finding in after {
        *left.entry(key(finding)).or_default() += 1;
    }
    let is_gone = |finding: &&Finding| match left.get_mut(&key(finding)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    before.iter().filter(is_gone).collect()
}

/// One plan of everything that `--fix` mends.
///
/// A step that two findings ask for is taken once. Replacements in one file go from its end to its start, so that the
/// offsets of those to come still hold; one that overlaps an earlier one is left for the next time.
#[must_use]
pub fn plan(title: impl Into<String>, findings: &[Finding]) -> Plan {
    let mut plan = Plan::new(title);
    let mut edits: BTreeMap<PathBuf, Vec<Step>> = BTreeMap::new();
    for finding in findings {
        let Fix::Steps(steps) = &finding.fix else { continue };
        // All of a finding's steps, or none: half of a move would lose a line.
        let clashes = steps.iter().any(|step| {
            let others = step.path().and_then(|path| edits.get(path)).into_iter().flatten();
            others.into_iter().any(|other| other != step && overlap(other, step))
        });
        if clashes {
            continue;
        }
        for step in steps {
            match step {
                Step::Splice { path, .. } => {
                    let edits = edits.entry(path.clone()).or_default();
                    if !edits.contains(step) {
                        edits.push(step.clone());
                    }
                }
                other if plan.steps.contains(other) => {}
                other => plan.push(other.clone()),
            }
        }
    }
    for mut steps in edits.into_values() {
        steps.sort_by_key(|step| std::cmp::Reverse(place(step)));
        plan.steps.extend(steps);
    }
    plan
}

/// As [`plan`], with a new generation where a finding needs one.
#[must_use]
pub fn mending(sys: &Sys, title: impl Into<String>, findings: &[Finding]) -> Plan {
    let mut plan = plan(title, findings);
    plan.steps.extend(renewal(sys, findings));
    plan
}

/// The steps for a program that git and ssh call and that is not there, or not this one: a new generation brings it.
/// None where the profiles cannot be put in force; that has findings of its own.
fn renewal(sys: &Sys, findings: &[Finding]) -> Vec<Step> {
    if !findings.iter().any(|f| matches!(f.code, "launcher-missing" | "launcher-outdated")) {
        return Vec::new();
    }
    let good = profiles::all(sys).map(|found| found.good).unwrap_or_default();
    in_force::refresh(sys, &good).unwrap_or_default()
}

/// Where in the file an edit is: its end first, its start last.
fn place(step: &Step) -> (u8, usize) {
    match step {
        Step::Splice { at: Anchor::End, .. } => (2, 0),
        Step::Splice { at: Anchor::Near(offset), .. } => (1, *offset),
        _ => (0, 0),
    }
}

fn overlap(a: &Step, b: &Step) -> bool {
    let range = |step: &Step| match step {
        Step::Splice { at: Anchor::Near(offset), old, .. } => {
            Some(*offset..offset + old.bytes().len().max(1))
        }
        _ => None,
    };
    match (range(a), range(b)) {
        (Some(a), Some(b)) => a.start < b.end && b.start < a.end,
        _ => false,
    }
}
