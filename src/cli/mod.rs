//! Words in, words out, exit codes. One file a command.

mod agent;
mod arguments;
mod ask;
mod ca;
mod ca_fetch;
mod ca_forecast;
mod ca_install;
mod ca_status;
mod ca_verify;
mod cargo_credential;
mod change;
mod completions;
mod credential;
mod docker_credential;
mod doctor;
mod error;
mod exec;
mod explain;
mod home;
mod hook;
mod inspect;
mod inspect_certs;
mod inspect_key;
mod inspect_keys;
mod inspect_proxy;
mod inspect_server;
mod json;
mod long_walk;
mod profile;
mod rotate;
mod route;
mod say;
mod session;
mod ssh;
mod ssh_check;
mod ssh_connect;
mod ssh_convert;
mod ssh_known_hosts;
mod ssh_match;
mod ssh_resolve;
mod status;
mod store;
mod store_error;
mod store_move;
mod store_status;
mod switch;
mod table;
mod token;
mod token_add;
mod token_adopt;
mod token_check;
mod token_inspect;
mod token_scan;
mod token_show;
mod undo;
mod usage;
mod verify;
mod walk;
mod which;
mod why;
mod why_module;
mod why_pasted;
mod why_repository;

use crate::engine::apply;
use crate::engine::session::agent as session_agent;
use crate::sys::Sys;
use crate::sys::fs::PART_FOR_GIT_AND_SSH;
use crate::sys::tty::Terminal;
use arguments::{Command, Flags};
use clap::Parser;
use error::Failure;
use say::Say;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Exit codes (PRODUCT.md): scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Fine.
    Fine = 0,
    /// There are findings.
    Findings = 1,
    /// Used wrongly.
    Usage = 2,
    /// Could not check or do it: the machine or the network.
    CouldNot = 3,
    /// You said no.
    No = 4,
    /// Our bug.
    Bug = 70,
    /// Ctrl-C at a question.
    Interrupted = 130,
}

/// What every command gets.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) sys: Sys,
    pub(crate) say: Say,
    pub(crate) flags: Flags,
    pub(crate) terminal: Terminal,
}

impl Context {
    /// 64 random bits as letters, which tell this run's seals apart.
    fn random_name(&self) -> Result<String, Failure> {
        let bytes = self.sys.random_secret(16);
        let bytes =
            bytes.ok_or_else(|| Failure::new(Exit::CouldNot, "the system gives no random bytes", "", ""))?;
        Ok(bytes.expose().iter().map(|byte| char::from(b'a' + byte % 16)).collect())
    }

    /// A path that was named on the command line, from the root.
    fn absolute(&self, path: &str) -> PathBuf {
        let path = self.sys.expanded(path);
        if path.is_absolute() { path } else { self.sys.cwd().unwrap_or_default().join(path) }
    }
}

/// Runs a command line and says how it ended.
#[must_use]
pub fn run(sys: Sys, arguments: &[OsString]) -> u8 {
    let mut sys = match quick(sys, arguments) {
        Quick::Done(code) => return code,
        Quick::Not(sys) => *sys,
    };
    if arguments.get(1).is_some_and(|word| word == session_agent::COMMAND) {
        let words: Vec<&OsStr> = arguments.iter().skip(2).map(OsString::as_os_str).collect();
        let served = session_agent::run(&mut sys, &words);
        return if served { Exit::Fine } else { Exit::CouldNot } as u8;
    }
    let parsed = match arguments::Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => return usage::said(&error, arguments),
    };
    let terminal = Terminal::find();
    let flags = parsed.flags;
    let say = Say::new(&sys, &flags, terminal);
    let mut context = Context { sys, say, flags, terminal };
    let result = match parsed.command {
        None => home::check(&context, false).and_then(|()| status::run(&mut context)),
        Some(command) => command.run(&mut context),
    };
    // A reader that went away (`| head`) changes nothing about how it ended.
    let exit = match result {
        Ok(exit) => exit,
        Err(failure) => context.say.failure(&failure, context.flags.json),
    };
    exit as u8
}

/// Runs what git and ssh call. Anything else is for the program itself.
#[must_use]
pub fn run_for_git_and_ssh(sys: Sys, arguments: &[OsString]) -> u8 {
    match quick(sys, arguments) {
        Quick::Done(code) => code,
        Quick::Not(_) => {
            let _ = writeln!(std::io::stderr().lock(), "{PART_FOR_GIT_AND_SSH}");
            Exit::Usage as u8
        }
    }
}

enum Quick {
    Done(u8),
    Not(Box<Sys>),
}

/// What git and ssh call in every fetch is dispatched before the argument parser is built.
fn quick(sys: Sys, arguments: &[OsString]) -> Quick {
    let called_as = arguments.first().map(Path::new).and_then(Path::file_name);
    let words: Vec<&OsStr> = arguments.iter().skip(1).map(OsString::as_os_str).collect();
    if called_as == Some(OsStr::new("git-credential-doorkey")) {
        return Quick::Done(credential::run(sys, &words));
    }
    if called_as == Some(OsStr::new(docker_credential::NAME)) {
        return Quick::Done(docker_credential::run(sys, &words));
    }
    if words == [crate::formats::cargo_credential::ARGUMENT] {
        return Quick::Done(cargo_credential::run(sys));
    }
    match words.split_first() {
        Some((verb, rest)) if *verb == "credential" && !rest.iter().any(|w| *w == "--help" || *w == "-h") => {
            Quick::Done(credential::run(sys, rest))
        }
        Some((verb, rest)) if *verb == "ssh-connect" => Quick::Done(ssh_connect::run(&sys, rest)),
        Some((verb, rest)) if *verb == hook::COMMAND => Quick::Done(hook::at_prompt(&sys, rest)),
        Some((verb, rest)) if *verb == "ssh-match" && !rest.iter().any(|w| *w == "--help" || *w == "-h") => {
            Quick::Done(ssh_match::run(sys, rest))
        }
        _ => Quick::Not(Box::new(sys)),
    }
}

impl Command {
    /// Whether it changes something by a plan. What it plans then must not be what an interrupted run left.
    fn changes(&self) -> bool {
        match self {
            Self::Use(_) | Self::Off | Self::On | Self::Undo(_) => true,
            Self::Ssh(command) => command.changes(),
            Self::Profile(command) => command.changes(),
            Self::Route(command) => !matches!(command, route::RouteCommand::List),
            Self::Token(command) => command.changes(),
            Self::Doctor(wanted) => wanted.changes(),
            Self::Why(wanted) => wanted.changes(),
            Self::Ca(command) => command.changes(),
            _ => false,
        }
    }

    /// Whether it looks at git's and ssh's files, or only at doorkey's own; `None` = at neither.
    fn looks_at_all(&self) -> Option<bool> {
        match self {
            Self::Explain(_) | Self::Completions(_) | Self::Credential { .. } | Self::SshMatch { .. } => None,
            Self::Ca(command) if !command.needs_home() => None,
            Self::Doctor(_)
            | Self::Inspect(_)
            | Self::Why(_)
            | Self::Profile(profile::ProfileCommand::Suggest) => Some(true),
            _ => Some(false),
        }
    }

    fn run(self, context: &mut Context) -> Result<Exit, Failure> {
        if let Some(all) = self.looks_at_all() {
            home::check(context, all)?;
        }
        session::stay_inside(context, &self)?;
        if self.changes() && !context.flags.dry_run {
            let recovered = apply::recover(&mut context.sys)?;
            change::say_recovered(context, recovered);
        }
        match self {
            Self::Profile(command) => profile::run(context, command),
            Self::Route(command) => route::run(context, command),
            Self::Which(wanted) => which::run(context, &wanted),
            Self::Verify(wanted) => verify::run(context, &wanted),
            Self::Why(wanted) => why::run(context, &wanted),
            Self::Use(wanted) => switch::use_profile(context, &wanted),
            Self::Exec(wanted) => exec::exec(context, &wanted),
            Self::Shell(wanted) => exec::shell(context, &wanted),
            Self::Hook(wanted) => hook::hook(context, &wanted),
            Self::Env(wanted) => hook::env(context, &wanted),
            Self::Current => status::current(context),
            Self::Off => switch::off(context),
            Self::On => switch::on(context),
            Self::Token(command) => token::run(context, command),
            Self::Rotate(wanted) => rotate::run(context, &wanted),
            Self::Ssh(command) => ssh::run(context, command),
            Self::Store(command) => store::run(context, command),
            Self::Agent(wanted) => agent::run(context, &wanted),
            Self::Ca(command) => ca::run(context, command),
            Self::Inspect(wanted) => inspect::run(context, &wanted),
            Self::Doctor(wanted) => doctor::run(context, &wanted),
            Self::Explain(wanted) => explain::run(context, &wanted),
            Self::Undo(wanted) => undo::undo(context, &wanted),
            Self::History => undo::history(context),
            Self::Diff(wanted) => undo::diff(context, &wanted),
            Self::Completions(wanted) => completions::run(context, &wanted),
            // Dispatched before the parser; only their --help comes here.
            Self::Credential { .. } | Self::SshMatch { .. } => Ok(Exit::Usage),
        }
    }
}
