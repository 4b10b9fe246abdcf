//! From a plan to its end: show it, ask, apply, say what was done.

use super::error::Failure;
use super::{Context, Exit, ask, json};
use crate::engine::apply::{self, Applied};
use crate::engine::preview;
use crate::model::plan::Plan;
use serde_json::json;

/// Shows a plan, asks unless `--yes`, and applies it.
///
/// `Ok(None)` = nothing had to be done, or `--dry-run`.
pub(crate) fn carry_out(context: &mut Context, plan: &Plan) -> Result<Option<Applied>, Failure> {
    if plan.is_empty() {
        if context.flags.json {
            context.say.line(json::document(
                "change",
                json!({ "title": plan.title, "changed": false, "steps": [] }),
            ));
        } else {
            context.say.info("Nothing to do: all of it is in place.");
        }
        return Ok(None);
    }
    let shown = preview::preview(&context.sys, plan)?;
    if context.flags.json {
        if context.flags.dry_run {
            let body = json!({ "title": plan.title, "changed": false, "dry-run": true, "steps": shown.lines, "diff": shown.diff });
            context.say.line(json::document("change", body));
            return Ok(None);
        }
    } else {
        for line in &shown.lines {
            context.say.info(format!("- {line}"));
        }
        if !context.flags.quiet {
            context.say.diff(&shown.diff);
        }
        if context.flags.dry_run {
            context.say.info("Dry run: nothing was changed.");
            return Ok(None);
        }
    }
    agree(context, "Do this?")?;
    let applied = apply::apply(&mut context.sys, plan)?;
    if context.flags.json {
        let body = json!({ "title": plan.title, "changed": true, "id": applied.id, "steps": shown.lines });
        context.say.line(json::document("change", body));
    }
    Ok(Some(applied))
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
