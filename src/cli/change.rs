//! From a plan to its end: show it, ask, apply, say what was done.

use super::error::Failure;
use super::{Context, Exit, ask, json};
use crate::engine::apply::{self, Applied, Recovered};
use crate::engine::preview::{self, Preview};
use crate::model::plan::Plan;
use serde_json::json;

/// How often a plan is made anew because another program was faster.
const TRIES: usize = 5;

/// Shows a plan, asks unless `--yes`, and applies it.
///
/// `make` makes the plan from what is there: once to show it, and again under doorkey's lock, where no other doorkey
/// changes anything. What is applied is the second one; one that a person agreed to must still be the same.
///
/// `Ok(None)` = nothing had to be done, or `--dry-run`.
pub(crate) fn carry_out(
    context: &mut Context,
    make: impl FnMut(&Context) -> Result<Plan, Failure>,
) -> Result<Option<Applied>, Failure> {
    let Some((plan, applied)) = carry_out_quietly(context, make)? else { return Ok(None) };
    if context.flags.json {
        let title = &plan.title;
        context.say.line(match plan.undoes {
            None => {
                let steps: Vec<_> =
                    plan.steps.iter().map(|step| preview::sentence(&context.sys, step)).collect();
                let body = json!({ "title": title, "changed": true, "id": applied.id, "steps": steps });
                json::document("change", body)
            }
            Some(id) => json::document("undo", json!({ "undone": id, "title": title })),
        });
    }
    Ok(Some(applied))
}

/// As [`carry_out`], for a command that says itself, with `--json`, what it did.
pub(crate) fn carry_out_quietly(
    context: &mut Context,
    mut make: impl FnMut(&Context) -> Result<Plan, Failure>,
) -> Result<Option<(Plan, Applied)>, Failure> {
    let mut plan = make(context)?;
    if plan.is_empty() {
        nothing_to_do(context, &plan);
        return Ok(None);
    }
    if context.flags.dry_run {
        let Preview { lines, diff } = show(context, &plan)?;
        match (context.flags.json, plan.undoes) {
            (false, _) => context.say.info("Dry run: nothing was changed."),
            (true, None) => {
                let body = json!({ "title": plan.title, "changed": false, "dry-run": true, "steps": lines, "diff": diff });
                context.say.line(json::document("change", body));
            }
            (true, Some(id)) => {
                let body = json!({ "would-undo": id, "title": plan.title, "dry-run": true, "steps": lines, "diff": diff });
                context.say.line(json::document("undo", body));
            }
        }
        return Ok(None);
    }
    for _ in 0..TRIES {
        if !context.flags.yes {
            show(context, &plan)?;
            agree(context, if plan.undoes.is_some() { "Take it back?" } else { "Do this?" })?;
        }
        let (held, recovered) = apply::hold(&mut context.sys)?;
        say_recovered(context, recovered);
        let now = make(context)?;
        if now.is_empty() {
            nothing_to_do(context, &now);
            return Ok(None);
        }
        if context.flags.yes {
            show(context, &now)?;
        } else if (&now.steps, now.undoes) != (&plan.steps, plan.undoes) {
            context.say.aside("note: something else was changed meanwhile; this is the plan now");
            plan = now;
            continue;
        }
        match apply::apply(&mut context.sys, &held, &now) {
            Err(error) if error.is_meanwhile() => plan = now,
            Err(error) => return Err(error.into()),
            Ok(applied) => return Ok(Some((now, applied))),
        }
    }
    Err(Failure::new(
        Exit::CouldNot,
        "what is to be changed was changed by another program each time",
        "nothing was changed",
        "run the same command again",
    ))
}

fn nothing_to_do(context: &mut Context, plan: &Plan) {
    if context.flags.json {
        let body = json!({ "title": plan.title, "changed": false, "steps": [] });
        context.say.line(json::document("change", body));
    } else {
        context.say.info("Nothing to do: all of it is in place.");
    }
}

fn show(context: &mut Context, plan: &Plan) -> Result<Preview, Failure> {
    let shown = preview::preview(&context.sys, plan)?;
    if !context.flags.json {
        for line in &shown.lines {
            context.say.info(format!("- {line}"));
        }
        if !context.flags.quiet {
            context.say.diff(&shown.diff);
        }
    }
    Ok(shown)
}

/// Says that an interrupted run was taken back, if one was.
pub(crate) fn say_recovered(context: &Context, recovered: Option<Recovered>) {
    let Some(Recovered { title, left }) = recovered else { return };
    context.say.aside(format!("note: an interrupted \"{title}\" was taken back first"));
    for path in left {
        let shown = context.sys.shown(&path);
        context.say.aside(format!(
            "note: {shown} was changed by another program since, and is left as it is: look at it"
        ));
    }
}

/// Asks, unless `--yes` was given.
///
/// # Errors
/// No, or nobody can be asked.
pub(crate) fn agree(context: &Context, question: &str) -> Result<(), Failure> {
    if context.flags.yes {
        return Ok(());
    }
    if !context.terminal.can_ask() || context.flags.json {
        return Err(Failure::new(
            Exit::No,
            "this changes files, and there is nobody to ask",
            "standard input or standard error is not a terminal",
            "look at it with --dry-run, then run it again with --yes",
        ));
    }
    if ask::confirm(context, question)? {
        return Ok(());
    }
    Err(Failure::new(Exit::No, "nothing was changed", "you said no", ""))
}
