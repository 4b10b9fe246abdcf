//! `doorkey store init|status|unlock|lock|export`

use super::ask::{Source, secret_from};
use super::error::Failure;
use super::say::Mark;
use super::{Context, Exit, json};
use crate::engine::{profiles, when};
use crate::model::name::ProfileName;
use crate::stores::vault::{Access, UNLOCKED, Vault};
use crate::stores::{self, How, StoreError, StoreKind};
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::Write;
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Make the store: a vault with a passphrase, a vault with a key file, or the OS keyring
    Init(Init),
    /// Which store this is, and whether it is open
    Status,
    /// Open the vault with its passphrase, for all programs of this user
    Unlock(Unlock),
    /// Close the vault again
    Lock,
    /// Print a profile's age identity, with which the stock `age` opens its vault file
    Export(Export),
    /// Take a profile's vault file as it is, after a backup was put back
    Accept(Export),
}

/// `doorkey store init`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorkey store init                          asks for a passphrase\n  \
    doorkey store init --key-file /path/key     for machines without people: whoever reads that file reads all\n  \
    doorkey store init --keyring                the keyring of your desktop session")]
pub(crate) struct Init {
    /// The key lies in this file; made with mode 0600 when it is not there
    #[arg(long, value_name = "PATH", conflicts_with_all = ["passphrase_fd", "keyring"])]
    key_file: Option<String>,
    /// Read the passphrase from this open file descriptor
    #[arg(long, value_name = "N", conflicts_with = "keyring")]
    passphrase_fd: Option<i32>,
    /// Use the OS keyring
    #[arg(long)]
    keyring: bool,
}

/// `doorkey store unlock`
#[derive(Debug, Args)]
pub(crate) struct Unlock {
    /// Read the passphrase from this open file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    /// For how many minutes
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u64>,
}

/// `doorkey store export PROFILE`
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Whose vault
    profile: String,
}

pub(crate) fn run(context: &mut Context, command: StoreCommand) -> Result<Exit, Failure> {
    match command {
        StoreCommand::Init(wanted) => init(context, &wanted),
        StoreCommand::Status => status(context),
        StoreCommand::Unlock(wanted) => unlock(context, &wanted),
        StoreCommand::Lock => {
            Vault::lock(&mut context.sys)?;
            context.say.marked(Mark::Good, "the vault is locked");
            Ok(Exit::Fine)
        }
        StoreCommand::Export(wanted) => export(context, &wanted),
        StoreCommand::Accept(wanted) => {
            let name = ProfileName::new(&wanted.profile)?;
            stores::open(&context.sys)?.accept_as_is(&mut context.sys, &name)?;
            context.say.marked(Mark::Good, format!("the vault file of {name} is taken as it is"));
            Ok(Exit::Fine)
        }
    }
}

fn init(context: &mut Context, wanted: &Init) -> Result<Exit, Failure> {
    if let Some(kind) = stores::describe(&context.sys)? {
        let same = match (&kind, &wanted.key_file) {
            (StoreKind::KeyFile { path }, Some(given)) => *path == absolute(context, given),
            (StoreKind::Keyring, None) => wanted.keyring,
            _ => false,
        };
        if same {
            context.say.info(format!("Nothing to do: the store is {kind}."));
            return Ok(Exit::Fine);
        }
        return Err(Failure::usage(format!("there is a store already: {kind}"), "see: doorkey store status"));
    }
    let how = match (&wanted.key_file, wanted.keyring) {
        (Some(path), _) => How::KeyFile(absolute(context, path)),
        (None, true) => How::Keyring,
        (None, false) => {
            let source = wanted.passphrase_fd.map_or(Source::Prompt, Source::Descriptor);
            How::Passphrase(secret_from(context, source, "passphrase for the new vault", true)?)
        }
    };
    if context.flags.dry_run {
        context.say.info("Dry run: the store would be made; nothing was changed.");
        return Ok(Exit::Fine);
    }
    stores::init(&mut context.sys, how)?;
    status(context)
}

fn absolute(context: &Context, path: &str) -> std::path::PathBuf {
    let path = context.sys.expanded(path);
    if path.is_absolute() { path } else { context.sys.cwd().unwrap_or_default().join(path) }
}

fn status(context: &mut Context) -> Result<Exit, Failure> {
    let kind = stores::describe(&context.sys)?.ok_or(StoreError::NoStore)?;
    let (open, words) = match &kind {
        StoreKind::KeyFile { path } => {
            (true, format!("open; whoever reads {} reads all", context.sys.shown(path)))
        }
        StoreKind::Keyring => (true, "as open as your desktop session's keyring".into()),
        StoreKind::Passphrase => match Vault::access(&context.sys)? {
            Access::Unlocked { until } => (true, format!("unlocked until {}", when::date_time(until))),
            _ => (false, "locked; open it: doorkey store unlock".into()),
        },
    };
    let trouble = if open { stores::open(&context.sys).err().map(Failure::from) } else { None };
    if context.flags.json {
        let name = match &kind {
            StoreKind::KeyFile { .. } => "key-file",
            StoreKind::Passphrase => "passphrase",
            StoreKind::Keyring => "keyring",
        };
        let body = json!({ "kind": name, "open": open && trouble.is_none(), "says": words,
            "problem": trouble.as_ref().map(json::failure) });
        context.say.line(json::document("store", body));
    } else {
        let mark = if !open { Mark::Warn } else { Mark::Good };
        context.say.marked(mark, format!("{kind}: {words}"));
    }
    match trouble {
        Some(failure) if !context.flags.json => Err(failure),
        Some(_) => Ok(Exit::CouldNot),
        None => Ok(Exit::Fine),
    }
}

fn unlock(context: &mut Context, wanted: &Unlock) -> Result<Exit, Failure> {
    match stores::describe(&context.sys)?.ok_or(StoreError::NoStore)? {
        StoreKind::Passphrase => {}
        kind => {
            context.say.info(format!("Nothing to do: the store is {kind}."));
            return Ok(Exit::Fine);
        }
    }
    let time = wanted.minutes.map_or(UNLOCKED, |m| Duration::from_secs(m.saturating_mul(60)));
    let source = wanted.passphrase_fd.map_or(Source::Prompt, Source::Descriptor);
    let passphrase = secret_from(context, source, "passphrase", false)?;
    Vault::unlock(&mut context.sys, &passphrase, time)?;
    status(context)
}

/// Shows a secret, so on a terminal only after a question, and to a pipe only with `--yes`.
fn export(context: &mut Context, wanted: &Export) -> Result<Exit, Failure> {
    let name = ProfileName::new(&wanted.profile)?;
    profiles::one(&context.sys, &name)?;
    let vault = Vault::open(&context.sys)?;
    if !context.flags.yes {
        let asked = context.terminal.can_ask()
            && super::ask::confirm(
                context,
                "This prints a key that opens all tokens of the profile. Print it?",
            )?;
        if !asked {
            return Err(Failure::usage(
                "an identity is only printed when you say so",
                "run it again with --yes, and redirect it",
            ));
        }
    }
    let identity = vault.export_identity(&context.sys, &name)?;
    let mut out = std::io::stdout().lock();
    let written = out.write_all(identity.expose()).and_then(|()| out.flush());
    written.map_err(|_| Failure::new(Exit::CouldNot, "the identity could not be written", "", ""))?;
    context.say.aside(format!("# opens {}", vault.profile_file(&name).display()));
    Ok(Exit::Fine)
}
