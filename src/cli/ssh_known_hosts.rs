//! `doorkey ssh known-hosts find HOST`: the lines that ssh goes by, in `ssh-keygen -F`'s words.

use super::error::Failure;
use super::{Context, Exit, json};
use crate::formats::known_hosts::{self, Entry, Fault, Marker, Names};
use crate::formats::lines;
use crate::redact::for_terminal;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum KnownHostsCommand {
    /// The lines for a host: their numbers, markers and keys
    Find(Find),
}

/// `doorkey ssh known-hosts find HOST`
#[derive(Debug, Args)]
#[command(after_help = "Without --file: the user's files, the system's, and the files of each profile.\n\n\
    Examples:\n  doorkey ssh known-hosts find git.acme.example\n  \
    doorkey ssh known-hosts find '[git.acme.example]:2222' --file ~/.ssh/known_hosts\n\n\
    Exit code 0 when there is a line, 1 when there is none.")]
pub(crate) struct Find {
    /// As it stands there: a name, an address, or [NAME]:PORT for a port other than 22
    host: String,
    /// Look here only; may be said more than once
    #[arg(long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(context: &mut Context, command: &KnownHostsCommand) -> Result<Exit, Failure> {
    let KnownHostsCommand::Find(wanted) = command;
    // ssh asks for a name in lower case (sshconnect.c); a hashed line holds what was asked for.
    let name = wanted.host.to_ascii_lowercase();
    let named = !wanted.files.is_empty();
    let files = if named { wanted.files.clone() } else { usual(context) };
    let mut found = Vec::new();
    for path in files {
        let Some(bytes) = context.sys.read(&path)? else {
            if named {
                let what = format!("there is no file {}", context.sys.shown(&path));
                return Err(Failure::new(Exit::CouldNot, what, "", "name one that is there"));
            }
            continue;
        };
        found.push((path, known_hosts::parse(&bytes), bytes));
    }
    let matches: Vec<_> = found
        .iter()
        .flat_map(|(path, known, bytes)| known.find(&name).into_iter().map(move |(e, f)| (path, e, f, bytes)))
        .collect();
    if context.flags.json {
        let list: Vec<_> =
            matches.iter().map(|(path, entry, fault, _)| described(path, entry, *fault)).collect();
        let files: Vec<_> = found.iter().map(|(path, ..)| path.display().to_string()).collect();
        let body = json!({ "host": wanted.host, "files": files, "matches": list });
        context.say.line(json::document("known-hosts", body));
    } else {
        let mut last = None;
        for (path, entry, fault, bytes) in &matches {
            if !named && last.replace(*path) != Some(*path) {
                let shown = context.sys.shown(path);
                context.say.line(format!("# {}", for_terminal(&shown, false)));
            }
            let line = String::from_utf8_lossy(lines::slice(bytes, &entry.span)).into_owned();
            let head = format!("# Host {} found: line {} {}", wanted.host, entry.line, keygens(entry.marker));
            context.say.line(for_terminal(&head, false));
            context.say.line(for_terminal(line.trim_end(), false));
            if let Some(fault) = fault {
                context.say.aside(format!("line {}: ssh skips it: {fault}", entry.line));
            }
        }
        if matches.is_empty() {
            let shown = for_terminal(&wanted.host, false);
            context.say.aside(format!("no line of known_hosts is for {shown}"));
        }
    }
    Ok(if matches.is_empty() { Exit::Findings } else { Exit::Fine })
}

/// The files that ssh reads where nothing else is set (ssh_config(5), UserKnownHostsFile, GlobalKnownHostsFile), and the
/// profiles' own.
fn usual(context: &Context) -> Vec<PathBuf> {
    let (sys, mut files) = (&context.sys, Vec::new());
    let ssh = sys.places().ssh();
    files.extend(ssh.iter().flat_map(|ssh| ["known_hosts", "known_hosts2"].map(|name| ssh.join(name))));
    files.extend(["ssh_known_hosts", "ssh_known_hosts2"].map(|name| PathBuf::from("/etc/ssh").join(name)));
    let own = sys.places().state().map(|state| state.join("known_hosts"));
    files.extend(own.and_then(|folder| sys.list(&folder).ok()).unwrap_or_default());
    files
}

/// As ssh-keygen names a marker.
fn keygens(marker: Option<Marker>) -> &'static str {
    match marker {
        Some(Marker::CertAuthority) => "CA",
        Some(Marker::Revoked) => "REVOKED",
        None => "",
    }
}

fn described(path: &std::path::Path, entry: &Entry, fault: Option<Fault>) -> serde_json::Value {
    let marker = entry.marker.map(|marker| match marker {
        Marker::CertAuthority => "cert-authority",
        Marker::Revoked => "revoked",
    });
    json!({
        "file": path.display().to_string(),
        "line": entry.line,
        "marker": marker,
        "key-type": entry.key_type,
        "fingerprint": entry.fingerprint(),
        "hashed": matches!(entry.names, Names::Hashed { .. }),
        "skipped": fault.map(|fault| fault.to_string()),
    })
}
