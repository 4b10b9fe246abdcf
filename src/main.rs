//! The program: hardens the process, captures the machine, and hands over to [`doorkey::cli`].

use doorkey::sys::{Sys, process};
use std::process::ExitCode;

fn main() -> ExitCode {
    process::harden();
    process::end_on_bug();
    let arguments: Vec<_> = std::env::args_os().collect();
    ExitCode::from(doorkey::cli::run(Sys::capture(), &arguments))
}
