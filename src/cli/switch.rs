//! `use`, `off`, `on`.

use super::change::carry_out;
use super::error::Failure;
use super::profile::{edit_file, profile_of, usable, usable_with, whole_path};
use super::say::Mark;
use super::{Context, Exit};
use crate::checks;
use crate::engine::{apply, generation, in_force, inspect, profiles};
use crate::model::finding::Fix;
use crate::model::name::ProfileName;
use crate::model::plan::{Plan, Step};
use crate::redact;
use crate::sys::fs::Kind;
use clap::Args;

/// `doorkey use PROFILE`
#[derive(Debug, Args)]
#[command(
    after_help = "Routes decide which credential is used where; `use` never widens them. It puts git's and ssh's\n\
    settings in force for all profiles, with the identity of this one.\n\n\
    --for gives it a folder instead: in repositories below it commits are made in its name, whoever is in force, and\n\
    shells with doorkey hook have its proxy and roots there.\n\n\
    Examples:\n  doorkey use acme\n  doorkey use acme --for ~/work/acme"
)]
pub(crate) struct Use {
    /// Whose identity is in force
    profile: String,
    /// Only in this folder and below it
    #[arg(long = "for", value_name = "DIR")]
    folder: Option<String>,
}

pub(crate) fn use_profile(context: &mut Context, wanted: &Use) -> Result<Exit, Failure> {
    let name = ProfileName::new(&wanted.profile)?;
    if let Some(folder) = &wanted.folder {
        return bind(context, &name, folder);
    }
    let mut can_verify = false;
    let applied = carry_out(context, |context| {
        // What is wrong with another profile is said; with the one that is asked for, it is a refusal.
        in_force::own_roots(&context.sys, &profiles::one(&context.sys, &name)?)?;
        let all = usable(context)?;
        refuse_if_bypassed(context)?;
        can_verify = all.iter().any(|p| !p.verify.is_empty());
        let mut plan = Plan::new(format!("use {name}"));
        plan.steps = in_force::steps(&context.sys, &all, Some(&name))?;
        Ok(plan)
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, format!("{name} is in force; git and ssh route by owner from now on"));
        let proof = if can_verify {
            "doorkey verify".to_owned()
        } else {
            format!("doorkey verify {name} --repo URL")
        };
        context
            .say
            .info(format!("  prove it: {proof}   take it back: doorkey undo   plain git again: doorkey off"));
    }
    Ok(Exit::Fine)
}

/// Gives a profile a folder.
fn bind(context: &mut Context, name: &ProfileName, folder: &str) -> Result<Exit, Failure> {
    let folder = whole_path(context, folder);
    let path = context.sys.expanded(&folder);
    if !matches!(context.sys.look_through(&path), Ok(Some(look)) if look.kind == Kind::Dir) {
        return Err(Failure::usage(
            format!("{} is no folder", redact::said(&folder)),
            "make it first, or name another",
        ));
    }
    let applied = carry_out(context, |context| {
        let mut all = usable_with(context, name)?;
        let same = |dir: &String| dir.trim_end_matches('/') == folder.trim_end_matches('/');
        if let Some(other) = all.iter().find(|profile| profile.name != *name && profile.dirs.iter().any(same))
        {
            return Err(Failure::usage(
                format!("{} is a folder of {} already", redact::said(&folder), other.name),
                format!("take it out of dirs first: doorkey profile edit {}", other.name),
            ));
        }
        let mut plan = Plan::new(format!("use {name} for {folder}"));
        let profile = profile_of(&mut all, name)?;
        if profile.dirs.iter().any(same) {
            return Ok(plan);
        }
        plan.push(edit_file(context, name, |edit| edit.add_dir(&folder))?);
        profile.dirs.push(folder.clone());
        plan.steps.extend(in_force::refresh(&context.sys, &all)?);
        Ok(plan)
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, format!("{} and what is below it is {name}'s", redact::said(&folder)));
        if generation::current(&context.sys).is_none() {
            context.say.info(format!("  once its settings are in force: doorkey use {name}"));
        }
    }
    Ok(Exit::Fine)
}

/// A credential that git sends before it asks doorkey would make every route a lie.
pub(super) fn refuse_if_bypassed(context: &Context) -> Result<(), Failure> {
    let facts = inspect::before_use(&context.sys);
    match checks::before_use(&facts).into_iter().next() {
        Some(finding) => {
            let fix = match finding.fix {
                Fix::Command(text) | Fix::Advice(text) => text,
                Fix::Steps(_) => "doorkey doctor --fix".into(),
            };
            // What cannot be read was not checked; what was read and is wrong is a finding.
            let exit = if finding.code == checks::UNREADABLE { Exit::CouldNot } else { Exit::Findings };
            Err(Failure::new(exit, finding.what, finding.why, fix))
        }
        None => Ok(()),
    }
}

pub(crate) fn off(context: &mut Context) -> Result<Exit, Failure> {
    if generation::current(&context.sys).is_none() && !context.flags.json {
        context.say.info("doorkey is off already: git and ssh read none of its settings.");
        return Ok(Exit::Fine);
    }
    // At once: off is what one reaches for when something does not work.
    context.flags.yes = true;
    let applied = carry_out(context, |context| {
        let mut plan = Plan::new("off");
        if let Some(from) = generation::current(&context.sys) {
            let off = Some(from.clone());
            plan.push(Step::Switch { off, from: Some(from), to: None, files: Default::default() });
        }
        Ok(plan)
    });
    let applied = match applied {
        // Taking a link away needs no room on the disk, noting it does.
        Err(failure) if failure.exit == Exit::CouldNot && !context.flags.dry_run => {
            apply::off_without_a_note(&mut context.sys).map_err(|_| failure)?;
            context.say.aside(
                "note: this could not be noted, so `undo` does not know of it; back again: doorkey on, or doorkey use PROFILE",
            );
            context.say.marked(Mark::Good, "doorkey is off: git and ssh read none of its settings");
            return Ok(Exit::Fine);
        }
        other => other?,
    };
    if applied.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, "doorkey is off: git and ssh read none of its settings");
        context.say.info("  back again: doorkey on");
    }
    Ok(Exit::Fine)
}

pub(crate) fn on(context: &mut Context) -> Result<Exit, Failure> {
    context.flags.yes = true;
    let applied = carry_out(context, |context| {
        let sys = &context.sys;
        let all = usable(context)?;
        let name = in_force::profile_in_force(sys);
        if name.is_none() && generation::before_off(sys).is_none() && generation::current(sys).is_none() {
            return Err(Failure::usage("doorkey was never on here", "choose a profile: doorkey use PROFILE"));
        }
        refuse_if_bypassed(context)?;
        let mut plan = Plan::new("on");
        plan.steps = in_force::steps(sys, &all, name.as_ref())?;
        Ok(plan)
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, "doorkey is on again");
    }
    Ok(Exit::Fine)
}
