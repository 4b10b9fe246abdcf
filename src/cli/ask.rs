//! Questions to people, on a terminal only; and secrets from a prompt, standard input or a file descriptor.

use super::error::Failure;
use super::{Context, Exit};
use crate::secret::Secret;
use crate::sys::tty;
use dialoguer::console::Term;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};

/// The longest secret that is read: as long as a value of git's protocol may be.
const LONGEST: u64 = 4096;

/// Where a key's passphrase comes from: the descriptor, or the terminal if there is one. `why` and `fix` say what to do
/// without either.
pub(crate) fn phrase_source(
    context: &Context,
    descriptor: Option<i32>,
    why: &str,
    fix: &str,
) -> Result<Source, Failure> {
    if descriptor.is_none() && !context.terminal.can_ask() {
        return Err(Failure::new(
            Exit::Usage,
            "there is no terminal to ask for the key's passphrase",
            why,
            fix,
        ));
    }
    Ok(descriptor.map_or(Source::Prompt, Source::Descriptor))
}

fn theme(context: &Context) -> Box<dyn Theme> {
    if context.sys.env("NO_COLOR").is_some() {
        Box::new(SimpleTheme)
    } else {
        Box::new(ColorfulTheme::default())
    }
}

fn interrupted() -> Failure {
    Failure::new(
        Exit::Interrupted,
        "the question was not answered",
        "you interrupted it; nothing was changed",
        "",
    )
}

fn unanswered(_: dialoguer::Error) -> Failure {
    interrupted()
}

/// Standard error without the order to hide the cursor, which dialoguer gives at each question: Ctrl-C ends the process
/// by its signal, and nobody would show the cursor again.
#[derive(Debug)]
struct CursorStays(io::Stderr);

impl Write for CursorStays {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes == b"\x1b[?25l" { Ok(bytes.len()) } else { self.0.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl AsRawFd for CursorStays {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

fn terminal() -> Term {
    Term::read_write_pair(io::stdin(), CursorStays(io::stderr()))
}

/// Yes or no; no is what Enter means.
pub(crate) fn confirm(context: &Context, question: &str) -> Result<bool, Failure> {
    let theme = theme(context);
    dialoguer::Confirm::with_theme(theme.as_ref())
        .with_prompt(question)
        .default(false)
        .interact_on(&terminal())
        .map_err(unanswered)
}

/// Yes or no; yes is what Enter means. Only for what changes nothing by itself.
pub(crate) fn confirm_yes(context: &Context, question: &str) -> Result<bool, Failure> {
    let theme = theme(context);
    dialoguer::Confirm::with_theme(theme.as_ref())
        .with_prompt(question)
        .default(true)
        .interact_on(&terminal())
        .map_err(unanswered)
}

/// A line of text, with a suggestion.
pub(crate) fn text(context: &Context, question: &str, suggestion: Option<&str>) -> Result<String, Failure> {
    let theme = theme(context);
    let mut input =
        dialoguer::Input::<String>::with_theme(theme.as_ref()).with_prompt(question).allow_empty(true);
    if let Some(suggestion) = suggestion {
        input = input.default(suggestion.to_owned());
    }
    input.interact_text_on(&terminal()).map_err(unanswered)
}

/// One of several.
pub(crate) fn choice(context: &Context, question: &str, items: &[&str]) -> Result<usize, Failure> {
    let theme = theme(context);
    dialoguer::Select::with_theme(theme.as_ref())
        .with_prompt(question)
        .items(items)
        .default(0)
        .interact_on(&terminal())
        .map_err(unanswered)
}

/// A hidden prompt.
pub(crate) fn secret(question: &str, twice: bool) -> Result<Secret, Failure> {
    let hidden = |text: &str| {
        let mut err = io::stderr().lock();
        let _ = write!(err, "{text} (not shown): ").and_then(|()| err.flush());
        let line = tty::read_hidden(LONGEST as usize + 1);
        let _ = writeln!(err);
        line.ok().flatten().ok_or_else(interrupted)
    };
    loop {
        let first = hidden(question)?;
        if !twice || first.same_as(hidden("Once more")?.expose()) {
            return Ok(first);
        }
        let _ = writeln!(io::stderr().lock(), "That was something else. Again, please.");
    }
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
        Source::Prompt if context.terminal.can_ask() => {
            let secret = secret(question, twice)?;
            checked(secret, question)
        }
        Source::Prompt => Err(Failure::new(
            Exit::Usage,
            format!("there is no terminal to ask for the {question}"),
            "secrets are never taken from arguments",
            "give it by standard input or an open file descriptor: see --help",
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
    checked(secret, question)
}

/// The secret, if it can be one.
fn checked(secret: Secret, question: &str) -> Result<Secret, Failure> {
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
