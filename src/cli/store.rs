//! `doorkey store init|unlock|lock|export|accept`

use super::ask::{Source, secret_from};
use super::error::Failure;
use super::say::Mark;
use super::store_status::run as status;
use super::{Context, Exit};
use crate::engine::profiles;
use crate::model::name::ProfileName;
use crate::secret::Secret;
use crate::stores::pass::Pass;
use crate::stores::vault::{UNLOCKED, Vault};
use crate::stores::{self, How, StoreError, StoreKind};
use clap::{Args, Subcommand};
use std::io::Write;
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Make the store: a vault with a passphrase or a key file, the OS keyring, or pass
    Init(Init),
    /// Which store this is, whether it is open, and which others this machine could have
    Status,
    /// Open the vault with its passphrase, for all programs of this user
    Unlock(Unlock),
    /// Close the vault again
    Lock,
    /// Carry everything over into another kind of store
    Move(super::store_move::Wanted),
    /// Print a profile's age identity, with which the stock `age` opens its vault file
    Export(Export),
    /// Take a profile's vault file as it is, after a backup was put back
    Accept(Export),
}

/// `doorkey store init`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorkey store init                          asks for a passphrase\n  \
    doorkey store init --key-file /path/key     for machines without people: whoever reads that file reads all\n  \
    doorkey store init --keyring                the keyring of your desktop session\n  \
    doorkey store init --pass                   the password store of pass (GnuPG)")]
pub(crate) struct Init {
    #[command(flatten)]
    to: Where,
}

/// Which store is meant.
#[derive(Debug, Args)]
pub(crate) struct Where {
    /// A vault whose key lies in this file; made with mode 0600 when it is not there
    #[arg(long, value_name = "PATH", conflicts_with_all = ["passphrase", "passphrase_fd", "keyring", "pass"])]
    key_file: Option<String>,
    /// A vault with a passphrase, which is asked for
    #[arg(long, conflicts_with_all = ["passphrase_fd", "keyring", "pass"])]
    passphrase: bool,
    /// A vault with a passphrase, read from this open file descriptor
    #[arg(long, value_name = "N", conflicts_with_all = ["keyring", "pass"])]
    passphrase_fd: Option<i32>,
    /// The OS keyring
    #[arg(long, conflicts_with = "pass")]
    keyring: bool,
    /// The password store of `pass`, sealed by GnuPG
    #[arg(long)]
    pass: bool,
}

impl Where {
    /// What the flags say; `None` = there is none.
    pub(super) fn how(&self, context: &Context) -> Result<Option<How>, Failure> {
        Ok(Some(match self {
            Self { key_file: Some(path), .. } => How::KeyFile(context.absolute(path)),
            Self { keyring: true, .. } => How::Keyring,
            Self { pass: true, .. } => How::Pass,
            Self { passphrase_fd: Some(number), .. } => {
                How::Passphrase(new_passphrase(context, Source::Descriptor(*number))?)
            }
            Self { passphrase: true, .. } => How::Passphrase(new_passphrase(context, Source::Prompt)?),
            _ => return Ok(None),
        }))
    }

    /// Whether it is this store already, as far as that can be told without a passphrase.
    fn is(&self, context: &Context, kind: &StoreKind) -> bool {
        match (kind, &self.key_file) {
            (StoreKind::KeyFile { path }, Some(given)) => *path == context.absolute(given),
            (StoreKind::Keyring, None) => self.keyring,
            (StoreKind::Pass, None) => self.pass,
            _ => false,
        }
    }
}

fn new_passphrase(context: &Context, source: Source) -> Result<Secret, Failure> {
    secret_from(context, source, "passphrase for the new vault", true)
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
        StoreCommand::Move(wanted) => super::store_move::run(context, &wanted),
        StoreCommand::Unlock(wanted) => unlock(context, &wanted),
        StoreCommand::Lock if context.flags.dry_run => dry_run(context, "the vault would be locked"),
        StoreCommand::Lock => {
            Vault::lock(&mut context.sys)?;
            context.say.marked(Mark::Good, "the vault is locked");
            Ok(Exit::Fine)
        }
        StoreCommand::Export(wanted) => export(context, &wanted),
        StoreCommand::Accept(wanted) => {
            let name = ProfileName::new(&wanted.profile)?;
            if context.flags.dry_run {
                return dry_run(context, "the vault file would be taken as it is");
            }
            stores::open(&context.sys)?.accept_as_is(&mut context.sys, &name)?;
            context.say.marked(Mark::Good, format!("the vault file of {name} is taken as it is"));
            Ok(Exit::Fine)
        }
    }
}

fn init(context: &mut Context, wanted: &Init) -> Result<Exit, Failure> {
    if let Some(kind) = stores::describe(&context.sys)? {
        if wanted.to.is(context, &kind) {
            context.say.info(format!("Nothing to do: the store is {kind}."));
            return Ok(Exit::Fine);
        }
        let fix = "carry everything over into another: doorkey store move --help";
        return Err(Failure::usage(format!("there is a store already: {kind}"), fix));
    }
    let how = match wanted.to.how(context)? {
        Some(how) => how,
        None => How::Passphrase(new_passphrase(context, Source::Prompt)?),
    };
    if context.flags.dry_run {
        return dry_run(context, "the store would be made");
    }
    let passphrase = match &how {
        How::Passphrase(passphrase) => Some(passphrase.clone()),
        _ => None,
    };
    stores::init(&mut context.sys, how)?;
    // Whoever has just chosen the passphrase goes on to use the vault. Where nothing can keep it open, the status says so.
    if let Some(passphrase) = passphrase {
        let _ = Vault::unlock(&mut context.sys, &passphrase, UNLOCKED);
    }
    status(context)
}

/// What would have been done.
pub(super) fn dry_run(context: &mut Context, what: &str) -> Result<Exit, Failure> {
    context.say.info(format!("Dry run: {what}; nothing was changed."));
    Ok(Exit::Fine)
}

fn unlock(context: &mut Context, wanted: &Unlock) -> Result<Exit, Failure> {
    match stores::describe(&context.sys)?.ok_or(StoreError::NoStore)? {
        StoreKind::Passphrase => {}
        StoreKind::Pass => return unlock_pass(context),
        kind => {
            context.say.info(format!("Nothing to do: the store is {kind}."));
            return Ok(Exit::Fine);
        }
    }
    let time = wanted.minutes.map_or(UNLOCKED, |m| Duration::from_secs(m.saturating_mul(60)));
    let source = wanted.passphrase_fd.map_or(Source::Prompt, Source::Descriptor);
    let passphrase = secret_from(context, source, "passphrase", false)?;
    if context.flags.dry_run {
        // A wrong passphrase is one in a dry run too.
        Vault::open_with_passphrase(&context.sys, &passphrase)?;
        return dry_run(context, "the vault would be unlocked");
    }
    Vault::unlock(&mut context.sys, &passphrase, time)?;
    status(context)
}

/// gpg asks, by its own pinentry, and its agent remembers.
fn unlock_pass(context: &mut Context) -> Result<Exit, Failure> {
    if Pass::unlock(&context.sys)? {
        context.say.marked(Mark::Good, "gpg opens the entries of pass");
    } else {
        context.say.info("Nothing to do: there is no token in pass yet.");
    }
    Ok(Exit::Fine)
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
