//! `doorkey agent`: keeps the vault open where the kernel's keyring is refused.

use super::ask::{Source, secret_from};
use super::error::Failure;
use super::{Context, Exit};
use crate::stores::vault::{Ended, UNLOCKED, Vault};
use clap::Args;
use std::time::Duration;

/// `doorkey agent`
#[derive(Debug, Args)]
#[command(
    after_help = "`doorkey store unlock` keeps the vault open in the kernel's keyring. Where a container refuses that, run\n\
    this instead, in the background: it serves a socket below XDG_RUNTIME_DIR to processes of this user only,\n\
    and ends with its time or with: doorkey store lock"
)]
pub(crate) struct Agent {
    /// Read the passphrase from this open file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    /// For how many minutes
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u64>,
}

pub(crate) fn run(context: &mut Context, wanted: &Agent) -> Result<Exit, Failure> {
    let time = wanted.minutes.map_or(UNLOCKED, |m| Duration::from_secs(m.saturating_mul(60)));
    let source = wanted.passphrase_fd.map_or(Source::Prompt, Source::Descriptor);
    let passphrase = secret_from(context, source, "passphrase", false)?;
    let vault = Vault::open_with_passphrase(&context.sys, &passphrase)?;
    drop(passphrase);
    if context.flags.dry_run {
        return super::store::dry_run(context, "the vault would be kept open");
    }
    context.say.aside("the vault is open for the processes of this user");
    match vault.serve(&mut context.sys, time)? {
        Ended::Locked => context.say.aside("locked"),
        Ended::TimedOut => context.say.aside("the time is over: locked"),
    }
    Ok(Exit::Fine)
}
