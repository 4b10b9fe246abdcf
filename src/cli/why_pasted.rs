//! `doorkey why -`: what a pasted error means, for people and for programs.

use super::error::Failure;
use super::say::Mark;
use super::verify::layer_name;
use super::{Context, Exit, json};
use crate::engine::why::pasted::{self, Found, Judged, Sureness};
use serde_json::json;

/// Says what is known of a text. It is a finding when a cause is known, and could not be judged when none is.
pub(crate) fn run(context: &mut Context, text: &[u8]) -> Result<Exit, Failure> {
    let judged = pasted::judge(&String::from_utf8_lossy(text));
    let exit = if judged.causes.is_empty() { Exit::CouldNot } else { Exit::Findings };
    if context.flags.json {
        let Judged { causes, url } = &judged;
        let known = !causes.is_empty();
        let body =
            json!({ "known": known, "causes": causes, "url": url, "next": (!known).then(|| next(&judged)) });
        context.say.line(json::document("why-text", body));
        return Ok(exit);
    }
    let Some((best, others)) = judged.causes.split_first() else {
        context.say.marked(Mark::Warn, "doorkey does not know this text");
        context.say.line(format!("  do:   {}", next(&judged)));
        return Ok(exit);
    };
    show(context, best);
    if !others.is_empty() {
        let codes: Vec<&str> = others.iter().map(|f| f.code).collect();
        if context.flags.verbose {
            others.iter().for_each(|found| show(context, found));
        } else {
            context.say.info(format!("Also in this text: {} (all of it: -v)", codes.join(", ")));
        }
    }
    Ok(exit)
}

fn next(judged: &Judged) -> String {
    match &judged.url {
        Some(url) => format!("see what stands in the way: doorkey why {url}"),
        None => "paste more of it, with the lines before the error; or try: doorkey doctor".into(),
    }
}

fn show(context: &mut Context, found: &Found) {
    let sure = match found.sureness {
        Sureness::Certain => "",
        Sureness::Likely => ", most likely",
        Sureness::Possible => ", perhaps",
    };
    let head = format!("{} ({}{sure})", found.code, layer_name(found.rung));
    context.say.marked(Mark::Bad, head);
    let mut label = "seen:";
    for line in &found.evidence {
        context.say.line(format!("  {label} {line}"));
        label = "     ";
    }
    context.say.line(format!("  why:  {}", found.cause));
    context.say.line(format!("  do:   {}", found.repair));
    if context.flags.verbose {
        context.say.line(format!("  look: {} (words of {})", found.look, found.program));
    }
}
