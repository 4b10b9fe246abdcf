//! `doorkey inspect`: what is on this machine. Reads only.

use super::error::Failure;
use super::{Context, Exit, json};
use crate::engine::inspect;
use clap::{Args, ValueEnum};
use serde_json::Value;

/// `doorkey inspect [ssh|tokens|helpers|trust|all]`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorkey inspect\n  doorkey inspect ssh\n  doorkey inspect all --json")]
pub(crate) struct Inspect {
    /// Which part
    #[arg(value_enum, default_value_t = Part::All)]
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Ssh,
    Tokens,
    Helpers,
    Trust,
    All,
}

pub(crate) fn run(context: &mut Context, wanted: &Inspect) -> Result<Exit, Failure> {
    let facts = inspect::machine(&context.sys);
    let _ = wanted.part;
    let value = serde_json::to_value(&facts).unwrap_or(Value::Null);
    context.say.line(json::document("inspect", value));
    Ok(Exit::Fine)
}
