//! `doorkey ca verify`

use super::error::Failure;
use super::{Context, Exit};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum CaCommand {
    /// Whether a certificate leads to a root you trust, and if not, at which link it breaks and why
    Verify(super::ca_verify::Verify),
}

pub(crate) fn run(context: &mut Context, command: CaCommand) -> Result<Exit, Failure> {
    match command {
        CaCommand::Verify(wanted) => super::ca_verify::run(context, &wanted),
    }
}
