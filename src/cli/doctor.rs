//! `doorkey doctor`: what is wrong, why, what to do; `--fix` does what can be done safely.

use super::change::carry_out_quietly;
use super::error::Failure;
use super::say::Mark;
use super::{Context, Exit, json};
use crate::checks;
use crate::engine::{diagnose, inspect};
use crate::model::facts::Unreadable;
use crate::model::finding::{Finding, Fix, Severity};
use crate::redact;
use clap::Args;
use serde_json::{Value, json};

/// `doorkey doctor [--fix] [--only CODE]... [--strict]`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorkey doctor\n  doorkey doctor --fix --dry-run\n  \
    doorkey doctor --fix --only key-readable-by-others\n  doorkey doctor --json --strict\n\n\
    Exit code 0 without errors (with --strict also without warnings), otherwise 1.\n\
    What a code means: doorkey explain CODE")]
pub(crate) struct Doctor {
    /// Mend what can be mended safely: shown first, asked, undoable
    #[arg(long)]
    fix: bool,
    /// Only findings with this code; may be repeated
    #[arg(long, value_name = "CODE")]
    only: Vec<String>,
    /// Warnings count as errors
    #[arg(long)]
    strict: bool,
}

impl Doctor {
    /// Whether it may change something.
    pub(crate) fn changes(&self) -> bool {
        self.fix
    }
}

pub(crate) fn run(context: &mut Context, wanted: &Doctor) -> Result<Exit, Failure> {
    let only = codes(&wanted.only)?;
    let made = if only.is_empty() { checks::ALL.len() } else { only.len() };
    let facts = inspect::machine(&context.sys);
    let findings = diagnose::findings(&facts, &only);
    if !wanted.fix {
        report(context, &findings, &facts.unreadable, made);
        return Ok(verdict(&findings, wanted.strict));
    }
    let title =
        wanted.only.iter().fold("doctor --fix".to_owned(), |title, code| format!("{title} --only {code}"));
    let plan = |context: &Context, findings: &[Finding]| diagnose::mending(&context.sys, &*title, findings);
    if plan(context, &findings).is_empty() && !context.flags.json {
        report(context, &findings, &facts.unreadable, made);
        context.say.info("Nothing here can be mended by doorkey alone.");
        return Ok(verdict(&findings, wanted.strict));
    }
    let mut findings = findings;
    let done = carry_out_quietly(context, |context| {
        findings = diagnose::findings(&inspect::machine(&context.sys), &only);
        Ok(plan(context, &findings))
    })?;
    let Some((_, applied)) = done else {
        return Ok(verdict(&findings, wanted.strict));
    };
    let facts = inspect::machine(&context.sys);
    let left = diagnose::findings(&facts, &only);
    if context.flags.json {
        let mended: Vec<Value> = diagnose::gone(&findings, &left).into_iter().map(as_json).collect();
        let list: Vec<Value> = left.iter().map(as_json).collect();
        let body = json!({ "change": applied.id, "mended": mended, "findings": list,
            "unreadable": hidden(&facts.unreadable) });
        context.say.line(json::document("doctor", body));
    } else {
        for finding in diagnose::gone(&findings, &left) {
            context
                .say
                .marked(Mark::Good, format!("mended [{}]: {}", finding.code, redact::said(&finding.what)));
        }
        report(context, &left, &facts.unreadable, made);
        context.say.info("  take it back: doorkey undo");
    }
    Ok(verdict(&left, wanted.strict))
}

/// The codes of `--only`. What could not be looked at is said with them: it may hide what they look for.
fn codes(wanted: &[String]) -> Result<Vec<&'static str>, Failure> {
    let mut codes: Vec<&'static str> = wanted
        .iter()
        .map(|code| super::explain::known(code).map(|check| check.code))
        .collect::<Result<_, _>>()?;
    if !codes.is_empty() && !codes.contains(&checks::UNREADABLE) {
        codes.push(checks::UNREADABLE);
    }
    Ok(codes)
}

pub(super) fn verdict(findings: &[Finding], strict: bool) -> Exit {
    let worst = findings.iter().map(|f| f.severity).max();
    let bad = match worst {
        Some(Severity::Error) => true,
        Some(Severity::Warning) => strict,
        _ => false,
    };
    if bad { Exit::Findings } else { Exit::Fine }
}

/// `checks`: how many were made.
fn report(context: &mut Context, findings: &[Finding], unreadable: &[Unreadable], checks: usize) {
    if context.flags.json {
        let list: Vec<Value> = findings.iter().map(as_json).collect();
        let body = json!({ "findings": list, "unreadable": hidden(unreadable) });
        context.say.line(json::document("doctor", body));
        return;
    }
    for finding in findings {
        show(context, finding);
    }
    let summary = summary(findings, checks);
    if findings.is_empty() {
        context.say.marked(Mark::Good, summary);
    } else {
        context.say.info(summary);
    }
}

pub(super) fn show(context: &mut Context, finding: &Finding) {
    let text = format!("[{}]: {}", finding.code, redact::said(&finding.what));
    context.say.finding(word(finding.severity), &text);
    context.say.line(format!("  why: {}", redact::said(&finding.why)));
    context.say.line(format!("  fix: {}", redact::said(&fix(finding))));
}

fn hidden(unreadable: &[Unreadable]) -> Vec<Value> {
    unreadable.iter().map(|u| json!({ "path": u.path.to_string_lossy(), "problem": u.problem })).collect()
}

pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// What to do, in one line; for what doorkey mends, the command that does it.
pub(super) fn fix(finding: &Finding) -> String {
    match &finding.fix {
        Fix::Steps(_) => format!("doorkey doctor --fix --only {}", finding.code),
        other => text_of(other),
    }
}

/// What a person does, in words; empty for what doorkey does by itself.
pub(super) fn text_of(fix: &Fix) -> String {
    match fix {
        Fix::Command(text) | Fix::Advice(text) => text.clone(),
        Fix::Steps(_) => String::new(),
    }
}

pub(super) fn as_json(finding: &Finding) -> Value {
    let how = match finding.fix {
        Fix::Steps(_) => "steps",
        Fix::Command(_) => "command",
        Fix::Advice(_) => "advice",
    };
    let group = checks::by_code(finding.code).map(|check| check.group.as_str());
    json!({ "code": finding.code, "severity": word(finding.severity), "group": group,
        "what": redact::urls(&finding.what), "why": redact::urls(&finding.why),
        "fix": redact::urls(&fix(finding)), "fix-kind": how })
}

fn summary(findings: &[Finding], checks: usize) -> String {
    let count = |severity: Severity| findings.iter().filter(|f| f.severity == severity).count();
    let mendable = findings.iter().filter(|f| matches!(f.fix, Fix::Steps(_))).count();
    if findings.is_empty() {
        return match checks {
            1 => "no findings; 1 check was made".into(),
            n => format!("no findings; {n} checks were made"),
        };
    }
    let plural = |n: usize, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
    let head = format!(
        "{}, {}, {}",
        plural(count(Severity::Error), "error"),
        plural(count(Severity::Warning), "warning"),
        plural(count(Severity::Note), "note")
    );
    match mendable {
        0 => head,
        n => format!("{head}; {n} of them can be mended: doorkey doctor --fix"),
    }
}
