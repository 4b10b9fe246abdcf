//! `doorkey why URL|DIR`: why a repository cannot be read, rung by rung, what to do, and with `--fix` the doing of it.

use super::change::carry_out_quietly;
use super::error::Failure;
use super::say::Mark;
use super::token_check::in_words;
use super::{Context, Exit, doctor, inspect_server, json, verify};
use crate::engine::diagnose;
use crate::engine::verify::{How, Target, Verdict, targets};
use crate::engine::why::repository::{self as why, Why};
use crate::model::finding::{Finding, Fix};
use crate::model::ladder::{Outcome, Rung};
use crate::model::name::ProfileName;
use crate::redact;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// What is wanted beside the climb.
#[derive(Debug)]
pub(super) struct Wish<'a> {
    pub(super) profile: Option<&'a str>,
    pub(super) fix: bool,
    pub(super) try_proxy: Option<&'a str>,
    pub(super) resolver: Option<SocketAddr>,
}

/// Climbs to each of the URLs, and shows it.
pub(super) fn run(context: &mut Context, urls: &[String], wish: &Wish<'_>) -> Result<Exit, Failure> {
    let all = climbed(context, urls, wish)?;
    // The plan that a dry run of --fix shows is a document of its own.
    let shown = wish.fix && context.flags.dry_run && all.iter().any(|(why, _)| mendable(why));
    if context.flags.json && !shown {
        context.say.line(json::document("why", json!({ "repositories": list(&all) })));
    }
    Ok(if fine(&all) { Exit::Fine } else { Exit::Findings })
}

/// The same, and people alone are shown it.
pub(super) fn climbed(
    context: &mut Context,
    urls: &[String],
    wish: &Wish<'_>,
) -> Result<Vec<(Why, Tried)>, Failure> {
    let profile = wish.profile.map(ProfileName::new).transpose()?;
    let mut all = Vec::new();
    for url in urls {
        for target in targets(&context.sys, profile.as_ref(), Some(url))? {
            all.push(one(context, wish, &target)?);
        }
    }
    Ok(all)
}

pub(super) fn fine(all: &[(Why, Tried)]) -> bool {
    all.iter().all(|(why, _)| why.verified.verdict == Verdict::Ok)
}

/// For programs.
pub(super) fn list(all: &[(Why, Tried)]) -> Vec<Value> {
    all.iter().map(|(why, tried)| as_json(why, tried.as_deref())).collect()
}

/// The rungs through another proxy.
pub(super) type Tried = Option<Vec<Rung>>;

fn one(context: &mut Context, wish: &Wish<'_>, target: &Target) -> Result<(Why, Tried), Failure> {
    let how = How::on(1);
    let mut found = why::climb(&context.sys, target, how, wish.resolver)?;
    let tried = match wish.try_proxy {
        Some(proxy) => Some(inspect_server::rungs_through(context, &target.repo, proxy)?),
        None => None,
    };
    if !context.flags.json {
        show(context, &found, tried.as_deref());
    }
    if wish.fix && mendable(&found) && mended(context, target, &found)? {
        found = why::climb(&context.sys, target, how, wish.resolver)?;
        if !context.flags.json {
            show(context, &found, None);
            context.say.info("  take it back: doorkey undo");
        }
    } else if wish.fix && !mendable(&found) && found.verified.verdict != Verdict::Ok {
        context.say.info("Nothing on this machine that doorkey can mend alone is the cause.");
    }
    Ok((found, tried))
}

fn mendable(why: &Why) -> bool {
    why.findings.iter().any(|finding| matches!(finding.fix, Fix::Steps(_)))
}

/// Carries out what the findings beside the broken rung ask for.
fn mended(context: &mut Context, target: &Target, found: &Why) -> Result<bool, Failure> {
    let Some(code) = found.verified.broken().and_then(|rung| rung.code) else { return Ok(false) };
    let title = format!("why --fix {}", redact::said(&target.repo));
    let done = carry_out_quietly(context, |context| {
        let findings: Vec<Finding> = why::findings(&context.sys, code);
        Ok(diagnose::mending(&context.sys, &*title, &findings))
    })?;
    Ok(done.is_some())
}

fn as_json(why: &Why, tried: Option<&[Rung]>) -> Value {
    let mut value = json!(why);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("findings".into(), why.findings.iter().map(doctor::as_json).collect());
        if let Some(rungs) = tried {
            fields.insert("through-proxy".into(), json!(rungs));
        }
    }
    value
}

fn show(context: &mut Context, why: &Why, tried: Option<&[Rung]>) {
    let Why { verified, beside, token, findings } = why;
    let repo = &verified.repo;
    let whose = verified.profile.as_ref().map_or(String::new(), |p| format!(" ({p})"));
    match (verified.verdict, verified.broken()) {
        (Verdict::Ok, _) => {
            context.say.marked(Mark::Good, format!("{repo} can be read{whose}  {} ms", verified.took_ms));
        }
        (_, Some(rung)) => {
            let layer = verify::layer_name(rung.layer);
            let took = verified.took_ms;
            context
                .say
                .marked(Mark::Bad, format!("{repo} cannot be read{whose}: broken at {layer}  {took} ms"));
        }
        (_, None) => context.say.marked(Mark::Warn, format!("{repo} was not tried{whose}")),
    }
    verify::ladder(context, &verified.rungs);
    for one in beside {
        context.say.line(format!("      also:  {}", one.said));
    }
    if let Some(asked) = token {
        let words = match (&asked.known, &asked.why) {
            (Some(known), _) => in_words(known).join(", "),
            (None, why) => why.clone().unwrap_or_default(),
        };
        context.say.line(format!("      also:  {} says of the token: {}", asked.title, redact::said(&words)));
    }
    if let Some(note) = &verified.note {
        context.say.line(format!("    {}: {}", note.code, note.what));
        context.say.line(format!("      fix: {}", note.fix));
    }
    if let Some(rungs) = tried {
        let broken = rungs.iter().find(|rung| rung.outcome == Outcome::Broken);
        match broken {
            None => {
                context.say.marked(Mark::Good, "through the other proxy: up to the certificate, all is well")
            }
            Some(rung) => {
                let layer = verify::layer_name(rung.layer);
                context.say.marked(Mark::Bad, format!("through the other proxy: broken at {layer}"));
            }
        }
        verify::ladder(context, rungs);
    }
    if !findings.is_empty() {
        context.say.line("\nOn this machine, this can be the cause:");
    }
    for finding in findings {
        doctor::show(context, finding);
    }
}
