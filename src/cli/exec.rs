//! `doorkey exec PROFILE -- CMD...` and `doorkey shell PROFILE`: the sealed session.

use super::error::Failure;
use super::profile::usable;
use super::switch::refuse_if_bypassed;
use super::{Context, Exit, json};
use crate::engine::session::{self, Made};
use crate::engine::{in_force, profiles};
use crate::formats::shell;
use crate::model::name::ProfileName;
use crate::redact;
use clap::Args;
use serde_json::json;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// `doorkey exec PROFILE -- CMD...`
#[derive(Debug, Args)]
#[command(
    after_help = "In the session git, ssh, docker, cargo, npm, Go, pip, gh and others find this profile's credentials, keys,\n\
    proxy and roots, and none of another's. Variables that could say who you are (tokens, SSH_AUTH_SOCK, GIT_*, AWS_*) are\n\
    left outside; --keep lets one in; -n shows what is set, and runs nothing. The command's exit code and signals are its own.\n\n\
    Examples:\n  doorkey exec acme -- git push\n  doorkey exec acme -- npm install\n  \
    doorkey exec --keep DATABASE_URL acme -- make test"
)]
pub(crate) struct Exec {
    /// Whose credentials it gets
    pub(super) profile: String,
    /// Let this variable of yours in (may be repeated)
    #[arg(long, value_name = "NAME")]
    keep: Vec<String>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// `doorkey shell PROFILE`
#[derive(Debug, Args)]
#[command(
    after_help = "Your shell ($SHELL) with its own settings, in a sealed session: see doorkey exec --help. The prompt names\n\
    the profile; `exit` leaves it.\n\nExample:\n  doorkey shell acme"
)]
pub(crate) struct Shell {
    /// Whose credentials it gets
    pub(super) profile: String,
    /// Let this variable of yours in (may be repeated)
    #[arg(long, value_name = "NAME")]
    keep: Vec<String>,
}

pub(crate) fn exec(context: &mut Context, wanted: &Exec) -> Result<Exit, Failure> {
    let (program, arguments) = wanted.command.split_first().ok_or_else(|| {
        Failure::usage("a command is missing", format!("doorkey exec {} -- CMD", wanted.profile))
    })?;
    if is_inside(context) {
        let program = found(context, program)?;
        let environment = context.sys.env_all().map(|(name, value)| (name.clone(), value.clone())).collect();
        return Err(context.sys.become_program(&program, arguments, &environment).into());
    }
    let (_, made) = planned(context, &wanted.profile, &wanted.keep)?;
    // ssh and its like are run with the session's settings.
    let program = match made.program(program) {
        Some(own) => own,
        None => found(context, program)?,
    };
    run(context, made, &program, arguments)
}

pub(crate) fn shell(context: &mut Context, wanted: &Shell) -> Result<Exit, Failure> {
    if is_inside(context) {
        return Err(Failure::usage(
            format!("this is a session of {} already", wanted.profile),
            "go on in this shell",
        ));
    }
    let (profile, mut made) = planned(context, &wanted.profile, &wanted.keep)?;
    let usual = context.sys.env("SHELL").unwrap_or("/bin/sh").to_owned();
    let program = found(context, OsStr::new(&usual))?;
    let arguments = made.for_shell(&context.sys, &program, &profile);
    run(context, made, &program, &arguments)
}

/// Whether this is a session already: then it is one of the profile that was asked for, and one is enough.
fn is_inside(context: &Context) -> bool {
    matches!(session::here(&context.sys), Ok(Some(_)))
}

fn planned(context: &Context, profile: &str, keep: &[String]) -> Result<(ProfileName, Made), Failure> {
    let name = ProfileName::new(profile)?;
    let profile = profiles::one(&context.sys, &name)?;
    in_force::own_roots(&context.sys, &profile)?;
    let all = usable(context)?;
    refuse_if_bypassed(context)?;
    Ok((name, session::plan(&context.sys, &all, &profile, keep)?))
}

/// The command as the shell would find it: a path as it is, a name in PATH.
fn found(context: &Context, program: &OsStr) -> Result<PathBuf, Failure> {
    if program.as_bytes().contains(&b'/') {
        return Ok(PathBuf::from(program));
    }
    let name = program.to_string_lossy();
    context.sys.program(&name).ok_or_else(|| {
        Failure::new(
            Exit::CouldNot,
            format!("there is no command {name:?}"),
            "it is in none of the absolute folders of PATH",
            "look at the spelling, or give its path",
        )
    })
}

fn run(context: &mut Context, made: Made, program: &Path, arguments: &[OsString]) -> Result<Exit, Failure> {
    if context.flags.dry_run {
        return Ok(shown(context, &made, program, arguments));
    }
    let session = session::open(&mut context.sys, made)?;
    if let Some(error) = &session.without_agent {
        context.say.aside(format!(
            "warning: the session has no SSH agent: {error}; a key with a passphrase asks for it"
        ));
    }
    for why in &session.without_npm {
        context.say.aside(format!("warning: npm gets no token: {why}"));
    }
    let error = context.sys.become_program(program, arguments, &session.environment);
    let _ = context.sys.remove_own_dir(&session.folder);
    Err(error.into())
}

/// What the session would set, and the command; secrets are masked.
fn shown(context: &mut Context, made: &Made, program: &Path, arguments: &[OsString]) -> Exit {
    let words = [program.as_os_str()].into_iter().chain(arguments.iter().map(OsString::as_os_str));
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    if context.flags.json {
        let set: serde_json::Map<String, serde_json::Value> =
            made.walls().map(|(name, value)| (name, value.into())).collect();
        context.say.line(json::document("exec", json!({ "dry-run": true, "set": set, "command": words })));
        return Exit::Fine;
    }
    for (name, value) in made.walls() {
        context.say.line(redact::said(&format!("{name}={value}")));
    }
    let words: Vec<String> = words.iter().map(|word| shell::word(word)).collect();
    context.say.line(redact::said(&format!("would run: {}", words.join(" "))));
    Exit::Fine
}
