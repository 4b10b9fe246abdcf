//! `doorkey ssh new|resolve|known-hosts`

use super::ask::{phrase_source, secret_from};
use super::change::carry_out;
use super::error::Failure;
use super::profile::{edit_file, refreshed, usable_with};
use super::say::Mark;
use super::{Context, Exit};
use crate::engine::render::key_path;
use crate::engine::{apply, profiles};
use crate::model::name::ProfileName;
use crate::model::plan::{Plan, Step};
use crate::model::profile::Transport;
use crate::model::profile_file::Edit;
use crate::secret::Secret;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(crate) enum SshCommand {
    /// Make a key for a profile's host, durable on disk before anything else happens
    New(New),
    /// Whose account each key opens: a login with that key alone
    Check(super::ssh_check::Wanted),
    /// Write a key's file anew: OpenSSH's form, another passphrase, more rounds
    Convert(super::ssh_convert::Convert),
    /// What ssh's configuration comes to for a host, as `ssh -G` prints it
    Resolve(super::ssh_resolve::Resolve),
    /// The lines of known_hosts for a host
    #[command(subcommand)]
    KnownHosts(super::ssh_known_hosts::KnownHostsCommand),
}

impl SshCommand {
    pub(super) fn changes(&self) -> bool {
        matches!(self, Self::New(_) | Self::Convert(_))
    }
}

/// `doorkey ssh new PROFILE`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  doorkey ssh new acme                    asks for a passphrase\n  \
    doorkey ssh new acme --no-passphrase    for machines without people")]
pub(crate) struct New {
    /// Whose key it is
    profile: String,
    /// For which of its hosts; may be left out when it has one
    #[arg(long)]
    host: Option<String>,
    /// ed25519, ecdsa or rsa
    #[arg(long, default_value = "ed25519", value_parser = ["ed25519", "ecdsa", "rsa"])]
    kind: String,
    /// The key's name below ~/.ssh, or a path
    #[arg(long, value_name = "PATH")]
    key: Option<String>,
    /// Read the passphrase from this open file descriptor
    #[arg(long, value_name = "N", conflicts_with = "no_passphrase")]
    passphrase_fd: Option<i32>,
    /// Leave the private half unencrypted: whoever reads the file has the key
    #[arg(long)]
    no_passphrase: bool,
}

pub(crate) fn run(context: &mut Context, command: SshCommand) -> Result<Exit, Failure> {
    match command {
        SshCommand::New(wanted) => new(context, &wanted),
        SshCommand::Check(wanted) => super::ssh_check::run(context, &wanted),
        SshCommand::Convert(wanted) => super::ssh_convert::run(context, &wanted),
        SshCommand::Resolve(wanted) => super::ssh_resolve::run(context, &wanted),
        SshCommand::KnownHosts(command) => super::ssh_known_hosts::run(context, &command),
    }
}

fn new(context: &mut Context, wanted: &New) -> Result<Exit, Failure> {
    let name = ProfileName::new(&wanted.profile)?;
    let mut path = PathBuf::new();
    // Asked for once, and only when nothing else stands in the way.
    let mut secret: Option<Option<Secret>> = None;
    let applied = carry_out(context, |context| {
        let (mut plan, key) = plan(context, wanted, &name)?;
        if secret.is_none() {
            secret = Some(passphrase(context, wanted)?);
        }
        plan.secrets.extend(secret.iter().flatten().cloned());
        path = key;
        Ok(plan)
    })?;
    let open = secret.flatten().is_none();
    if applied.is_some() && !context.flags.json {
        let public = PathBuf::from(format!("{}.pub", path.display()));
        context.say.marked(Mark::Good, format!("the key {} is made", context.sys.shown(&path)));
        let shown = context.sys.shown(&path);
        context.say.info(if open {
            format!("  it has no passphrase; give it one: ssh-keygen -p -f {shown}")
        } else {
            format!("  put it into your agent once a session: ssh-add {shown}")
        });
        context.say.info(format!(
            "  add its public half to your account at the host: {}",
            context.sys.shown(&public)
        ));
        if let Some(bytes) = context.sys.read(&public)? {
            context.say.line(String::from_utf8_lossy(&bytes).trim_end());
        }
    }
    Ok(Exit::Fine)
}

/// The plan, without the passphrase, and the new key's file.
fn plan(context: &Context, wanted: &New, name: &ProfileName) -> Result<(Plan, PathBuf), Failure> {
    let mut all = usable_with(context, name)?;
    let Some(profile) = all.iter_mut().find(|p| p.name == *name) else {
        return Err(profiles::ProfilesError::Unknown(name.to_string()).into());
    };
    let fits = |h: &str| wanted.host.as_deref().is_none_or(|w| w == h);
    let places: Vec<usize> =
        profile.hosts.iter().enumerate().filter(|(_, h)| fits(h.name.as_str())).map(|(i, _)| i).collect();
    let (index, host) = match places.as_slice() {
        [only] => match profile.hosts.get_mut(*only) {
            Some(host) => (*only, host),
            None => return Err(Failure::usage("there is no such host", "")),
        },
        [] => {
            return Err(Failure::usage(
                format!("profile {name} has no such host"),
                format!("see: doorkey profile show {name}"),
            ));
        }
        _ => {
            return Err(Failure::usage(
                format!("profile {name} has several hosts"),
                "say which: --host HOST",
            ));
        }
    };
    let home = context.sys.places().home().map(PathBuf::from).unwrap_or_default();
    let named = host.ssh_key.clone().filter(|key| wanted.key.is_none() && !key_is_there(context, &home, key));
    if let Some(key) = &host.ssh_key
        && named.is_none()
    {
        return Err(Failure::usage(
            format!("profile {name} has the key {key} for {}", host.name),
            format!("to replace it, take it out of the profile first: doorkey profile edit {name}"),
        ));
    }
    let key = wanted.key.clone().or(named).unwrap_or_else(|| format!("id_{}_{name}", wanted.kind));
    let path = key_path(&home, &key);
    let comment = profile.identity.email.clone().unwrap_or_else(|| format!("doorkey {name}"));
    host.ssh_key = Some(key.clone());
    let turn_on = host.transport == Transport::Https;
    if turn_on {
        host.transport = Transport::Both;
    }
    let mut plan = Plan::new(format!("ssh new {name}"));
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    plan.steps.extend(apply::make_dirs(&context.sys, &folder, 0o700)?);
    // The only secret of the plan, if there is one.
    let passphrase = (!wanted.no_passphrase && !context.flags.dry_run).then_some(0);
    plan.push(Step::MakeKey { path: path.clone(), kind: wanted.kind.clone(), comment, passphrase });
    let edited = edit_file(context, name, |edit: &mut Edit| {
        edit.set_host(index, &["ssh", "key"], &key);
        if turn_on {
            edit.set_host(index, &["transport"], "both");
        }
    })?;
    // The profile may name the key already, and only its file is missing.
    if !matches!(&edited, Step::Splice { old, new, .. } if old == new) {
        plan.push(edited);
    }
    plan.steps.extend(refreshed(context, &all)?);
    Ok((plan, path))
}

/// Whether the file of a key that a profile names is there. One that is not there is made under that name.
fn key_is_there(context: &Context, home: &Path, key: &str) -> bool {
    context.sys.look(&key_path(home, key)).ok().flatten().is_some()
}

/// The passphrase for the new key: from a descriptor or a hidden prompt; none only when that was said.
fn passphrase(context: &Context, wanted: &New) -> Result<Option<Secret>, Failure> {
    if wanted.no_passphrase || context.flags.dry_run {
        return Ok(None);
    }
    let source = phrase_source(
        context,
        wanted.passphrase_fd,
        "a key without one is open to whoever reads the file",
        "give it by --passphrase-fd N, or say --no-passphrase",
    )?;
    secret_from(context, source, "passphrase for the new key", true).map(Some)
}
