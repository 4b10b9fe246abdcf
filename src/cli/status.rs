//! `doorkey` and `doorkey current`: the machine in a few lines.

use super::doctor::{as_json, fix, verdict};
use super::error::Failure;
use super::say::Mark;
use super::{Context, Exit, json};
use crate::checks;
use crate::engine::identity::{Here, here};
use crate::engine::{diagnose, expiry, generation, in_force, inspect, profiles, session, when};
use crate::model::facts::{Facts, StoreFacts};
use crate::model::finding::{Finding, Severity};
use crate::model::name::ProfileName;
use crate::redact;
use crate::stores;
use serde_json::json;

pub(crate) fn run(context: &mut Context) -> Result<Exit, Failure> {
    // What stands in the place of all profiles is an error of its own.
    profiles::files(&context.sys)?;
    let session = session_name(context);
    let facts = inspect::status(&context.sys);
    // In a session git and ssh read its own files, not those that the checks are about.
    let mut found = if session.is_some() { Vec::new() } else { diagnose::findings(&facts, &codes()) };
    found.retain(|finding| finding.severity > Severity::Note);
    let exit = verdict(&found, false);
    let here = here(&context.sys);
    // In a session only its own.
    let line = expiry::of(&facts, session.as_ref().map(ProfileName::as_str));
    if context.flags.json {
        let own = &facts.own;
        let body = json!({
            "on": facts.in_force(), "session": session,
            "profile": session.as_ref().map(ToString::to_string).or_else(|| own.identity.clone()),
            "here": here.as_ref().map(|h| h.profile.to_string()),
            "profiles": own.profiles.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(),
            "store": stores::describe(&context.sys).ok().flatten().map(|s| s.to_string()),
            "interrupted": own.interrupted, "next-expiry": line.next_stop().map(|(_, end)| end),
            "problems": found.iter().map(|f| redact::said(&f.what)).collect::<Vec<_>>(),
            "findings": found.iter().map(as_json).collect::<Vec<_>>(),
        });
        context.say.line(json::document("status", body));
        return Ok(exit);
    }
    if facts.own.profiles.is_empty() && found.is_empty() {
        context.say.line("doorkey has no profiles on this machine yet.");
        context.say.info("  see what is here:     doorkey inspect");
        context.say.info("  see what is wrong:    doorkey doctor");
        context.say.info("  proposals for you:    doorkey profile suggest");
        return Ok(exit);
    }
    match &session {
        Some(name) => context.say.marked(Mark::Good, in_session(name)),
        None => say_who(context, &facts, here.as_ref()),
    }
    if let StoreFacts::Open { kind } = &facts.own.store {
        context.say.marked(Mark::Good, format!("secrets are kept in {kind}"));
    }
    if let Some((entry, end)) = line.next_stop() {
        let what = format!("{} of {} for {}", entry.kind.words(), entry.profile, entry.name);
        context.say.marked(
            Mark::Good,
            redact::said(&format!("the next to run out: {what}, on {}", when::date(end))),
        );
    }
    say_problems(context, &found);
    Ok(exit)
}

fn session_name(context: &Context) -> Option<ProfileName> {
    session::here(&context.sys).ok().flatten()
}

fn in_session(name: &ProfileName) -> String {
    format!("this is a session of {name}: its identity and credentials alone are in force (exit leaves it)")
}

/// The codes that the status looks for.
fn codes() -> Vec<&'static str> {
    checks::ALL.iter().filter(|check| checks::is_in_status(check)).map(|check| check.code).collect()
}

fn say_who(context: &mut Context, facts: &Facts, here: Option<&Here>) {
    let count = facts.own.profiles.len();
    let verb = if count == 1 { "routes" } else { "route" };
    let routed = format!("{} {verb} by owner", super::profile::profiles_of(count));
    if !facts.in_force() {
        let (state, command) = in_force::way_on(&context.sys);
        let text = format!("{state}: git and ssh read none of its settings ({command})");
        context.say.marked(Mark::Warn, text);
        return;
    }
    let text = match (&facts.own.identity, here) {
        (_, Some(here)) => {
            format!("{} is in force here, in its folder {}; {routed}", here.profile, here.folder)
        }
        (Some(name), None) => format!("{name} is in force; {routed}"),
        (None, None) => format!("{routed}; no identity is in force"),
    };
    context.say.marked(Mark::Good, text);
}

/// One line a problem, with what to do.
fn say_problems(context: &mut Context, found: &[Finding]) {
    for finding in found {
        let mark = if finding.severity == Severity::Error { Mark::Bad } else { Mark::Warn };
        context.say.marked(mark, format!("{}: {}", redact::said(&finding.what), redact::said(&fix(finding))));
    }
    if !found.is_empty() {
        context.say.info("  why, and what else there is: doorkey doctor");
    }
}

pub(crate) fn current(context: &mut Context) -> Result<Exit, Failure> {
    if let Some(name) = session_name(context) {
        let why = "this is a session of it: exit leaves it";
        if context.flags.json {
            let body = json!({ "profile": name.as_str(), "elsewhere": null, "on": true, "session": true, "why": why });
            context.say.line(json::document("current", body));
        } else {
            context.say.line(format!("{name} ({why})"));
        }
        return Ok(Exit::Fine);
    }
    let used = in_force::profile_in_force(&context.sys);
    let on = generation::current(&context.sys).is_some();
    let here = here(&context.sys);
    let name = here.as_ref().map(|h| h.profile.clone()).or_else(|| used.clone());
    let gone = name.as_ref().is_some_and(|n| profiles::one(&context.sys, n).is_err());
    let why = match (on, &name, &here) {
        (_, Some(_), _) if gone => {
            "its profile is not there any more: doorkey use PROFILE, or doorkey off".into()
        }
        (true, Some(_), Some(here)) => {
            let elsewhere = used.as_ref().map_or_else(|| "nobody".into(), ToString::to_string);
            format!("this repository is in its folder {}; elsewhere: {elsewhere}", here.folder)
        }
        (true, Some(_), None) => "chosen by: doorkey use".into(),
        (true, None, _) => "none was chosen".into(),
        (false, ..) => {
            let (state, command) = in_force::way_on(&context.sys);
            format!("{state}: {command}")
        }
    };
    if context.flags.json {
        let text = |name: &Option<_>| name.as_ref().map(crate::model::name::ProfileName::to_string);
        let body = json!({ "profile": text(&name), "elsewhere": text(&used), "on": on, "why": why });
        context.say.line(json::document("current", body));
    } else {
        let shown = name.as_ref().filter(|_| on).map_or_else(|| "none".to_owned(), ToString::to_string);
        context.say.line(format!("{shown} ({why})"));
    }
    Ok(if on && name.is_some() && !gone { Exit::Fine } else { Exit::Findings })
}
