//! `undo`, `history`, `diff`.

use super::change::carry_out;
use super::error::Failure;
use super::say::Mark;
use super::{Context, Exit, json, table};
use crate::engine::apply::{self, ApplyError};
use crate::engine::journal::{Entry, Journal};
use crate::engine::{preview, when};
use clap::Args;
use serde_json::json;

/// A change, by its number in `doorkey history`.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The number; the last change when left out
    id: Option<u64>,
}

fn journal(context: &Context) -> Result<Journal, Failure> {
    Ok(Journal::below(context.sys.places().state().ok_or(ApplyError::NoState)?))
}

pub(crate) fn undo(context: &mut Context, wanted: &Which) -> Result<Exit, Failure> {
    let mut title = String::new();
    let applied = carry_out(context, |context| {
        let plan = apply::undo_plan(&context.sys, wanted.id).map_err(|error| match (error, wanted.id) {
            (ApplyError::NothingToUndo, Some(id)) => Failure::new(
                Exit::Usage,
                format!("there is no change {id} that could be taken back"),
                "it was never made, or was taken back already, or is older than the last fifty",
                "see the changes and their numbers: doorkey history",
            ),
            (error, _) => error.into(),
        })?;
        title.clone_from(&plan.title);
        Ok(plan)
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, format!("{title} is done"));
    }
    Ok(Exit::Fine)
}

pub(crate) fn history(context: &mut Context) -> Result<Exit, Failure> {
    let entries = journal(context)?.entries(&context.sys)?;
    let undone: Vec<u64> = entries.iter().filter_map(|e| e.undoes).collect();
    if context.flags.json {
        let list: Vec<_> = entries
            .iter()
            .rev()
            .map(|e| json!({ "id": e.id, "time": e.time, "title": e.title, "undoes": e.undoes, "undone": undone.contains(&e.id) }))
            .collect();
        context.say.line(json::document("history", json!({ "entries": list })));
        return Ok(Exit::Fine);
    }
    if entries.is_empty() {
        context.say.info("doorkey has changed nothing on this machine.");
        return Ok(Exit::Fine);
    }
    let rows = entries.iter().rev().map(|e| {
        let state = if undone.contains(&e.id) { "taken back" } else { "" };
        vec![e.id.to_string(), when::date_time(e.time), e.title.clone(), state.into()]
    });
    let text = table::of(&["id", "when", "what", ""], rows);
    context.say.line(text);
    Ok(Exit::Fine)
}

pub(crate) fn diff(context: &mut Context, wanted: &Which) -> Result<Exit, Failure> {
    let entries = journal(context)?.entries(&context.sys)?;
    let found = entries.into_iter().rev().find(|e| wanted.id.is_none_or(|id| id == e.id));
    let entry: Entry =
        found.ok_or_else(|| Failure::usage("there is no such change", "see: doorkey history"))?;
    if context.flags.json {
        let steps: Vec<_> = entry
            .steps
            .iter()
            .map(|step| {
                let text = preview::step_diff(&context.sys, step);
                json!({ "what": preview::sentence(&context.sys, step), "diff": text })
            })
            .collect();
        let body = json!({ "id": entry.id, "title": entry.title, "time": entry.time, "steps": steps });
        context.say.line(json::document("diff", body));
        return Ok(Exit::Fine);
    }
    context.say.line(format!("{} ({}, {})", entry.id, entry.title, when::date_time(entry.time)));
    for step in &entry.steps {
        context.say.line(format!("- {}", preview::sentence(&context.sys, step)));
        let text = preview::step_diff(&context.sys, step);
        context.say.diff(&text);
    }
    Ok(Exit::Fine)
}
