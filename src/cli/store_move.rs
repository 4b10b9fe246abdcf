//! `doorkey store move`: everything into another store, read back before the switch.

use super::change::agree;
use super::error::Failure;
use super::say::Mark;
use super::store::Where;
use super::{Context, Exit, json};
use crate::formats::shell;
use crate::redact;
use crate::stores::StoreKind;
use crate::stores::moving::{self, Load, Unfinished};
use clap::Args;
use serde_json::json;

/// `doorkey store move`
#[derive(Debug, Args)]
#[command(
    after_help = "All is carried over: tokens in use, those that a host refused, past versions, dates, notes.\n\
    It is written into the new store, read back and compared there; then one write switches,\n\
    and the old store is emptied. Until then the old one is in use. What a killed run left is\n\
    cleared up by the next one, or by this command without flags.\n\nExamples:\n  \
    doorkey store move --keyring              into the keyring of your desktop session\n  \
    doorkey store move --key-file /path/key   for a machine without people\n  \
    doorkey store move --passphrase           asks; also replaces the present passphrase and key\n  \
    doorkey store move --pass --dry-run       what would be carried into pass"
)]
pub(crate) struct Wanted {
    #[command(flatten)]
    to: Where,
}

pub(crate) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let left = moving::unfinished(&context.sys)?;
    let Some(how) = wanted.to.how(context)? else { return finish(context, left) };
    let Some(load) = moving::look_ahead(&context.sys, &how)? else {
        if left.is_some() {
            return finish(context, left);
        }
        if context.flags.json {
            context.say.line(json::document("store-move", json!({ "changed": false })));
        } else {
            context.say.info("Nothing to do: this is the store already.");
        }
        return Ok(Exit::Fine);
    };
    if !context.flags.json {
        for line in sentences(&load) {
            context.say.info(format!("- {line}"));
        }
    }
    if context.flags.dry_run {
        if context.flags.json {
            context.say.line(json::document("store-move", body(&load, None)));
        } else {
            context.say.info("Dry run: nothing was changed.");
        }
        return Ok(Exit::Fine);
    }
    agree(context, "Do this?")?;
    let Some(done) = moving::carry_over(&mut context.sys, &how)? else { return Ok(Exit::Fine) };
    if context.flags.json {
        let left = done.not_emptied.map(|error| json::failure(&error.into()));
        context.say.line(json::document("store-move", body(&done.load, Some(left))));
        return Ok(Exit::Fine);
    }
    context
        .say
        .marked(Mark::Good, format!("secrets are kept in {}; all was read back the same", done.load.to));
    if !done.open {
        context.say.marked(
            Mark::Warn,
            "the kernel's keyring does not keep it open: doorkey agent, or git gets no answer",
        );
    }
    if let Some(error) = done.not_emptied {
        let from = &done.load.from;
        context.say.marked(
            Mark::Warn,
            format!("{from} is not emptied yet ({error}); try again: doorkey store move"),
        );
    }
    context.say.info(format!("  the way back: {}", command_to(&done.load.from)));
    Ok(Exit::Fine)
}

/// What a killed run left, cleared up.
fn finish(context: &mut Context, left: Option<Unfinished>) -> Result<Exit, Failure> {
    let Some(left) = left else {
        return Err(Failure::usage(
            "where to?",
            "say one of: --key-file PATH, --passphrase, --passphrase-fd N, --keyring, --pass",
        ));
    };
    let words = if left.switched {
        format!("empty {}, which is not in use any more", left.from)
    } else {
        format!("remove what an interrupted move left in {}", left.to)
    };
    if !context.flags.json {
        context.say.info(format!("- {words}"));
    }
    if !context.flags.dry_run {
        agree(context, "Do this?")?;
        moving::finish(&mut context.sys)?;
    }
    let changed = !context.flags.dry_run;
    if context.flags.json {
        context.say.line(json::document("store-move", json!({ "changed": changed, "steps": [words] })));
    } else if changed {
        context.say.marked(Mark::Good, "the interrupted move is cleared up");
    } else {
        context.say.info("Dry run: nothing was changed.");
    }
    Ok(Exit::Fine)
}

fn sentences(load: &Load) -> Vec<String> {
    let many = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let emptied = match &load.from {
        StoreKind::KeyFile { .. } => " (the key file itself stays)",
        _ => "",
    };
    vec![
        format!(
            "carry {} and {} of {} from {} into {}",
            many(load.in_use, "token"),
            many(load.retired, "sealed past version"),
            many(load.profiles, "profile"),
            load.from,
            load.to
        ),
        "read all of it back there and compare; then switch".into(),
        format!("empty {}{emptied}", load.from),
    ]
}

/// `done`: what could not be emptied, after a move; `None` = a dry run.
fn body(load: &Load, done: Option<Option<serde_json::Value>>) -> serde_json::Value {
    json!({ "changed": done.is_some(), "not-emptied": done.flatten(), "from": load.from.word(), "to": load.to.word(), "profiles": load.profiles,
        "in-use": load.in_use, "retired": load.retired, "steps": sentences(load) })
}

/// The command that goes back to a store of this kind.
fn command_to(kind: &StoreKind) -> String {
    let flag = match kind {
        StoreKind::KeyFile { path } => {
            format!("--key-file {}", shell::word(&path.display().to_string()))
        }
        StoreKind::Passphrase => "--passphrase".into(),
        StoreKind::Keyring => "--keyring".into(),
        StoreKind::Pass => "--pass".into(),
    };
    redact::for_terminal(&format!("doorkey store move {flag}"), false)
}
