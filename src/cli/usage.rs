//! A wrong command line in our words. What stands in an argument's place may be a token, so it is not said again
//! unless it is a flag or a short word.

use super::arguments::Arguments;
use super::error::Failure;
use super::say::Say;
use super::{Exit, json};
use crate::redact;
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;
use std::ffi::OsString;
use std::io::{self, Write};

/// Says what is wrong with the command line; help and version are no errors.
pub(super) fn said(error: &clap::Error, arguments: &[OsString]) -> u8 {
    let text = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = write!(io::stdout().lock(), "{text}");
            Exit::Fine as u8
        }
        // `doorkey token` alone: its help is the answer.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = write!(io::stderr().lock(), "{text}");
            Exit::Usage as u8
        }
        _ => {
            let failure = failure(error, arguments);
            if arguments.iter().any(|word| word == "--json") {
                let document = json::document("error", json::failure(&failure));
                let _ = writeln!(io::stdout().lock(), "{document}");
            } else {
                Say::error(false, &failure);
            }
            Exit::Usage as u8
        }
    }
}

fn failure(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let context = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(list)) => list.clone(),
        _ => Vec::new(),
    };
    let names = |kind: ContextKind| context(kind).join(", ");
    let word = |kind: ContextKind| context(kind).first().map(|text| harmless(text)).unwrap_or_default();
    let mut why = String::new();
    let mut fix = usage(error, arguments);
    let what = match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("{} is missing", names(ContextKind::InvalidArg)),
        ErrorKind::MissingSubcommand => "a command is missing".into(),
        ErrorKind::InvalidSubcommand => {
            let given = word(ContextKind::InvalidSubcommand);
            if given == "status" {
                fix = "the status is what plain `doorkey` says".into();
            } else if let Some(near) = context(ContextKind::SuggestedSubcommand).last() {
                fix = format!("did you mean: {near}? All commands: doorkey --help");
            }
            format!("there is no command {given:?}")
        }
        ErrorKind::UnknownArgument => {
            let given = word(ContextKind::InvalidArg);
            if let Some(near) = context(ContextKind::SuggestedArg).first() {
                fix = format!("did you mean: {near}?");
            }
            if given.starts_with('-') {
                format!("there is no option {given} here")
            } else if about_secrets(arguments) {
                why = "secrets are never taken from arguments: other users of the machine see them, and your shell keeps \
                       them in its history"
                    .into();
                fix = "leave it out and doorkey asks, or give it by --stdin; if it was a token, it is in your history \
                       now: make a new one"
                    .into();
                "there is a word too many".into()
            } else {
                format!("there is a word too many: {given:?}")
            }
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            // What the reader of the value says of its form.
            why = error.source().map(|said| redact::said(&said.to_string())).unwrap_or_default();
            let (flag, given) = (names(ContextKind::InvalidArg), word(ContextKind::InvalidValue));
            let valid = context(ContextKind::ValidValue);
            if given.is_empty() {
                format!("{flag} needs a value")
            } else if valid.is_empty() {
                format!("{given:?} is no value for {flag}")
            } else {
                fix = format!("one of: {}", valid.join(", "));
                format!("{given:?} is no value for {flag}")
            }
        }
        ErrorKind::ArgumentConflict => {
            let (one, other) = (names(ContextKind::InvalidArg), names(ContextKind::PriorArg));
            format!("{one} and {other} exclude each other")
        }
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".into(),
        _ => "the command line cannot be read".into(),
    };
    Failure::new(Exit::Usage, what, why, fix)
}

/// A flag without its value, or a word that is no token.
fn harmless(text: &str) -> String {
    match text.split_once('=') {
        Some((flag, _)) if flag.starts_with('-') => flag.to_owned(),
        _ => redact::user_name(text).to_owned(),
    }
}

fn about_secrets(arguments: &[OsString]) -> bool {
    arguments
        .iter()
        .skip(1)
        .find(|word| !word.to_string_lossy().starts_with('-'))
        .is_some_and(|word| word == "token" || word == "store" || word == "agent")
}

/// `Usage: doorkey token add [OPTIONS] <PROFILE>` as a command to look at.
fn usage(error: &clap::Error, arguments: &[OsString]) -> String {
    let text = error.render().to_string();
    let line = text.lines().find_map(|line| line.trim().strip_prefix("Usage: "));
    match line {
        Some(line) => format!("{line} (more: --help)"),
        None => format!("see: {} --help", command_words(arguments)),
    }
}

/// `doorkey token add`: the words that are commands, and no other.
fn command_words(arguments: &[OsString]) -> String {
    let mut words = vec!["doorkey".to_owned()];
    let mut command = Arguments::command();
    for word in
        arguments.iter().skip(1).filter_map(|word| word.to_str()).filter(|word| !word.starts_with('-'))
    {
        let Some(next) = command.find_subcommand(word).cloned() else { break };
        words.push(next.get_name().to_owned());
        command = next;
    }
    words.join(" ")
}
