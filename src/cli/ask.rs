//! Questions to people, on a terminal only; and secrets from a prompt, standard input or a file descriptor.

use super::error::Failure;
use super::{Context, Exit};
use crate::secret::Secret;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use std::io::Read;

/// The longest secret that is read: as long as a value of git's protocol may be.
const LONGEST: u64 = 4096;

fn theme(context: &Context) -> Box<dyn Theme> {
    if context.sys.env("NO_COLOR").is_some() {
        Box::new(SimpleTheme)
    } else {
        Box::new(ColorfulTheme::default())
    }
}

fn interrupted(_: dialoguer::Error) -> Failure {
    // dialoguer hides the cursor in lists and leaves it hidden after Ctrl-C.
    let _ = dialoguer::console::Term::stderr().show_cursor();
    Failure::new(Exit::No, "the question was not answered", "", "")
}

/// Yes or no; no is what Enter means.
pub(crate) fn confirm(context: &Context, question: &str) -> Result<bool, Failure> {
    let theme = theme(context);
    dialoguer::Confirm::with_theme(theme.as_ref())
        .with_prompt(question)
        .default(false)
        .interact()
        .map_err(interrupted)
}

/// A line of text, with a suggestion.
pub(crate) fn text(context: &Context, question: &str, suggestion: Option<&str>) -> Result<String, Failure> {
    let theme = theme(context);
    let mut input =
        dialoguer::Input::<String>::with_theme(theme.as_ref()).with_prompt(question).allow_empty(true);
    if let Some(suggestion) = suggestion {
        input = input.default(suggestion.to_owned());
    }
    input.interact_text().map_err(interrupted)
}

/// One of several.
pub(crate) fn choice(context: &Context, question: &str, items: &[&str]) -> Result<usize, Failure> {
    let theme = theme(context);
    dialoguer::Select::with_theme(theme.as_ref())
        .with_prompt(question)
        .items(items)
        .default(0)
        .interact()
        .map_err(interrupted)
}

/// A hidden prompt.
pub(crate) fn secret(context: &Context, question: &str, twice: bool) -> Result<Secret, Failure> {
    let theme = theme(context);
    let mut prompt = dialoguer::Password::with_theme(theme.as_ref()).with_prompt(question);
    if twice {
        prompt = prompt.with_confirmation("Once more", "That was something else. Again, please");
    }
    prompt.interact().map(Secret::take_string).map_err(interrupted)
}

/// Where a secret comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// A hidden prompt on the terminal.
    Prompt,
    /// Standard input, to its end.
    Stdin,
    /// An open file descriptor, to its end.
    Descriptor(i32),
}

/// Reads a secret; one final line end is not part of it.
pub(crate) fn secret_from(
    context: &Context,
    source: Source,
    question: &str,
    twice: bool,
) -> Result<Secret, Failure> {
    match source {
        Source::Prompt if context.terminal.can_ask() => secret(context, question, twice),
        Source::Prompt => Err(Failure::new(
            Exit::Usage,
            format!("there is no terminal to ask for the {question}"),
            "secrets are never taken from arguments",
            "pipe it in with --stdin, or give an open file descriptor",
        )),
        Source::Stdin => read_secret(std::io::stdin().lock(), question),
        Source::Descriptor(number) => {
            let file = context.sys.open_descriptor(number).map_err(|_| {
                Failure::new(
                    Exit::Usage,
                    format!("file descriptor {number} is not open for reading"),
                    "",
                    format!("open it in the shell: doorkey ... {number}<FILE"),
                )
            })?;
            read_secret(file, question)
        }
    }
}

fn read_secret(from: impl Read, question: &str) -> Result<Secret, Failure> {
    // Room for the longest secret at once, so that the buffer is never moved.
    let mut bytes = Vec::with_capacity(usize::try_from(LONGEST).unwrap_or(4096) + 2);
    let failed = |_| Failure::new(Exit::CouldNot, format!("the {question} could not be read"), "", "");
    from.take(LONGEST + 2).read_to_end(&mut bytes).map_err(failed)?;
    let mut length = bytes.len();
    if bytes.ends_with(b"\n") {
        length -= 1;
        if bytes.ends_with(b"\r\n") {
            length -= 1;
        }
    }
    let secret = Secret::copy_of(bytes.get(..length).unwrap_or_default());
    drop(Secret::take(bytes));
    let fault = if secret.is_empty() {
        "is empty"
    } else if secret.len() > 4096 {
        "is longer than 4096 bytes"
    } else if secret.expose().iter().any(|b| *b < 0x20 || *b == 0x7f) {
        "has a line end or another control character in it"
    } else {
        return Ok(secret);
    };
    Err(Failure::new(
        Exit::Usage,
        format!("the {question} {fault}"),
        "",
        "give exactly the value, on one line",
    ))
}
