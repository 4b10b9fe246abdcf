//! `doorkey profile add|list|show|edit|remove|check`

mod add;
mod edit;
mod suggest;

use super::change::carry_out;
use super::error::Failure;
use super::say::Mark;
use super::{Context, Exit, json, table};
use crate::engine::profiles::{self, ProfilesError};
use crate::engine::{in_force, profiles::Profiles};
use crate::model::name::ProfileName;
use crate::model::plan::{Plan, Step};
use crate::model::profile::Profile;
use crate::model::profile_file::{self, Edit};
use crate::sys::run::With;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Component, PathBuf};
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Profiles that this machine seems to need, as commands
    Suggest,
    /// Make a profile; asks on a terminal for what the flags leave out
    Add(Box<add::Add>),
    /// All profiles
    List,
    /// One profile as doorkey understands it
    Show(Name),
    /// Open a profile's file in your editor, then check it
    Edit(Name),
    /// Remove a profile; its tokens stay sealed for 30 days
    Remove(Name),
    /// Check the files of all profiles, and that no two claim one route
    Check,
}

impl ProfileCommand {
    /// Whether it changes something by a plan.
    pub(crate) fn changes(&self) -> bool {
        matches!(self, Self::Add(_) | Self::Edit(_) | Self::Remove(_))
    }
}

/// A profile's name.
#[derive(Debug, Args)]
pub(crate) struct Name {
    /// The profile
    profile: String,
}

pub(crate) fn run(context: &mut Context, command: ProfileCommand) -> Result<Exit, Failure> {
    match command {
        ProfileCommand::Suggest => suggest::run(context),
        ProfileCommand::Add(wanted) => add::run(context, *wanted),
        ProfileCommand::List => list(context),
        ProfileCommand::Show(name) => show(context, &name),
        ProfileCommand::Edit(name) => edit::run(context, &name),
        ProfileCommand::Remove(name) => remove(context, &name),
        ProfileCommand::Check => check(context),
    }
}

/// The steps that carry a change of profiles into git's and ssh's settings, if doorkey is on.
pub(super) fn refreshed(context: &Context, profiles: &[Profile]) -> Result<Vec<Step>, Failure> {
    Ok(in_force::refresh(&context.sys, profiles)?)
}

/// The profiles that can be used, for a change that the others must not keep waiting; what is wrong with those is said.
pub(super) fn usable(context: &Context) -> Result<Vec<Profile>, Failure> {
    let Profiles { good, bad } = profiles::all(&context.sys)?;
    for error in &bad {
        context
            .say
            .aside_once(format!("warning: {error}; what it spoke for stays closed (doorkey profile check)"));
    }
    profiles::check_routes(&good)?;
    for error in good.iter().filter_map(|p| in_force::own_roots(&context.sys, p).err()) {
        context.say.aside_once(format!("warning: {error}; git reaches none of its hosts (doorkey doctor)"));
    }
    Ok(good)
}

/// As [`usable`], for a change of the profile `name`.
pub(super) fn usable_with(context: &Context, name: &ProfileName) -> Result<Vec<Profile>, Failure> {
    profiles::one(&context.sys, name)?;
    usable(context)
}

/// One of these profiles, to be changed.
pub(super) fn profile_of<'p>(all: &'p mut [Profile], name: &ProfileName) -> Result<&'p mut Profile, Failure> {
    let found = all.iter_mut().find(|p| p.name == *name);
    found
        .ok_or_else(|| Failure::usage(format!("profile {name} cannot be used"), "see: doorkey profile check"))
}

/// A folder as the profile's file wants it: absolute, or below `~`, and without `.` and `..`.
pub(super) fn whole_path(context: &Context, dir: &str) -> String {
    let path: PathBuf = context.absolute(dir).components().collect();
    let has_parent = path.components().any(|part| part == Component::ParentDir);
    let path = if has_parent { context.sys.real_path(&path).unwrap_or(path) } else { path };
    context.sys.shown(&path)
}

/// A step that changes a profile's file and keeps everything else in it.
pub(super) fn edit_file(
    context: &Context,
    name: &ProfileName,
    change: impl FnOnce(&mut Edit),
) -> Result<Step, Failure> {
    let path = profiles::file(&context.sys, name)?;
    let old = context.sys.read(&path)?.ok_or_else(|| ProfilesError::Unknown(name.to_string()))?;
    let text = String::from_utf8_lossy(&old).into_owned();
    let mut edit = Edit::of(&text).map_err(|source| ProfilesError::Broken { path: path.clone(), source })?;
    change(&mut edit);
    let new = edit.text();
    // A file that we could not read again would take the profile out of force (SECURITY rule 20).
    profile_file::read(name, &new).map_err(|source| ProfilesError::Broken { path: path.clone(), source })?;
    Ok(Step::edit(path, &old, new.as_bytes()))
}

pub(super) fn as_json(profile: &Profile) -> Value {
    let hosts: Vec<Value> = profile
        .hosts
        .iter()
        .map(|h| {
            json!({
                "name": h.name.as_str(), "port": h.port, "provider": h.provider,
                "owners": h.owners.iter().map(|o| o.as_str()).collect::<Vec<_>>(),
                "transport": h.transport.as_str(), "token-user": h.token_user,
                "token-from": h.token_from.as_ref().map(ToString::to_string),
                "ssh-port": h.ssh_port, "ssh-key": h.ssh_key, "pinned-host-keys": h.known_hosts.len(),
            })
        })
        .collect();
    json!({
        "name": profile.name.as_str(), "title": profile.title,
        "identity": { "name": profile.identity.name, "email": profile.identity.email },
        "dirs": profile.dirs, "hosts": hosts,
        "routes": profile.routes.iter().map(|r| r.to_string()).collect::<Vec<_>>(),
        "ca": profile.trust.ca, "proxy": profile.proxy.url, "no-proxy": profile.proxy.no_proxy, "proxy-for-ssh": profile.proxy.for_ssh,
        "verify": profile.verify.iter().map(|v| json!({ "repo": v.repo, "access": v.access })).collect::<Vec<_>>(),
    })
}

fn list(context: &mut Context) -> Result<Exit, Failure> {
    let Profiles { good, bad } = profiles::all(&context.sys)?;
    let current = in_force::profile_in_force(&context.sys);
    if context.flags.json {
        let list: Vec<Value> = good.iter().map(as_json).collect();
        let body = json!({ "profiles": list, "broken": bad.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "in-force": current.map(|c| c.to_string()) });
        context.say.line(json::document("profiles", body));
    } else if good.is_empty() && bad.is_empty() {
        context
            .say
            .line("There are no profiles yet. Make one: doorkey profile add NAME --host HOST --owner OWNER");
    } else {
        let rows = good.iter().map(|p| {
            let hosts = p.hosts.iter().map(|h| {
                let owners: Vec<&str> = h.owners.iter().map(|o| o.as_str()).collect();
                let host = if h.port == 443 { h.name.to_string() } else { format!("{}:{}", h.name, h.port) };
                if owners.is_empty() { host } else { format!("{host}/{}", owners.join(",")) }
            });
            let mark = if current.as_ref() == Some(&p.name) { "*" } else { "" };
            vec![
                mark.into(),
                p.name.to_string(),
                hosts.collect::<Vec<_>>().join(" "),
                p.identity.email.clone().unwrap_or_default(),
            ]
        });
        let text = table::of(&["", "profile", "speaks for", "e-mail"], rows);
        context.say.line(text);
    }
    if bad.is_empty() {
        return Ok(Exit::Fine);
    }
    if !context.flags.json {
        for error in bad {
            context.say.marked(Mark::Bad, error.to_string());
        }
    }
    Ok(Exit::Findings)
}

fn show(context: &mut Context, wanted: &Name) -> Result<Exit, Failure> {
    let profile = profiles::one(&context.sys, &ProfileName::new(&wanted.profile)?)?;
    if context.flags.json {
        context.say.line(json::document("profile", as_json(&profile)));
        return Ok(Exit::Fine);
    }
    let path = profiles::file(&context.sys, &profile.name)?;
    context.say.info(format!("# {}", context.sys.shown(&path)));
    let bytes = context.sys.read(&path)?.unwrap_or_default();
    context.say.line(String::from_utf8_lossy(&bytes).trim_end());
    Ok(Exit::Fine)
}

fn check(context: &mut Context) -> Result<Exit, Failure> {
    let Profiles { good, mut bad } = profiles::all(&context.sys)?;
    bad.extend(profiles::check_routes(&good).err());
    if context.flags.json {
        let body = json!({ "good": good.len(), "problems": bad.iter().map(ToString::to_string).collect::<Vec<_>>() });
        context.say.line(json::document("profile-check", body));
    } else if bad.is_empty() {
        context.say.marked(Mark::Good, format!("{}, and no route is claimed twice", profiles_of(good.len())));
    }
    if bad.is_empty() {
        return Ok(Exit::Fine);
    }
    if !context.flags.json {
        for error in bad {
            let failure = Failure::from(error);
            context.say.marked(Mark::Bad, &failure.what);
            context.say.info(format!("  why: {}", failure.why));
            context.say.info(format!("  fix: {}", failure.fix));
        }
    }
    Ok(Exit::Findings)
}

/// `1 profile`, `2 profiles`.
pub(in crate::cli) fn profiles_of(count: usize) -> String {
    if count == 1 { "1 profile".into() } else { format!("{count} profiles") }
}

fn remove(context: &mut Context, wanted: &Name) -> Result<Exit, Failure> {
    let name = ProfileName::new(&wanted.profile)?;
    let path = profiles::file(&context.sys, &name)?;
    if in_force::profile_in_force(&context.sys).as_ref() == Some(&name) {
        context.say.aside(format!(
            "note: {name} is in force, and its name and e-mail go with it; choose another: doorkey use PROFILE"
        ));
    }
    let applied = carry_out(context, |context| {
        let sys = &context.sys;
        let text = sys.read(&path)?.ok_or_else(|| ProfilesError::Unknown(name.to_string()))?;
        let mode = sys.look_through(&path)?.map_or(0o600, |l| l.mode);
        let rest: Vec<Profile> = profiles::all(sys)?.good.into_iter().filter(|p| p.name != name).collect();
        let mut plan = Plan::new(format!("profile remove {name}"));
        // Out of git's and ssh's sight first: no moment at which they are sent to a profile that has lost its tokens.
        plan.steps.extend(in_force::refresh_without(sys, &rest, Some(&name))?);
        plan.push(Step::Remove { path: path.clone(), text: text.into(), mode });
        plan.steps.extend(crate::cli::token::retire_all(sys, &name)?);
        Ok(plan)
    })?;
    if applied.is_some() && !context.flags.json {
        context.say.marked(Mark::Good, format!("{name} is removed"));
        context.say.info("  take it back: doorkey undo");
    }
    Ok(Exit::Fine)
}

/// The user's own `git config --get KEY`, for a suggestion at a prompt.
pub(super) fn git_setting(context: &Context, key: &str) -> Option<String> {
    let ask = crate::sys::run::Ask::GitValue { key: key.into() };
    let ran = context.sys.ask(&ask, With::default(), Duration::from_secs(5)).ok()?;
    let text = String::from_utf8(ran.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
