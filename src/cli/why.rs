//! `doorkey why`: what is asked about, and who answers.

use super::error::Failure;
use super::{Context, Exit, why_module, why_pasted};
use crate::sys::process;
use clap::Args;
use std::io;

/// `doorkey why [MODULE[@VERSION]|-]`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  doorkey why github.com/acme/lib@v1.2.0\n  git fetch 2>&1 | doorkey why -\n  doorkey why < build.log\n\n\
    Exit code 0 when nothing stands in the way, 1 when something does, 3 when a text is not known."
)]
pub(crate) struct Why {
    /// A Go module, with its version if one is meant; `-`: an error text on standard input
    subject: Option<String>,
}

/// A log that is longer is not read to its end.
const MAX_INPUT: usize = 16 << 20;

pub(crate) fn run(context: &mut Context, wanted: &Why) -> Result<Exit, Failure> {
    match wanted.subject.as_deref() {
        Some("-") => {}
        Some(module) => {
            let (module, version) = module.split_once('@').map_or((module, None), |(m, v)| (m, Some(v)));
            return why_module::run(context, module, version);
        }
        None if !context.terminal.input => {}
        None => {
            return Err(Failure::usage(
                "nothing to read",
                "give the error text: COMMAND 2>&1 | doorkey why -",
            ));
        }
    }
    let Some(input) = process::read_wiped(io::stdin().lock(), MAX_INPUT) else {
        return Err(Failure::usage("standard input could not be read", "try: doorkey why < FILE"));
    };
    why_pasted::run(context, input.expose())
}
