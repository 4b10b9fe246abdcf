//! Output for people: plain on a pipe, symbols and colour on a terminal only. Progress goes to standard error.

use super::arguments::{ColorChoice, Flags};
use super::error::Failure;
use super::{Exit, json};
use crate::redact;
use crate::sys::Sys;
use crate::sys::tty::Terminal;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Where and how things are said.
#[derive(Debug)]
pub(crate) struct Say {
    color: bool,
    symbols: bool,
    quiet: bool,
    broken: bool,
    said: RefCell<BTreeSet<String>>,
}

/// How a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Fine.
    Good,
    /// Look at this.
    Warn,
    /// Wrong.
    Bad,
}

impl Say {
    pub(crate) fn new(sys: &Sys, flags: &Flags, terminal: Terminal) -> Self {
        let color = match flags.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                terminal.output && sys.env("NO_COLOR").is_none() && sys.env("TERM") != Some("dumb")
            }
        };
        Self { color, symbols: terminal.output, quiet: flags.quiet, broken: false, said: RefCell::default() }
    }

    /// Whether standard output was closed by its reader (`doorkey ... | head`): what streams may stop then.
    pub(crate) fn broken_pipe(&self) -> bool {
        self.broken
    }

    /// The result of a command, on standard output. A reader that went away (`| head`) is no error.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        let mut out = io::stdout().lock();
        let text = redact::for_terminal(text.as_ref(), true);
        self.broken |= writeln!(out, "{text}").is_err();
    }

    /// A file for another program, byte for byte: what is in it was made safe where it was made.
    pub(crate) fn raw(&mut self, text: &str) {
        let mut out = io::stdout().lock();
        self.broken |= out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err();
    }

    /// As [`Say::line`], but not with `--quiet`.
    pub(crate) fn info(&mut self, text: impl AsRef<str>) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// A line with its mark: `✓ ! ✗` on a terminal, `ok`, `warning`, `error` elsewhere.
    pub(crate) fn marked(&mut self, mark: Mark, text: impl AsRef<str>) {
        if self.quiet && mark == Mark::Good {
            return;
        }
        let shown = match (self.symbols, mark) {
            (true, Mark::Good) => self.paint("32", "✓"),
            (true, Mark::Warn) => self.paint("33", "!"),
            (true, Mark::Bad) => self.paint("31", "✗"),
            (false, Mark::Good) => self.paint("32", "ok:"),
            (false, Mark::Warn) => self.paint("33", "warning:"),
            (false, Mark::Bad) => self.paint("31", "error:"),
        };
        let text = redact::for_terminal(text.as_ref(), true);
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{shown} {text}");
    }

    /// A unified diff, coloured on a terminal.
    pub(crate) fn diff(&mut self, diff: &str) {
        let mut out = io::stdout().lock();
        for line in diff.lines() {
            let painted = match line.as_bytes().first() {
                Some(b'+') => self.paint("32", line),
                Some(b'-') => self.paint("31", line),
                Some(b'@') => self.paint("36", line),
                _ => line.to_owned(),
            };
            if writeln!(out, "  {painted}").is_err() {
                return;
            }
        }
    }

    /// Something for people beside the result, on standard error.
    pub(crate) fn aside(&self, text: impl AsRef<str>) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{}", redact::for_terminal(text.as_ref(), true));
        }
    }

    /// As [`Say::aside`], but not a second time: a plan is made more than once, and what is found then stays the same.
    pub(crate) fn aside_once(&self, text: String) {
        if self.said.borrow_mut().insert(text.clone()) {
            self.aside(text);
        }
    }

    /// An error: what, why, do. As JSON on standard output with `--json`.
    pub(crate) fn failure(&mut self, failure: &Failure, as_json: bool) -> Exit {
        if as_json {
            self.line(json::document("error", json::failure(failure)));
        } else {
            Self::error(self.color, failure);
        }
        failure.exit
    }

    /// An error on standard error.
    pub(crate) fn error(color: bool, failure: &Failure) {
        let mut err = io::stderr().lock();
        let code = if failure.code.is_empty() { String::new() } else { format!("[{}]", failure.code) };
        let head = if color { format!("\x1b[1;31merror{code}\x1b[0m") } else { format!("error{code}") };
        let what = redact::said(&failure.what);
        let _ = writeln!(err, "{head}: {what}");
        for (label, text) in [("why", &failure.why), ("fix", &failure.fix)] {
            if !text.is_empty() {
                let _ = writeln!(err, "  {label}: {}", redact::said(text));
            }
        }
    }

    /// A finding, with its severity in colour.
    pub(crate) fn finding(&mut self, severity: &str, text: &str) {
        let head = match severity {
            "error" => self.paint("31", severity),
            "warning" => self.paint("33", severity),
            _ => severity.into(),
        };
        let _ = writeln!(io::stdout().lock(), "{head}{}", redact::for_terminal(text, true));
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.into() }
    }
}
