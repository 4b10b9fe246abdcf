//! `doorkey completions SHELL`

use super::arguments::Arguments;
use super::error::Failure;
use super::{Context, Exit};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// `doorkey completions SHELL`
#[derive(Debug, Args)]
#[command(
    after_help = "Example, for bash:\n  doorkey completions bash > ~/.local/share/bash-completion/completions/doorkey"
)]
pub(crate) struct Wanted {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(context: &mut Context, wanted: &Wanted) -> Result<Exit, Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(wanted.shell, &mut Arguments::command(), "doorkey", &mut bytes);
    context.say.line(String::from_utf8_lossy(&bytes).trim_end());
    Ok(Exit::Fine)
}
