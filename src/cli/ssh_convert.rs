//! `doorkey ssh convert FILE`: a key's file in OpenSSH's own form, with another passphrase, more rounds, another comment.

use super::ask::{Source, phrase_source, secret_from};
use super::change::carry_out;
use super::error::Failure;
use super::inspect_key::not_opened;
use super::say::Mark;
use super::{Context, Exit};
use crate::engine::key_convert::{self, ConvertError, NewPassphrase, in_words};
use crate::formats::ssh_key;
use crate::model::name::ProfileName;
use crate::model::plan::Plan;
use crate::secret::Secret;
use crate::sys::new_key::ROUNDS;
use clap::Args;
use std::path::Path;

/// `doorkey ssh convert FILE`
#[derive(Debug, Args)]
#[command(
    after_help = "Reads OpenSSH's form, PKCS#1, PKCS#8, SEC 1, DSA, old encrypted PEM, and PuTTY's .ppk\n\
    (which stays; the new file has its name without .ppk). The new file is opened again before it\n\
    takes the place of the old one, and the old form stays sealed in the store of the key's profile\n\
    for 30 days: doorkey undo.\n\nExamples:\n  \
    doorkey ssh convert ~/.ssh/id_rsa                     OpenSSH's form, the same passphrase\n  \
    doorkey ssh convert ~/.ssh/id_acme --new-passphrase   asks for another one\n  \
    doorkey ssh convert ~/.ssh/id_acme --rounds 200       makes guessing it slower\n  \
    doorkey ssh convert key.ppk --profile acme"
)]
pub(crate) struct Convert {
    /// The private key's file
    file: String,
    /// Write this file, and leave the other as it is
    #[arg(long, value_name = "FILE")]
    to: Option<String>,
    /// Read the key's passphrase from this open file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    /// Ask for another passphrase
    #[arg(long, conflicts_with_all = ["new_passphrase_fd", "no_passphrase"])]
    new_passphrase: bool,
    /// Read another passphrase from this open file descriptor
    #[arg(long, value_name = "N", conflicts_with = "no_passphrase")]
    new_passphrase_fd: Option<i32>,
    /// Write it unencrypted: whoever reads the file has the key
    #[arg(long)]
    no_passphrase: bool,
    /// Rounds of bcrypt, between passphrase and key
    #[arg(long, value_name = "N", default_value_t = ROUNDS, value_parser = clap::value_parser!(u32).range(1..=2000))]
    rounds: u32,
    /// Another comment
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
    /// In whose store the old form is sealed, where no profile names the key
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
}

pub(super) fn run(context: &mut Context, wanted: &Convert) -> Result<Exit, Failure> {
    let profile = wanted.profile.as_deref().map(ProfileName::new).transpose()?;
    if wanted.comment.as_ref().is_some_and(|text| text.chars().any(char::is_control)) {
        return Err(Failure::usage(
            "a comment is one line of text",
            "leave control characters out of --comment",
        ));
    }
    let path = context.absolute(&wanted.file);
    let to = wanted.to.as_deref().map(|to| context.absolute(to));
    let passphrase = old_passphrase(context, wanted, &path)?;
    let new = new_passphrase(context, wanted)?;
    let run = context.random_name()?;
    let asked = key_convert::Wanted {
        path: &path,
        to: to.as_deref(),
        passphrase,
        new,
        rounds: wanted.rounds,
        comment: wanted.comment.clone(),
        profile: profile.as_ref(),
        run,
    };
    let made = key_convert::plan(&context.sys, &asked).map_err(|e| failure(&wanted.file, e))?;
    // The salt is random: both forms are made once, and the plan does not fit any more when the file changes meanwhile.
    let applied = carry_out(context, |_| {
        let Plan { title, steps, secrets, .. } = &made.plan;
        Ok(Plan { steps: steps.clone(), secrets: secrets.clone(), ..Plan::new(title.clone()) })
    })?;
    if applied.is_some() && !context.flags.json {
        let path = context.sys.shown(&made.path);
        let (was, is) = (in_words(&made.before), in_words(&made.after));
        context.say.marked(Mark::Good, format!("{path} is written anew: {is} (it was: {was})"));
        if !made.after.encrypted {
            context.say.marked(Mark::Warn, "it has no passphrase: whoever reads the file has the key");
            context.say.info(format!("  doorkey ssh convert {path} --new-passphrase"));
        }
        context.say.info("  take it back: doorkey undo");
    }
    Ok(Exit::Fine)
}

/// Asked for only where the file needs one.
fn old_passphrase(context: &Context, wanted: &Convert, path: &Path) -> Result<Option<Secret>, Failure> {
    let bytes = context.sys.read(path)?.map(Secret::take);
    let locked = bytes.is_some_and(|bytes| ssh_key::read(bytes.expose()).encrypted);
    if !locked {
        return Ok(None);
    }
    let source =
        phrase_source(context, wanted.passphrase_fd, "the key is encrypted", "give it by --passphrase-fd N")?;
    secret_from(context, source, "passphrase of the key", false).map(Some)
}

fn new_passphrase(context: &Context, wanted: &Convert) -> Result<NewPassphrase, Failure> {
    let source = match (wanted.new_passphrase_fd, wanted.new_passphrase) {
        _ if wanted.no_passphrase => return Ok(NewPassphrase::None),
        (Some(number), _) => Source::Descriptor(number),
        (None, true) => Source::Prompt,
        (None, false) => return Ok(NewPassphrase::Same),
    };
    secret_from(context, source, "new passphrase", true).map(NewPassphrase::Other)
}

fn failure(file: &str, error: ConvertError) -> Failure {
    let (why, fix) = match &error {
        ConvertError::NotOpened(why) => {
            return not_opened(file, why);
        }
        ConvertError::Fs(_) | ConvertError::Profiles(_) => ("", String::new()),
        ConvertError::Absent(_) => ("", "look at the path for a spelling mistake".into()),
        ConvertError::Exists(_) => ("nothing is written over", "name another file: --to FILE".into()),
        ConvertError::Mixed => {
            ("the new file would be no better", "put the file back from where it came".into())
        }
        ConvertError::NoProfile => (
            "the old form is kept sealed in a profile's store, for the way back",
            format!("say whose it is: doorkey ssh convert {file} --profile PROFILE"),
        ),
        ConvertError::NoHost(name) => ("", format!("give it one: doorkey profile edit {name}")),
        ConvertError::NotMade => {
            ("what would be written does not open again", format!("ssh-keygen -p -f {file}"))
        }
    };
    Failure::new(Exit::CouldNot, error.to_string(), why, fix)
}
