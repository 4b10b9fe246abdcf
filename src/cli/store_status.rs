//! `doorkey store status`: which store, whether it is open, what was interrupted, what else this machine could have.

use super::error::Failure;
use super::say::Mark;
use super::{Context, Exit, json};
use crate::engine::when;
use crate::stores::moving;
use crate::stores::outlook::{self, Outlook};
use crate::stores::vault::{Access, Vault};
use crate::stores::{self, StoreError, StoreKind};
use crate::sys::Sys;
use serde_json::json;

pub(crate) fn run(context: &mut Context) -> Result<Exit, Failure> {
    let Some(kind) = stores::describe(&context.sys)? else {
        return missing(context);
    };
    let outlooks = outlook::all(&context.sys);
    let (open, words) = openness(&context.sys, &kind, &outlooks)?;
    let trouble = if open { stores::open(&context.sys).err().map(Failure::from) } else { None };
    let left = moving::unfinished(&context.sys)?;
    if context.flags.json {
        let body = json!({ "kind": kind.word(), "open": open && trouble.is_none(), "says": words,
            "problem": trouble.as_ref().map(json::failure),
            "unfinished-move": left.as_ref().map(ToString::to_string),
            "possible": outlooks.iter().map(json_of).collect::<Vec<_>>() });
        context.say.line(json::document("store", body));
    } else {
        let mark = if !open { Mark::Warn } else { Mark::Good };
        context.say.marked(mark, format!("{kind}: {words}"));
        if let Some(left) = &left {
            context.say.marked(Mark::Warn, format!("{left}; clear it up: doorkey store move"));
        }
        others(context, &kind, &outlooks);
    }
    match trouble {
        Some(failure) if !context.flags.json => Err(failure),
        Some(_) => Ok(Exit::CouldNot),
        None => Ok(Exit::Fine),
    }
}

/// No store yet: what there could be.
fn missing(context: &mut Context) -> Result<Exit, Failure> {
    if !context.flags.json {
        others(context, &StoreKind::Passphrase, &outlook::all(&context.sys));
    }
    Err(StoreError::NoStore.into())
}

fn openness(sys: &Sys, kind: &StoreKind, outlooks: &[Outlook]) -> Result<(bool, String), Failure> {
    let of_kind = || outlooks.iter().find(|o| o.word == kind.word());
    Ok(match kind {
        StoreKind::KeyFile { path } => (true, format!("open; whoever reads {} reads all", sys.shown(path))),
        StoreKind::Passphrase => match Vault::access(sys)? {
            Access::Unlocked { until } => (true, format!("unlocked until {}", when::date_time(until))),
            _ => (false, "locked; open it: doorkey store unlock".into()),
        },
        StoreKind::Keyring => match of_kind() {
            Some(found) if !found.usable => (false, found.says.clone()),
            _ => (true, "as open as your desktop session's keyring".into()),
        },
        StoreKind::Pass => match of_kind() {
            Some(found) if !found.usable => (false, found.says.clone()),
            _ => {
                (true, "as open as gpg-agent keeps its key; doorkey store unlock lets gpg ask for it".into())
            }
        },
    })
}

fn json_of(found: &Outlook) -> serde_json::Value {
    json!({ "kind": found.word, "usable": found.usable, "says": found.says })
}

/// What this machine could have instead, with `--verbose`; only what is usable otherwise.
fn others(context: &mut Context, kind: &StoreKind, outlooks: &[Outlook]) {
    for found in outlooks.iter().filter(|o| o.word != kind.word()) {
        if found.usable || context.flags.verbose {
            let able = if found.usable { "possible here too" } else { "not possible here" };
            context.say.info(format!("  {able}: {}: {}", found.name, found.says));
        }
    }
}
