//! `doorkey hook SHELL`, `doorkey env PROFILE`: what a profile's folders bring into a shell.

use super::error::Failure;
use super::profile::usable;
use super::{Context, Exit, json};
use crate::engine::{ambient, generation, in_force};
use crate::formats::percent;
use crate::formats::shell::Shell;
use crate::model::name::ProfileName;
use crate::redact;
use crate::sys::Sys;
use clap::{Args, ValueEnum};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;

/// `doorkey hook SHELL`
#[derive(Debug, Args)]
#[command(
    after_help = "In a profile's folders (profile add --dir) the shell has its proxy, its roots, Go's private hosts and\n\
    DOORKEY_PROFILE for your prompt; outside of them, what was there before. No credential is ever set: those are\n\
    chosen by host and owner. A file in a folder decides nothing.\n\n\
    In ~/.bashrc:               eval \"$(doorkey hook bash)\"\n\
    In ~/.zshrc:                eval \"$(doorkey hook zsh)\"\n\
    In ~/.config/fish/config.fish:  doorkey hook fish | source\n\n\
    After the lines of direnv or mise, if you have them: the one that comes later has the last word."
)]
pub(crate) struct Hook {
    /// The shell
    #[arg(value_enum)]
    shell: HookShell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HookShell {
    Bash,
    Zsh,
    Fish,
}

/// `doorkey env PROFILE`
#[derive(Debug, Args)]
#[command(
    after_help = "The same that a profile's folders bring by doorkey hook; no credential is among it.\n\n\
    Examples:\n  eval \"$(doorkey env acme)\"\n  doorkey env acme --shell fish | source\n  doorkey env acme --json"
)]
pub(crate) struct Env {
    /// Whose
    profile: String,
    /// For this shell
    #[arg(long, value_enum, default_value = "posix")]
    shell: Words,
}

/// Whose words variables are set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Words {
    #[value(aliases = ["sh", "bash", "zsh"])]
    Posix,
    Fish,
}

impl Words {
    fn shell(self) -> Shell {
        match self {
            Self::Posix => Shell::Posix,
            Self::Fish => Shell::Fish,
        }
    }
}

pub(super) fn hook(context: &mut Context, wanted: &Hook) -> Result<Exit, Failure> {
    let (text, shell) = match wanted.shell {
        HookShell::Bash => (include_str!("../../templates/hooks/bash"), Shell::Posix),
        HookShell::Zsh => (include_str!("../../templates/hooks/zsh"), Shell::Posix),
        HookShell::Fish => (include_str!("../../templates/hooks/fish"), Shell::Fish),
    };
    let state = context.sys.places().state().ok_or_else(super::error::no_home)?;
    let launcher = generation::launcher(state).display().to_string();
    context.say.line(text.replace("{doorkey}", &shell.quoted(&launcher)).trim_end());
    if generation::current(&context.sys).is_none() {
        context.say.aside(format!(
            "note: nothing is in force, so no folder counts: {}",
            in_force::way_on(&context.sys).1
        ));
    }
    Ok(Exit::Fine)
}

pub(super) fn env(context: &mut Context, wanted: &Env) -> Result<Exit, Failure> {
    let name = ProfileName::new(&wanted.profile)
        .map_err(|why| Failure::usage(why.to_string(), "see: doorkey profile list"))?;
    let all = usable(context)?;
    let profile = all
        .iter()
        .find(|profile| profile.name == name)
        .ok_or_else(|| Failure::usage(format!("there is no profile {name}"), "see: doorkey profile list"))?;
    let variables = ambient::of(&context.sys, profile)?.ok_or_else(|| {
        let (why, fix) = in_force::way_on(&context.sys);
        let what = format!("{name} brings nothing: doorkey's settings are not in force");
        Failure::new(Exit::CouldNot, what, why, fix)
    })?;
    if context.flags.json {
        let map: Map<_, _> = variables.into_iter().map(|(name, value)| (name, value.into())).collect();
        context.say.line(json::document("env", json!({ "profile": name, "variables": map })));
        return Ok(Exit::Fine);
    }
    let shell = wanted.shell.shell();
    let text: String = variables.iter().map(|(name, value)| shell.set(name, value)).collect();
    context.say.line(text.trim_end());
    Ok(Exit::Fine)
}

/// What the hooks call at every prompt.
pub(super) const COMMAND: &str = "hook-env";

/// What was changed by the last call: `NAME=ours` or `NAME=ours=before`, percent-encoded, with blanks between.
const CHANGED: &str = "DOORKEY_CHANGED";

/// One variable that a profile's folder changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Changed {
    name: String,
    ours: String,
    before: Option<String>,
}

/// Prints what the shell is to change, and says it in one line on standard error. Nothing where nothing is to change: that
/// is every prompt but the first one in a folder.
pub(super) fn at_prompt(sys: &Sys, words: &[&OsStr]) -> u8 {
    let shell = match words {
        [word] if *word == "posix" => Shell::Posix,
        [word] if *word == "fish" => Shell::Fish,
        _ => return Exit::Usage as u8,
    };
    // A sealed session has everything of its own.
    if sys.env(crate::engine::session::VARIABLE).is_some() {
        return Exit::Fine as u8;
    }
    let here = ambient::here(sys);
    let wanted = here.as_ref().map(|here| here.variables.as_slice()).unwrap_or_default();
    let before = read(sys.env(CHANGED).unwrap_or_default());
    let same =
        before.iter().map(|one| (&one.name, &one.ours)).eq(wanted.iter().map(|(name, value)| (name, value)));
    if same {
        return Exit::Fine as u8;
    }
    let (text, changed) = changes(shell, wanted, &before, &|name| sys.env_raw(name));
    let text = match changed.is_empty() {
        true => text + &shell.unset(CHANGED),
        false => text + &shell.set(CHANGED, &written(&changed)),
    };
    let said = match (&here, before.iter().find(|one| one.name == ambient::PROFILE)) {
        (Some(here), _) => format!("doorkey: {} ({})", here.profile, redact::said(&here.folder)),
        (None, Some(left)) => format!("doorkey: left {}", redact::said(&left.ours)),
        (None, None) => String::new(),
    };
    if !said.is_empty() {
        let _ = writeln!(std::io::stderr().lock(), "{said}");
    }
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Exit::Fine as u8
}

/// First what the last folder changed is taken back, where nobody changed it since; then this one's is set.
fn changes(
    shell: Shell,
    wanted: &[(String, String)],
    before: &[Changed],
    env: &dyn Fn(&str) -> Option<String>,
) -> (String, Vec<Changed>) {
    let mut now: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for one in before {
        let current = env(&one.name);
        let ours = current.as_deref() == Some(&one.ours);
        now.insert(&one.name, if ours { one.before.clone() } else { current });
    }
    let mut changed = Vec::new();
    for (name, value) in wanted {
        let before = now.get(name.as_str()).cloned().unwrap_or_else(|| env(name));
        now.insert(name, Some(value.clone()));
        changed.push(Changed { name: name.clone(), ours: value.clone(), before });
    }
    let lines = now.into_iter().filter(|(name, value)| *value != env(name));
    let text = lines.map(|(name, value)| match value {
        Some(value) => shell.set(name, &value),
        None => shell.unset(name),
    });
    (text.collect(), changed)
}

fn written(changed: &[Changed]) -> String {
    let one = |one: &Changed| {
        let before =
            one.before.as_ref().map(|value| format!("={}", percent::encode_word(value))).unwrap_or_default();
        format!("{}={}{before}", one.name, percent::encode_word(&one.ours))
    };
    changed.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// What is not of this form is left out: it becomes names of variables in a shell.
fn read(text: &str) -> Vec<Changed> {
    let decoded = |text: &str| String::from_utf8(percent::decode_as_git(text.as_bytes())).ok();
    let one = |word: &str| {
        let mut parts = word.split('=');
        let name = parts.next().filter(|name| is_name(name))?.to_owned();
        let ours = decoded(parts.next()?)?;
        let before = match parts.next() {
            Some(text) => Some(decoded(text)?),
            None => None,
        };
        parts.next().is_none().then_some(Changed { name, ours, before })
    };
    text.split(' ').filter_map(one).collect()
}

/// POSIX.1-2017, 3.235 Name.
fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
