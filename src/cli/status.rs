//! `doorkey` and `doorkey current`: the machine in a few lines.

use super::error::Failure;
use super::say::Mark;
use super::{Context, Exit, json};
use crate::engine::journal::Journal;
use crate::engine::profiles::Profiles;
use crate::engine::{generation, in_force, profiles};
use crate::stores::{self, StoreError, StoreKind};
use serde_json::json;

pub(crate) fn run(context: &mut Context) -> Result<Exit, Failure> {
    let Profiles { good, mut bad } = profiles::all(&context.sys)?;
    bad.extend(profiles::check_routes(&good).err());
    let name = in_force::profile_in_force(&context.sys);
    let on = generation::current(&context.sys).is_some();
    let store = stores::describe(&context.sys);
    let interrupted = match context.sys.places().state() {
        Some(state) => Journal::below(state).interrupted(&context.sys)?,
        None => None,
    };
    if context.flags.json {
        let body = json!({
            "on": on, "profile": name.as_ref().map(ToString::to_string),
            "profiles": good.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(),
            "store": store.as_ref().ok().and_then(|s| s.as_ref()).map(ToString::to_string),
            "interrupted": interrupted.as_ref().map(|e| e.title.clone()),
            "problems": bad.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        context.say.line(json::document("status", body));
        return Ok(if bad.is_empty() { Exit::Fine } else { Exit::Findings });
    }
    if good.is_empty() && bad.is_empty() {
        context.say.line("doorkey has no profiles on this machine yet.");
        context.say.info("  see what is here:     doorkey inspect");
        context.say.info("  see what is wrong:    doorkey doctor");
        context.say.info("  proposals for you:    doorkey profile suggest");
        return Ok(Exit::Fine);
    }
    match (on, &name) {
        (true, Some(name)) => {
            context.say.marked(Mark::Good, format!("{name} is in force; {} by owner", routed(good.len())))
        }
        (true, None) => context
            .say
            .marked(Mark::Good, format!("{} by owner; no identity is in force", routed(good.len()))),
        (false, _) => context.say.marked(
            Mark::Warn,
            "doorkey is off: git and ssh read none of its settings (doorkey use PROFILE)",
        ),
    }
    match store {
        Ok(Some(StoreKind::Passphrase)) if matches!(stores::open(&context.sys), Err(StoreError::Locked)) => {
            context.say.marked(Mark::Warn, "the vault is locked: doorkey store unlock");
        }
        Ok(Some(kind)) => context.say.marked(Mark::Good, format!("secrets are kept in {kind}")),
        Ok(None) => context.say.marked(Mark::Warn, "there is no store for secrets: doorkey store init"),
        Err(error) => context.say.marked(Mark::Bad, error.to_string()),
    }
    if let Some(entry) = interrupted {
        context.say.marked(
            Mark::Warn,
            format!("\"{}\" was interrupted; the next change takes it back first", entry.title),
        );
    }
    for error in &bad {
        context.say.marked(Mark::Bad, error.to_string());
    }
    Ok(if bad.is_empty() { Exit::Fine } else { Exit::Findings })
}

/// `1 profile routes`, `2 profiles route`.
fn routed(count: usize) -> String {
    format!("{} {}", super::profile::profiles_of(count), if count == 1 { "routes" } else { "route" })
}

pub(crate) fn current(context: &mut Context) -> Result<Exit, Failure> {
    let name = in_force::profile_in_force(&context.sys);
    let on = generation::current(&context.sys).is_some();
    let gone = name.as_ref().is_some_and(|n| profiles::one(&context.sys, n).is_err());
    let why = match (on, &name) {
        (_, Some(_)) if gone => "its profile is not there any more: doorkey use PROFILE, or doorkey off",
        (true, Some(_)) => "chosen by: doorkey use",
        (false, Some(_)) => "doorkey is off",
        (_, None) => "none was chosen",
    };
    if context.flags.json {
        let body = json!({ "profile": name.as_ref().map(ToString::to_string), "on": on, "why": why });
        context.say.line(json::document("current", body));
    } else {
        let shown = name.as_ref().filter(|_| on).map_or_else(|| "none".to_owned(), ToString::to_string);
        context.say.line(format!("{shown} ({why})"));
    }
    Ok(if on && name.is_some() && !gone { Exit::Fine } else { Exit::Findings })
}
