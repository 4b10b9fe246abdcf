//! `doorkey why MODULE[@VERSION]`.

use super::error::Failure;
use super::{Context, Exit, why_module};
use clap::Args;

/// `doorkey why MODULE[@VERSION]`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  doorkey why github.com/acme/lib@v1.2.0\n\n\
    Exit code 0 when nothing stands in the way, 1 when something does.")]
pub(crate) struct Why {
    /// A Go module, with its version if one is meant
    module: String,
}

pub(crate) fn run(context: &mut Context, wanted: &Why) -> Result<Exit, Failure> {
    let (module, version) = match wanted.module.split_once('@') {
        Some((module, version)) => (module, Some(version)),
        None => (wanted.module.as_str(), None),
    };
    why_module::run(context, module, version)
}
