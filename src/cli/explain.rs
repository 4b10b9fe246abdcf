//! `doorkey explain CODE`: what a check sees, why it hurts, what its fix does.

use super::error::Failure;
use super::{Context, Exit, json, table};
use crate::chains::{RULES, Rule};
use crate::checks::{self, Check};
use crate::engine::why::pasted::{Cause, Place, cause_of, causes};
use crate::model::finding::Severity;
use clap::Args;
use serde_json::{Value, json};

/// `doorkey explain [CODE]`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  doorkey explain\n  doorkey explain key-readable-by-others\n  doorkey explain issuer-missing"
)]
pub(crate) struct Explain {
    /// The code of a finding; all codes when left out
    code: Option<String>,
}

pub(crate) fn run(context: &mut Context, wanted: &Explain) -> Result<Exit, Failure> {
    match &wanted.code {
        Some(code) if checks::by_code(code).is_none() && rule_of(code).is_some() => {
            rule_of(code).into_iter().for_each(|rule| one_rule(context, rule));
        }
        Some(code) if checks::by_code(code).is_none() && cause_of(code).is_some() => {
            cause_of(code).into_iter().for_each(|cause| one_cause(context, cause));
        }
        Some(code) => one(context, known(code)?),
        None => all(context),
    }
    Ok(Exit::Fine)
}

/// The check with a code, or the codes that look like it.
pub(super) fn known(code: &str) -> Result<&'static Check, Failure> {
    if let Some(check) = checks::by_code(code) {
        return Ok(check);
    }
    let words: Vec<&str> = code.split('-').filter(|w| w.len() > 2).collect();
    let shared =
        |check: &Check| words.iter().filter(|word| check.code.split('-').any(|w| w == **word)).count();
    let mut alike: Vec<&Check> = checks::ALL.iter().copied().filter(|check| shared(check) > 0).collect();
    let begins = |check: &Check| check.code.split('-').next() == words.first().copied();
    alike.sort_by_key(|check| std::cmp::Reverse((shared(check), begins(check))));
    let near: Vec<&str> = alike.iter().map(|check| check.code).take(5).collect();
    let fix = if near.is_empty() {
        "see all codes: doorkey explain".to_owned()
    } else {
        format!("perhaps one of: {}", near.join(", "))
    };
    Err(Failure::usage(format!("there is no check {code:?}"), fix))
}

fn severity(check: &Check) -> &'static str {
    match check.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn as_json(check: &Check) -> Value {
    json!({ "code": check.code, "title": check.title, "group": check.group.as_str(), "severity": severity(check),
        "sees": check.sees, "hurts": check.hurts, "mends": check.mends })
}

fn one(context: &mut Context, check: &Check) {
    if context.flags.json {
        return context.say.line(json::document("check", as_json(check)));
    }
    context.say.line(format!("{} ({}, {})", check.code, check.group.as_str(), severity(check)));
    context.say.line(check.title);
    for (label, text) in [("sees", check.sees), ("why", check.hurts), ("fix", check.mends)] {
        context.say.line(format!("  {label:<5} {text}"));
    }
}

/// A rule of certificate paths (`ca verify`, `inspect HOST:PORT`).
fn rule_of(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

fn rule_json(rule: &Rule) -> Value {
    json!({ "code": rule.code, "group": "certificates", "clause": rule.clause, "reach": rule.reach, "mends": rule.mend })
}

fn one_rule(context: &mut Context, rule: &Rule) {
    if context.flags.json {
        return context.say.line(json::document("rule", rule_json(rule)));
    }
    context.say.line(format!("{} (certificates)", rule.code));
    context.say.line(format!("  rule  {}", rule.clause));
    context.say.line(format!("  who   {}", super::ca_verify::who(rule.reach)));
    context.say.line(format!("  do    {}", rule.mend));
}

/// A cause that error texts of programs lead to (`why -`).
fn one_cause(context: &mut Context, cause: &Cause) {
    let layer = super::verify::layer_name(cause.rung);
    // No log, so no place.
    let (why, repair) = cause.worded(&Place::default(), "HOST");
    if context.flags.json {
        let body = json!({ "code": cause.code, "group": "errors", "rung": layer, "cause": why, "do": repair,
            "look": cause.look });
        return context.say.line(json::document("cause", body));
    }
    context.say.line(format!("{} (errors of programs, {layer})", cause.code));
    context.say.line(format!("  why   {why}"));
    context.say.line(format!("  look  {}", cause.look));
    context.say.line(format!("  do    {repair}"));
}

fn all(context: &mut Context) {
    if context.flags.json {
        let list: Vec<Value> = checks::ALL.iter().map(|check| as_json(check)).collect();
        let rules: Vec<Value> = RULES.iter().map(rule_json).collect();
        let causes: Vec<Value> =
            causes().iter().map(|cause| json!({ "code": cause.code, "rung": cause.rung })).collect();
        let body = json!({ "checks": list, "rules": rules, "causes": causes });
        return context.say.line(json::document("checks", body));
    }
    let mut sorted: Vec<&Check> = checks::ALL.to_vec();
    sorted.sort_by_key(|check| (check.group, check.code));
    let rows = sorted
        .iter()
        .map(|c| vec![c.group.as_str().into(), c.code.into(), severity(c).into(), c.title.into()]);
    let text = table::of(&["group", "code", "severity", "what"], rows);
    context.say.line(text);
    let rows = RULES.iter().map(|rule| vec![rule.code.into(), rule.clause.into(), rule.mend.into()]);
    context
        .say
        .line(format!("\ncertificates (doorkey ca verify)\n{}", table::of(&["code", "rule", "do"], rows)));
    let rows = causes().iter().map(|cause| {
        let layer = super::verify::layer_name(cause.rung);
        vec![layer.into(), cause.code.as_str().into(), cause.worded(&Place::default(), "HOST").0]
    });
    context.say.line(format!("\nladder (doorkey why)\n{}", table::of(&["rung", "code", "why"], rows)));
}
