//! What git and ssh call, and nothing more: a small program starts sooner. `doorkey use` puts it where they look.

use doorkey::sys::{Sys, process};
use std::process::ExitCode;

fn main() -> ExitCode {
    process::harden();
    process::end_on_bug();
    let arguments: Vec<_> = std::env::args_os().collect();
    ExitCode::from(doorkey::cli::run_for_git_and_ssh(Sys::capture(), &arguments))
}
